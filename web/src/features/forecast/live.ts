import type { LiveRules } from "@/api/live/liveRules";

/** Which reads of what is planned go stale. */
export const live: LiveRules = {
  stale: {
    "run.changed": { planDays: "soon" },
    "task.changed": { planList: "soon", planDays: "soon" },
    "slot.changed": { planList: "later", planDays: "later" },
  },
  still: ["planIcs", "feedList"],
};
