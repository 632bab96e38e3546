import type { LiveRules } from "@/api/live/liveRules";

/** Which reads of network profiles go stale. What Orc sees of the network has no event: pages that show it look again. */
export const live: LiveRules = {
  stale: {
    "task.changed": { networkList: "soon", networkView: "soon" },
    "system.changed": { networkList: "soon", networkView: "soon" },
  },
  still: ["networkSurvey"],
};
