import type { PlanDay, PlanDayTask } from "@/api/generated";
import { cx } from "@/lib/cx";
import { timeIn } from "@/lib/time/dates";
import { count, plural } from "@/lib/numbers";

/** Tasks of a day that are named before the rest is only counted. */
const SHOWN = 8;
/** From this many slots a day on, a task is frequent and its times are not listed. */
const FREQUENT = 5;

const slotsOf = ({ planned, skipped }: PlanDayTask): number => planned + skipped;
const rare = (task: PlanDayTask): boolean => slotsOf(task) < FREQUENT;

/** Those that are seldom due first, by time; then the frequent ones, the most frequent last. */
export function byWeight(tasks: PlanDayTask[]): PlanDayTask[] {
  return [...tasks.filter(rare), ...tasks.filter((task) => !rare(task)).toSorted((one, other) => slotsOf(one) - slotsOf(other))];
}

/** What is planned on a day, short: `03:00 backup`, `every-minute 1,440 ×`. */
export function DayTasks({ day, timezone, inline }: { day: PlanDay; timezone: string; inline?: boolean }) {
  const shown = byWeight(day.tasks).slice(0, SHOWN);
  if (shown.length === 0) return null;
  const more = day.task_count - shown.length;
  return (
    <span className={cx("flex min-w-0 gap-x-3 text-xs tabular-nums", inline ? "w-full flex-wrap" : "w-full flex-col")}>
      {shown.map((task) => (
        <span key={task.task} className={cx("flex min-w-0 gap-1.5", inline && "max-w-full")}>
          <span className="shrink-0 text-muted">{rare(task) ? timeIn(task.first_at, timezone) : `${count(slotsOf(task))} ×`}</span>
          <span className={cx("truncate", task.planned === 0 && "text-muted line-through")}>{task.task}</span>
          {task.planned === 0 ? <span className="sr-only">(skipped)</span> : slotsOf(task) > 1 && rare(task) && <span className="shrink-0 text-muted">{slotsOf(task)} ×</span>}
        </span>
      ))}
      {more > 0 && <span className="text-muted">and {plural(more, "more task")}</span>}
    </span>
  );
}
