/** Incidents in words. */
import type { EventKind, IncidentKind, IncidentState } from "@/api/generated";
import type { Tone } from "@/lib/words/words";

/** What is wrong, after the name of the task. */
export const INCIDENT_KINDS: Record<IncidentKind, string> = {
  failing: "fails",
  skipped: "is skipped",
  suspicious: "succeeds, but looks wrong",
};

/** How far an incident is. */
export const INCIDENT_STATES: Record<IncidentState, { word: string; tone: Tone }> = {
  open: { word: "open", tone: "fail" },
  acknowledged: { word: "taken care of", tone: "warn" },
  resolved: { word: "over", tone: "ok" },
};

/** What a rule told. */
export const EVENT_KINDS: Record<EventKind, string> = {
  failed: "failed",
  timed_out: "timed out",
  lost: "was lost",
  skipped: "was skipped",
  suspicious: "looked wrong",
  recovered: "recovered",
  succeeded: "succeeded",
};
