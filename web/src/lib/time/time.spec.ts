import { describe, expect, it } from "vitest";
import { duration, relativeTime, utcTime, zoneTime } from "./time";

describe("duration", () => {
  it.each([
    [null, "–"],
    [0, "0 ms"],
    [0.35, "350 ms"],
    [0.9996, "1 s"],
    [8.94, "8.9 s"],
    [9.97, "10 s"],
    [59.6, "1 m"],
    [82, "1 m 22 s"],
    [3600, "1 h"],
    [11_100, "3 h 5 m"],
    [187_200, "2 d 4 h"],
    [-3, "0 s"],
  ])("%s s reads %s", (seconds, words) => expect(duration(seconds)).toBe(words));
});

describe("relativeTime", () => {
  const now = Date.parse("2026-11-23T10:00:00Z");
  it.each([
    ["2026-11-23T10:00:00.200Z", "now"],
    ["2026-11-23T09:59:49Z", "11 sec ago"],
    ["2026-11-23T10:06:00Z", "in 6 min"],
    ["2026-11-20T10:00:00Z", "3 days ago"],
    ["2026-11-25T09:42:00Z", "in 2 days"],
    ["2026-11-25T09:12:00Z", "in 1 day 23 hr"],
    ["2026-11-24T10:00:00Z", "in 1 day"],
    ["2026-11-23T11:59:00Z", "in 1 hr 59 min"],
    ["2026-11-23T12:00:20Z", "in 2 hr"],
    ["2026-11-23T15:59:50Z", "in 6 hr"],
    ["2026-11-23T19:31:00Z", "in 10 hr"],
    ["2026-11-22T04:00:00Z", "1 day 6 hr ago"],
  ])("%s reads %s", (at, words) => expect(relativeTime(at, now)).toBe(words));
});

describe("utcTime and zoneTime", () => {
  const now = Date.parse("2026-11-23T10:00:00Z");
  it("show seconds where there are some", () => {
    expect(utcTime("2026-11-28T10:46:30Z", now)).toBe("Sat 28 Nov, 10:46:30");
    expect(utcTime("2026-11-28T10:46:00Z", now)).toBe("Sat 28 Nov, 10:46");
    expect(zoneTime("2026-11-28T10:46:30Z", now)).toContain(":46:30");
  });
  it("show a year that is not the present one", () => {
    expect(utcTime("2028-02-29T10:46:00Z", now)).toMatch(/^Tue,? 29 Feb 2028, 10:46$/);
    expect(utcTime("2027-01-01T00:00:00Z", now)).toContain("2027");
  });
});
