/** The tasks that may be due in the period, and whether these are all of them. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { PlanSlot, TaskSummary } from "@/api/generated";
import { useRested } from "@/lib/useRested";
import type { Items } from "@/api/pages";
import { timelineNamed, timelineTasks } from "./queries";

/** How much is known: of all that fit the filter, still being asked, or only of some. */
export type Known = "all" | "asking" | "some";

const NONE: TaskSummary[] = [];

/** Asks for tasks where the plan does not hold all slots, and by name where there are too many tasks for that. */
export function useTasks(plan: Items<PlanSlot> | undefined, wanted: string): { tasks: TaskSummary[]; known: Known } {
  const rested = useRested(wanted, 250);
  const first = useQuery(timelineTasks(plan));
  const partial = plan !== undefined && plan.next_cursor !== null;
  const many = partial && first.data !== undefined && first.data.next_cursor !== null;
  const named = useQuery(timelineNamed(rested, many));
  const known = (): Known => {
    if (!partial || first.data?.next_cursor === null) return "all";
    if (first.isPending) return "asking";
    if (wanted === "" || first.isError) return "some";
    if (rested !== wanted || named.isPending) return "asking";
    return named.data?.next_cursor === null ? "all" : "some";
  };
  const tasks = useMemo(() => [...(first.data?.items ?? NONE), ...(named.data?.items ?? NONE)], [first.data, named.data]);
  return { tasks, known: known() };
}
