/** Periods of the past. */

/** Names of them. */
export type Period = "day" | "week" | "month" | "quarter";

/** In words. */
export const PERIODS: Record<Period, string> = { day: "Last 24 hours", week: "Last 7 days", month: "Last 30 days", quarter: "Last 90 days" };

const DAYS: Record<Period, number> = { day: 1, week: 7, month: 30, quarter: 90 };

/** From when to when. */
export function periodOf(period: Period, now: number): { from_at: string; until_at: string } {
  return { from_at: new Date(now - DAYS[period] * 86_400_000).toISOString(), until_at: new Date(now).toISOString() };
}
