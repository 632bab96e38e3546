import { numberFormat } from "@/lib/locale";
import { CalendarX2, Check, CircleDashed, SkipForward, TriangleAlert, Wrench, X } from "lucide-react";
import type { ReactNode } from "react";
import type { PlanDay } from "@/api/generated";
import { cx } from "@/lib/cx";
import { dayWord, shortDayWord, WEEK } from "@/lib/time/dates";
import { count } from "@/lib/numbers";
import { DayTasks } from "./DayTasks";

/** Skipped slots of the past and of the future are one figure. */
const figure = (day: PlanDay, key: (typeof COUNTS)[number][0]): number => (key === "skipped" ? day.skipped + day.past_skipped : day[key]);

const COUNTS = [
  ["succeeded", "succeeded", "text-ok", Check],
  ["failed", "failed", "text-fail", X],
  ["missed", "missed", "text-warn", TriangleAlert],
  ["planned", "planned", "text-muted", CircleDashed],
  ["skipped", "skipped", "text-idle", SkipForward],
] as const;

/** What the marks mean. */
export function Legend() {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-xs" aria-label="Legend">
      {COUNTS.map(([key, word, tone, Glyph]) => (
        <li key={key} className={cx("inline-flex items-center gap-1", tone)}>
          <Glyph size={13} strokeWidth={2.5} aria-hidden /> {word}
        </li>
      ))}
      <li className="inline-flex items-center gap-1 text-muted">
        <span className="hatched size-3 rounded-sm border border-line-strong" aria-hidden /> still to come
      </li>
    </ul>
  );
}

/** A figure; a large one is rounded where a phone's cell would cut it off. */
function Count({ value, cell }: { value: number; cell?: boolean | undefined }) {
  if (!cell || value < 10_000) return count(value);
  return (
    <>
      <span className="max-sm:hidden">{count(value)}</span>
      <span className="sm:hidden">{rounded.format(value)}</span>
    </>
  );
}

const rounded = numberFormat({ notation: "compact", maximumFractionDigits: 0 });

/** How much there is of each sort; with words where there is room for them. */
export function Figures({ day, words, cell }: { day: PlanDay; words?: boolean; cell?: boolean }) {
  return (
    <span className={cx("flex flex-wrap text-xs", words ? "gap-x-4" : "gap-x-2")}>
      {COUNTS.filter(([key]) => figure(day, key) > 0).map(([key, word, tone, Glyph]) => (
        <span key={key} className={cx("inline-flex items-center gap-0.5 font-medium", tone)}>
          <Glyph size={12} strokeWidth={2.5} aria-hidden />
          <Count value={figure(day, key)} cell={cell} />
          <span className={words ? undefined : "sr-only"}>&nbsp;{word}</span>
        </span>
      ))}
    </span>
  );
}

/** Calendars and maintenance by name; in the cells of a phone only their glyphs, the names are in the day. */
export function Names({ day, cell }: { day: PlanDay; cell?: boolean }) {
  return (
    <>
      {day.calendars.map((name) => (
        <Mark key={name} cell={cell} icon={<CalendarX2 size={12} aria-hidden />}>{`skips: ${name}`}</Mark>
      ))}
      {day.maintenance.map((name) => (
        <Mark key={name} cell={cell} icon={<Wrench size={12} aria-hidden />}>{name}</Mark>
      ))}
    </>
  );
}

function Mark({ icon, cell, children }: { icon: ReactNode; cell?: boolean | undefined; children: ReactNode }) {
  return (
    <span className="flex max-w-full min-w-0 items-center gap-1 rounded bg-warn-soft px-1 text-xs text-warn">
      <span className="shrink-0">{icon}</span>
      <span className={cx("truncate", cell && "max-sm:sr-only")}>{children}</span>
    </span>
  );
}

type DaysProps = { days: PlanDay[]; today: string; timezone: string; onOpen: (date: string) => void };

/** A week a row, a day a cell; a week by itself names what is planned. */
export function Grid({ days, today, timezone, month, onOpen }: DaysProps & { month: string | null }) {
  return (
    <div className="overflow-hidden rounded-lg border border-line bg-surface">
      <div className="grid grid-cols-7 border-b border-line text-xs font-semibold text-muted" aria-hidden>
        {WEEK.map((day) => (
          <span key={day} className="truncate px-2 py-1.5">
            {day}
          </span>
        ))}
      </div>
      <div className="grid grid-cols-7 gap-px bg-line">
        {days.map((day, place) => (
          <button
            // oxlint-disable-next-line react/no-array-index-key -- by its place, so that the focus stays there when another month comes
            key={place}
            type="button"
            onClick={() => onOpen(day.date)}
            aria-label={`${dayWord(day.date)}${day.date === today ? ", today" : ""}`}
            data-day={day.date}
            aria-describedby={`day-${day.date}`}
            aria-current={day.date === today ? "date" : undefined}
            className={cx("flex min-w-0 flex-col items-start gap-1 relative bg-surface p-1.5 text-left max-sm:p-0.5 hover:bg-hover focus-visible:-outline-offset-2", month ? "min-h-24" : "min-h-64", day.date > today && day.planned > 0 && "hatched")}
          >
            <span className={cx("rounded px-1 text-sm tabular-nums", day.date === today ? "bg-accent-strong font-semibold text-on-accent" : month && !day.date.startsWith(month) ? "bg-surface text-muted" : "bg-surface font-medium")}>
              {Number(day.date.slice(8))}
            </span>
            <span id={`day-${day.date}`} className="flex w-full min-w-0 flex-col gap-1 rounded bg-surface px-1 max-sm:px-0">
              <Figures day={day} cell />
              <Names day={day} cell />
              {!month && <DayTasks day={day} timezone={timezone} />}
            </span>
          </button>
        ))}
      </div>
    </div>
  );
}

/** A day a line with what is planned on it: the view of a phone. */
export function Agenda({ days, today, timezone, onOpen }: DaysProps) {
  return (
    <ul className="divide-y divide-line overflow-hidden rounded-lg border border-line bg-surface">
      {days.map((day, place) => (
        // oxlint-disable-next-line react/no-array-index-key -- by its place, so that the focus stays there when other days come
        <li key={place}>
          <button type="button" data-day={day.date} onClick={() => onOpen(day.date)} aria-current={day.date === today ? "date" : undefined} className="flex min-h-12 w-full flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 text-left hover:bg-hover focus-visible:-outline-offset-2">
            <span className={cx("w-24 text-sm", day.date === today && "font-semibold text-accent")}>{shortDayWord(day.date)}</span>
            <Figures day={day} />
            <Names day={day} />
            <DayTasks day={day} timezone={timezone} inline />
          </button>
        </li>
      ))}
    </ul>
  );
}
