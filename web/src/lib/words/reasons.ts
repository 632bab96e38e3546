/**
 * Why something is as it is, in the server's words. Pages read `reason`, `waiting_on` and `problem` through these
 * functions only, so that their shape is known in one place.
 */
import type { Run, TaskSummary } from "@/api/generated";

/** Why a slot, an attempt or a backfill ended as it did; empty: there is nothing to say. */
export const reasonWords = ({ reason }: { reason: string }): string => reason;

/** Why a run has its state: what it waits for, or what the server says of it. */
export const runReason = ({ reason, waiting_on }: Run): string => (waiting_on.length > 0 ? waiting_on.join("; ") : reason);

/** All that is to be said of a run's state, for its own page. */
export const runReasons = ({ reason, waiting_on }: Run): string[] => [reason, ...waiting_on].filter((part) => part !== "");

/** What is wrong with a definition, a schedule, a trigger or a calendar; null: nothing. */
export const problemWords = ({ problem }: { problem?: string | null }): string | null => problem ?? null;

/** What a list of tasks says of the schedules of one. */
export const scheduleWords = (task: TaskSummary): string => (task.problem ? "damaged definition" : task.schedules.join("; "));

/** Whether a task cannot become due as its definition wants it. */
export const hasInvalidSchedule = ({ schedules, problem }: TaskSummary): boolean => Boolean(problem) || schedules.includes("invalid schedule");
