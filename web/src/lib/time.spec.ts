import { describe, expect, it } from "vitest";
import { duration, relativeTime } from "./time";

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
    ["2026-11-23T09:59:49Z", "11 sec. ago"],
    ["2026-11-23T10:06:00Z", "in 6 min."],
    ["2026-11-20T10:00:00Z", "3 days ago"],
  ])("%s reads %s", (at, words) => expect(relativeTime(at, now)).toBe(words));
});
