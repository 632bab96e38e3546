/** Incidents in words. */
import type { EventKind, IncidentKind, IncidentState, SilenceState, TellStep } from "@/api/generated";
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

/** Why a rule told something, after what it told. */
export const TELL_STEPS: Record<TellStep, string> = {
  event: "",
  reminder: ", a reminder",
  escalation: ", because nobody took it up",
  recovery: "",
};

/** Where a silence stands. */
export const SILENCE_STATES: Record<SilenceState, { word: string; tone: Tone }> = {
  planned: { word: "planned", tone: "idle" },
  active: { word: "holds", tone: "warn" },
  ended: { word: "over", tone: "idle" },
};

/** Whether rules are kept from telling about an incident now. */
export const isSnoozed = ({ snoozed_until }: { snoozed_until: string | null }): boolean => snoozed_until !== null && Date.parse(snoozed_until) > Date.now();
