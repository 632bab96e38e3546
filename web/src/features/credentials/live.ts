import type { LiveRules } from "@/api/live/liveRules";

/** Which reads of credentials go stale: runs use them, tasks name them, people change them and the vault. */
export const live: LiveRules = {
  stale: {
    "task.changed": { credentialUsage: "soon" },
    "system.changed": { credentialList: "soon", credentialView: "soon", vaultView: "soon" },
  },
};
