/** Hours of a simulation as days of 24 cells, in the zone of whoever looks at it. */
import { dateIn, partsIn } from "@/lib/time/dates";
import type { SimulatedHour } from "@/api/generated";

/** One cell: an hour of a day. */
export interface HeatCell {
  slots: number;
  peak: number;
}

/** One row: a day; an hour that the clock leaves out, or that lies outside the period, is null. */
export interface HeatDay {
  date: string;
  hours: (HeatCell | null)[];
}

/** Hours of a day. */
export const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/** Steps of the colour, nothing included. */
export const LEVELS = 5;

/** Sorts hours into days; an hour that the clock repeats is one cell with both of its hours. */
export function heatDays(hours: SimulatedHour[], timezone: string): HeatDay[] {
  const days = new Map<string, (HeatCell | null)[]>();
  for (const { hour_at, slots, peak } of hours) {
    const date = dateIn(hour_at, timezone);
    const row = days.get(date) ?? HOURS.map(() => null);
    const hour = Number(partsIn(hour_at, timezone, { hour: "2-digit", hourCycle: "h23" }).hour);
    const old = row[hour];
    row[hour] = old ? { slots: old.slots + slots, peak: Math.max(old.peak, peak) } : { slots, peak };
    days.set(date, row);
  }
  return [...days].map(([date, row]) => ({ date, hours: row }));
}

/** Most slots in one cell. */
export function mostSlots(days: HeatDay[]): number {
  return days.reduce((most, { hours }) => hours.reduce((top, cell) => Math.max(top, cell?.slots ?? 0), most), 0);
}

/** The step of the colour, 0 (nothing) to 4 (the most). */
export function heatLevel(slots: number, most: number): number {
  if (slots <= 0 || most <= 0) return 0;
  return Math.min(LEVELS - 1, Math.max(1, Math.ceil((slots / most) * (LEVELS - 1))));
}
