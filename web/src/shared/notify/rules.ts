/** Rules in words. */
import type { EventKind, Rule, RulePace, RuleScope } from "@/api/generated";
import { plural } from "@/lib/numbers";

/** The events about tasks of which a rule may tell, as somebody chooses them. */
export const RULE_EVENTS: [EventKind, string][] = [
  ["failed", "Failed"],
  ["timed_out", "Timed out"],
  ["lost", "Lost"],
  ["skipped", "Skipped"],
  ["suspicious", "Looks wrong"],
  ["late", "Late"],
  ["missed", "Missed"],
  ["silent", "Silent for too long"],
  ["running_long", "Runs longer than usual"],
  ["waiting_long", "Waits for long"],
  ["never_fires", "Will never fire"],
  ["recovered", "Recovered"],
  ["succeeded", "Succeeded"],
];

/** The events about the server, whatever tasks a rule is about. */
export const SERVER_EVENTS: [EventKind, string][] = [
  ["disk_full", "Disk nearly full"],
  ["clock_doubted", "Clock doubted"],
  ["worker_stuck", "Worker stuck"],
  ["channel_failing", "Channel fails"],
  ["credential_expiring", "Credential expires"],
  ["backup_unproven", "No recent backup"],
];

/** When a rule tells. */
export const PACES: [RulePace["kind"], string][] = [
  ["at_once", "At once"],
  ["grouped", "Everything of some minutes together"],
  ["digest", "Once a day"],
];

/** The tasks about which a rule tells. */
export function scopeWords({ tasks = [], folders = [], tags = [], owners = [] }: RuleScope): string {
  const parts = [...tasks, ...folders.map((folder) => `folder ${folder}`), ...tags.map((tag) => `tag ${tag}`), ...owners.map((owner) => `owner ${owner}`)];
  return parts.length === 0 ? "all tasks" : parts.join(", ");
}

/** When a rule tells, as the end of a sentence. */
export function paceWords(how: RulePace): string {
  switch (how.kind) {
    case "at_once":
      return "at once";
    case "grouped":
      return `together, every ${how.minutes} min`;
    case "digest":
      return `once a day at ${how.at} (${how.timezone})`;
  }
}

/** A number of minutes, in the largest unit that fits. */
export function minutesWords(minutes: number): string {
  if (minutes % 1440 === 0) return plural(minutes / 1440, "day");
  return minutes % 60 === 0 ? plural(minutes / 60, "hour") : `${minutes} min`;
}

/** Whether an event is about the server and not about tasks. */
export const isAboutServer = (event: EventKind): boolean => SERVER_EVENTS.some(([known]) => known === event);

/** Words as a sentence of their own. */
const sentence = ([first = "", ...rest]: string[], end: string) => `${[first.charAt(0).toUpperCase() + first.slice(1), ...rest].join(", ")}${end}. `;

/** What a rule does, in plain sentences. */
export function ruleWords(rule: Rule): string {
  const named = (all: [EventKind, string][]) => all.filter(([event]) => rule.when.includes(event)).map(([, word]) => word.toLowerCase());
  const [events, about] = [named(RULE_EVENTS), named(SERVER_EVENTS)];
  const row = rule.in_a_row > 1 ? `, after ${rule.in_a_row} in a row` : "";
  const quiet = rule.quiet_hours ? `, not from ${rule.quiet_hours.from} to ${rule.quiet_hours.to} (${rule.quiet_hours.timezone})` : "";
  const again = rule.remind_minutes ? ` Reminds every ${minutesWords(rule.remind_minutes)}.` : "";
  const others = rule.escalation ? ` After ${minutesWords(rule.escalation.after_minutes)} it tells ${rule.escalation.to.join(", ")} too.` : "";
  const ofTasks = rule.when.some((event) => event !== "recovered" && !isAboutServer(event)) || about.length === 0;
  const tasks = ofTasks ? sentence(events, `${row}: ${scopeWords(rule.what)}`) : "";
  const server = about.length > 0 ? sentence(ofTasks ? about : [...about, ...events], ": the server") : "";
  return `${tasks}${server}Tells ${rule.who.join(", ")} ${paceWords(rule.how)}${quiet}.${again}${others}`;
}
