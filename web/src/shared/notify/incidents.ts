/** Incidents in words. */
import type { EventKind, IncidentKind, IncidentState, SilenceState, TellStep } from "@/api/generated";
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
