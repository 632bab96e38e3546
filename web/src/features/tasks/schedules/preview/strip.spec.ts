import { describe, expect, it } from "vitest";
import type { SlotDay, SlotNote } from "@/api/generated";
import { cells, dayWords, monthMarks, stripWords } from "./strip";

const day = (date: string, planned: number, skipped = 0, notes: SlotNote[] = []): SlotDay => ({ date, planned, skipped, notes });

describe("the strip of a year", () => {
  // 2026-11-26 is a Thursday.
  const days = [day("2026-11-26", 1), day("2026-11-27", 4), day("2026-11-28", 0), day("2026-11-29", 0, 2, [{ code: "skipped_on", args: { calendar: "de", title: "" }, text: "skipped by calendar de" }]), day("2026-11-30", 2), day("2026-12-01", 0)];

  it("has weeks as columns that begin on Monday", () => {
    expect(cells(days).map(({ week, weekday }) => [week, weekday])).toEqual([[0, 3], [0, 4], [0, 5], [0, 6], [1, 0], [1, 1]]);
    expect(monthMarks(cells(days))).toEqual([{ week: 1, word: "Dec" }]);
  });

  it("is stronger the more slots a day has", () => expect(cells(days).map(({ level }) => level)).toEqual([1, 4, 0, 0, 2, 0]));

  it("can be read instead of seen", () => {
    expect(stripWords(days)).toBe("7 slots on 3 of the next 6 days, 2 skipped");
    expect(dayWords(days[3] as SlotDay)).toBe("Sun, 29 Nov 2026: 2 skipped\nskipped by calendar de");
  });
});
