/** Names of all calendars, for those who choose some. */
export function useCalendarNames(): string[] {
  return [];
}
