/** The words and slots of a schedule. The server computes them when the typing pauses; the browser computes no cron and no clock changes. */
import { useQuery } from "@tanstack/react-query";
import { apiError } from "@/api/errors";
import { type Schedule, schedulePreview } from "@/api/generated";
import { useRested } from "@/lib/useRested";

/** Days that the strip of a year shows. */
export const STRIP_DAYS = 365;

/** What the server says of a schedule. */
export function usePreview(schedule: Schedule, task: string) {
  const { id: _id, words: _words, ...bare } = schedule;
  const rested = useRested({ schedule: bare as Schedule, task }, 250);
  const preview = useQuery({
    queryKey: ["schedulePreview", rested],
    queryFn: async ({ signal }) =>
      (await schedulePreview({ body: { schedule: rested.schedule, task: rested.task === "" ? null : rested.task, limit: 6, days: STRIP_DAYS }, signal, throwOnError: true })).data,
    placeholderData: (old) => old,
    refetchInterval: false,
    retry: false,
  });
  // The answer belongs to an older schedule while the server computes or somebody still types.
  const old = preview.data !== undefined && (preview.isPlaceholderData || JSON.stringify(rested) !== JSON.stringify({ schedule: bare, task }));
  return { data: preview.data, failure: apiError(preview.error), old };
}

/** What usePreview gives. */
export type Preview = ReturnType<typeof usePreview>;
