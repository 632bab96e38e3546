import { useMutation, useQuery } from "@tanstack/react-query";
import { useBlocker } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { type ApiError, apiError } from "@/api/errors";
import { type Task, taskCreate, type TaskDefinition, taskUpdate } from "@/api/generated";
import { useRested } from "@/lib/useRested";
import { useTasksChanged } from "@/parts/taskActions";
import { Confirm } from "@/ui/Dialog";

/** What the server would say, asked while the typing rests. */
export function useCheck(definition: TaskDefinition, task: Task | undefined, on: boolean): ApiError | null {
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

/** Creates or updates; the version is what the change was made from. */
export function useSave(task: Task | undefined, onSaved: (task: Task) => void) {
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

/** Puts the focus on the first field that is wrong; where no field is to blame, on what says why nothing was saved. */
export function focusFault(form: HTMLFormElement | null, failure: unknown): void {
  const field = apiError(failure)?.fields.length ? form?.querySelector<HTMLElement>('[aria-invalid="true"]') : null;
  if (field) return field.focus();
  const alert = form?.querySelector<HTMLElement>('[role="alert"]');
  if (!alert) return undefined;
  alert.tabIndex = -1;
  alert.focus();
}

/** Ctrl+S saves; not while a save is under way. */
export function useSaveKey(save: () => void, busy: boolean): void {
  const latest = useRef(() => {});
  useEffect(() => {
    latest.current = busy ? () => {} : save;
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
export function useBlocked(on: boolean): void {
  useEffect(() => {
    if (!on) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [on]);
}

/** Our question when another page is gone to. */
export function useGuard(on: boolean, done: { current: boolean }) {
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
