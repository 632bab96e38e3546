/** Names of all calendars, for those who choose some. */
import { useQuery } from "@tanstack/react-query";
import { calendarListOptions } from "@/api/generated/@tanstack/react-query.gen";

/** The first 500 names; maintenance windows hold by themselves and cannot be chosen. */
export function useCalendarNames(): string[] {
  const list = useQuery({ ...calendarListOptions({ query: { limit: 500 } }), refetchInterval: false });
  return list.data?.items.filter((calendar) => !calendar.maintenance).map((calendar) => calendar.name) ?? [];
}
