import { Plus, X } from "lucide-react";
import type { Schedule } from "@/api/generated";
import { ZONE_NAMES } from "@/shared/core/ZoneNames";
import { Button, IconButton } from "@/ui/Button";
import { TextField, type TextFieldProps } from "@/ui/fields/Field";
import { Marked } from "@/ui/text/Marked";
import type { PartProps } from "../../form/FormParts";

/** What the fields of one kind of schedule get. */
export interface RuleProps<S extends Schedule = Schedule> {
  schedule: S;
  /** What is wrong with a field of this schedule, by pointer below it. */
  at: (pointer: string, deep?: boolean) => string | undefined;
  onSchedule: (schedule: Schedule) => void;
}

/** Looks up faults of one schedule among those of the whole form. */
export function below(at: PartProps["at"], place: number): RuleProps["at"] {
  return (pointer, deep) => at(`/schedules/${place}${pointer}`, deep);
}

/** The time zone; names are proposed by the browser. */
export function ZoneField({ schedule, at, onSchedule, hint = "Empty means the server's time zone." }: RuleProps & { hint?: string }) {
  return (
    <TextField
      label="Time zone"
      hint={hint}
      list={ZONE_NAMES}
      value={schedule.timezone ?? ""}
      error={at("/timezone")}
      onText={(timezone) => onSchedule({ ...schedule, timezone: timezone || null })}
    />
  );
}

/** A field for an expression: a fault that names a character shows which one it is. */
export function ExpressionField(props: Omit<TextFieldProps, "value"> & { value: string }) {
  const place = faultPlace(props.error, [...props.value].length);
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <TextField {...props} mono />
      {place !== null && <Marked text={props.value} place={place} />}
    </div>
  );
}

/** The place in a text that a message names with "at character 9", or none. */
export function faultPlace(error: string | undefined, length: number): number | null {
  const found = /at character (\d+)/.exec(error ?? "");
  if (!found) return null;
  return Math.min(Math.max(Number(found[1]) - 1, 0), length);
}

/** Times of day, one field each. */
export function TimeList({ label, times, onTimes, error }: { label: string; times: string[]; onTimes: (times: string[]) => void; error?: string | undefined }) {
  return (
    <fieldset className="flex min-w-0 flex-col gap-1">
      <legend className="mb-1 text-sm font-medium">{label}</legend>
      <div className="flex flex-wrap items-center gap-2">
        {times.map((time, place) => (
          // oxlint-disable-next-line react/no-array-index-key -- times are told apart by their place only
          <span key={place} className="flex items-center">
            <input
              type="time"
              step={time.length > 5 ? 1 : 60}
              aria-label={times.length === 1 ? "Time" : `Time ${place + 1}`}
              aria-invalid={error ? true : undefined}
              value={time}
              onChange={(event) => onTimes(times.map((old, each) => (each === place ? event.target.value : old)))}
              className={time.length > 5 ? "control w-40" : "control w-32"}
            />
            {times.length > 1 && <IconButton label={`Remove time ${place + 1}`} icon={<X size={14} aria-hidden />} onClick={() => onTimes(times.filter((_, each) => each !== place))} />}
          </span>
        ))}
        <Button icon={<Plus size={14} aria-hidden />} onClick={() => onTimes([...times, "12:00"])}>
          Add a time
        </Button>
      </div>
      {error && (
        <p className="text-xs font-medium text-fail" data-field-error>
          {error}
        </p>
      )}
    </fieldset>
  );
}
