/** Times and durations in words, always from the server's instants. */

import { dateTimeFormat, relativeTimeFormat } from "../locale";

const absolute = dateTimeFormat({ dateStyle: "medium", timeStyle: "medium" });
const absoluteUtc = dateTimeFormat({ dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" });
const timeOfDay = dateTimeFormat({ timeStyle: "short" });
const relative = relativeTimeFormat({ numeric: "always", style: "short" });

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** `in 6 min`, `11 sec ago`, `now`. */
export function relativeTime(at: string | number | Date, now: number): string {
  const seconds = Math.round((new Date(at).getTime() - now) / 1000);
  const size = Math.abs(seconds);
  if (size < 1) return "now";
  for (const [unit, length] of UNITS) {
    if (size < length) continue;
    if (unit === "day" && size < 3 * length) return inTwo(seconds, 3600, 24, ["day", "days"], "hr");
    if (unit === "hour" && size < 6 * length) return inTwo(seconds, 60, 60, ["hr", "hr"], "min");
    return relative.format(Math.round(seconds / length), unit);
  }
  return relative.format(seconds, "second");
}

/** Two units for short distances, as in `in 1 day 23 hr`, because "in 1 day" could mean nearly two. */
function inTwo(seconds: number, small: number, each: number, [one, more]: [string, string], rest: string): string {
  const all = Math.round(Math.abs(seconds) / small);
  const whole = Math.floor(all / each);
  const words = `${whole} ${whole === 1 ? one : more}${all % each === 0 ? "" : ` ${all % each} ${rest}`}`;
  return seconds < 0 ? `${words} ago` : `in ${words}`;
}

/** Absolute time in the viewer's zone. */
export function absoluteTime(at: string | number | Date): string {
  return absolute.format(new Date(at));
}

/** Time of day in the viewer's zone. */
export function clockTime(at: number): string {
  return timeOfDay.format(at);
}

/** Absolute time in the viewer's zone and in UTC, for a tooltip. */
export function fullTime(at: string | number | Date): string {
  const date = new Date(at);
  return `${absolute.format(date)} (${viewerZone()})\n${absoluteUtc.format(date)} UTC`;
}

/** The viewer's time zone. */
export function viewerZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Seconds in words: `350 ms`, `8.9 s`, `1 m 22 s`, `3 h 5 m`, `2 d 4 h`. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  if (seconds < 0) return "0 s";
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1).replace(/\.0$/, "")} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return pair(whole, 60, "m", 1, "s");
  if (whole < 86_400) return pair(whole, 3600, "h", 60, "m");
  return pair(whole, 86_400, "d", 3600, "h");
}

function pair(value: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((value % large) / small);
  const head = `${Math.floor(value / large)} ${largeUnit}`;
  return rest === 0 ? head : `${head} ${rest} ${smallUnit}`;
}

/** `2026-11-23T10:15` in the viewer's zone, as a datetime-local field wants it. */
export function localInput(at: string | null | undefined): string {
  if (!at) return "";
  const date = new Date(at);
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** The instant of a datetime-local field, or nothing. */
export function fromLocalInput(text: string): string | null {
  if (text === "") return null;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

const dayInUtc = dateTimeFormat({ weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
/** A day and time. Shows seconds only if they are not zero, and the year only if it is not the current one. */
function dayAndTime(at: string, timeZone: string | undefined, now: number): string {
  const date = new Date(at);
  const year = dateTimeFormat({ year: "numeric", timeZone });
  const second = date.getTime() % 60_000 === 0 ? {} : ({ second: "2-digit" } as const);
  const other = year.format(date) === year.format(now) ? {} : ({ year: "numeric" } as const);
  return dateTimeFormat({ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone, ...second, ...other }).format(date);
}

/** The parts of a local time that the server wrote with its offset (`2026-03-29T03:00:00+02:00`); nothing is computed. */
export function wallTime(local: string): { day: string; time: string; offset: string } {
  const found = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::(\d{2}))?(?:\.\d+)?(.*)$/.exec(local);
  if (!found) return { day: local, time: "", offset: "" };
  const [, date = "", minute = "", second = "00", offset = ""] = found;
  return { day: dayInUtc.format(new Date(`${date}T00:00:00Z`)), time: second === "00" ? minute : `${minute}:${second}`, offset: offset === "Z" ? "+00:00" : offset };
}

/** Day and time in the viewer's zone. */
export function zoneTime(at: string, now = Date.now()): string {
  return dayAndTime(at, undefined, now);
}

/** Day and time in UTC. */
export function utcTime(at: string, now = Date.now()): string {
  return dayAndTime(at, "UTC", now);
}

/** Whether the viewer's clock shows the same as a local time with its offset. */
export function sameClock(local: string): boolean {
  const [, sign, hours, minutes] = /([+-])(\d{2}):(\d{2})(?::\d{2})?$/.exec(local) ?? [];
  const offset = hours === undefined ? 0 : (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  return -new Date(local).getTimezoneOffset() === offset;
}
