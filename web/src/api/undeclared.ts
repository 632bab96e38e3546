/**
 * What the server assumes for fields whose default the contract does not declare, because they are unions or
 * enumerations by reference. Everything else comes from `generated/contract.gen.ts`.
 */
import type { AfterDeadline, CatchUp, DependencyWindow, FileChange, Fold, Gap, HmacAlgorithm, OnServerStop, Overlap, Roll, SignatureEncoding, SignedParts, WebhookProof, WebhookSender } from "./generated";

/** Defaults by the field's name. */
export const UNDECLARED = {
  overlap: { kind: "skip" },
  on_server_stop: "keep",
  catch_up: { kind: "latest" },
  gap: "run_after",
  fold: "first",
  roll: "skip",
  proof: "secret_url",
  sender: "orc",
  algorithm: "sha256",
  encoding: "hex",
  signed: "body",
  change: "settled",
  window: { kind: "today" },
  at_deadline: "fail",
} as const satisfies {
  overlap: Overlap;
  on_server_stop: OnServerStop;
  catch_up: CatchUp;
  gap: Gap;
  fold: Fold;
  roll: Roll;
  proof: WebhookProof;
  sender: WebhookSender;
  algorithm: HmacAlgorithm;
  encoding: SignatureEncoding;
  signed: SignedParts;
  change: FileChange;
  window: DependencyWindow;
  at_deadline: AfterDeadline;
};
