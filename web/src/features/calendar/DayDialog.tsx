import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { planListOptions, runListOptions } from "@/api/generated/@tanstack/react-query.gen";
import { addDays, dateIn, dayWord } from "@/lib/dates";
import { plural } from "@/lib/numbers";
import { duration, wallTime } from "@/lib/time";
import { Loaded } from "@/parts/Loaded";
import { paths } from "@/paths";
import { Badge, StateBadge } from "@/ui/Badge";
import { Dialog } from "@/ui/Dialog";
import { DateTime } from "@/ui/Time";

const LIMIT = 200;

/** One day: what ran and what is planned. The server is asked for a wider period; the zone decides what is shown. */
export function DayDialog({ date, timezone, onClose }: { date: string; timezone: string; onClose: () => void }) {
  const period = { from_at: `${addDays(date, -1)}T09:00:00Z`, until_at: `${addDays(date, 1)}T15:00:00Z`, limit: LIMIT };
  const plan = useQuery(planListOptions({ query: period }));
  const runs = useQuery(runListOptions({ query: period }));
  const here = (at: string) => dateIn(at, timezone) === date;
  const cut = plan.data?.next_cursor || runs.data?.next_cursor;
  return (
    <Dialog open wide onClose={onClose} title={dayWord(date)} hint={`In ${timezone}`}>
      <div className="flex flex-col gap-4 text-sm">
        <Loaded query={runs}>
          {(page) => {
            const items = page.items.filter((run) => here(run.created_at));
            return (
              <section aria-label="What ran">
                <h3 className="font-semibold">{plural(items.length, "run")}</h3>
                <ul className="divide-y divide-line">
                  {items.map((run) => (
                    <li key={run.id} className="flex flex-wrap items-center gap-x-3 py-1">
                      <Link {...paths.task(run.task.name)} className="min-w-0 flex-1 basis-40 truncate font-medium underline-offset-2 hover:underline">
                        {run.task.name}
                      </Link>
                      <StateBadge state={run.state} />
                      <Link {...paths.run(run.id)} className="text-xs text-muted underline">
                        <DateTime at={run.created_at} plain />
                      </Link>
                    </li>
                  ))}
                </ul>
              </section>
            );
          }}
        </Loaded>
        <Loaded query={plan}>
          {(page) => {
            const items = page.items.filter((slot) => here(slot.scheduled_for));
            return (
              <section aria-label="What is planned">
                <h3 className="font-semibold">{plural(items.length, "planned slot")}</h3>
                <ul className="divide-y divide-line">
                  {items.map((slot) => (
                    <li key={`${slot.task} ${slot.schedule_key} ${slot.scheduled_for}`} className="flex flex-wrap items-center gap-x-3 py-1">
                      <span className="w-14 tabular-nums">{wallTime(slot.scheduled_local).time}</span>
                      <Link {...paths.task(slot.task)} className="min-w-0 flex-1 basis-40 truncate font-medium underline-offset-2 hover:underline">
                        {slot.task}
                      </Link>
                      {slot.skipped && <Badge>Skipped</Badge>}
                      {slot.expected_duration_seconds !== null && <span className="text-xs text-muted">about {duration(slot.expected_duration_seconds)}</span>}
                      {slot.notes.length > 0 && <span className="w-full text-xs text-warn">{slot.notes.join("; ")}</span>}
                    </li>
                  ))}
                </ul>
              </section>
            );
          }}
        </Loaded>
        {cut && <p className="text-xs text-muted">There is more around this day than is listed here.</p>}
      </div>
    </Dialog>
  );
}
