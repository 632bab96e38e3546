import { CircleAlert } from "lucide-react";
import type { Schedule, Task } from "@/api/generated";
import { Badge } from "@/ui/text/Badge";
import { Card } from "@/ui/layout/Card";
import { expression } from "./editor/kinds";
import { calendarWords } from "./editor/More";

/** The schedules in words first; one that cannot be used says why. */
export function Schedules({ task }: { task: Task }) {
  return (
    <Card title="Schedules">
      {task.schedules.length === 0 && <p className="text-sm text-muted">{task.triggers.length > 0 ? "None." : "None. It only runs when somebody starts it."}</p>}
      <ul className="flex flex-col gap-2">
        {task.schedules.map((schedule, place) => (
          // oxlint-disable-next-line react/no-array-index-key -- a schedule may have no id yet
          <li key={schedule.id ?? place} className="text-sm wrap-anywhere">
            <p className="font-medium first-letter:uppercase">
              {schedule.words ?? schedule.kind} {schedule.enabled === false && <Badge>disabled</Badge>}
            </p>
            <p className="text-xs text-muted">
              <code className="font-mono">{expression(schedule)}</code> · {schedule.timezone ?? "server's time zone"} · key {schedule.key ?? schedule.kind}
            </p>
            {hasCalendars(schedule) && <p className="text-xs text-muted first-letter:uppercase">{calendarWords(schedule)}</p>}
            {schedule.problem && <Invalid reason={String(schedule.problem.args.problem ?? schedule.problem.text)} />}
          </li>
        ))}
      </ul>
    </Card>
  );
}

const hasCalendars = ({ run_only_on = [], skip_on = [] }: Schedule): boolean => run_only_on.length + skip_on.length > 0;

/** Says that a schedule is stored but cannot be computed. */
export function Invalid({ reason, schedule = "It" }: { reason: string; schedule?: string }) {
  return (
    <p role="alert" className="mt-1 flex items-start gap-1.5 rounded-md bg-fail-soft px-2 py-1 text-xs font-medium text-fail">
      <CircleAlert size={13} className="mt-px shrink-0" aria-hidden />
      <span>
        {schedule} does not fire: {reason}
      </span>
    </p>
  );
}
