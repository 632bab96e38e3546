import { Plus, Trash2 } from "lucide-react";
import { messagesAt } from "@/api/errors";
import type { Schedule } from "@/api/generated";
import { CATCH_UPS, FOLDS, GAPS, options, SCHEDULE_KINDS } from "@/lib/words";
import { fromLocalInput, localInput } from "@/lib/time";
import { Button, IconButton } from "@/ui/Button";
import { CheckField, NumberField, SelectField, TextField } from "@/ui/Field";
import { Part, type PartProps, Row } from "./FormParts";
import { catchUpOf, ofKind } from "./schedule/kinds";
import { SchedulePreview, useSchedulePreview } from "./SchedulePreview";

const PRESETS: [string, string][] = [
  ["*/5 * * * *", "Every 5 minutes"],
  ["0 * * * *", "Hourly"],
  ["0 2 * * *", "Daily at 02:00"],
  ["0 8 * * MON-FRI", "Weekdays at 08:00"],
  ["0 7 1 * *", "Monthly on the 1st"],
];

const ZONES = Intl.supportedValuesOf("timeZone");

/** Rules by which the task becomes due. */
export function SchedulesPart({ draft, set, at }: PartProps) {
  const change = (place: number, schedule: Schedule) => set({ schedules: draft.schedules.map((old, each) => (each === place ? schedule : old)) });
  return (
    <Part id="schedules" title="Schedules" hint={draft.schedules.length === 0 ? "None: it runs by hand only." : "When it becomes due. Each is previewed by the server."}>
      {draft.schedules.map((schedule, place) => (
        <OneSchedule
          // oxlint-disable-next-line react/no-array-index-key -- new schedules have no id yet; the place is what stays
          key={place}
          schedule={schedule}
          place={place}
          task={draft.name}
          at={at}
          onSchedule={(next) => change(place, next)}
          onRemove={() => set({ schedules: draft.schedules.filter((_, each) => each !== place) })}
        />
      ))}
      <Button className="self-start" icon={<Plus size={14} aria-hidden />} onClick={() => set({ schedules: [...draft.schedules, { kind: "cron", expression: "0 2 * * *" }] })}>
        Add a schedule
      </Button>
      <datalist id="zones">
        {ZONES.map((zone) => (
          <option key={zone} value={zone}>
            {zone}
          </option>
        ))}
      </datalist>
    </Part>
  );
}

interface FieldsProps {
  schedule: Schedule;
  place: number;
  at: PartProps["at"];
  onSchedule: (schedule: Schedule) => void;
}

function OneSchedule({ task, onRemove, at: asked, ...rest }: FieldsProps & { task: string; onRemove: () => void }) {
  const { schedule, place, onSchedule } = rest;
  const preview = useSchedulePreview(schedule, task);
  // The preview judges the schedule alone, so it knows what is wrong even while other fields are not filled in yet.
  const at: PartProps["at"] = (pointer, deep) => asked(pointer, deep) ?? messagesAt(preview.failure, pointer.replace(`/schedules/${place}`, "/schedule"), deep);
  const props = { ...rest, at };
  return (
    <fieldset className="flex min-w-0 flex-col gap-3 rounded-md border border-line p-3">
      <legend className="sr-only">Schedule {place + 1}</legend>
      <div className="flex items-end gap-2">
        <SelectField className="w-48" label="Kind" value={schedule.kind} options={options(SCHEDULE_KINDS)} onValue={(kind) => onSchedule(ofKind(kind, schedule))} />
        <span className="flex-1" />
        <CheckField className="mb-2" label="Enabled" checked={schedule.enabled ?? true} onChecked={(enabled) => onSchedule({ ...schedule, enabled })} />
        <IconButton label={`Remove schedule ${place + 1}`} icon={<Trash2 size={15} />} onClick={onRemove} />
      </div>
      <Fields {...props} />
      <SchedulePreview preview={preview} />
      <More {...props} />
    </fieldset>
  );
}

function Fields({ schedule, place, at, onSchedule }: FieldsProps) {
  const zone = (
    <TextField
      label="Time zone"
      hint="Empty: the server's."
      list="zones"
      value={schedule.timezone ?? ""}
      error={at(`/schedules/${place}/timezone`)}
      onText={(timezone) => onSchedule({ ...schedule, timezone: timezone || null })}
    />
  );
  switch (schedule.kind) {
    case "cron":
      return (
        <>
          <Row>
            <TextField
              label="Expression"
              hint="Minute, hour, day of month, month, day of week."
              mono
              value={schedule.expression}
              error={at(`/schedules/${place}/expression`)}
              onText={(expression) => onSchedule({ ...schedule, expression })}
            />
            {zone}
          </Row>
          <div className="flex flex-wrap gap-1.5">
            {PRESETS.map(([expression, word]) => (
              <button
                key={expression}
                type="button"
                aria-pressed={schedule.expression === expression}
                onClick={() => onSchedule({ ...schedule, expression })}
                className="min-h-6 rounded-full border border-line-strong px-2.5 text-xs hover:bg-hover aria-pressed:border-accent aria-pressed:bg-accent-soft pointer-coarse:min-h-9"
              >
                {word}
              </button>
            ))}
          </div>
        </>
      );
    case "interval":
      return (
        <Row>
          <NumberField label="Every" unit="s" min={1} step={1} value={schedule.every_seconds} error={at(`/schedules/${place}/every_seconds`)} onNumber={(value) => onSchedule({ ...schedule, every_seconds: value ?? 1 })} />
          <TextField
            label="Counted from"
            hint="Empty: 1970-01-01 in UTC."
            type="datetime-local"
            value={localInput(schedule.anchor_at)}
            error={at(`/schedules/${place}/anchor_at`)}
            onText={(text) => onSchedule({ ...schedule, anchor_at: fromLocalInput(text) })}
          />
        </Row>
      );
    case "once":
      return (
        <Row>
          <TextField
            label="At"
            hint="Local time in the zone beside it."
            type={/(Z|[+-]\d\d:?\d\d)$/.test(schedule.at) ? "text" : "datetime-local"}
            value={schedule.at}
            error={at(`/schedules/${place}/at`)}
            onText={(text) => onSchedule({ ...schedule, at: text })}
          />
          {zone}
        </Row>
      );
    case "windows":
      return (
        <Row>
          <TextField
            label="Short form"
            hint="06:00 daily, MON 08:00 weekly, 15 09:30 monthly."
            mono
            value={schedule.text}
            error={at(`/schedules/${place}/text`)}
            onText={(text) => onSchedule({ ...schedule, text })}
          />
          {zone}
        </Row>
      );
  }
}

function More({ schedule, place, at, onSchedule }: FieldsProps) {
  return (
    <details className="text-sm">
      <summary className="cursor-pointer py-1 text-muted">Key, limits, clock changes, catch-up</summary>
      <div className="flex flex-col gap-3 pt-2">
        <Row three>
          <TextField label="Key" hint="The same key keeps the history." mono value={schedule.key ?? ""} error={at(`/schedules/${place}/key`)} onText={(key) => onSchedule({ ...schedule, key: key || null })} />
          <TextField label="Not before" type="datetime-local" value={localInput(schedule.start_at)} error={at(`/schedules/${place}/start_at`)} onText={(text) => onSchedule({ ...schedule, start_at: fromLocalInput(text) })} />
          <TextField label="Not after" type="datetime-local" value={localInput(schedule.end_at)} error={at(`/schedules/${place}/end_at`)} onText={(text) => onSchedule({ ...schedule, end_at: fromLocalInput(text) })} />
        </Row>
        <Row three>
          <SelectField
            label="Clocks go forward"
            hint="The local time does not exist."
            value={schedule.gap ?? "run_after"}
            options={options(GAPS)}
            onValue={(gap) => onSchedule({ ...schedule, gap })}
          />
          <SelectField
            label="Clocks go back"
            hint="The local time comes twice."
            value={schedule.fold ?? "first"}
            options={options(FOLDS)}
            onValue={(fold) => onSchedule({ ...schedule, fold })}
          />
          <SelectField
            label="Catch-up"
            hint="The server was down."
            value={schedule.catch_up?.kind ?? "latest"}
            options={options(CATCH_UPS)}
            onValue={(kind) => onSchedule({ ...schedule, catch_up: catchUpOf(kind) })}
          />
        </Row>
      </div>
    </details>
  );
}
