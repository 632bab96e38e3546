import type { LiveRules } from "@/api/live/liveRules";

/** Which reads of the server go stale. */
export const live: LiveRules = {
  stale: { "system.changed": { systemView: "soon", systemWorkers: "soon", systemHeartbeatView: "soon" } },
  still: ["systemSettings", "systemMetrics", "systemContract", "eventStream"],
};
