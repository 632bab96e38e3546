/** Kinds of schedule: what a new one begins with, and its rule as one reads it. */
import type { CatchUp, Schedule } from "@/api/generated";
import { catchUpAllDefaults, catchUpWindowDefaults, scheduleStartupDefaults } from "@/api/generated/contract.gen";
import { duration } from "@/lib/time/time";

/** A schedule of another kind; what all kinds have is kept. */
export function ofKind(kind: Schedule["kind"], old: Schedule): Schedule {
  const { key, enabled, timezone, start_at, end_at, gap, fold, catch_up, splay_seconds, run_only_on, skip_on, roll } = old;
  const common = { key, enabled, timezone, start_at, end_at, gap, fold, catch_up, splay_seconds, run_only_on, skip_on, roll };
  switch (kind) {
    case "cron":
      return { kind, expression: "0 2 * * *", ...common };
    case "interval":
      return { kind, every_seconds: 300, ...common };
    case "once":
      return { kind, at: "", ...common };
    case "windows":
      return { kind, text: "06:00", ...common };
    case "calendar_rule":
      return { kind, days: { kind: "every_days", every: 1 }, times: ["02:00"], ...common };
    case "rrule":
      return { kind, rule: "FREQ=WEEKLY;BYDAY=MO", dtstart: "", ...common };
    case "startup":
      return { kind, delay_seconds: scheduleStartupDefaults.delay_seconds, ...common };
  }
}

/** A catch-up rule of a kind, with numbers to begin with. */
export function catchUpOf(kind: CatchUp["kind"]): CatchUp {
  switch (kind) {
    case "none":
    case "latest":
      return { kind };
    case "all":
      return { kind, ...catchUpAllDefaults };
    case "window":
      return { kind, max_age_seconds: 86_400, ...catchUpWindowDefaults };
  }
}

/** The rule itself, short: what stands below the words. */
export function expression(schedule: Schedule): string {
  switch (schedule.kind) {
    case "cron":
      return schedule.expression;
    case "interval":
      return `every ${duration(schedule.every_seconds)}${schedule.window ? `, ${schedule.window.from} to ${schedule.window.to}` : ""}`;
    case "once":
      return schedule.at;
    case "windows":
      return schedule.text;
    case "calendar_rule":
      return schedule.times.join(", ");
    case "rrule":
      return schedule.rule;
    case "startup":
      return schedule.delay_seconds ? `start + ${duration(schedule.delay_seconds)}` : "start";
  }
}
