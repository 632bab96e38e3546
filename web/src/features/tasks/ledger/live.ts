import type { LiveRules } from "@/api/live/liveRules";

/** Which reads of the ledger go stale. A backfill that makes progress is polled. */
export const live: LiveRules = {
  stale: {
    "task.changed": { slotList: "soon" },
    "slot.changed": { slotList: "soon", slotSummary: "later" },
    "system.changed": { slotList: "later" },
  },
  still: ["backfillList", "backfillView"],
};
