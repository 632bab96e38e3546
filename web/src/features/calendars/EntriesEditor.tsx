import { Plus, X } from "lucide-react";
import { type ApiError, messagesAt } from "@/api/errors";
import type { CalendarEntry, Weekday } from "@/api/generated";
import { options } from "@/lib/words";
import { WEEKDAYS } from "@/lib/timeWords";
import { Button, IconButton } from "@/ui/Button";
import { NumberField, SelectField, TextField } from "@/ui/Field";
import { Toggles } from "@/ui/Toggles";

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

/** Entries of a calendar, of every kind. */
export function EntriesEditor({ label, pointer, entries, onEntries, failure }: { label: string; pointer: string; entries: CalendarEntry[]; onEntries: (entries: CalendarEntry[]) => void; failure: ApiError | null }) {
  const set = (at: number, entry: CalendarEntry) => onEntries(entries.map((old, place) => (place === at ? entry : old)));
  return (
    <div className="flex flex-col gap-2">
      {entries.map((entry, at) => {
        const error = messagesAt(failure, `${pointer}/${at}`);
        const fault = (field: string) => messagesAt(failure, `${pointer}/${at}/${field}`, true);
        return (
          // oxlint-disable-next-line react/no-array-index-key -- entries are told apart by their place only
          <fieldset key={at} className="flex flex-col gap-1 border-b border-line pb-2">
            <legend className="sr-only">{`${label} ${at + 1}`}</legend>
            <div className="flex flex-wrap items-end gap-2">
              <SelectField className="w-44" label="Kind" value={entry.kind} options={KINDS} onValue={(kind) => set(at, fresh(kind))} />
              <Fields entry={entry} onEntry={(next) => set(at, next)} fault={fault} />
              <IconButton label={`Remove ${label} ${at + 1}`} icon={<X size={15} aria-hidden />} onClick={() => onEntries(entries.filter((_, place) => place !== at))} />
            </div>
            {error && <p role="alert" className="text-xs font-medium text-fail">{error}</p>}
          </fieldset>
        );
      })}
      <Button className="self-start" icon={<Plus size={14} aria-hidden />} onClick={() => onEntries([...entries, fresh("date")])}>
        {`Add ${label === "entry" ? "an entry" : "an exception"}`}
      </Button>
    </div>
  );
}

function Fields({ entry, onEntry, fault }: { entry: CalendarEntry; onEntry: (entry: CalendarEntry) => void; fault: (field: string) => string | undefined }) {
  const wide = "min-w-40 flex-1";
  switch (entry.kind) {
    case "date":
      return (
        <>
          <TextField error={fault("date")} label="Date" type="date" required value={entry.date} onText={(date) => onEntry({ ...entry, date })} />
          <TextField error={fault("until")} label="Until (optional)" type="date" value={entry.until ?? ""} onText={(until) => onEntry({ ...entry, until: until || null })} />
          <TextField className={wide} error={fault("title")} label="Title" value={entry.title ?? ""} onText={(title) => onEntry({ ...entry, title })} />
        </>
      );
    case "yearly":
      return (
        <>
          <NumberField className="w-24" error={fault("month")} label="Month" required min={1} max={12} step={1} value={entry.month} onNumber={(month) => onEntry({ ...entry, month })} />
          <NumberField className="w-24" error={fault("day")} label="Day" required min={1} max={31} step={1} value={entry.day} onNumber={(day) => onEntry({ ...entry, day })} />
          <TextField className={wide} error={fault("title")} label="Title" value={entry.title ?? ""} onText={(title) => onEntry({ ...entry, title })} />
        </>
      );
    case "weekdays":
      return (
        <div className="flex flex-col gap-1">
          <Toggles<Weekday>
            label="Days"
            options={options(WEEKDAYS).map(([day]) => [day, WEEKDAYS[day].short] as const)}
            values={entry.weekdays}
            onValues={(weekdays) => onEntry({ ...entry, weekdays })}
          />
          {fault("weekdays") && (
            <p role="alert" className="text-xs font-medium text-fail">
              {fault("weekdays")}
            </p>
          )}
        </div>
      );
    case "rrule":
      return (
        <>
          <TextField className={wide} mono error={fault("rule")} label="Rule" required value={entry.rule} onText={(rule) => onEntry({ ...entry, rule })} />
          <TextField error={fault("dtstart")} label="From" type="date" required value={entry.dtstart.slice(0, 10)} onText={(dtstart) => onEntry({ ...entry, dtstart })} />
          <TextField className={wide} error={fault("title")} label="Title" value={entry.title ?? ""} onText={(title) => onEntry({ ...entry, title })} />
        </>
      );
    case "calendar":
      return <TextField className={wide} error={fault("name")} label="Name of the calendar" required value={entry.name} onText={(name) => onEntry({ ...entry, name })} />;
  }
}
