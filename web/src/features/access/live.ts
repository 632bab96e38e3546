import type { LiveRules } from "@/api/live/liveRules";

/** No event tells of people, tokens and sessions. */
export const live: LiveRules = {
  stale: {},
  still: ["userList", "userView", "tokenList", "sessionView", "setupView", "auditList", "auditVerify"],
};
