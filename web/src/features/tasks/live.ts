import type { LiveRules } from "@/api/live/liveRules";

/** Which reads of tasks go stale. The list may have thousands of rows, so the state of a run is patched into it and the rest may lag. */
export const live: LiveRules = {
  stale: {
    "run.changed": { taskView: "soon", taskList: "later", taskBands: "later" },
    "task.changed": { taskList: "soon", taskView: "soon", taskVersionList: "soon" },
    "slot.changed": { taskView: "soon", taskList: "later" },
    "system.changed": { taskView: "soon", taskList: "later" },
  },
  still: ["taskVersionView", "taskExport"],
};
