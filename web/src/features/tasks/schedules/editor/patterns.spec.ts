import { describe, expect, it } from "vitest";
import type { Schedule } from "@/api/generated";
import { faultPlace } from "./fields";
import { firstSchedule, inUnit, isPreset, type Pattern, patternOf, PATTERNS, PRESETS, withPattern, withPreset } from "./patterns";

const old: Schedule = { kind: "cron", expression: "0 5 * * *", key: "k", timezone: "Europe/Paris", skip_on: ["holidays"], splay_seconds: 30, catch_up: { kind: "none" } };

describe("ways to repeat", () => {
  it.each(Object.keys(PATTERNS) as Pattern[])("%s is what a schedule turned into it shows, and all else is kept", (pattern) => {
    const made = withPattern(pattern, old);
    expect(patternOf(made)).toBe(pattern);
    expect(made).toMatchObject({ key: "k", timezone: "Europe/Paris", skip_on: ["holidays"], splay_seconds: 30, catch_up: { kind: "none" } });
  });

  it("keeps the times of day when other days are chosen", () => {
    const daily: Schedule = { kind: "calendar_rule", days: { kind: "every_days", every: 1 }, times: ["06:15", "18:45"] };
    expect(withPattern("month_days", daily)).toEqual({ ...daily, days: { kind: "month_days", days: [1] } });
  });

  it.each(PRESETS)("the wish “$word” replaces the rule only", ({ rule }) => {
    const made = withPreset(rule, old);
    expect(isPreset(rule, made)).toBe(true);
    expect(made).toMatchObject({ key: "k", skip_on: ["holidays"] });
    expect(made).not.toHaveProperty("expression");
  });

  it("begins with one of the wishes", () => expect(PRESETS.some(({ rule }) => isPreset(rule, firstSchedule()))).toBe(true));

  it.each([
    [90, { value: 90, unit: "seconds" }],
    [900, { value: 15, unit: "minutes" }],
    [7200, { value: 2, unit: "hours" }],
    [86_400, { value: 1, unit: "days" }],
    [0, { value: 0, unit: "seconds" }],
  ])("%s seconds are read in the largest unit that fits", (seconds, read) => expect(inUnit(seconds)).toEqual(read));
});

describe("the place of a fault", () => {
  it.each([
    ['day of week: "8" is out of range 0-7 (at character 9)', 9, 8],
    ["a name is missing (at character 99)", 4, 4],
    ["something else", 4, null],
    [undefined, 4, null],
  ])("%s", (error, length, place) => expect(faultPlace(error, length)).toBe(place));
});
