/** What the server would say of schedules: fixed slots around a clock change, a year with holidays. */
import type { SchedulePreview, SchedulePreviewRequest, SlotDay, SlotNote, SlotPreview } from "@/api/generated";

const SLOTS: [string, string, boolean, SlotNote[]][] = [
  ["2027-03-26T07:30:00Z", "2027-03-26T08:30:00+01:00", true, [{ code: "skipped_on", args: { calendar: "holidays-de", title: "Good Friday" }, text: "skipped by calendar holidays-de: Good Friday" }]],
  ["2027-03-27T01:30:00Z", "2027-03-27T02:30:00+01:00", false, []],
  ["2027-03-28T01:00:00Z", "2027-03-28T03:00:00+02:00", false, [{ code: "gap_moved", args: { intended: "2027-03-28T02:30:00" }, text: "02:30:00 does not exist on that day (the clock is set forward); runs at the first moment after it" }]],
  ["2027-03-29T00:30:00Z", "2027-03-29T02:30:00+02:00", false, []],
  ["2027-03-30T00:30:00Z", "2027-03-30T02:30:00+02:00", false, []],
];

/** Slots around a clock change and a holiday. */
export function slotPreviews(key: string | null = null): SlotPreview[] {
  return SLOTS.map(([scheduled_for, scheduled_local, skipped, notes]) => ({ scheduled_for, scheduled_local, skipped, notes, schedule_key: key }));
}

function year(count: number): SlotDay[] {
  return Array.from({ length: count }, (_, step) => {
    const date = new Date(Date.UTC(2026, 10, 23 + step)).toISOString().slice(0, 10);
    const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
    if (weekday === 0 || weekday === 6) return { date, planned: 0, skipped: 0, notes: [] };
    if (["2026-12-25", "2027-01-01", "2027-03-26", "2027-03-29"].includes(date)) return { date, planned: 0, skipped: 2, notes: [{ code: "skipped_on", args: { calendar: "holidays-de", title: "" }, text: "skipped by calendar holidays-de" }] };
    return { date, planned: weekday === 5 ? 1 : 2, skipped: 0, notes: [] };
  });
}

/** The answer to a look ahead. */
export function preview({ schedule, days = 0 }: SchedulePreviewRequest): SchedulePreview {
  const words = schedule.kind === "interval" ? "every 15 minutes from 08:00 to 18:00 on Monday to Friday" : schedule.kind === "startup" ? "when the server starts" : "at 02:30 on every day";
  return { words, timezone: schedule.timezone ?? "Europe/Berlin", never: false, never_because: null, slots: schedule.kind === "startup" ? [] : slotPreviews(), days: year(days) };
}
