/** Words of the vocabulary as people read them: one place, so that every page says the same. */
import type { CatchUp, FileChange, Fold, Gap, Overlap, Roll, RunState, Schedule, SlotOutcome, TaskTrigger, TriggerKind, WebhookProof, Weekday } from "@/api/generated";

/** How a state of a run looks: colour, word, and the class of its bar. */
export interface StateLook {
  word: string;
  tone: Tone;
  /** Whether the run is still open. */
  open: boolean;
}

/** Colours that carry a meaning. */
export type Tone = "ok" | "fail" | "run" | "warn" | "idle";

/** All states, exhaustively: a new one does not compile until somebody decides how it looks. */
export const RUN_STATES: Record<RunState, StateLook> = {
  waiting: { word: "Waiting", tone: "idle", open: true },
  queued: { word: "Queued", tone: "idle", open: true },
  running: { word: "Running", tone: "run", open: true },
  backing_off: { word: "Backing off", tone: "warn", open: true },
  succeeded: { word: "Succeeded", tone: "ok", open: false },
  failed: { word: "Failed", tone: "fail", open: false },
  timed_out: { word: "Timed out", tone: "fail", open: false },
  cancelled: { word: "Cancelled", tone: "idle", open: false },
  skipped: { word: "Skipped", tone: "idle", open: false },
  lost: { word: "Lost", tone: "warn", open: false },
};

/** Names of all states, in the order of their life. */
export const RUN_STATE_NAMES = Object.keys(RUN_STATES) as RunState[];

/** Why a run exists, in words. */
export const TRIGGERS: Record<TriggerKind, string> = {
  manual: "By hand",
  schedule: "Schedule",
  catch_up: "Catch-up",
  rerun: "Rerun",
  api: "API",
  backfill: "Backfill",
  webhook: "Webhook",
  file: "File",
  task: "Other task",
};

/** What became of a slot, in words. */
export const SLOT_OUTCOMES: Record<SlotOutcome, { word: string; tone: Tone }> = {
  run: { word: "Run", tone: "ok" },
  skipped: { word: "Skipped", tone: "idle" },
  missed: { word: "Missed", tone: "warn" },
  pending: { word: "Pending", tone: "idle" },
};

/** Kinds of schedule: a word, and what it is good for. */
export const SCHEDULE_KINDS: Record<Schedule["kind"], { word: string; hint: string }> = {
  calendar_rule: { word: "Days and times", hint: "Some days, at some times of day." },
  interval: { word: "Interval", hint: "Every so many seconds, all day or within hours." },
  cron: { word: "Cron", hint: "A crontab expression." },
  windows: { word: "Windows short form", hint: "06:00, MON 08:00, 15 09:30." },
  rrule: { word: "Recurrence rule", hint: "An RRULE, as calendar programs write it." },
  once: { word: "Once", hint: "One instant." },
  startup: { word: "Start of the server", hint: "Each time Orc starts." },
};

/** What happens to slots missed while the server was down. */
export const CATCH_UPS: Record<CatchUp["kind"], string> = {
  latest: "Run the latest one",
  none: "Run none",
  all: "Run all, oldest first",
  window: "Run those that are not too old",
};

/** What happens when a task is due while a run of it is open. */
export const OVERLAPS: Record<Overlap["kind"], { word: string; hint: string }> = {
  skip: { word: "Skip the slot", hint: "The open run goes on; the ledger says that the slot was skipped." },
  queue: { word: "Wait, oldest first", hint: "Each slot gets its run, one after the other." },
  queue_latest: { word: "Wait, only the newest", hint: "One run waits at most; a newer one takes its place." },
  replace: { word: "Replace the open run", hint: "The open run is cancelled, the new one starts after it." },
  allow: { word: "Run beside it", hint: "Several runs at once." },
};

/** What happens to a local time that does not exist. */
export const GAPS: Record<Gap, string> = { run_after: "Run right after", skip: "Skip it" };

/** Which of two equal local times counts. */
export const FOLDS: Record<Fold, string> = { first: "The first counts", second: "The second counts", both: "Both count" };

/** What becomes of a slot on a date that calendars exclude. */
export const ROLLS: Record<Roll, string> = {
  skip: "Is skipped",
  next_business_day: "Moves to the next business day",
  previous_business_day: "Moves to the business day before",
};

/** Days of the week: whole and short. */
export const WEEKDAYS: Record<Weekday, { word: string; short: string }> = {
  monday: { word: "Monday", short: "Mon" },
  tuesday: { word: "Tuesday", short: "Tue" },
  wednesday: { word: "Wednesday", short: "Wed" },
  thursday: { word: "Thursday", short: "Thu" },
  friday: { word: "Friday", short: "Fri" },
  saturday: { word: "Saturday", short: "Sat" },
  sunday: { word: "Sunday", short: "Sun" },
};

/** Kinds of trigger: a word, and what makes the task run. */
export const TRIGGER_KINDS: Record<TaskTrigger["kind"], { word: string; hint: string }> = {
  webhook: { word: "Webhook", hint: "Another program calls an address." },
  file: { word: "File", hint: "A file appears or changes." },
  task: { word: "Other task", hint: "A run of another task ends." },
};

/** What must happen to a file. */
export const FILE_CHANGES: Record<FileChange, string> = { settled: "Rests after a change", created: "Appears", changed: "Changes" };

/** How a caller of a webhook proves that it may. */
export const WEBHOOK_PROOFS: Record<WebhookProof, { word: string; hint: string }> = {
  secret_url: { word: "Secret address", hint: "Who knows the address may call." },
  signature: { word: "Signature", hint: "The body is signed with a secret (HMAC-SHA256) and carries its time." },
};

/** Entries of a vocabulary as the options of a select. */
export function options<K extends string>(words: Record<K, string | { word: string }>): [K, string][] {
  return (Object.entries(words) as [K, string | { word: string }][]).map(([key, word]) => [key, typeof word === "string" ? word : word.word]);
}
