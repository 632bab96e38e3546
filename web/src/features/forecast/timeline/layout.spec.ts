import { describe, expect, it } from "vitest";
import type { PlanSlot, RunSummary } from "@/api/generated";
import { shortDayWord } from "@/lib/time/dates";
import { run } from "@/mocks/data";
import { type Mark, periodAt, placeOf, rowsOf, runTimes, spanOf, ticksOf } from "./layout";
import { slotWords } from "./chart/words";

const NOW = Date.parse("2026-11-23T12:02:00Z");
const period = periodAt(NOW);
const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();
const ran = (name: string, from: number, until: number | null): RunSummary => ({ ...run(1), id: `${name}${from}`, task: { id: name, name, version: 1 }, created_at: at(from), started_at: at(from), finished_at: until === null ? null : at(until) });
const due = (task: string, minutes: number, seconds: number | null, skipped = false): PlanSlot => ({ task, schedule_key: "cron", scheduled_for: at(minutes), scheduled_local: at(minutes), expected_duration_seconds: seconds, may_wait: false, skipped, notes: [] });

const whole = (slots: PlanSlot[]) => ({ slots, cuts: new Map<string, number>() });

describe("the timeline", () => {
  it("shows six hours back and a day ahead, and stays the same for five minutes", () => {
    expect(new Date(period.from).toISOString()).toBe("2026-11-23T06:00:00.000Z");
    expect(new Date(period.until).toISOString()).toBe("2026-11-24T12:00:00.000Z");
    expect(periodAt(NOW + 179_000)).toEqual(period);
    expect(periodAt(NOW + 180_000)).not.toEqual(period);
  });

  it("places instants in percent and cuts what reaches out", () => {
    expect(placeOf(period.from + 3 * 3_600_000, period)).toBe(10);
    expect(placeOf(period.from - 1, period)).toBe(0);
    expect(spanOf(period.from - 3_600_000, period.from + 3 * 3_600_000, period)).toEqual({ left: 0, width: 10 });
    expect(spanOf(period.from - 2, period.from - 1, period)).toBeNull();
    expect(spanOf(period.until, period.until + 1, period)).toBeNull();
  });

  it("lets an open run go on until now, and one that never started stand where it was made", () => {
    expect(runTimes(ran("a", -10, null), NOW)).toEqual({ start: NOW - 600_000, end: NOW });
    const skipped = { ...ran("a", -10, -10), started_at: null };
    expect(runTimes(skipped, NOW)).toEqual({ start: NOW - 600_000, end: NOW - 600_000 });
  });

  it("gives each task one row by name, with runs in their order", () => {
    const rows = rowsOf([ran("b", -5, -4), ran("b", -60, -30), ran("gone", -900, -800)], whole([due("a", -1, null), due("a", 5, null), due("far", 60 * 30, 60)]), period, NOW);
    expect(rows.map(({ task }) => task)).toEqual(["a", "b"]);
    expect(rows[1]?.bars.map(({ key }) => key)).toEqual(["b-60", "b-5"]);
    expect(rows[1]?.bars[0]?.width).toBeCloseTo((30 / 1800) * 100);
    // A slot that is over meanwhile is a run by now.
    expect(rows[0]?.marks).toHaveLength(1);
    expect(rows[0]?.marks[0]).toMatchObject({ width: 0, overlaps: false });
  });

  it("marks slots of a task that come before the one before is over, but not skipped ones", () => {
    const [row] = rowsOf([], whole([due("a", 60, 60), due("a", 10, 2400), due("a", 20, 60, true), due("a", 30, 60), due("a", 49, 120)]), period, NOW);
    expect(row?.marks.map(({ overlaps }) => overlaps)).toEqual([true, false, true, true, false]);
    expect(row?.marks[1]?.width).toBe(0);
  });

  it("draws marks that would cover each other as one, but never of different sorts", () => {
    const every = Array.from({ length: 60 }, (_, step) => due("a", 10 + step / 30, 1, step === 30));
    const [row] = rowsOf([], whole([...every, due("a", 30, 60)]), period, NOW);
    expect(row?.marks.map(({ count, slot }) => [count, slot.skipped])).toEqual([[30, false], [1, true], [29, false], [1, false]]);
    expect(slotWords(row?.marks[0] as Mark, (at) => at.slice(11, 19))).toBe("Planned, 30 slots from 12:12:00 to 12:12:58, about 1 s");
    expect(slotWords(row?.marks[0] as Mark, () => "noon")).toBe("Planned, 30 slots at noon, about 1 s");
  });

  it("leaves out the word of an hour that the day's word covers, because an hour is missing", () => {
    const spring = ticksOf(periodAt(Date.parse("2027-03-27T10:00:00Z")), "Europe/Berlin", 3);
    expect(spring.filter(({ covered }) => covered).map(({ word }) => word)).toEqual(["03:00"]);
    expect(ticksOf(period, "Europe/Berlin", 3).some(({ covered }) => covered)).toBe(false);
  });

  it("ticks at full hours of the zone, also one of half an hour", () => {
    const berlin = ticksOf(period, "Europe/Berlin", 3);
    expect(berlin.map(({ word }) => word)).toEqual(["09:00", "12:00", "15:00", "18:00", "21:00", shortDayWord("2026-11-24"), "03:00", "06:00", "09:00", "12:00"]);
    expect(berlin.filter(({ midnight }) => midnight)).toHaveLength(1);
    expect(ticksOf(period, "Asia/Kolkata", 6)[0]).toMatchObject({ word: "12:00", left: placeOf(Date.parse("2026-11-23T06:30:00Z"), period) });
  });
});
