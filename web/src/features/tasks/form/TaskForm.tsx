import { Save } from "lucide-react";
import { useId, useMemo, useRef, useState } from "react";
import { apiError, messagesAt } from "@/api/errors";
import { type Task, type TaskDefinition, taskView } from "@/api/generated";
import { cx } from "@/lib/cx";
import { changedFields } from "@/lib/changedFields";
import { Conflict } from "@/shared/core/Conflict";
import { focusFaultSoon, useBlocked, useGuard, useSaveKey } from "@/shared/core/formHooks";
import { NotSaved, notSavedWords } from "@/shared/core/NotSaved";
import { Button } from "@/ui/Button";
import { Foot } from "@/ui/layout/Foot";
import { BasicsPart } from "./BasicsPart";
import { draftFaults } from "../draft/codes";
import { CredentialsPart } from "./CredentialsPart";
import { DependenciesPart } from "../dependencies/DependenciesPart";
import { definitionOf, type Draft, draftOf } from "../draft/draft";
import { EffectQuestion } from "./EffectQuestion";
import { ExpectPart } from "../ledger/ExpectPart";
import { useCheck, useSave } from "./formHooks";
import { KeepPart, LimitsPart, PoolPart, RetryPart } from "./LimitsPart";
import { ParamsPart } from "./ParamsPart";
import { RunPart } from "./RunPart";
import { ProcessPart } from "../process/ProcessPart";
import { SchedulesPart } from "../schedules/SchedulesPart";
import { TriggersPart } from "../triggers/TriggersPart";

/** Props of TaskForm. */
export interface TaskFormProps {
  /** What the form begins with. */
  start: Draft;
  /** The task that is edited; none: a new one. */
  task?: Task;
  onSaved: (task: Task) => void;
  onCancel: () => void;
}

/** Fields whose change may move slots. The name is one of them, because H fields and spreads are computed from it. */
const MOVES_SLOTS = new Set(["schedules", "enabled", "tags", "name"]);

/** The form for new and existing tasks. */
export function TaskForm({ start, task, onSaved, onCancel }: TaskFormProps) {
  const [base, setBase] = useState({ draft: start, version: task?.version ?? null });
  const [draft, setDraft] = useState(start);
  const [tried, setTried] = useState(false);
  const initial = useMemo(() => definitionOf(base.draft), [base]);
  const definition = useMemo(() => definitionOf(draft), [draft]);
  const faults = useMemo(() => draftFaults(draft), [draft]);
  const changed = useMemo(() => changedFields(initial, definition), [initial, definition]);
  const unsaved = changed.length > 0 || faults.length > 0;
  const checked = useCheck(definition, task, changed.length > 0);
  const done = useRef(false);
  const save = useSave(task, (saved) => {
    done.current = true;
    onSaved(saved);
  });
  const failure = apiError(save.error);
  const refused = failure?.status === 412 ? null : failure;
  const form = useRef<HTMLFormElement>(null);
  const id = useId();
  useBlocked(unsaved && !save.isSuccess);
  const [asked, setAsked] = useState<TaskDefinition | null>(null);
  const store = () => {
    setAsked(null);
    save.mutate({ definition, version: base.version }, { onError: (error) => focusFaultSoon(form, error) });
  };
  const submit = () => {
    setTried(true);
    if (faults.length > 0) return focusFaultSoon(form);
    // A change that moves slots is shown before it is saved. A new task has no slots to move.
    if (task && changed.some((field) => MOVES_SLOTS.has(field))) setAsked(definition);
    else store();
    return undefined;
  };
  // One save at a time, because the second of two creates would be refused or make a second task.
  useSaveKey(submit, save.isPending || save.isSuccess);
  const at = (pointer: string, deep?: boolean) => {
    const fault = faults.find((each) => each.pointer === pointer);
    if (fault) return fault.message;
    // While somebody types, only changed fields show faults; after an attempt to save, all fields do.
    const touched = tried || changed.includes(pointer.split("/")[1] ?? "");
    const fresh = failure?.status === 422 && save.variables?.definition === definition ? failure : checked;
    return touched ? messagesAt(fresh, pointer, deep) : undefined;
  };
  const part = { draft, at, set: (change: Partial<Draft>) => setDraft((old) => ({ ...old, ...change })) };
  const guard = useGuard(unsaved, done);
  return (
    <form
      ref={form}
      id={id}
      noValidate
      className="flex flex-col"
      onSubmit={(event) => {
        event.preventDefault();
        if (!save.isPending) submit();
      }}
    >
      {failure?.status === 412 && task && (
        <Conflict
          what={task.id}
          current={async () => (await taskView({ path: { task: task.id }, throwOnError: true })).data}
          changedBy={(theirs) => changedFields(initial, definitionOf(draftOf(theirs)))}
          onTheirs={(theirs) => {
            setBase({ draft: draftOf(theirs), version: theirs.version });
            setDraft(draftOf(theirs));
            save.reset();
          }}
          onMine={(theirs) => {
            setBase({ ...base, version: theirs.version });
            save.mutate({ definition, version: theirs.version });
          }}
        />
      )}
      {refused && (
        <div className="mb-3">
          <NotSaved failure={refused} />
        </div>
      )}
      <div className="rounded-lg border border-line bg-surface px-4 lg:px-6">
        <BasicsPart {...part} />
        <RunPart {...part} />
        {draft.kind !== "heartbeat" && (
          <>
            <ProcessPart {...part} />
            <CredentialsPart {...part} />
            <SchedulesPart {...part} />
            <TriggersPart {...part} />
            <DependenciesPart {...part} />
            <ParamsPart {...part} />
            <RetryPart {...part} />
            <LimitsPart {...part} />
            <ExpectPart {...part} />
            <PoolPart {...part} />
          </>
        )}
        <KeepPart {...part} />
      </div>
      <Foot>
        <div className="flex flex-wrap items-center justify-end gap-2">
          {refused && <span className="mr-auto text-sm font-medium text-fail">{notSavedWords(refused).title}</span>}
          <span role="status" className={cx("mr-auto text-sm text-muted", refused && "sr-only")}>
            {changed.length > 0 ? `Not saved: ${changed.slice(0, 4).join(", ")}${changed.length > 4 ? " ..." : ""}` : task && !unsaved ? "Nothing changed yet." : ""}
          </span>
          <Button onClick={onCancel}>Cancel</Button>
          <Button type="submit" form={id} look="primary" icon={<Save size={15} aria-hidden />} busy={save.isPending}>
            {task ? "Save" : "Create task"}
          </Button>
        </div>
      </Foot>
      {asked && task && <EffectQuestion task={task.name} definition={asked} onSave={store} onClose={() => setAsked(null)} />}
      {guard}
    </form>
  );
}
