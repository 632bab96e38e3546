import { Plus, Trash2 } from "lucide-react";
import type { RunState, TaskTrigger, TriggerFile, TriggerTask } from "@/api/generated";
import { triggerFileDefaults, triggerTaskDefaults, triggerWebhookDefaults } from "@/api/generated/contract.gen";
import { UNDECLARED } from "@/api/undeclared";
import { FILE_CHANGES, TRIGGER_KINDS } from "@/lib/words/timeWords";
import { options, RUN_STATE_NAMES, RUN_STATES } from "@/lib/words/words";
import { TaskPicker } from "@/shared/tasks/TaskPicker";
import { Button, IconButton } from "@/ui/Button";
import { CheckField, NumberField, SelectField, TextField } from "@/ui/fields/Field";
import { Toggles } from "@/ui/fields/Toggles";
import { Part, type PartProps, Row } from "../form/FormParts";
import { TakenParams } from "./TakenParams";
import { WebhookFields } from "./WebhookFields";

/** A trigger of a kind, to begin with. */
export function triggerOf(kind: TaskTrigger["kind"], key?: string | null): TaskTrigger {
  const common = { key: key ?? null, ...triggerWebhookDefaults };
  switch (kind) {
    case "webhook":
      return { kind, proof: UNDECLARED.proof, sender: UNDECLARED.sender, signature: null, params: {}, filters: [], ...common };
    case "file":
      return { kind, pattern: "", change: UNDECLARED.change, settle_seconds: triggerFileDefaults.settle_seconds, ...common };
    case "task":
      return { kind, tasks: [], states: triggerTaskDefaults.states, params: {}, ...common };
  }
}

/** What makes the task run besides its schedules. */
export function TriggersPart({ draft, set, at }: PartProps) {
  const change = (place: number, trigger: TaskTrigger) => set({ triggers: draft.triggers.map((old, each) => (each === place ? trigger : old)) });
  return (
    <Part id="triggers" title="Triggers" hint={draft.triggers.length === 0 ? "None. Only schedules and people start it." : "What starts the task besides its schedules."}>
      {draft.triggers.map((trigger, place) => (
        // oxlint-disable-next-line react/no-array-index-key -- new triggers have no key yet; the place is what stays
        <fieldset key={place} className="flex min-w-0 flex-col gap-3 rounded-md border border-line p-3">
          <legend className="sr-only">Trigger {place + 1}</legend>
          <div className="flex flex-wrap items-end gap-2">
            <SelectField className="w-44" label="Started by" value={trigger.kind} options={options(TRIGGER_KINDS)} onValue={(kind) => change(place, triggerOf(kind))} />
            <span className="ml-auto flex items-center gap-2">
              <CheckField className="mb-0.5" label="Enabled" checked={trigger.enabled ?? triggerWebhookDefaults.enabled} onChecked={(enabled) => change(place, { ...trigger, enabled })} />
              <IconButton label={`Remove trigger ${place + 1}`} icon={<Trash2 size={15} />} onClick={() => set({ triggers: draft.triggers.filter((_, each) => each !== place) })} />
            </span>
          </div>
          <Fields trigger={trigger} self={draft.name} at={(pointer, deep) => at(`/triggers/${place}${pointer}`, deep)} onTrigger={(next) => change(place, next)} />
          <TextField
            className="sm:max-w-72"
            label="Key"
            hint="Identifies the trigger. Keep it, and the trigger keeps its address and secret. Empty means that Orc makes one."
            mono
            value={trigger.key ?? ""}
            error={at(`/triggers/${place}/key`) ?? at(`/triggers/${place}`)}
            onText={(key) => change(place, { ...trigger, key: key || null })}
          />
        </fieldset>
      ))}
      <Button className="self-start" icon={<Plus size={14} aria-hidden />} onClick={() => set({ triggers: [...draft.triggers, triggerOf("webhook")] })}>
        Add a trigger
      </Button>
    </Part>
  );
}

interface FieldsProps<T extends TaskTrigger = TaskTrigger> {
  trigger: T;
  at: PartProps["at"];
  onTrigger: (trigger: TaskTrigger) => void;
}

function Fields({ trigger, self, ...rest }: FieldsProps & { self: string }) {
  switch (trigger.kind) {
    case "webhook":
      return <WebhookFields trigger={trigger} {...rest} />;
    case "file":
      return <FileFields trigger={trigger} {...rest} />;
    case "task":
      return <TaskFields trigger={trigger} self={self} {...rest} />;
  }
}

function FileFields({ trigger, at, onTrigger }: FieldsProps<TriggerFile>) {
  const change = trigger.change ?? UNDECLARED.change;
  return (
    <>
      <TextField label="Files" hint="An absolute path on the server. It may contain *, ?, [...] and **." mono placeholder="/srv/inbox/*.csv" value={trigger.pattern} error={at("/pattern")} onText={(pattern) => onTrigger({ ...trigger, pattern })} />
      <Row>
        <SelectField label="Runs when it" value={change} options={options(FILE_CHANGES)} error={at("/change")} onValue={(next) => onTrigger({ ...trigger, change: next })} />
        {change === "settled" && (
          <NumberField label="Unchanged for" unit="s" hint="So that the file is complete." min={0.1} value={trigger.settle_seconds ?? triggerFileDefaults.settle_seconds} error={at("/settle_seconds")} onNumber={(settle_seconds) => onTrigger({ ...trigger, settle_seconds })} />
        )}
      </Row>
    </>
  );
}

const FINAL = RUN_STATE_NAMES.filter((state) => !RUN_STATES[state].open).map((state): [RunState, string] => [state, RUN_STATES[state].word]);

function TaskFields({ trigger, at, onTrigger, self }: FieldsProps<TriggerTask> & { self: string }) {
  return (
    <>
      <TaskPicker label="After a run of" hint="The end of a run of any of these tasks starts this one." except={self} names={trigger.tasks} error={at("/tasks", true)} onNames={(tasks) => onTrigger({ ...trigger, tasks })} />
      <Toggles label="That ended as" options={FINAL} values={trigger.states ?? triggerTaskDefaults.states} error={at("/states", true)} onValues={(states) => onTrigger({ ...trigger, states })} />
      <TakenParams origin="trigger" params={trigger.params ?? {}} at={at} onParams={(params) => onTrigger({ ...trigger, params })} />
    </>
  );
}
