import { useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type ByTask, drawnOf, type Ground, groundOf, type Sight, sightOf } from "./model";
import type { Period } from "./layout";
import { timelineOfTask, timelinePlan, timelineRuns } from "./queries";
import { useTasks } from "./useTasks";

const NOTHING: Sight = { count: 0, names: [], missing: [] };

/** Loads what the timeline shows and makes its rows: first runs and slots of all tasks, then further slots of the tasks in sight. */
export function useTimeline(period: Period, now: number, wanted: string, shown: number) {
  const runs = useQuery(timelineRuns(period));
  const plan = useQuery(timelinePlan(period));
  const { tasks, known } = useTasks(plan.data, wanted);
  const ground = useMemo((): Ground | null => (runs.data && plan.data ? groundOf(runs.data.items, plan.data, tasks, period, now) : null), [runs.data, plan.data, tasks, period, now]);
  const sight = useMemo(() => (ground ? sightOf(ground, wanted, shown) : NOTHING), [ground, wanted, shown]);
  const byTask = useSlotsOf(sight.missing, period);
  const rows = useMemo(() => (ground ? drawnOf(ground, sight, byTask) : []), [ground, sight, byTask]);
  return { runs, plan, known, rows, count: sight.count, empty: ground?.rows.length === 0 };
}

const dataOf = <T,>(answers: { data: T }[]): T[] => answers.map(({ data }) => data);

/** The slots of single tasks, as far as they are answered. */
function useSlotsOf(tasks: string[], period: Period): ByTask {
  const answers = useQueries({ queries: tasks.map((task) => timelineOfTask(period, task)), combine: dataOf });
  return useMemo(() => new Map(answers.flatMap((data, place) => (data ? [[tasks[place] ?? "", data]] : []))), [answers, tasks]);
}
