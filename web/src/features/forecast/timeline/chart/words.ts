/** What a bar or a mark says in words: for screen readers, and below the chart for everyone. */
import { dateTimeFormat } from "@/lib/locale";
import { noteWords } from "@/lib/words/notes";
import { runReason } from "@/lib/words/reasons";
import { plural } from "@/lib/numbers";
import { duration } from "@/lib/time/time";
import { RUN_STATES } from "@/lib/words/words";
import type { Bar, Mark } from "../layout";

/** Says when, in the zone of the page. */
export type Clock = (at: string) => string;

/** A clock of a zone: day and minute. */
export function clockOf(timezone: string): Clock {
  const minute = dateTimeFormat({ weekday: "short", hour: "2-digit", minute: "2-digit", timeZone: timezone });
  return (at) => minute.format(new Date(at));
}

/** `Failed, Mon 12:00, took 8.9 s: exit code 1`. */
export function runWords({ run }: Bar, clock: Clock): string {
  const { word, open } = RUN_STATES[run.state];
  const took = run.duration_seconds === null ? (open && run.started_at ? ", still open" : "") : `, took ${duration(run.duration_seconds)}`;
  return `${word}, ${clock(run.started_at ?? run.created_at)}${took}${runReason(run) ? `: ${runReason(run)}` : ""}`;
}

/** `Planned, Mon 12:00, about 5 m`. */
export function slotWords({ slot, last, count, overlaps }: Mark, clock: Clock): string {
  const word = slot.skipped ? "Skipped" : "Planned";
  const about = slot.skipped || slot.expected_duration_seconds === null ? "" : `, about ${duration(slot.expected_duration_seconds)}`;
  const wait = slot.may_wait && !slot.skipped ? ", may wait for dependencies" : "";
  const clash = overlaps ? ", overlaps another slot of this task" : "";
  if (count > 1) {
    const [from, to] = [clock(slot.scheduled_for), clock(last.scheduled_for)];
    return `${word}, ${plural(count, "slot")} ${from === to ? `at ${from}` : `from ${from} to ${to}`}${about}${wait}${clash}`;
  }
  const notes = slot.notes.length > 0 ? `: ${noteWords(slot.notes)}` : "";
  return `${word}, ${clock(slot.scheduled_for)}${about}${wait}${clash}${notes}`;
}
