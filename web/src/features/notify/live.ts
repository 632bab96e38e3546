import type { LiveRules } from "@/api/live/liveRules";

/** Which reads of channels, deliveries, rules, incidents and silences go stale: people change them, and whatever is sent changes their health. */
export const live: LiveRules = {
  stale: {
    "system.changed": { channelList: "soon", channelView: "soon", deliveryList: "soon", deliveryView: "soon", incidentList: "soon", incidentView: "soon", ruleList: "soon", ruleView: "soon", silenceList: "soon", silenceView: "soon", taskAudience: "soon" },
  },
};
