import { useMutation } from "@tanstack/react-query";
import { FlaskConical } from "lucide-react";
import { useState } from "react";
import { apiError, messagesAt } from "@/api/errors";
import { type EventKind, type Rule, ruleCreate, type RuleDefinition, type RuleEscalation, type RulePace, type RuleQuiet, ruleSimulate, type RuleSimulation, ruleUpdate } from "@/api/generated";
import { plural } from "@/lib/numbers";
import { NameField } from "@/shared/core/NameField";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { ChannelPicker } from "@/shared/notify/ChannelPicker";
import { EVENT_KINDS } from "@/shared/notify/incidents";
import { isAboutServer, PACES, RULE_EVENTS, SERVER_EVENTS } from "@/shared/notify/rules";
import { ScopeFields } from "@/shared/notify/ScopeFields";
import { Button } from "@/ui/Button";
import { CheckField, NumberField, SelectField, TextField } from "@/ui/fields/Field";
import { Toggles } from "@/ui/fields/Toggles";
import { FormDialog } from "@/ui/layers/FormDialog";
import { say } from "@/ui/layers/toasts";
import { DateTime } from "@/ui/text/Time";

/** What a person defines of a rule. */
export function definitionOf({ id: _id, version: _version, created_at: _created, updated_at: _updated, ...definition }: Rule): Required<RuleDefinition> {
  return definition;
}

const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const USUAL: EventKind[] = ["failed", "timed_out", "lost", "recovered"];
const BLANK: Required<RuleDefinition> = { name: "", description: "", enabled: true, when: USUAL, what: {}, who: [], how: { kind: "at_once" }, in_a_row: 1, quiet_hours: null, skip_reasons: [], remind_minutes: null, escalation: null };
const FIELDS = ["/name", "/description", "/when", "/who", "/what/tasks", "/in_a_row", "/how/minutes", "/how/at", "/how/timezone", "/quiet_hours/from", "/quiet_hours/to", "/quiet_hours/timezone", "/remind_minutes", "/escalation/after_minutes", "/escalation/to"];

/** A new rule, or a change of one. It says what it would have sent before it is saved. */
export function RuleForm({ rule, onClose }: { rule: Rule | null; onClose: () => void }) {
  const changed = useAskAgain("ruleList", "ruleView");
  // What arrives while one types changes nothing: the version of the beginning goes with the change.
  const [held] = useState(rule);
  const [draft, setDraft] = useState(() => (held ? definitionOf(held) : BLANK));
  const set = (part: Partial<RuleDefinition>) => setDraft((old) => ({ ...old, ...part }));
  const body = { ...draft, name: draft.name.trim() };
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: async () =>
      held ? (await ruleUpdate({ path: { rule: held.id }, headers: { "If-Match": `"${held.version}"` }, body, throwOnError: true })).data : (await ruleCreate({ body, throwOnError: true })).data,
    onSuccess: async (saved) => {
      say(`The rule ${saved.name} is saved.`);
      onClose();
      await changed();
    },
  });
  const look = useMutation({ meta: { quiet: true }, mutationFn: async () => (await ruleSimulate({ body, throwOnError: true })).data });
  const failure = apiError(save.error) ?? apiError(look.error);
  const at = (pointer: string, inside = false) => messagesAt(failure, pointer, inside);
  return (
    <FormDialog
      title={held ? `Rule ${held.name}` : "New rule"}
      hint="Who is told what, about which tasks, and when."
      wide
      verb="Save the rule"
      failure={failure}
      fields={FIELDS}
      busy={save.isPending}
      onSubmit={() => {
        look.reset();
        save.mutate();
      }}
      onClose={onClose}
    >
      <NameField value={draft.name} onText={(name) => set({ name })} error={at("/name")} />
      <Toggles label="When a task" options={RULE_EVENTS} values={draft.when.filter((event) => !isAboutServer(event))} error={at("/when", true)} onValues={(when) => set({ when: [...when, ...draft.when.filter(isAboutServer)] })} />
      <Toggles label="About the server itself" options={SERVER_EVENTS} values={draft.when.filter(isAboutServer)} onValues={(when) => set({ when: [...draft.when.filter((event) => !isAboutServer(event)), ...when] })} />
      <ChannelPicker label="Tell these channels" names={draft.who} error={at("/who", true)} onNames={(who) => set({ who })} />
      <ScopeFields label="Only of these tasks" whose="the rule" also="What it tells about the server does not depend on this." scope={draft.what} error={at("/what/tasks", true)} onScope={(what) => set({ what })} />
      <Pace how={draft.how} at={at} onHow={(how) => set({ how })} />
      <NumberField label="Runs in a row" hint="The rule tells once so many runs of a task show it." required min={1} max={1000} step={1} value={draft.in_a_row} error={at("/in_a_row")} onNumber={(in_a_row) => set({ in_a_row: in_a_row ?? 1 })} />
      <Quiet quiet={draft.quiet_hours} at={at} onQuiet={(quiet_hours) => set({ quiet_hours })} />
      <NumberField
        label="Remind after minutes"
        hint="Tells again, over and over, until somebody takes it up. Empty: never."
        min={1}
        max={43_200}
        step={1}
        value={draft.remind_minutes}
        error={at("/remind_minutes")}
        onNumber={(remind_minutes) => set({ remind_minutes: remind_minutes ?? null })}
      />
      <Escalation escalation={draft.escalation} at={at} onEscalation={(escalation) => set({ escalation })} />
      <TextField label="Description" hint="What the rule is for." value={draft.description} error={at("/description")} onText={(description) => set({ description })} />
      <div className="flex flex-col gap-2 rounded-md border border-line p-3">
        <Button
          className="self-start"
          icon={<FlaskConical size={14} aria-hidden />}
          busy={look.isPending}
          onClick={() => {
            save.reset();
            look.mutate();
          }}
        >
          Simulate the last 30 days
        </Button>
        {look.data ? <Simulated simulation={look.data} /> : <p className="text-xs text-muted">Shows what the rule would have sent, as the form stands. Nothing is saved or sent.</p>}
      </div>
    </FormDialog>
  );
}

type At = (pointer: string, inside?: boolean) => string | undefined;

function Pace({ how, at, onHow }: { how: RulePace; at: At; onHow: (how: RulePace) => void }) {
  const choose = (kind: RulePace["kind"]) => onHow(kind === "grouped" ? { kind, minutes: 10 } : kind === "digest" ? { kind, at: "07:30", timezone: HERE } : { kind });
  return (
    <div className="grid gap-3 sm:grid-cols-3">
      <SelectField label="Tells" value={how.kind} options={PACES} onValue={choose} />
      {how.kind === "grouped" && <NumberField label="Minutes" required min={1} max={1440} step={1} value={how.minutes} error={at("/how/minutes")} onNumber={(minutes) => onHow({ ...how, minutes: minutes ?? 1 })} />}
      {how.kind === "digest" && <TextField label="At" placeholder="07:30" value={how.at} error={at("/how/at")} onText={(time) => onHow({ ...how, at: time })} />}
      {how.kind === "digest" && <TextField label="Time zone" value={how.timezone} error={at("/how/timezone")} onText={(timezone) => onHow({ ...how, timezone })} />}
    </div>
  );
}

function Quiet({ quiet, at, onQuiet }: { quiet: RuleQuiet | null; at: At; onQuiet: (quiet: RuleQuiet | null) => void }) {
  return (
    <>
      <CheckField label="Quiet hours" hint="What happens in them is told at their end." checked={quiet !== null} onChecked={(on) => onQuiet(on ? { from: "22:00", to: "06:00", timezone: HERE } : null)} />
      {quiet && (
        <div className="grid gap-3 sm:grid-cols-3">
          <TextField label="Quiet from" value={quiet.from} error={at("/quiet_hours/from")} onText={(from) => onQuiet({ ...quiet, from })} />
          <TextField label="Quiet until" value={quiet.to} error={at("/quiet_hours/to")} onText={(to) => onQuiet({ ...quiet, to })} />
          <TextField label="Time zone of the quiet hours" value={quiet.timezone} error={at("/quiet_hours/timezone")} onText={(timezone) => onQuiet({ ...quiet, timezone })} />
        </div>
      )}
    </>
  );
}

function Escalation({ escalation, at, onEscalation }: { escalation: RuleEscalation | null; at: At; onEscalation: (escalation: RuleEscalation | null) => void }) {
  return (
    <>
      <CheckField
        label="Tell others if nobody takes it up"
        hint="Somebody takes it up on the page of incidents, or with orc incident acknowledge."
        checked={escalation !== null}
        onChecked={(on) => onEscalation(on ? { after_minutes: 30, to: [] } : null)}
      />
      {escalation && (
        <div className="grid gap-3 sm:grid-cols-2">
          <NumberField label="After minutes" required min={1} max={43_200} step={1} value={escalation.after_minutes} error={at("/escalation/after_minutes")} onNumber={(minutes) => onEscalation({ ...escalation, after_minutes: minutes ?? 1 })} />
          <ChannelPicker label="Then tell these channels" names={escalation.to} error={at("/escalation/to", true)} onNames={(to) => onEscalation({ ...escalation, to })} />
        </div>
      )}
    </>
  );
}

function Simulated({ simulation }: { simulation: RuleSimulation }) {
  const { message_count, run_count, messages, reminder_count, escalation_count } = simulation;
  const more = [reminder_count > 0 ? plural(reminder_count, "reminder") : "", escalation_count > 0 ? plural(escalation_count, "message") + " to others" : ""].filter((part) => part !== "");
  return (
    <div role="status" className="flex flex-col gap-1 text-sm">
      <p>
        {plural(run_count, "run")} since <DateTime at={simulation.from_at} plain />: each channel would have got {plural(message_count, "message")}.
        {more.length > 0 && ` If nobody had taken anything up, ${more.join(" and ")} would have followed.`}
      </p>
      {messages.length > 0 && (
        <ul aria-label="Messages" tabIndex={0} className="relative max-h-48 overflow-y-auto text-xs">
          {messages.map((message) => (
            <li key={`${message.at} ${message.events[0]?.run ?? ""}`} className="break-words">
              <DateTime at={message.at} plain />: {message.events.map(({ task, part, event }) => `${task ?? part} ${EVENT_KINDS[event]}`).join(", ")}
              {message.event_count > message.events.length && ` and ${message.event_count - message.events.length} more`}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
