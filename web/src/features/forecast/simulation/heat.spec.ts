import { describe, expect, it } from "vitest";
import type { SimulatedHour } from "@/api/generated";
import { heatDays, heatLevel, mostSlots } from "./heat";

const hours = (first: string, count: number): SimulatedHour[] =>
  Array.from({ length: count }, (_, step) => ({ hour_at: new Date(new Date(first).getTime() + step * 3_600_000).toISOString(), slots: step + 1, peak: 24 - step }));

describe("the heat map", () => {
  it("puts hours on the days of the zone and leaves what lies outside empty", () => {
    const days = heatDays(hours("2026-11-23T22:00:00Z", 3), "Europe/Berlin");
    expect(days.map(({ date }) => date)).toEqual(["2026-11-23", "2026-11-24"]);
    expect(days[0]?.hours[23]).toEqual({ slots: 1, peak: 24 });
    expect(days[0]?.hours[22]).toBeNull();
    expect(days[1]?.hours[0]).toEqual({ slots: 2, peak: 23 });
    expect(days[1]?.hours[1]).toEqual({ slots: 3, peak: 22 });
    expect(days[1]?.hours).toHaveLength(24);
  });

  it("has no cell for an hour that the clock leaves out, and one for an hour that it repeats", () => {
    const spring = heatDays(hours("2027-03-28T00:00:00Z", 2), "Europe/Berlin")[0]?.hours;
    expect([spring?.[1]?.slots, spring?.[2], spring?.[3]?.slots]).toEqual([1, null, 2]);
    const autumn = heatDays(hours("2026-10-25T00:00:00Z", 3), "Europe/Berlin")[0]?.hours;
    expect(autumn?.[2]).toEqual({ slots: 3, peak: 24 });
    expect(autumn?.[3]).toEqual({ slots: 3, peak: 22 });
  });

  it("colours by the most: nothing is nothing, one is never nothing, the most is the darkest", () => {
    expect(mostSlots(heatDays(hours("2026-11-23T00:00:00Z", 30), "UTC"))).toBe(30);
    expect(mostSlots([])).toBe(0);
    expect([0, 1, 250, 251, 500, 1000].map((slots) => heatLevel(slots, 1000))).toEqual([0, 1, 1, 2, 2, 4]);
    expect(heatLevel(3, 0)).toBe(0);
  });
});
