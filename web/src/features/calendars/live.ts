import type { LiveRules } from "@/api/live/liveRules";

/** Which reads of calendars go stale: a task that changes may begin or cease to use one. */
export const live: LiveRules = {
  stale: { "task.changed": { calendarList: "soon", calendarView: "soon" } },
  still: ["calendarDates"],
};
