import { numberFormat } from "@/lib/locale";
import { useMemo } from "react";
import type { Simulation } from "@/api/generated";
import { cx } from "@/lib/cx";
import { dayWord, shortDayWord } from "@/lib/time/dates";
import { count, plural } from "@/lib/numbers";
import { type HeatCell, heatDays, heatLevel, HOURS, LEVELS, mostSlots } from "./heat";

/** Colours by step: the text on each is readable in both themes. */
const STEPS = ["bg-surface text-muted", "bg-run-soft text-text", "bg-run/25 text-text", "bg-run/45 text-text", "bg-accent-strong text-on-accent"] as const;
const two = (hour: number) => String(hour).padStart(2, "0");

/** Days down, hours across: how many slots are due in each hour, and the most runs at once. */
export function HeatMap({ simulation }: { simulation: Simulation }) {
  const { hours, timezone } = simulation;
  const days = useMemo(() => heatDays(hours, timezone), [hours, timezone]);
  const most = mostSlots(days);
  return (
    <>
      {/* The table scrolls by itself, so that the page does not; what only screen readers get must not reach out of it. */}
      <div className="relative max-h-[32rem] overflow-auto" tabIndex={0} role="region" aria-label="Slots by hour">
        <table className="w-full min-w-[56rem] table-fixed border-separate border-spacing-0.5 text-center text-xs tabular-nums">
          <caption className="sr-only">Slots due in each hour of each day in {timezone}, with the most runs at once.</caption>
          <thead className="sticky top-0 z-10 bg-surface">
            <tr>
              <th scope="col" className="sticky left-0 z-10 w-24 bg-surface px-2 text-left font-medium text-muted">
                Day
              </th>
              {HOURS.map((hour) => (
                <th key={hour} scope="col" className="bg-surface font-medium text-muted">
                  {two(hour)}
                  <span className="sr-only"> o'clock</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.map(({ date, hours: cells }) => (
              <tr key={date}>
                <th scope="row" className="sticky left-0 bg-surface px-2 text-left font-medium whitespace-nowrap">
                  <span aria-hidden>{shortDayWord(date)}</span>
                  <span className="sr-only">{dayWord(date)}</span>
                </th>
                {cells.map((cell, hour) => (
                  <Cell key={HOURS[hour]} cell={cell} most={most} where={`${shortDayWord(date)}, ${two(hour)}:00`} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-muted">
        <span>Top: slots due in the hour. Bottom: most runs at once.</span>
        <span className="inline-flex items-center gap-1">
          none
          {Array.from({ length: LEVELS }, (_, step) => (
            <span key={STEPS[step]} aria-hidden className={cx("state-bar inline-block size-3 rounded-sm border border-line-strong", STEPS[step])} />
          ))}
          {count(most)}
        </span>
        <span className="inline-flex items-center gap-1">
          <span aria-hidden className="hatched inline-block size-3 rounded-sm border border-line" /> outside the period
        </span>
      </p>
    </>
  );
}

function Cell({ cell, most, where }: { cell: HeatCell | null; most: number; where: string }) {
  if (!cell) {
    return (
      <td className="hatched h-9 rounded">
        <span className="sr-only">outside the period</span>
      </td>
    );
  }
  const { slots, peak } = cell;
  const text = slots === 0 && peak === 0 ? "none" : `${plural(slots, "slot")}, at most ${plural(peak, "run")} at once`;
  return (
    <td title={`${where}: ${text}`} className={cx("state-bar h-9 rounded leading-tight", STEPS[heatLevel(slots, most)])}>
      <span aria-hidden className="flex flex-col items-center">
        <span className="font-semibold">{slots === 0 ? "·" : short(slots)}</span>
        {peak > 0 && <span>{short(peak)}</span>}
      </span>
      <span className="sr-only">{text}</span>
    </td>
  );
}

/** A figure that fits a cell; the exact one is in its title. */
const fits = numberFormat({ notation: "compact", maximumSignificantDigits: 2 });
const short = (value: number) => (value < 1000 ? String(value) : fits.format(value));
