/** The rows of the timeline in three steps: the ground (all that was loaded), the tasks in sight, and the rows that are drawn. */
import type { PlanSlot, RunSummary, TaskSummary } from "@/api/generated";
import type { Items } from "@/api/pages";
import { type Period, rowsOf, type TimelineRow } from "./layout";
import { endless, joinPlans, pushedOff } from "./plan";

/** Slots of tasks that were asked for one by one. */
export type ByTask = ReadonlyMap<string, Items<PlanSlot>>;

const NONE: ByTask = new Map();

/** What the first pages of runs and slots say of all tasks. */
export interface Ground {
  runs: RunSummary[];
  plan: Items<PlanSlot>;
  /** Tasks whose slots the pages do not hold to the end. */
  pushed: ReadonlySet<string>;
  period: Period;
  now: number;
  rows: TimelineRow[];
}

/** Combines the runs and slots that were loaded for all tasks. */
export function groundOf(runs: RunSummary[], plan: Items<PlanSlot>, tasks: TaskSummary[], period: Period, now: number): Ground {
  const pushed = pushedOff(plan, tasks, period.until);
  return { runs, plan, pushed, period, now, rows: rowsOf(runs, joinPlans(plan, pushed, NONE), period, now) };
}

/** The tasks in sight. */
export interface Sight {
  /** Tasks that fit the filter, shown or not. */
  count: number;
  names: string[];
  /** Those among the names whose slots must be asked for one by one. */
  missing: string[];
}

/** Which of the tasks fit the filter and are shown. */
export function sightOf({ rows, plan, pushed, period }: Ground, wanted: string, shown: number): Sight {
  const found = rows.filter(({ task }) => task.includes(wanted)).map(({ task }) => task);
  const names = found.slice(0, shown);
  const never = endless(plan, period.until);
  return { count: found.length, names, missing: names.filter((name) => pushed.has(name) && !never.has(name)) };
}

/** The rows of the tasks in sight, with the slots that were asked for one by one. */
export function drawnOf({ runs, plan, pushed, period, now, rows }: Ground, { names }: Sight, byTask: ByTask): TimelineRow[] {
  const visible = new Set(names);
  const whole = byTask.size === 0 ? rows : rowsOf(runs, joinPlans(plan, pushed, byTask), period, now);
  return whole.filter(({ task }) => visible.has(task));
}
