import type { LiveRules } from "@/api/live/liveRules";

/** No event tells of people, tokens, sessions, and the links of messages. */
export const live: LiveRules = {
  stale: {},
  still: ["linkView", "userList", "userView", "tokenList", "sessionView", "setupView", "auditList", "auditVerify"],
};
