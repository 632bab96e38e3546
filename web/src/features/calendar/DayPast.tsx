import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Slot } from "@/api/generated";
import { runListOptions, slotListOptions } from "@/api/generated/@tanstack/react-query.gen";
import { cx } from "@/lib/cx";
import { dateIn, shortDayWord, timeIn } from "@/lib/dates";
import { plural } from "@/lib/numbers";
import { SLOT_OUTCOMES } from "@/lib/words";
import { Loaded } from "@/parts/Loaded";
import { paths } from "@/paths";
import { StateBadge } from "@/ui/Badge";
import type { DayPeriod } from "./DayDialog";

const LIMIT = 200;

type Props = { period: DayPeriod; timezone: string };

/** The runs of a day, the newest first. */
export function DayRuns({ period, timezone }: Props) {
  const runs = useQuery(runListOptions({ query: { ...period, limit: LIMIT } }));
  return (
    <Loaded query={runs}>
      {({ items, next_cursor }) => (
        <section aria-label="What ran">
          <h3 className="font-semibold">{next_cursor ? `The newest ${items.length} runs` : plural(items.length, "run")}</h3>
          <ul className="divide-y divide-line">
            {items.map((run) => (
              <li key={run.id} className="flex flex-wrap items-center gap-x-3 py-1">
                <Link {...paths.run(run.id)} className="w-14 text-muted tabular-nums underline underline-offset-2">
                  {timeIn(run.created_at, timezone)}
                </Link>
                <Link {...paths.task(run.task.name)} className="min-w-0 flex-1 basis-40 truncate font-medium underline-offset-2 hover:underline">
                  {run.task.name}
                </Link>
                <StateBadge state={run.state} />
              </li>
            ))}
          </ul>
          {next_cursor && <p className="pt-1 text-xs text-muted">Older ones of this day are under Runs.</p>}
        </section>
      )}
    </Loaded>
  );
}

/** Whether all slots of an entry are within a day. */
const within = ({ first_at, last_at }: Slot, { from_at, until_at }: DayPeriod): boolean =>
  Date.parse(first_at) >= Date.parse(from_at) && Date.parse(last_at) < Date.parse(until_at);

/** When the slots of an entry are, with dates if they are not all within the day. */
function stretchWords(slot: Slot, period: DayPeriod, timezone: string): string {
  const [first, last] = [slot.first_at, slot.last_at].map((at) =>
    within(slot, period) ? timeIn(at, timezone) : `${shortDayWord(dateIn(at, timezone))} ${timeIn(at, timezone)}`,
  );
  return slot.count > 1 ? `${first} – ${last}` : `${first}`;
}

/** Slots that were missed or skipped, with the reason. */
export function DayWithout({ outcome, period, timezone }: Props & { outcome: "missed" | "skipped" }) {
  const missed = useQuery(slotListOptions({ query: { ...period, outcome, limit: LIMIT } }));
  return (
    <Loaded query={missed}>
      {({ items, next_cursor }) => (
        <section aria-label={`What was ${outcome}`}>
          <h3 className="font-semibold">{SLOT_OUTCOMES[outcome].word}</h3>
          <ul className="divide-y divide-line">
            {items.map((slot) => (
              <li key={`${slot.schedule_id}${slot.first_at}`} className="flex flex-wrap items-center gap-x-3 py-1">
                <span className="min-w-26 shrink-0 tabular-nums">
                  {stretchWords(slot, period, timezone)}
                </span>
                <Link {...paths.task(slot.task, "ledger")} className="min-w-0 flex-1 basis-40 truncate font-medium underline-offset-2 hover:underline">
                  {slot.task}
                </Link>
                {slot.count > 1 && (
                  <span className="text-xs text-muted">
                    {plural(slot.count, "slot")}
                    {!within(slot, period) && " in all, on other days too"}
                  </span>
                )}
                <span className={cx("w-full text-xs", outcome === "missed" ? "text-warn" : "text-muted")}>{slot.reason}</span>
              </li>
            ))}
          </ul>
          {next_cursor && <p className="pt-1 text-xs text-muted">These are the newest {items.length}; there are more.</p>}
        </section>
      )}
    </Loaded>
  );
}
