/** What is special about slots. Pages choose by the code of a note and show its text. */
import type { SlotNote, SlotNoteCode } from "@/api/generated";

/** What makes a slot special: the clock is changed on that day, or a calendar says something about it. */
export type NoteKind = "clock" | "calendar";

const KINDS: Record<SlotNoteCode, NoteKind> = {
  gap_moved: "clock",
  gap_skipped: "clock",
  fold_first: "clock",
  fold_second: "clock",
  skipped_on: "calendar",
  not_on: "calendar",
  maintenance: "calendar",
  rolled: "calendar",
  rolled_onto: "calendar",
  rolled_outside: "calendar",
  not_rolled: "calendar",
};

/** The notes as one text; empty if there are none. */
export const noteWords = (notes: SlotNote[]): string => notes.map(({ text }) => text).join("; ");

/** What makes the slot special; null: nothing does. A calendar that moves or skips it counts more than a clock change. */
export function noteKind(notes: SlotNote[]): NoteKind | null {
  const kinds = notes.map(({ code }) => KINDS[code]);
  return kinds.includes("calendar") ? "calendar" : (kinds[0] ?? null);
}
