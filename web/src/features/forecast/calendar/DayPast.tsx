import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Slot } from "@/api/generated";
import { reasonWords } from "@/lib/words/reasons";
import { runListOptions, slotListOptions } from "@/api/generated/@tanstack/react-query.gen";
import { cx } from "@/lib/cx";
import { dateIn, shortDayWord, timeIn } from "@/lib/time/dates";
import { plural } from "@/lib/numbers";
import { SLOT_OUTCOMES } from "@/lib/words/words";
import { Loaded } from "@/shared/core/Loaded";
import { paths } from "@/paths";
import { StateBadge } from "@/ui/text/Badge";
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
          {next_cursor && <p className="pt-1 text-xs text-muted">The Runs page lists the older ones.</p>}
        </section>
      )}
    </Loaded>
  );
}

/** The time of an entry, with dates where a time alone would be taken for one of this day. */
function entryWords({ first_at, last_at, count: slots }: Slot, { from_at, until_at }: DayPeriod, timezone: string): { when: string; many: string } {
  const [first, last] = [dateIn(first_at, timezone), dateIn(last_at, timezone)];
  const beyond = Date.parse(first_at) < Date.parse(from_at) || Date.parse(last_at) >= Date.parse(until_at);
  const begin = `${beyond ? `${shortDayWord(first)} ` : ""}${timeIn(first_at, timezone)}`;
  const end = `${first === last ? "" : `${shortDayWord(last)} `}${timeIn(last_at, timezone)}`;
  return { when: slots > 1 ? `${begin} – ${end}` : begin, many: `${plural(slots, "slot")}${beyond ? " in all, also on other days" : ""}` };
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
              <Entry key={`${slot.schedule_id}${slot.first_at}`} slot={slot} words={entryWords(slot, period, timezone)} />
            ))}
          </ul>
          {next_cursor && <p className="pt-1 text-xs text-muted">Only the newest {items.length} are listed.</p>}
        </section>
      )}
    </Loaded>
  );
}

function Entry({ slot, words }: { slot: Slot; words: ReturnType<typeof entryWords> }) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 py-1">
      <span className="min-w-26 shrink-0 tabular-nums">{words.when}</span>
      <Link {...paths.task(slot.task, "ledger")} className="min-w-0 flex-1 basis-40 truncate font-medium underline-offset-2 hover:underline">
        {slot.task}
      </Link>
      {slot.count > 1 && <span className="text-xs text-muted">{words.many}</span>}
      <span className={cx("w-full text-xs", slot.outcome === "missed" ? "text-warn" : "text-muted")}>{reasonWords(slot)}</span>
    </li>
  );
}
