/** Names of all calendars that can be chosen. */
import { useQuery } from "@tanstack/react-query";
import { type CalendarSummary, calendarList } from "@/api/generated";
import { allPages, type Items } from "@/api/pages";
import { readKey } from "@/api/queries";

const namesOf = ({ items }: Items<CalendarSummary>): string[] => items.filter(({ maintenance }) => !maintenance).map(({ name }) => name);

/** Follows the list to its end, because the contract has no search for calendars. Maintenance windows apply by themselves and cannot be chosen. */
export function useCalendarNames() {
  return useQuery({
    queryKey: readKey("calendarList", { all: true }),
    queryFn: ({ signal }) => allPages(async (cursor) => (await calendarList({ query: { limit: 500, ...cursor }, signal, throwOnError: true })).data),
    refetchInterval: false,
    select: namesOf,
  });
}
