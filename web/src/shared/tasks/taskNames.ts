/** Names of tasks, for fields in which one is chosen. */
import { useQuery } from "@tanstack/react-query";
import { taskListOptions } from "@/api/generated/@tanstack/react-query.gen";

/** The first 500 names. */
export function useTaskNames(): string[] {
  const list = useQuery({ ...taskListOptions({ query: { limit: 500 } }), refetchInterval: false });
  return list.data?.items.map((task) => task.name) ?? [];
}
