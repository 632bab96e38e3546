/** Where things stand on the timeline: pure arithmetic of instants, rows by task. */
import { compareNames, dateTimeFormat } from "@/lib/locale";
import type { PlanSlot, RunSummary } from "@/api/generated";
import { dateIn, shortDayWord } from "@/lib/time/dates";
import type { Plan } from "./plan";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Percent of the width below which marks would cover each other: some seven minutes. */
const NEAR = 0.4;

/** Percent of the width that the word of a day takes. */
const DAY_WORD = 9;

/** The period that is shown (milliseconds). */
export interface Period {
  from: number;
  until: number;
}

/** Something on a row, in percent of the period's width. */
export interface Span {
  left: number;
  width: number;
}

/** A run as a bar. */
export interface Bar extends Span {
  key: string;
  run: RunSummary;
}

/** A planned slot as a mark, as wide as its run will probably take; or several that could not be told apart. */
export interface Mark extends Span {
  key: string;
  slot: PlanSlot;
  /** The last of several. */
  last: PlanSlot;
  count: number;
  /** Whether the task is due again, or still runs, before this is over. */
  overlaps: boolean;
}

/** One task. */
export interface TimelineRow {
  task: string;
  bars: Bar[];
  marks: Mark[];
  /** From where on its slots are too many to be drawn, in percent. */
  cut: number | null;
}

/** The part of the period that is past, in milliseconds. */
export const PAST = 6 * HOUR;

/** Six hours back and a day ahead. It moves every five minutes, so that the queries stay the same in between. */
export function periodAt(now: number): Period {
  const base = Math.floor(now / (5 * MINUTE)) * 5 * MINUTE;
  return { from: base - PAST, until: base + 24 * HOUR };
}

/** Where an instant is, in percent; outside it is at the edge. */
export function placeOf(at: number, { from, until }: Period): number {
  return Math.min(100, Math.max(0, ((at - from) / (until - from)) * 100));
}

/** A stretch within the period; null if no part of it is. */
export function spanOf(start: number, end: number, period: Period): Span | null {
  if (start >= period.until || end < period.from) return null;
  const left = placeOf(start, period);
  return { left, width: placeOf(Math.max(start, end), period) - left };
}

/** When a run began and ended; one that is open goes on until now. */
export function runTimes({ created_at, started_at, finished_at }: RunSummary, now: number): { start: number; end: number } {
  const start = Date.parse(started_at ?? created_at);
  return { start, end: Math.max(start, finished_at === null ? now : Date.parse(finished_at)) };
}

const endOf = ({ scheduled_for, expected_duration_seconds }: PlanSlot): number => Date.parse(scheduled_for) + (expected_duration_seconds ?? 0) * 1000;

/** The marks of one task; its slots rising. */
function marksOf(slots: PlanSlot[], period: Period): Mark[] {
  const due = slots.filter(({ skipped }) => !skipped);
  const crossing = new Set<PlanSlot>();
  let busy: PlanSlot | undefined;
  for (const slot of due) {
    if (busy && Date.parse(slot.scheduled_for) < endOf(busy)) {
      crossing.add(busy).add(slot);
    }
    if (!busy || endOf(slot) > endOf(busy)) busy = slot;
  }
  const marks: Mark[] = [];
  for (const slot of slots) {
    const start = Date.parse(slot.scheduled_for);
    const span = spanOf(start, slot.skipped ? start : endOf(slot), period);
    if (!span) continue;
    const before = marks.at(-1);
    const overlaps = crossing.has(slot);
    if (before && span.left - before.left < NEAR && before.slot.skipped === slot.skipped && before.overlaps === overlaps) {
      before.width = Math.max(before.width, span.left + span.width - before.left);
      before.last = slot;
      before.count += 1;
    } else {
      marks.push({ ...span, key: `${slot.schedule_key} ${slot.scheduled_for}`, slot, last: slot, count: 1, overlaps });
    }
  }
  return marks;
}

function groups<T>(items: T[], nameOf: (item: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const item of items) {
    const name = nameOf(item);
    const group = found.get(name);
    if (group) group.push(item);
    else found.set(name, [item]);
  }
  return found;
}

/** Rows by name: every task with a run or a slot in the period. */
export function rowsOf(runs: RunSummary[], { slots, cuts }: Plan, period: Period, now: number): TimelineRow[] {
  const ran = groups(runs, ({ task }) => task.name);
  const planned = groups(slots.filter(({ scheduled_for }) => Date.parse(scheduled_for) >= now), ({ task }) => task);
  const names = [...new Set([...ran.keys(), ...planned.keys(), ...cuts.keys()])].sort(compareNames);
  return names
    .map((task): TimelineRow => {
      const bars = (ran.get(task) ?? []).flatMap((run): Bar[] => {
        const { start, end } = runTimes(run, now);
        const span = spanOf(start, end, period);
        return span ? [{ ...span, key: run.id, run }] : [];
      });
      bars.sort((one, other) => one.left - other.left);
      const coming = (planned.get(task) ?? []).toSorted((one, other) => Date.parse(one.scheduled_for) - Date.parse(other.scheduled_for));
      const cut = cuts.get(task);
      return { task, bars, marks: marksOf(coming, period), cut: cut === undefined ? null : placeOf(cut, period) };
    })
    .filter(({ bars, marks, cut }) => bars.length + marks.length > 0 || cut !== null);
}

/** A full hour on the scale. */
export interface Tick {
  left: number;
  word: string;
  midnight: boolean;
  /** Whether the word of the day before it reaches over it: an hour is missing there. */
  covered: boolean;
}

/** Full hours of a zone in the period, every so many; a day begins where its word is given. */
export function ticksOf({ from, until }: Period, timezone: string, every: number): Tick[] {
  const clock = dateTimeFormat({ hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: timezone });
  const ticks: Tick[] = [];
  // Zones are set by quarters of an hour.
  for (let at = Math.ceil(from / (15 * MINUTE)) * 15 * MINUTE; at <= until; at += 15 * MINUTE) {
    const word = clock.format(at);
    const [hour, minute] = word.split(":").map(Number);
    if (minute !== 0 || (hour ?? 0) % every !== 0) continue;
    const left = placeOf(at, { from, until });
    const before = ticks.at(-1);
    ticks.push({ left, word: hour === 0 ? shortDayWord(dateIn(at, timezone)) : word, midnight: hour === 0, covered: before?.midnight === true && left - before.left < DAY_WORD });
  }
  return ticks;
}
