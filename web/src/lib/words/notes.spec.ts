import { describe, expect, it } from "vitest";
import type { SlotNote } from "@/api/generated";
import { noteKind, noteWords } from "./notes";

const moved: SlotNote = { code: "gap_moved", args: { intended: "2027-03-28T02:30:00" }, text: "02:30:00 does not exist on that day" };
const holiday: SlotNote = { code: "skipped_on", args: { calendar: "de", title: "" }, text: "skipped by calendar de" };

describe("notes of slots", () => {
  it("are shown as the server says them", () => {
    expect(noteWords([moved, holiday])).toBe("02:30:00 does not exist on that day; skipped by calendar de");
    expect(noteWords([])).toBe("");
  });

  it("are of the clock or of a calendar, by their codes", () => {
    expect([noteKind([]), noteKind([moved]), noteKind([moved, holiday])]).toEqual([null, "clock", "calendar"]);
  });
});
