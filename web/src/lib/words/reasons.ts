/**
 * Why something is as it is, in the server's words. Pages read `reason`, `waiting_on` and `problem` through these
 * functions only, so that their shape is known in one place.
 */
import type { DependencySight, Reason, RunSummary, TaskSummary } from "@/api/generated";

/** Why a slot, an attempt or a backfill ended as it did; empty if there is no reason to show. */
export const reasonWords = ({ reason }: { reason: Reason | null }): string => reason?.text ?? "";

const waits = (waiting_on: RunSummary["waiting_on"]): string[] => waiting_on.map(({ reason }) => reason.text);

/** Why a run has its state: what it waits for, or what the server says of it. */
export const runReason = ({ reason, waiting_on }: RunSummary): string => (waiting_on.length > 0 ? waits(waiting_on).join("; ") : (reason?.text ?? ""));

/** All reasons for a run's state, for the page of the run. */
export const runReasons = ({ reason, waiting_on }: RunSummary): string[] => [...new Set([...(reason ? [reason.text] : []), ...waits(waiting_on)])];

/** What is wrong with a definition, a schedule, a trigger or a calendar; null: nothing. */
export const problemWords = ({ problem }: { problem?: Reason | null }): string | null => problem?.text ?? null;

/** The schedules of a task in the list of tasks. */
export const scheduleWords = (task: TaskSummary): string => (task.problem ? "damaged definition" : task.schedules.map(({ words, problem }) => (problem ? "invalid schedule" : words)).join("; "));

/** Whether a schedule or the whole definition is unusable, so that the task does not run as planned. */
export const hasInvalidSchedule = ({ schedules, problem }: TaskSummary): boolean => problem !== null || schedules.some((schedule) => schedule.problem !== null);

/** What was seen of a dependency; empty if nobody has looked yet. */
export const seenWords = ({ seen }: { seen: DependencySight | null }): string => seen?.text ?? "";
