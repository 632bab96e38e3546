/** What can be done with tasks, for every page that shows them. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type Reason, type TaskAction, taskDelete, taskDisable, taskEnable } from "@/api/generated";
import { problemWords } from "@/lib/words/reasons";
import type { ReadId } from "@/api/generated/contract.gen";
import { askAgain } from "@/api/queries";
import { say } from "@/ui/layers/toasts";

/** Why the server does not offer an action; undefined if it does. */
export function whyNot(task: { enabled: boolean; actions: TaskAction[]; problem?: Reason | null }, action: TaskAction, denied: string | undefined): string | undefined {
  if (denied) return denied;
  if (task.actions.includes(action)) return undefined;
  if (problemWords(task)) return "The definition is damaged. Replace it or delete the task.";
  if (action === "run" && !task.enabled) return "The task is disabled. Enable it first.";
  if (action === "run") return "Orc does not start this task. Its job runs elsewhere and calls Orc.";
  return "The task does not allow this now.";
}

const SHOWING_TASKS: ReadId[] = ["taskList", "taskView", "taskVersionList"];

/** Asks again for everything that shows tasks. */
export function useTasksChanged(): (ids?: ReadId[]) => Promise<void> {
  const queries = useQueryClient();
  return (ids = SHOWING_TASKS) => askAgain(queries, ...ids);
}

/** Enables or disables. */
export function useEnable() {
  const changed = useTasksChanged();
  return useMutation({
    mutationFn: async ({ name, enabled }: { name: string; enabled: boolean }) => {
      const call = enabled ? taskEnable : taskDisable;
      return (await call({ path: { task: name }, throwOnError: true })).data;
    },
    onSuccess: async (_task, { name, enabled }) => {
      say(enabled ? `${name} is enabled.` : `${name} is disabled. Nothing starts it now.`);
      await changed();
    },
  });
}

/** Deletes; open runs are cancelled only if that was asked for. */
export function useDelete() {
  const changed = useTasksChanged();
  return useMutation({
    mutationFn: async ({ name, cancelRuns }: { name: string; cancelRuns: boolean }) => {
      await taskDelete({ path: { task: name }, query: { cancel_runs: cancelRuns }, throwOnError: true });
    },
    onSuccess: async (_nothing, { name }) => {
      say(`${name} is deleted. Its past runs stay.`);
      // The page of a task that is gone is about to be left; asking for it again would only fail.
      await changed(["taskList"]);
    },
  });
}
