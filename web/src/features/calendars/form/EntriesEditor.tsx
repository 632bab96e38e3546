import { Plus, X } from "lucide-react";
import { useId } from "react";
import type { CalendarEntry, Weekday } from "@/api/generated";
import { options } from "@/lib/words/words";
import { WEEKDAYS } from "@/lib/words/timeWords";
import { useCalendarNames } from "@/shared/calendars/useCalendarNames";
import { Button, IconButton } from "@/ui/Button";
import { NumberField, SelectField, TextField } from "@/ui/fields/Field";
import { Toggles } from "@/ui/fields/Toggles";

const KINDS: [CalendarEntry["kind"], string][] = [
  ["date", "Date or period"],
  ["yearly", "Each year"],
  ["weekdays", "Days of the week"],
  ["rrule", "Recurrence rule"],
  ["calendar", "Another calendar"],
];

const today = () => new Date().toISOString().slice(0, 10);

function fresh(kind: CalendarEntry["kind"]): CalendarEntry {
  switch (kind) {
    case "date":
      return { kind, date: today(), until: null, title: "" };
    case "yearly":
      return { kind, month: 12, day: 25, title: "" };
    case "weekdays":
      return { kind, weekdays: ["saturday", "sunday"] };
    case "rrule":
      return { kind, rule: "FREQ=MONTHLY;BYDAY=-1FR", dtstart: today(), title: "" };
    case "calendar":
      return { kind, name: "" };
  }
}

/** What the server says about the field at a JSON pointer. */
export type At = (pointer: string, deep?: boolean) => string | undefined;

/** Entries of a calendar, of every kind. */
export function EntriesEditor({ label, pointer, entries, onEntries, at }: { label: string; pointer: string; entries: CalendarEntry[]; onEntries: (entries: CalendarEntry[]) => void; at: At }) {
  const set = (place: number, entry: CalendarEntry) => onEntries(entries.map((old, other) => (other === place ? entry : old)));
  const names = useId();
  const whole = at(pointer);
  return (
    <div className="flex flex-col gap-2">
      {entries.map((entry, place) => {
        const here = `${pointer}/${place}`;
        const error = at(here);
        return (
          // oxlint-disable-next-line react/no-array-index-key -- entries are told apart by their place only
          <fieldset key={place} className="flex flex-col gap-1 border-b border-line pb-2">
            <legend className="sr-only">{`${label} ${place + 1}`}</legend>
            <div className="flex flex-wrap items-start gap-2">
              <SelectField className="w-44" label="Kind" value={entry.kind} options={KINDS} error={at(`${here}/kind`)} onValue={(kind) => set(place, fresh(kind))} />
              <Fields entry={entry} onEntry={(next) => set(place, next)} error={(field) => at(`${here}/${field}`, true)} names={names} />
              <IconButton className="mt-[22px]" label={`Remove ${label} ${place + 1}`} icon={<X size={15} aria-hidden />} onClick={() => onEntries(entries.filter((_, other) => other !== place))} />
            </div>
            {error && <p role="alert" className="text-xs font-medium text-fail">{error}</p>}
          </fieldset>
        );
      })}
      {whole && <p className="text-xs font-medium text-fail">{whole}</p>}
      {entries.some(({ kind }) => kind === "calendar") && <CalendarNames id={names} />}
      <Button className="self-start" icon={<Plus size={14} aria-hidden />} onClick={() => onEntries([...entries, fresh("date")])}>
        {`Add ${label === "entry" ? "an entry" : "an exception"}`}
      </Button>
    </div>
  );
}

/** The calendars that are there, for a field to propose. */
function CalendarNames({ id }: { id: string }) {
  const names = useCalendarNames().data ?? [];
  return (
    <datalist id={id}>
      {names.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </datalist>
  );
}

function Fields({ entry, onEntry, error, names }: { entry: CalendarEntry; onEntry: (entry: CalendarEntry) => void; error: (field: string) => string | undefined; names: string }) {
  const wide = "min-w-40 flex-1";
  switch (entry.kind) {
    case "date":
      return (
        <>
          <TextField label="Date" error={error("date")} type="date" required value={entry.date} onText={(date) => onEntry({ ...entry, date })} />
          <TextField label="Until (optional)" error={error("until")} type="date" value={entry.until ?? ""} onText={(until) => onEntry({ ...entry, until: until || null })} />
          <TextField className={wide} label="Title" error={error("title")} value={entry.title ?? ""} onText={(title) => onEntry({ ...entry, title })} />
        </>
      );
    case "yearly":
      return (
        <>
          <NumberField className="w-24" label="Month" error={error("month")} required min={1} max={12} step={1} value={entry.month} onNumber={(month) => onEntry({ ...entry, month })} />
          <NumberField className="w-24" label="Day" error={error("day")} required min={1} max={31} step={1} value={entry.day} onNumber={(day) => onEntry({ ...entry, day })} />
          <TextField className={wide} label="Title" error={error("title")} value={entry.title ?? ""} onText={(title) => onEntry({ ...entry, title })} />
        </>
      );
    case "weekdays":
      return (
        <Toggles<Weekday>
          label="Days"
          error={error("weekdays")}
          options={options(WEEKDAYS).map(([day]) => [day, WEEKDAYS[day].short] as const)}
          values={entry.weekdays}
          onValues={(weekdays) => onEntry({ ...entry, weekdays })}
        />
      );
    case "rrule":
      return (
        <>
          <TextField className={wide} mono label="Rule" error={error("rule")} required value={entry.rule} onText={(rule) => onEntry({ ...entry, rule })} />
          <TextField label="From" error={error("dtstart")} type="date" required value={entry.dtstart.slice(0, 10)} onText={(dtstart) => onEntry({ ...entry, dtstart })} />
          <TextField className={wide} label="Title" error={error("title")} value={entry.title ?? ""} onText={(title) => onEntry({ ...entry, title })} />
        </>
      );
    case "calendar":
      return <TextField className={wide} label="Name of the calendar" error={error("name")} list={names} required value={entry.name} onText={(name) => onEntry({ ...entry, name })} />;
  }
}
