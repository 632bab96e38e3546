/** Dates of a calendar as `YYYY-MM-DD`: plain arithmetic of days and months, without any time zone. */
import { dateTimeFormat } from "../locale";

const DAY_MS = 86_400_000;

const utc = (date: string): Date => new Date(`${date}T00:00:00Z`);
const text = (date: Date): string => date.toISOString().slice(0, 10);

/** A date so many days later. */
export const addDays = (date: string, days: number): string => text(new Date(utc(date).getTime() + days * DAY_MS));

/** The same day some months later, or the last one of a shorter month. */
export function addMonths(date: string, months: number): string {
  const from = utc(date);
  const first = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(from.getUTCDate(), last));
  return text(first);
}

/** The Monday of a date's week. */
export const mondayOf = (date: string): string => addDays(date, -((utc(date).getUTCDay() + 6) % 7));

/** All dates from the first to the last. */
export function datesBetween(first: string, last: string): string[] {
  const days = Math.round((utc(last).getTime() - utc(first).getTime()) / DAY_MS);
  return Array.from({ length: Math.max(0, days + 1) }, (_, step) => addDays(first, step));
}

/** Whole weeks, Monday first, that show a month (`2026-11`). */
export function monthGrid(month: string): string[] {
  const first = `${month}-01`;
  const last = addDays(addMonths(first, 1), -1);
  return datesBetween(mondayOf(first), addDays(mondayOf(last), 6));
}

/** Days of the week, short, Monday first. */
export const WEEK = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;

const monthName = dateTimeFormat({ month: "long", timeZone: "UTC" });
const dayName = dateTimeFormat({ weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
const shortDay = dateTimeFormat({ weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });

/** `November`. */
export const monthWord = (month: string): string => monthName.format(utc(`${month}-01`));
/** `Monday, 23 November 2026`. */
export const dayWord = (date: string): string => dayName.format(utc(date));
/** `Mon, 23 Nov`. */
export const shortDayWord = (date: string): string => shortDay.format(utc(date));

/** The parts of an instant in a zone, by their names. */
export function partsIn(at: string | number, timezone: string, options: Intl.DateTimeFormatOptions): Partial<Record<Intl.DateTimeFormatPartTypes, string>> {
  const parts = dateTimeFormat({ ...options, timeZone: timezone }).formatToParts(new Date(at));
  return Object.fromEntries(parts.map(({ type, value }) => [type, value]));
}

/** The date of an instant in a zone. */
export function dateIn(at: string | number, timezone: string): string {
  const parts = partsIn(at, timezone, { year: "numeric", month: "2-digit", day: "2-digit" });
  return `${parts.year}-${parts.month}-${parts.day}`;
}

/** The first instant of a date in a zone, in milliseconds, even where midnight does not exist. */
export function dayStart(date: string, timezone: string): number {
  const midnight = utc(date).getTime();
  let [before, after] = [midnight - 16 * 3_600_000, midnight + 16 * 3_600_000];
  while (after - before > 1000) {
    const middle = before + Math.floor((after - before) / 2000) * 1000;
    if (dateIn(middle, timezone) < date) before = middle;
    else after = middle;
  }
  return after;
}

/** `21:30`: the minute of an instant in a zone. */
export function timeIn(at: string | number, timezone: string): string {
  return dateTimeFormat({ hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: timezone }).format(new Date(at));
}
