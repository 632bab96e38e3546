/** Incidents in words. */
import type { EventKind, IncidentKind, IncidentState, SilenceState, TellStep } from "@/api/generated";
import { plural } from "@/lib/numbers";
import type { Tone } from "@/lib/words/words";

/** What is wrong, given the name of the task or of the part of the server. */
const TITLES: Record<IncidentKind, (name: string) => string> = {
  failing: (name) => `${name} fails`,
  skipped: (name) => `${name} is skipped`,
  suspicious: (name) => `${name} succeeds, but looks wrong`,
  late: (name) => `${name} is late`,
  missed: (name) => `${name} was missed`,
  silent: (name) => `${name} is silent`,
  running_long: (name) => `${name} runs longer than usual`,
  waiting_long: (name) => `${name} waits for long`,
  never_fires: (name) => `${name} has a schedule that will never fire`,
  disk_full: () => "The disk of the server is nearly full",
  clock_doubted: () => "The clock of the server is doubted",
  worker_stuck: (name) => `The worker ${name} is stuck`,
  channel_failing: (name) => `The channel ${name} fails`,
  credential_expiring: (name) => `The credential ${name} expires`,
  backup_unproven: () => "The database has no recent backup",
};

/** What is wrong, in a few words. */
export const incidentTitle = ({ kind, task, part }: { kind: IncidentKind; task: string | null; part: string | null }): string => TITLES[kind](task ?? part ?? "");

/** Whether Orc alone says when it is over, because each look finds it anew. */
export const isFoundByLooks = ({ kind, part }: { kind: IncidentKind; part: string | null }): boolean => part !== null || kind === "running_long" || kind === "waiting_long" || kind === "never_fires";

/** How far an incident is. */
export const INCIDENT_STATES: Record<IncidentState, { word: string; tone: Tone }> = {
  open: { word: "open", tone: "fail" },
  acknowledged: { word: "taken care of", tone: "warn" },
  resolved: { word: "over", tone: "ok" },
};

/** What an incident counts; empty: nothing. */
export function incidentCount({ kind, run_count }: { kind: IncidentKind; run_count: number }): string {
  if (run_count === 0 || kind === "silent" || kind === "never_fires") return "";
  return plural(run_count, kind === "late" || kind === "missed" ? "slot" : "run");
}

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
  running_long: "ran longer than usual",
  waiting_long: "waited for long",
  never_fires: "has a schedule that will never fire",
  disk_full: "was nearly full",
  clock_doubted: "was doubted",
  worker_stuck: "was stuck",
  channel_failing: "failed",
  credential_expiring: "expires",
  backup_unproven: "has no recent backup",
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
