import { useMutation, useQuery } from "@tanstack/react-query";
import { type ApiError, apiError } from "@/api/errors";
import { type Task, taskCreate, type TaskDefinition, taskUpdate } from "@/api/generated";
import { useRested } from "@/lib/useRested";
import { useTasksChanged } from "@/shared/tasks/taskActions";

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
