/** Words of schedules and triggers for people. They stand apart because only the pages of tasks load them. */
import type { CatchUp, FileChange, Fold, Gap, Overlap, Roll, TaskTrigger, WebhookProof, Weekday } from "@/api/generated";

/** What happens to slots missed while the server was down. */
export const CATCH_UPS: Record<CatchUp["kind"], string> = {
  latest: "Run the latest one",
  none: "Run none",
  all: "Run all, oldest first",
  window: "Run those that are recent enough",
};

/** What happens when a task is due while a run of it is open. */
export const OVERLAPS: Record<Overlap["kind"], { word: string; hint: string }> = {
  skip: { word: "Skip the slot", hint: "The open run continues. The ledger shows that the slot was skipped." },
  queue: { word: "Wait, oldest first", hint: "Each slot gets its run, one after the other." },
  queue_latest: { word: "Wait, only the newest", hint: "At most one run waits. A newer one takes its place." },
  replace: { word: "Replace the open run", hint: "Orc cancels the open run and then starts the new one." },
  allow: { word: "Run beside it", hint: "Several runs may be open at once." },
};

/** What happens to a local time that does not exist. */
export const GAPS: Record<Gap, string> = { run_after: "Run right after", skip: "Skip it" };

/** Which of two equal local times counts. */
export const FOLDS: Record<Fold, string> = { first: "Run the first time", second: "Run the second time", both: "Run both times" };

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
export const FILE_CHANGES: Record<FileChange, string> = { settled: "Stops changing", created: "Appears", changed: "Changes" };

/** How a caller of a webhook proves that it may. */
export const WEBHOOK_PROOFS: Record<WebhookProof, { word: string; hint: string }> = {
  secret_url: { word: "Secret address", hint: "Whoever knows the address may call it." },
  signature: { word: "Signature", hint: "The caller shows that it knows a secret, mostly by signing each call with it (HMAC)." },
};
