/** Words of the vocabulary for people, in one place so that every page says the same. */
import type { RunState, SlotOutcome, TriggerKind } from "@/api/generated";

/** How a state of a run looks: colour, word, and the class of its bar. */
export interface StateLook {
  word: string;
  tone: Tone;
  /** Whether the run is still open. */
  open: boolean;
}

/** Colours that carry a meaning. */
export type Tone = "ok" | "fail" | "run" | "warn" | "idle";

/** All states. A new state does not compile until somebody decides how it looks. */
export const RUN_STATES: Record<RunState, StateLook> = {
  waiting: { word: "Waiting", tone: "idle", open: true },
  queued: { word: "Queued", tone: "idle", open: true },
  running: { word: "Running", tone: "run", open: true },
  backing_off: { word: "Backing off", tone: "warn", open: true },
  succeeded: { word: "Succeeded", tone: "ok", open: false },
  failed: { word: "Failed", tone: "fail", open: false },
  timed_out: { word: "Timed out", tone: "fail", open: false },
  cancelled: { word: "Cancelled", tone: "idle", open: false },
  skipped: { word: "Skipped", tone: "idle", open: false },
  lost: { word: "Lost", tone: "warn", open: false },
};

/** Names of all states, in the order of their life. */
export const RUN_STATE_NAMES = Object.keys(RUN_STATES) as RunState[];

/** Why a run exists, in words. */
export const TRIGGERS: Record<TriggerKind, string> = {
  manual: "By hand",
  schedule: "Schedule",
  catch_up: "Catch-up",
  rerun: "Rerun",
  api: "API",
  backfill: "Backfill",
  webhook: "Webhook",
  file: "File",
  task: "Other task",
};

/** What became of a slot, in words. */
export const SLOT_OUTCOMES: Record<SlotOutcome, { word: string; tone: Tone }> = {
  run: { word: "Run", tone: "ok" },
  skipped: { word: "Skipped", tone: "idle" },
  missed: { word: "Missed", tone: "warn" },
  pending: { word: "Pending", tone: "idle" },
};

/** Entries of a vocabulary as the options of a select. */
export function options<K extends string>(words: Record<K, string | { word: string }>): [K, string][] {
  return (Object.entries(words) as [K, string | { word: string }][]).map(([key, word]) => [key, typeof word === "string" ? word : word.word]);
}
