/** The geometry of the strip of a year: weeks as columns from Monday to Sunday, and how full each day is. */
import { dateTimeFormat } from "@/lib/locale";
import type { SlotDay } from "@/api/generated";
import { count, plural } from "@/lib/numbers";

/** A day as it is drawn. */
export interface Cell {
  day: SlotDay;
  week: number;
  weekday: number;
  /** 0: no slot, 1 to 4: few to many. */
  level: number;
  text: string;
}

const DAY = 86_400_000;
const dayName = dateTimeFormat({ weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const monthName = dateTimeFormat({ month: "short", timeZone: "UTC" });

/** A date as days since 1970 would count it: dates have no zone. */
const number = (date: string): number => Date.parse(`${date}T00:00:00Z`) / DAY;
/** Monday is 0; the first of January 1970 was a Thursday. */
const weekdayOf = (date: string): number => (number(date) + 3) % 7;

/** `Mon, 23 Nov 2026`. */
export function dateWords(date: string): string {
  return dayName.format(new Date(`${date}T00:00:00Z`));
}

/** What a day says: its date, its slots, and what is special. */
export function dayWords({ date, planned, skipped, notes }: SlotDay): string {
  const what = [planned > 0 ? plural(planned, "slot") : "", skipped > 0 ? `${count(skipped)} skipped` : ""].filter(Boolean).join(", ");
  return `${dateWords(date)}: ${what || "none"}${notes.length > 0 ? `\n${notes.map(({ text }) => text).join("\n")}` : ""}`;
}

/** All days with their place. */
export function cells(days: SlotDay[]): Cell[] {
  const first = days[0];
  if (!first) return [];
  const most = Math.max(...days.map((day) => day.planned), 1);
  const begin = number(first.date) - weekdayOf(first.date);
  return days.map((day) => ({
    day,
    week: Math.floor((number(day.date) - begin) / 7),
    weekday: weekdayOf(day.date),
    level: day.planned === 0 ? 0 : Math.max(1, Math.ceil((day.planned / most) * 4)),
    text: dayWords(day),
  }));
}

/** Names of months over the week in which they begin. */
export function monthMarks(all: Cell[]): { week: number; word: string }[] {
  return all.filter(({ day }) => day.date.endsWith("-01")).map(({ day, week }) => ({ week, word: monthName.format(new Date(`${day.date}T00:00:00Z`)) }));
}

/** The strip in a sentence, for those who do not see it. */
export function stripWords(days: SlotDay[]): string {
  const planned = days.reduce((sum, day) => sum + day.planned, 0);
  const skipped = days.reduce((sum, day) => sum + day.skipped, 0);
  const full = days.filter((day) => day.planned > 0).length;
  return `${plural(planned, "slot")} on ${full} of the next ${days.length} days${skipped > 0 ? `, ${count(skipped)} skipped` : ""}`;
}
