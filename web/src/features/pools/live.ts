import type { LiveRules } from "@/api/live/liveRules";

/** Which reads of pools go stale. */
export const live: LiveRules = {
  stale: {
    "run.changed": { poolList: "soon", poolView: "soon" },
    "task.changed": { poolList: "soon", poolView: "soon" },
  },
};
