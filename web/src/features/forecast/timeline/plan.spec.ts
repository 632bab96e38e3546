import { describe, expect, it } from "vitest";
import type { PlanSlot } from "@/api/generated";
import { taskSummary } from "@/mocks/data";
import { endless, joinPlans, pushedOff } from "./plan";

const slot = (task: string, second: number): PlanSlot => {
  const at = new Date(second * 1000).toISOString();
  return { task, schedule_key: "cron", scheduled_for: at, scheduled_local: at, expected_duration_seconds: null, may_wait: false, skipped: false, notes: [] };
};
const task = (name: string, next: number | null) => ({ ...taskSummary(0), name, next_slot_at: next === null ? null : new Date(next * 1000).toISOString() });
const beats = Array.from({ length: 250 }, (_, second) => slot("beat", second));
const TASKS = [task("late", 4000), task("beat", 1), task("never", null), task("far", 90_000), task("hourly", 100)];
const DAY = 86_400_000;

describe("a plan with frequent tasks", () => {
  it("is left as it is while all of it fits", () => {
    const whole = { items: beats, next_cursor: null };
    expect(pushedOff(whole, TASKS, DAY)).toEqual(new Set());
    expect(endless(whole, DAY)).toEqual(new Set());
    expect(joinPlans(whole, new Set(), new Map())).toEqual({ slots: beats, cuts: new Map() });
  });

  it("knows whose slots were pushed off, and who would never end", () => {
    const first = { items: [...beats, slot("hourly", 100)], next_cursor: "more" };
    expect([...pushedOff(first, TASKS, DAY)].toSorted()).toEqual(["beat", "hourly", "late"]);
    expect(endless(first, DAY)).toEqual(new Set(["beat"]));
    const minutes = Array.from({ length: 60 }, (_, minute) => slot("minutely", minute * 60));
    expect(endless({ items: minutes, next_cursor: "more" }, DAY)).toEqual(new Set());
  });

  it("takes no task for frequent because many are due together", () => {
    const burst = Array.from({ length: 2000 }, (_, place) => slot(`daily-${place}`, 10_800 + (place % 4)));
    expect(endless({ items: burst.toSorted((one, other) => Date.parse(one.scheduled_for) - Date.parse(other.scheduled_for)), next_cursor: "more" }, DAY)).toEqual(new Set());
  });

  it("puts in its place who was asked, and says from when on the others are not drawn", () => {
    const first = { items: [slot("hourly", 100), slot("minutely", 120), ...beats], next_cursor: "more" };
    const byTask = new Map([
      ["hourly", { items: [slot("hourly", 100), slot("hourly", 3700)], next_cursor: null }],
      ["minutely", { items: [slot("minutely", 120), slot("minutely", 180)], next_cursor: "more" }],
    ]);
    const { slots, cuts } = joinPlans(first, new Set(["beat", "late", "hourly", "minutely"]), byTask);
    expect(slots.filter((each) => each.task === "hourly")).toHaveLength(2);
    expect(slots.filter((each) => each.task === "minutely")).toHaveLength(2);
    expect([...cuts]).toEqual([["beat", 249_000], ["late", 249_000], ["minutely", 180_000]]);
  });
});
