import type { LiveRules } from "@/api/live/liveRules";

/** Which reads of runs go stale. */
export const live: LiveRules = {
  stale: { "run.changed": { runList: "soon", runStats: "soon", runView: "soon" } },
  // The log has a stream of its own, and what changed is asked about runs that have ended.
  still: ["runLog", "runLogStream", "runChanges"],
};
