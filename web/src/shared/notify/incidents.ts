/** Incidents in words. */
import type { EventKind, IncidentKind, IncidentState } from "@/api/generated";
import { plural } from "@/lib/numbers";
import type { Tone } from "@/lib/words/words";

/** What is wrong, after the name of the task. */
export const INCIDENT_KINDS: Record<IncidentKind, string> = {
  failing: "fails",
  skipped: "is skipped",
  suspicious: "succeeds, but looks wrong",
  late: "is late",
  missed: "was missed",
  silent: "is silent",
};

/** How far an incident is. */
export const INCIDENT_STATES: Record<IncidentState, { word: string; tone: Tone }> = {
  open: { word: "open", tone: "fail" },
  acknowledged: { word: "taken care of", tone: "warn" },
  resolved: { word: "over", tone: "ok" },
};

/** What an incident counts. */
export const incidentCount = ({ kind, run_count }: { kind: IncidentKind; run_count: number }): string => plural(run_count, kind === "late" || kind === "missed" || kind === "silent" ? "slot" : "run");

/** What a rule told. */
export const EVENT_KINDS: Record<EventKind, string> = {
  failed: "failed",
  timed_out: "timed out",
  lost: "was lost",
  skipped: "was skipped",
  suspicious: "looked wrong",
  late: "was late",
  missed: "was missed",
  silent: "was silent",
  recovered: "recovered",
  succeeded: "succeeded",
};
