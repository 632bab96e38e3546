import { CalendarX, MoonStar } from "lucide-react";
import { Fragment } from "react";
import type { Schedule, SchedulePreview, SlotPreview } from "@/api/generated";
import { cx } from "@/lib/cx";
import { utcTime, viewerZone, wallTime, zoneTime } from "@/lib/time/time";
import { noteKind, noteWords } from "@/lib/words/notes";
import { DateTime } from "@/ui/text/Time";
import { YearStrip } from "./YearStrip";
import type { Preview as Asked } from "./usePreview";

/** What the schedule means: its words, its next slots in three zones, and its year. A preview that is older than the input says so. */
export function Preview({ preview: { data, failure, old }, schedule }: { preview: Asked; schedule: Schedule }) {
  return (
    <div className={cx("rounded-md bg-bg px-3 py-3 text-sm", schedule.kind !== "startup" && "min-h-52")} aria-busy={old || undefined}>
      {failure && (
        <div role="status">
          <p className="font-medium">No preview yet</p>
          <p className="text-muted">{failure.fields.length > 0 ? "The message beside the field says what is missing or wrong." : failure.message}</p>
        </div>
      )}
      {!failure && data && (
        <div className="flex flex-col gap-3">
          <div className="flex items-baseline gap-3">
            <p role="status" className={cx("min-w-0 flex-1 text-lg font-semibold first-letter:uppercase", old && "opacity-45")} data-words>
              {data.words}
            </p>
            {old && <p className="shrink-0 text-xs text-muted">Computing. You still see the state before the change.</p>}
          </div>
          <div className={cx("flex flex-col gap-3", old && "opacity-45")}>
            <Meaning preview={data} />
          </div>
        </div>
      )}
    </div>
  );
}

function Meaning({ preview: { never, never_because, slots, timezone, days } }: { preview: SchedulePreview }) {
  // A schedule without planned slots that can still run waits for the server to start.
  if (!never && slots.length === 0) return <p className="text-muted">It runs at each start of the server, so no slot can be planned. The next run comes with the next start.</p>;
  return (
    <>
      {never && (
        <p className="flex items-baseline gap-2 font-medium text-fail">
          <CalendarX size={16} aria-hidden className="self-center" /> It never runs{never_because ? `: ${never_because.text}` : ""}.
        </p>
      )}
      {slots.length > 0 && <Slots slots={slots} zone={timezone} />}
      {days.length > 0 && <YearStrip days={days} />}
    </>
  );
}

const offsetOf = (slot: SlotPreview): string => wallTime(slot.scheduled_local).offset;

const UTC = new Set(["UTC", "Etc/UTC"]);

/** Slots in the task's zone, the viewer's and UTC; a line where the clock changes between two of them. */
export function Slots({ slots, zone }: { slots: SlotPreview[]; zone: string }) {
  const here = viewerZone();
  const inUtc = UTC.has(here);
  const both = here !== zone && !inUtc;
  return (
    <table className="w-full max-w-3xl text-left tabular-nums">
      <caption className="sr-only">Next slots</caption>
      <thead className="text-xs text-muted">
        <tr>
          <th scope="col" className="pr-4 pb-1 font-normal">
            {zone}
          </th>
          {both && (
            <th scope="col" className="pr-4 pb-1 font-normal max-sm:hidden">
              {here} (you)
            </th>
          )}
          <th scope="col" className="pr-4 pb-1 font-normal max-sm:hidden">
            {inUtc ? "UTC (you)" : "UTC"}
          </th>
          <th scope="col" className="pb-1 font-normal">
            From now
          </th>
        </tr>
      </thead>
      <tbody>
        {slots.map((slot, place) => {
          const before = slots[place - 1];
          const change = before && offsetOf(before) !== offsetOf(slot) ? `The clock changes: ${offsetOf(before)} becomes ${offsetOf(slot)}` : null;
          return (
            <Fragment key={slot.scheduled_for}>
              {change && (
                <tr>
                  <td colSpan={4} className="py-1">
                    <span className="flex items-center gap-2 border-t border-dashed border-warn pt-1 text-xs text-warn">
                      <MoonStar size={13} aria-hidden /> {change}
                    </span>
                  </td>
                </tr>
              )}
              <SlotRow slot={slot} both={both} />
            </Fragment>
          );
        })}
      </tbody>
    </table>
  );
}

function SlotRow({ slot, both }: { slot: SlotPreview; both: boolean }) {
  const wall = wallTime(slot.scheduled_local);
  const Special = noteKind(slot.notes) === "calendar" ? CalendarX : MoonStar;
  const cell = cx("py-0.5 pr-4 align-top sm:whitespace-nowrap", slot.skipped && "text-muted line-through");
  return (
    <>
      <tr>
        <td className={cx(cell, "font-medium")}>
          {wall.day}, {wall.time} <span className="text-xs font-normal text-muted">{wall.offset}</span>
          <span className="block text-xs font-normal text-muted sm:hidden">
            {both && `${zoneTime(slot.scheduled_for)} for you · `}
            {utcTime(slot.scheduled_for)} UTC
          </span>
        </td>
        {both && <td className={cx(cell, "max-sm:hidden")}>{zoneTime(slot.scheduled_for)}</td>}
        <td className={cx(cell, "max-sm:hidden")}>{utcTime(slot.scheduled_for)}</td>
        <td className="py-0.5 align-top whitespace-nowrap text-muted">
          <DateTime at={slot.scheduled_for} plain />
        </td>
      </tr>
      {slot.notes.length > 0 && (
        <tr>
          <td colSpan={4} className="pb-1">
            <span className="flex items-start gap-1.5 text-xs text-warn">
              <Special size={13} className="mt-px shrink-0" aria-hidden />
              <span className="first-letter:uppercase">{noteWords(slot.notes)}</span>
            </span>
          </td>
        </tr>
      )}
    </>
  );
}
