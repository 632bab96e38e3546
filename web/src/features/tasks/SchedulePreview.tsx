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

/** The words and the next slots of a schedule, from the server; the browser computes no cron and no clock changes. */
export function SchedulePreview({ schedule, task }: { schedule: Schedule; task: string }) {
  const rested = useRested({ schedule, task }, 250);
  const preview = useQuery({
    queryKey: ["schedulePreview", rested],
    queryFn: async ({ signal }) =>
      (await schedulePreview({ body: { schedule: rested.schedule, task: rested.task === "" ? null : rested.task, limit: 5 }, signal, throwOnError: true })).data,
    placeholderData: (old) => old,
    refetchInterval: false,
    retry: false,
  });
  const failure = apiError(preview.error);
  return (
    <div aria-live="polite" className="min-h-36 rounded-md bg-bg px-3 py-2 text-sm">
      {failure ? (
        <>
          <p className="font-medium text-fail">{failure.status === 0 ? "Preview unavailable" : "Not valid yet"}</p>
          <p>{failure.fields.length > 0 ? failure.fields.map((field) => field.message).join(" ") : failure.message}</p>
        </>
      ) : (
        preview.data && (
          <>
            <p className="font-medium first-letter:uppercase">{preview.data.words}</p>
            <p className="mb-1 text-xs text-muted">{preview.data.never ? "It never becomes due." : `Next slots, time zone ${preview.data.timezone}:`}</p>
            <ol className="flex flex-col">
              {preview.data.slots.map((slot) => (
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
