import { useMutation, useQuery } from "@tanstack/react-query";
import { useBlocker } from "@tanstack/react-router";
import { Save } from "lucide-react";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { type ApiError, apiError, messagesAt } from "@/api/errors";
import { type Task, taskCreate, type TaskDefinition, taskUpdate } from "@/api/generated";
import { useTasksChanged } from "@/parts/taskActions";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Dialog";
import { Failure } from "@/ui/Empty";
import { Foot } from "@/ui/Foot";
import { BasicsPart } from "./BasicsPart";
import { Conflict } from "./Conflict";
import { changedFields, definitionOf, type Draft, draftOf } from "./draft";
import { KeepPart, LimitsPart, RetryPart } from "./LimitsPart";
import { ParamsPart } from "./ParamsPart";
import { RunPart } from "./RunPart";
import { useRested } from "./schedule/usePreview";
import { SchedulesPart } from "./SchedulesPart";

/** Props of TaskForm. */
export interface TaskFormProps {
  /** What the form begins with. */
  start: Draft;
  /** The task that is edited; none: a new one. */
  task?: Task;
  onSaved: (task: Task) => void;
  onCancel: () => void;
}

/** The form for new and existing tasks. */
export function TaskForm({ start, task, onSaved, onCancel }: TaskFormProps) {
  const [base, setBase] = useState({ draft: start, version: task?.version ?? null });
  const [draft, setDraft] = useState(start);
  const [tried, setTried] = useState(false);
  const initial = useMemo(() => definitionOf(base.draft), [base]);
  const definition = useMemo(() => definitionOf(draft), [draft]);
  const changed = useMemo(() => changedFields(initial, definition), [initial, definition]);
  const checked = useCheck(definition, task, changed.length > 0);
  const done = useRef(false);
  const save = useSave(task, (saved) => {
    done.current = true;
    onSaved(saved);
  });
  const failure = apiError(save.error);
  const form = useRef<HTMLFormElement>(null);
  const id = useId();
  useBlocked(changed.length > 0 && !save.isSuccess);
  const submit = () => {
    setTried(true);
    save.mutate({ definition, version: base.version }, { onError: () => requestAnimationFrame(() => focusFirstError(form.current)) });
  };
  useSaveKey(submit);
  const at = (pointer: string, deep?: boolean) => {
    // While typing only what was touched is judged; after a try to save, everything.
    const touched = tried || changed.includes(pointer.split("/")[1] ?? "");
    const fresh = failure?.status === 422 && save.variables?.definition === definition ? failure : checked;
    return touched ? messagesAt(fresh, pointer, deep) : undefined;
  };
  const part = { draft, at, set: (change: Partial<Draft>) => setDraft((old) => ({ ...old, ...change })) };
  const guard = useGuard(changed.length > 0, done);
  return (
    <form
      ref={form}
      id={id}
      noValidate
      className="flex flex-col"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {failure?.status === 412 && task && (
        <Conflict
          name={task.name}
          initial={initial}
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
      {failure && failure.status !== 412 && <NotSaved failure={failure} />}
      <div className="rounded-lg border border-line bg-surface px-4 lg:px-6">
        <BasicsPart {...part} />
        <RunPart {...part} />
        <SchedulesPart {...part} />
        <ParamsPart {...part} />
        <RetryPart {...part} />
        <LimitsPart {...part} />
        <KeepPart {...part} />
      </div>
      <Foot>
        <div className="flex flex-wrap items-center justify-end gap-2">
          <span role="status" className="mr-auto text-sm text-muted">
            {changed.length > 0 ? `Not saved: ${changed.slice(0, 4).join(", ")}${changed.length > 4 ? " ..." : ""}` : task ? "Nothing changed yet." : ""}
          </span>
          <Button onClick={onCancel}>Cancel</Button>
          <Button type="submit" form={id} look="primary" icon={<Save size={15} aria-hidden />} busy={save.isPending}>
            {task ? "Save" : "Create task"}
          </Button>
        </div>
      </Foot>
      {guard}
    </form>
  );
}

function NotSaved({ failure }: { failure: ApiError }) {
  const many = failure.fields.length;
  return (
    <div className="mb-3">
      {many > 0 ? (
        <Failure title="Not saved" detail={many === 1 ? "One field needs a change; it is marked below." : `${many} fields need a change; they are marked below.`} />
      ) : (
        <Failure title={failure.title} detail={failure.message} requestId={failure.requestId} />
      )}
    </div>
  );
}

/** What the server would say, asked while the typing rests. */
function useCheck(definition: TaskDefinition, task: Task | undefined, on: boolean): ApiError | null {
  const rested = useRested(definition, 400);
  const check = useQuery({
    queryKey: ["taskCheck", task?.name ?? null, rested],
    enabled: on,
    queryFn: async ({ signal }): Promise<ApiError | null> => {
      const options = { body: rested, query: { dry_run: true }, signal } as const;
      const answer = task ? await taskUpdate({ ...options, path: { task: task.id } }) : await taskCreate(options);
      return apiError(answer.error);
    },
    placeholderData: (old) => old,
    refetchInterval: false,
    retry: false,
    gcTime: 0,
  });
  return check.data ?? null;
}

function useSave(task: Task | undefined, onSaved: (task: Task) => void) {
  const changed = useTasksChanged();
  return useMutation({
    meta: { quiet: true },
    mutationFn: async ({ definition, version }: { definition: TaskDefinition; version: number | null }) => {
      if (!task) return (await taskCreate({ body: definition, throwOnError: true })).data;
      const headers = version === null ? {} : { "If-Match": `"${version}"` };
      return (await taskUpdate({ path: { task: task.id }, body: definition, headers, throwOnError: true })).data;
    },
    onSuccess: (saved) => {
      void changed();
      onSaved(saved);
    },
  });
}

function focusFirstError(form: HTMLFormElement | null): void {
  form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}

/** Ctrl+S saves. */
function useSaveKey(save: () => void): void {
  const latest = useRef(save);
  useEffect(() => {
    latest.current = save;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
      event.preventDefault();
      latest.current();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

/** The browser's own question when the tab is closed. */
function useBlocked(on: boolean): void {
  useEffect(() => {
    if (!on) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [on]);
}

/** Our question when another page is gone to. */
function useGuard(on: boolean, done: { current: boolean }) {
  const latest = useRef(on);
  useEffect(() => {
    latest.current = on;
  });
  const blocker = useBlocker({ shouldBlockFn: () => latest.current && !done.current, enableBeforeUnload: false, withResolver: true });
  return (
    <Confirm
      question={
        blocker.status === "blocked"
          ? { title: "Leave without saving?", text: "What you changed in this form is lost.", verb: "Leave", onYes: () => blocker.proceed() }
          : null
      }
      onClose={() => blocker.reset?.()}
    />
  );
}
