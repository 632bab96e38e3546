import { Plus, X } from "lucide-react";
import { useState } from "react";
import type { TaskTrigger, TriggerWebhook, WebhookFilter, WebhookSignature } from "@/api/generated";
import { webhookSignatureDefaults } from "@/api/generated/contract.gen";
import { UNDECLARED } from "@/api/undeclared";
import { WEBHOOK_PROOFS } from "@/lib/words/timeWords";
import { HMAC_ALGORITHMS, SIGNATURE_ENCODINGS, SIGNED_PARTS, WEBHOOK_SENDERS } from "@/lib/words/webhookWords";
import { options } from "@/lib/words/words";
import { Button, IconButton } from "@/ui/Button";
import { NumberField, SelectField, TextField } from "@/ui/fields/Field";
import { KeyValueEditor, type Pairs } from "@/ui/fields/Lists";
import { type PartProps, Row } from "../form/FormParts";

interface WebhookProps {
  trigger: TriggerWebhook;
  at: PartProps["at"];
  onTrigger: (trigger: TaskTrigger) => void;
}

const SIGNATURE: WebhookSignature = { ...webhookSignatureDefaults, algorithm: UNDECLARED.algorithm, header: "X-Signature", encoding: UNDECLARED.encoding, signed: UNDECLARED.signed, timestamp_header: null };

/** What a webhook needs: who calls, how that is proved, and what becomes of the call. */
export function WebhookFields({ trigger, at, onTrigger }: WebhookProps) {
  const proof = trigger.proof ?? UNDECLARED.proof;
  const sender = trigger.sender ?? UNDECLARED.sender;
  const words = WEBHOOK_SENDERS[sender];
  const [pairs, setPairs] = useState<Pairs>(() => Object.entries(trigger.params ?? {}));
  const choose = (change: Partial<Pick<TriggerWebhook, "sender" | "proof">>) => {
    const next = { ...trigger, ...change };
    const signs = WEBHOOK_SENDERS[next.sender ?? UNDECLARED.sender].secret !== "absent";
    const chosen = change.sender && change.sender !== "orc" && signs ? "signature" : signs ? next.proof : "secret_url";
    const described = next.sender === "generic" && chosen === "signature";
    onTrigger({ ...next, proof: chosen, signature: described ? (next.signature ?? SIGNATURE) : null });
  };
  return (
    <>
      <Row>
        <SelectField label="Called by" value={sender} options={options(WEBHOOK_SENDERS)} error={at("/sender")} onValue={(next) => choose({ sender: next })} />
        <SelectField label="Proof" hint={words.secret === "absent" ? words.more : WEBHOOK_PROOFS[proof].hint} value={proof} options={options(WEBHOOK_PROOFS)} disabled={words.secret === "absent"} error={at("/proof")} onValue={(next) => choose({ proof: next })} />
      </Row>
      {trigger.signature && <Signature rule={trigger.signature} at={at} onRule={(signature) => onTrigger({ ...trigger, signature })} />}
      <Filters filters={trigger.filters ?? []} example={words.example} at={at} onFilters={(filters) => onTrigger({ ...trigger, filters })} />
      <KeyValueEditor
        label="Params from the call"
        addLabel="Add a param"
        names="Param"
        values="/field/in/the/body, header:NAME or query:NAME"
        pairs={pairs}
        onPairs={(next) => {
          setPairs(next);
          onTrigger({ ...trigger, params: Object.fromEntries(next.filter(([name]) => name !== "")) });
        }}
        errorAt={(name) => at(`/params/${name}`)}
      />
      {at("/params") && <p className="text-xs font-medium text-fail">{at("/params")}</p>}
      <p className="text-xs text-muted">
        If you add none, Orc takes each param from the field of the body with the same name. After saving, create its {proof === "signature" ? "secret" : "address"} on the task&apos;s page. That page also says what to enter {sender === "orc" ? "in your program" : `at ${sender === "generic" ? "the sender" : words.word}`}.
      </p>
    </>
  );
}

function Signature({ rule, at, onRule }: { rule: WebhookSignature; at: PartProps["at"]; onRule: (rule: WebhookSignature) => void }) {
  const signed = rule.signed ?? UNDECLARED.signed;
  return (
    <fieldset className="flex min-w-0 flex-col gap-3 rounded-md border border-line p-3">
      <legend className="px-1 text-sm font-medium">How the sender signs</legend>
      <Row>
        <TextField label="Header" mono value={rule.header} error={at("/signature/header")} onText={(header) => onRule({ ...rule, header })} />
        <TextField label="Text before the signature" hint="Such as sha256= – often empty." mono value={rule.prefix ?? ""} error={at("/signature/prefix")} onText={(prefix) => onRule({ ...rule, prefix })} />
        <SelectField label="Hash function" value={rule.algorithm ?? UNDECLARED.algorithm} options={options(HMAC_ALGORITHMS)} error={at("/signature/algorithm")} onValue={(algorithm) => onRule({ ...rule, algorithm })} />
        <SelectField label="Written as" value={rule.encoding ?? UNDECLARED.encoding} options={options(SIGNATURE_ENCODINGS)} error={at("/signature/encoding")} onValue={(encoding) => onRule({ ...rule, encoding })} />
        <SelectField
          label="What is signed"
          value={signed}
          options={options(SIGNED_PARTS)}
          error={at("/signature/signed")}
          onValue={(next) => onRule({ ...rule, signed: next, timestamp_header: next === "body" ? null : (rule.timestamp_header ?? "X-Timestamp") })}
        />
        {signed !== "body" && <TextField label="Header with the time" hint="In seconds since 1970." mono value={rule.timestamp_header ?? ""} error={at("/signature/timestamp_header")} onText={(header) => onRule({ ...rule, timestamp_header: header || null })} />}
        {signed !== "body" && <NumberField label="Valid for" unit="s" min={1} max={3600} value={rule.tolerance_seconds ?? webhookSignatureDefaults.tolerance_seconds} error={at("/signature/tolerance_seconds")} onNumber={(tolerance_seconds) => onRule({ ...rule, tolerance_seconds })} />}
      </Row>
    </fieldset>
  );
}

type Test = "is" | "is_not" | "one_of" | "matches";

const TESTS: Record<Test, string> = { is: "is", is_not: "is not", one_of: "is one of", matches: "matches" };

function parts(filter: WebhookFilter): { test: Test; text: string } {
  if (filter.one_of) return { test: "one_of", text: filter.one_of.join(", ") };
  if (typeof filter.is_not === "string") return { test: "is_not", text: filter.is_not };
  if (typeof filter.matches === "string") return { test: "matches", text: filter.matches };
  return { test: "is", text: filter.is ?? "" };
}

function filterOf(at: string, test: Test, text: string): WebhookFilter {
  return { at, [test]: test === "one_of" ? text.split(",").map((one) => one.trim()).filter((one) => one !== "") : text };
}

interface FiltersProps {
  filters: WebhookFilter[];
  example: { at: string; is: string };
  at: PartProps["at"];
  onFilters: (filters: WebhookFilter[]) => void;
}

function Filters({ filters, example, at, onFilters }: FiltersProps) {
  const change = (place: number, filter: WebhookFilter) => onFilters(filters.map((old, each) => (each === place ? filter : old)));
  return (
    <fieldset className="flex min-w-0 flex-col gap-1.5">
      <legend className="mb-1 text-sm font-medium">Only if</legend>
      {filters.map((filter, place) => (
        // oxlint-disable-next-line react/no-array-index-key -- filters are told apart by their place only
        <OneFilter key={place} filter={filter} place={place} error={at(`/filters/${place}`, true)} onFilter={(next) => change(place, next)} onRemove={() => onFilters(filters.filter((_, each) => each !== place))} />
      ))}
      <Button className="self-start" icon={<Plus size={14} aria-hidden />} onClick={() => onFilters([...filters, example])}>
        Add a filter
      </Button>
      <p className="text-xs text-muted">Calls for which a filter does not hold start nothing. The sender still gets a good answer, and the log of calls shows them.</p>
    </fieldset>
  );
}

function OneFilter({ filter, place, error, onFilter, onRemove }: { filter: WebhookFilter; place: number; error: string | undefined; onFilter: (filter: WebhookFilter) => void; onRemove: () => void }) {
  const { test, text: stored } = parts(filter);
  // A list keeps the typed text, so that a comma can be typed.
  const [text, setText] = useState(stored);
  const name = `Filter ${place + 1}`;
  const said = (next: string) => {
    setText(next);
    onFilter(filterOf(filter.at, test, next));
  };
  return (
    <div className="flex flex-col gap-0.5">
      <div className="grid grid-cols-[minmax(0,1fr)_auto] gap-1 sm:grid-cols-[minmax(0,2fr)_8rem_minmax(0,2fr)_auto]">
        <input aria-label={`${name}: where`} aria-invalid={error ? true : undefined} value={filter.at} placeholder="/ref" spellCheck={false} className="control min-w-0 font-mono max-sm:col-span-2" onChange={(event) => onFilter(filterOf(event.target.value, test, text))} />
        <SelectField hideLabel className="max-sm:col-span-2" label={`${name}: condition`} value={test} options={options(TESTS)} onValue={(next) => onFilter(filterOf(filter.at, next, text))} />
        <input aria-label={`${name}: value`} value={text} placeholder={test === "one_of" ? "main, develop" : "refs/heads/main"} spellCheck={false} className="control min-w-0 font-mono" onChange={(event) => said(event.target.value)} />
        <IconButton label={`Remove filter ${place + 1}`} icon={<X size={14} />} onClick={onRemove} />
      </div>
      {error && <p className="text-xs font-medium text-fail">{error}</p>}
    </div>
  );
}
