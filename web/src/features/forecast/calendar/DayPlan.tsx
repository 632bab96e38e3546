import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { PlanDay, PlanDayTask, PlanSlot } from "@/api/generated";
import { planListOptions } from "@/api/generated/@tanstack/react-query.gen";
import { timeIn } from "@/lib/time/dates";
import { plural } from "@/lib/numbers";
import { duration } from "@/lib/time/time";
import { noteWords } from "@/lib/words/notes";
import { Loaded } from "@/shared/core/Loaded";
import { paths } from "@/paths";
import { Badge } from "@/ui/text/Badge";
import type { DayPeriod } from "./DayDialog";

/** Slots of a day that are listed one by one; of more, task by task. */
const SINGLE = 100;
const LIMIT = 500;

type Props = { period: DayPeriod; timezone: string };

/** What is planned: slot by slot, or task by task where there are many. */
export function DayPlan({ day, period, timezone }: Props & { day: PlanDay }) {
  const slots = day.planned + day.skipped;
  return (
    <section aria-label="What is planned">
      <h3 className="font-semibold">
        {plural(slots, "planned slot")} of {plural(day.task_count, "task")}
      </h3>
      {slots <= SINGLE ? (
        <Slots period={period} timezone={timezone} />
      ) : (
        <ul className="divide-y divide-line">
          {day.tasks.map((task) => (
            <TaskLine key={task.task} task={task} period={period} timezone={timezone} />
          ))}
          {day.task_count > day.tasks.length && <li className="py-1 text-xs text-muted">and {plural(day.task_count - day.tasks.length, "more task")}</li>}
        </ul>
      )}
    </section>
  );
}

function TaskLine({ task, period, timezone }: Props & { task: PlanDayTask }) {
  const [open, setOpen] = useState(false);
  const [first, last] = [timeIn(task.first_at, timezone), timeIn(task.last_at, timezone)];
  return (
    <li>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className="flex min-h-8 cursor-pointer flex-wrap items-center gap-x-3 py-1">
          <span className="w-26 shrink-0 tabular-nums">{first === last ? first : `${first} – ${last}`}</span>
          <span className="min-w-0 flex-1 basis-40 truncate font-medium">{task.task}</span>
          {task.skipped > 0 && <Badge>{task.planned === 0 ? "Skipped" : `${task.skipped} skipped`}</Badge>}
          <span className="text-xs text-muted">{plural(task.planned + task.skipped, "slot")}</span>
        </summary>
        {open && (
          <div className="pb-2 pl-4">
            <Slots task={task.task} period={period} timezone={timezone} />
          </div>
        )}
      </details>
    </li>
  );
}

/** Slots one by one. The server excludes the first instant of a period and includes the last. */
function Slots({ task, period, timezone }: Props & { task?: string }) {
  const from_at = new Date(Date.parse(period.from_at) - 1000).toISOString();
  const until_at = new Date(Date.parse(period.until_at) - 1000).toISOString();
  const plan = useQuery({ ...planListOptions({ query: { from_at, until_at, limit: LIMIT, ...(task ? { task } : {}) } }), refetchInterval: false });
  return (
    <Loaded query={plan}>
      {({ items, next_cursor }) => (
        <>
          <ul className="divide-y divide-line">
            {items.map((slot) => (
              <SlotLine key={`${slot.task} ${slot.schedule_key} ${slot.scheduled_for}`} slot={slot} timezone={timezone} />
            ))}
          </ul>
          {next_cursor && <p className="py-1 text-xs text-muted">Only the first {items.length} are listed.</p>}
          {task && (
            <Link {...paths.task(task)} className="text-xs text-muted underline underline-offset-2">
              Go to {task}
            </Link>
          )}
        </>
      )}
    </Loaded>
  );
}

function SlotLine({ slot, timezone }: { slot: PlanSlot; timezone: string }) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 py-1">
      <span className="w-14 tabular-nums">{timeIn(slot.scheduled_for, timezone)}</span>
      <Link {...paths.task(slot.task)} className="min-w-0 flex-1 basis-40 truncate font-medium underline-offset-2 hover:underline">
        {slot.task}
      </Link>
      {slot.skipped && <Badge>Skipped</Badge>}
      {slot.expected_duration_seconds !== null && !slot.skipped && <span className="text-xs text-muted">about {duration(slot.expected_duration_seconds)}</span>}
      {slot.may_wait && !slot.skipped && <Badge>May wait</Badge>}
      {slot.notes.length > 0 && <span className="w-full text-xs text-warn">{noteWords(slot.notes)}</span>}
    </li>
  );
}
