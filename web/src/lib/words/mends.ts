import type { TaskMend } from "@/api/generated";

const MENDS: Record<TaskMend, string> = {
  line_ends: "Its Windows line ends were changed to Unix ones, because a Unix program runs it.",
  byte_order_mark: "The byte order mark in front of its script was removed.",
};

/** What saving a task changed in it, as sentences to put behind another one; empty if nothing. */
export function mendWords(mended: readonly TaskMend[]): string {
  return mended.map((mend) => ` ${MENDS[mend]}`).join("");
}
