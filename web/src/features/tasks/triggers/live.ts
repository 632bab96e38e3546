import type { LiveRules } from "@/api/live/liveRules";

/** Which reads of triggers go stale. */
export const live: LiveRules = { stale: { "task.changed": { triggerList: "soon", triggerCallList: "soon" }, "run.changed": { triggerCallList: "soon" } } };
