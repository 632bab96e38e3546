/** Reports in words. */
import type { Report, ReportDefinition, ReportPeriod, Weekday, WhenEmpty } from "@/api/generated";
import { scopeWords } from "@/shared/notify/rules";

/** How often a report may be sent, as somebody chooses it. */
export const PERIODS: [ReportPeriod["kind"], string][] = [
  ["daily", "Each day, about the day before"],
  ["weekly", "Each week, about the seven days before"],
  ["monthly", "Each month, about the days since the one before"],
];

/** Days of the week. */
export const WEEKDAYS: [Weekday, string][] = [
  ["monday", "Monday"],
  ["tuesday", "Tuesday"],
  ["wednesday", "Wednesday"],
  ["thursday", "Thursday"],
  ["friday", "Friday"],
  ["saturday", "Saturday"],
  ["sunday", "Sunday"],
];

/** What happens to a report about nothing. */
export const WHEN_EMPTY: [WhenEmpty, string][] = [
  ["send", "Send it, it says so in one line"],
  ["skip", "Do not send it"],
];

/** How often a report is sent, as the beginning of a sentence. */
export function periodWords(period: ReportPeriod): string {
  switch (period.kind) {
    case "daily":
      return "Each day";
    case "weekly":
      return `Each ${WEEKDAYS.find(([day]) => day === period.weekday)?.[1] ?? period.weekday}`;
    case "monthly":
      return period.day === "last" ? "On the last day of each month" : `On day ${period.day ?? "1"} of each month`;
  }
}

/** What a report does, in one sentence. */
export function reportWords({ period, at, timezone, what, who, when_empty }: Report): string {
  const empty = when_empty === "skip" ? ", unless nothing ran" : "";
  return `${periodWords(period)} at ${at} (${timezone}), about ${scopeWords(what)}. Goes to ${who.join(", ")}${empty}.`;
}

/** What a person defines of a report. */
export function definitionOf({ name, description, enabled, period, at, timezone, what, who, when_empty }: Report): Required<ReportDefinition> {
  return { name, description, enabled, period, at, timezone, what, who, when_empty };
}

/** Address of the page of a report: of a saved one, or of a definition that is not saved. */
export function pageOf(report: string, date: string, definition?: ReportDefinition): string {
  const query = new URLSearchParams();
  if (date !== "") query.set("date", date);
  if (definition) query.set("definition", JSON.stringify(definition));
  return addressOf(report, "html", query);
}

/** Address of the lines of a saved report. */
export function linesOf(report: string, date: string): string {
  return addressOf(report, "csv", new URLSearchParams(date === "" ? {} : { date }));
}

function addressOf(report: string, form: string, query: URLSearchParams): string {
  const asked = query.toString();
  return `/api/v1/reports/${encodeURIComponent(report)}/${form}${asked === "" ? "" : `?${asked}`}`;
}
