import type { LiveRules } from "@/api/live/liveRules";

/** Which reads of reports go stale: people change them, and each that is sent is noted. What a report says is asked for when somebody looks. */
export const live: LiveRules = {
  stale: { "system.changed": { reportList: "soon", reportView: "soon" } },
  still: ["reportContents", "reportHtml", "reportCsv"],
};
