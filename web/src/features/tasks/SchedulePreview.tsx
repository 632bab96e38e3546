import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { apiError } from "@/api/errors";
import { type Schedule, schedulePreview } from "@/api/generated";
import { absoluteTime } from "@/lib/time";
import { DateTime } from "@/ui/Time";

/** A value that rests: it follows only after nothing changed for a while. */
export function useRested<T>(value: T, wait: number): T {
  const [rested, setRested] = useState(value);
  const text = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(JSON.parse(text) as T), wait);
    return () => clearTimeout(timer);
  }, [text, wait]);
  return rested;
}

/** The words and the next slots of a schedule, asked while the typing rests; the browser computes no cron and no clock changes. */
export function useSchedulePreview(schedule: Schedule, task: string) {
  const rested = useRested({ schedule, task }, 250);
  const preview = useQuery({
    queryKey: ["schedulePreview", rested],
    queryFn: async ({ signal }) =>
      (await schedulePreview({ body: { schedule: rested.schedule, task: rested.task === "" ? null : rested.task, limit: 5 }, signal, throwOnError: true })).data,
    placeholderData: (old) => old,
    refetchInterval: false,
    retry: false,
  });
  return { data: preview.data, failure: apiError(preview.error) };
}

/** Shows what was asked. */
export function SchedulePreview({ preview }: { preview: ReturnType<typeof useSchedulePreview> }) {
  const { data, failure } = preview;
  return (
    <div aria-live="polite" className="min-h-36 rounded-md bg-bg px-3 py-2 text-sm">
      {failure ? (
        <>
          <p className="font-medium">Preview unavailable</p>
          <p className="text-muted">{failure.fields.length > 0 ? "What is wrong stands beside the field." : failure.message}</p>
        </>
      ) : (
        data && (
          <>
            <p className="font-medium first-letter:uppercase">{data.words}</p>
            <p className="mb-1 text-xs text-muted">{data.never ? "It never becomes due." : `Next slots, time zone ${data.timezone}:`}</p>
            <ol className="flex flex-col">
              {data.slots.map((slot) => (
                <li key={slot.scheduled_for} className="flex flex-wrap gap-x-3">
                  <span className="w-52">{absoluteTime(slot.scheduled_for)}</span>
                  <DateTime at={slot.scheduled_for} className="w-24 text-muted" plain />
                  {slot.notes.length > 0 && <span className="text-warn">{slot.notes.join("; ")}</span>}
                </li>
              ))}
            </ol>
          </>
        )
      )}
    </div>
  );
}
