/** Ways to repeat a task in everyday words, and the schedules made from them, so that nobody has to know cron. */
import type { DayRule, Schedule, Weekday } from "@/api/generated";
import { ofKind } from "./kinds";

/** Ways to repeat: the kinds of schedule, days and times told apart by their days. */
export type Pattern = DayRule["kind"] | Exclude<Schedule["kind"], "calendar_rule">;

/** All of them, as a person chooses: plain ones first. */
export const PATTERNS: Record<Pattern, string> = {
  every_days: "Every day, or every few days",
  every_weeks: "On days of the week",
  month_days: "On days of the month",
  month_weekdays: "On the first … last weekday of the month",
  interval: "Every few minutes or hours",
  once: "Once",
  startup: "When the server starts",
  cron: "By a cron expression",
  rrule: "By a recurrence rule (RRULE)",
  windows: "By a Windows short form",
};

/** Monday to Friday. */
export const WORKDAYS: Weekday[] = ["monday", "tuesday", "wednesday", "thursday", "friday"];

/** How a schedule repeats. */
export function patternOf(schedule: Schedule): Pattern {
  return schedule.kind === "calendar_rule" ? schedule.days.kind : schedule.kind;
}

/** Days by rule of a kind, to begin with. */
function daysOf(kind: DayRule["kind"]): DayRule {
  switch (kind) {
    case "every_days":
      return { kind, every: 1 };
    case "every_weeks":
      return { kind, every: 1, weekdays: WORKDAYS };
    case "month_days":
      return { kind, days: [1] };
    case "month_weekdays":
      return { kind, nth: [1], weekdays: ["monday"] };
  }
}

/** The schedule, repeating in another way: its times, zone and all else are kept. */
export function withPattern(pattern: Pattern, old: Schedule): Schedule {
  switch (pattern) {
    case "every_days":
    case "every_weeks":
    case "month_days":
    case "month_weekdays": {
      const base = old.kind === "calendar_rule" ? old : ofKind("calendar_rule", old);
      return base.kind === "calendar_rule" ? { ...base, days: daysOf(pattern) } : base;
    }
    default:
      return old.kind === pattern ? old : ofKind(pattern, old);
  }
}

/** A schedule to begin with. */
export function firstSchedule(): Schedule {
  return { kind: "calendar_rule", days: { kind: "every_days", every: 1 }, times: ["02:00"] };
}

/** Common schedules, one click each. */
export const PRESETS: { word: string; rule: Schedule }[] = [
  { word: "Every day at 02:00", rule: firstSchedule() },
  { word: "Weekdays at 08:00", rule: { kind: "calendar_rule", days: { kind: "every_weeks", every: 1, weekdays: WORKDAYS }, times: ["08:00"] } },
  { word: "Mondays at 09:00", rule: { kind: "calendar_rule", days: { kind: "every_weeks", every: 1, weekdays: ["monday"] }, times: ["09:00"] } },
  { word: "1st of the month at 07:00", rule: { kind: "calendar_rule", days: { kind: "month_days", days: [1] }, times: ["07:00"] } },
  { word: "Last Friday at 18:00", rule: { kind: "calendar_rule", days: { kind: "month_weekdays", nth: [-1], weekdays: ["friday"] }, times: ["18:00"] } },
  { word: "Hourly", rule: { kind: "interval", every_seconds: 3600 } },
  { word: "Every 15 minutes in office hours", rule: { kind: "interval", every_seconds: 900, window: { from: "08:00", to: "18:00", weekdays: WORKDAYS } } },
];

/** The schedule with the rule of a preset; what all kinds have is kept. */
export function withPreset(preset: Schedule, old: Schedule): Schedule {
  return { ...ofKind(preset.kind, old), ...preset } as Schedule;
}

/** Whether a schedule has just the rule of a preset. */
export function isPreset(preset: Schedule, schedule: Schedule): boolean {
  const whole: Record<string, unknown> = { ...schedule };
  return Object.entries(preset).every(([name, value]) => JSON.stringify(whole[name]) === JSON.stringify(value));
}

/** Units of a distance in time, the largest first. */
export const UNITS = { days: 86_400, hours: 3600, minutes: 60, seconds: 1 } as const;

/** Name of a unit. */
export type Unit = keyof typeof UNITS;

/** Seconds as a whole number of the largest unit that fits. */
export function inUnit(seconds: number): { value: number; unit: Unit } {
  const unit = (Object.keys(UNITS) as Unit[]).find((name) => seconds >= UNITS[name] && seconds % UNITS[name] === 0) ?? "seconds";
  return { value: seconds / UNITS[unit], unit };
}
