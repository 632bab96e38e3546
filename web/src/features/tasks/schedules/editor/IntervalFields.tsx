import { useState } from "react";
import type { DailyWindow, ScheduleInterval } from "@/api/generated";
import { fromLocalInput, localInput } from "@/lib/time/time";
import { WEEKDAYS } from "@/lib/words/timeWords";
import { options } from "@/lib/words/words";
import { CheckField, NumberField, SelectField, TextField } from "@/ui/fields/Field";
import { Toggles } from "@/ui/fields/Toggles";
import { Row } from "../../form/FormParts";
import { type RuleProps, ZoneField } from "./fields";
import { inUnit, type Unit, UNITS, WORKDAYS } from "./patterns";

const SHORT_DAYS = options(WEEKDAYS).map(([day]) => [day, WEEKDAYS[day].short] as const);
const UNIT_WORDS: [Unit, string][] = [
  ["seconds", "seconds"],
  ["minutes", "minutes"],
  ["hours", "hours"],
  ["days", "days"],
];

/** Every so often, all day or within hours of the day. */
export function IntervalFields(props: RuleProps<ScheduleInterval>) {
  const { schedule, at, onSchedule } = props;
  const [own, setOwn] = useState(() => ({ seconds: schedule.every_seconds, unit: inUnit(schedule.every_seconds).unit }));
  const whole = schedule.every_seconds % UNITS[own.unit] === 0;
  // An interval from a preset may not be whole in the current unit; one typed here (1.5 hours) keeps its unit.
  const shown = whole || schedule.every_seconds === own.seconds ? { value: schedule.every_seconds / UNITS[own.unit], unit: own.unit } : inUnit(schedule.every_seconds);
  const every = (value: number, unit: Unit) => {
    const every_seconds = Math.max(0, Math.round(value * UNITS[unit]));
    setOwn({ seconds: every_seconds, unit });
    onSchedule({ ...schedule, every_seconds });
  };
  return (
    <>
      <Row three>
        <NumberField label="Every" min={1} step={1} value={shown.value} error={at("/every_seconds")} onNumber={(value) => every(value, shown.unit)} />
        <SelectField
          label="Unit"
          value={shown.unit}
          options={UNIT_WORDS}
          onValue={(next) => every(shown.value, next)}
        />
        <TextField
          label="Counted from"
          hint="In your time zone. Empty means 1970-01-01 UTC, so every 15 minutes is :00, :15, :30 and :45."
          type="datetime-local"
          value={localInput(schedule.anchor_at)}
          error={at("/anchor_at")}
          onText={(text) => onSchedule({ ...schedule, anchor_at: fromLocalInput(text) })}
        />
      </Row>
      <CheckField
        label="Only during part of the day"
        checked={Boolean(schedule.window)}
        onChecked={(on) => onSchedule({ ...schedule, window: on ? { from: "08:00", to: "18:00", weekdays: WORKDAYS } : null })}
      />
      {schedule.window && <Window {...props} window={schedule.window} />}
    </>
  );
}

function Window(props: RuleProps<ScheduleInterval> & { window: DailyWindow }) {
  const { schedule, at, onSchedule, window } = props;
  const change = (more: Partial<DailyWindow>) => onSchedule({ ...schedule, window: { ...window, ...more } });
  const night = window.to !== "" && window.to < window.from;
  return (
    <>
      <Row three>
        <TextField label="From" type="time" value={window.from} error={at("/window/from")} onText={(from) => change({ from })} />
        <TextField label="Until" type="time" hint={night ? "Past midnight, into the next day." : "Nothing starts at this time or later."} value={window.to} error={at("/window/to")} onText={(to) => change({ to })} />
        <ZoneField {...props} />
      </Row>
      <Toggles label="On" hint={(window.weekdays ?? []).length === 0 ? "None chosen means every day." : undefined} options={SHORT_DAYS} values={window.weekdays ?? []} error={at("/window/weekdays", true)} onValues={(weekdays) => change({ weekdays })} />
    </>
  );
}
