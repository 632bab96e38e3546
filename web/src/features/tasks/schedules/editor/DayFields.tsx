import type { DayRule, ScheduleCalendarRule } from "@/api/generated";
import { dayRuleEveryWeeksDefaults } from "@/api/generated/contract.gen";
import { WEEKDAYS } from "@/lib/words/timeWords";
import { options } from "@/lib/words/words";
import { NumberField, TextField } from "@/ui/fields/Field";
import { Toggles } from "@/ui/fields/Toggles";
import { Row } from "../../form/FormParts";
import { type RuleProps, TimeList, ZoneField } from "./fields";

const SHORT_DAYS = options(WEEKDAYS).map(([day]) => [day, WEEKDAYS[day].short] as const);
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"].map((word, place) => [place + 1, word] as const);
const MONTH_DAYS = [...Array.from({ length: 31 }, (_, place) => [place + 1, String(place + 1)] as const), [-3, "3rd last"] as const, [-2, "2nd last"] as const, [-1, "last"] as const];
const NTH = [
  [1, "first"],
  [2, "second"],
  [3, "third"],
  [4, "fourth"],
  [5, "fifth"],
  [-2, "last but one"],
  [-1, "last"],
] as const;

type DaysProps<D extends DayRule = DayRule> = { days: D; at: RuleProps["at"]; onDays: (days: DayRule) => void };

/** Days by rule with times of day. */
export function DayFields(props: RuleProps<ScheduleCalendarRule>) {
  const { schedule, at, onSchedule } = props;
  return (
    <>
      <Days days={schedule.days} at={at} onDays={(days) => onSchedule({ ...schedule, days })} />
      <Row>
        <TimeList label="At" times={schedule.times} onTimes={(times) => onSchedule({ ...schedule, times })} error={at("/times", true)} />
        <ZoneField {...props} />
      </Row>
    </>
  );
}

function Days({ days, at, onDays }: DaysProps) {
  switch (days.kind) {
    case "every_days":
      return (
        <Row>
          <NumberField label="Every" unit={days.every === 1 ? "day" : "days"} min={1} max={366} step={1} value={days.every} error={at("/days/every")} onNumber={(every) => onDays({ ...days, every })} />
          {days.every > 1 && <Counted days={days} at={at} onDays={onDays} />}
        </Row>
      );
    case "every_weeks": {
      const weeks = days.every ?? dayRuleEveryWeeksDefaults.every;
      return (
        <>
          <Toggles label="On" options={SHORT_DAYS} values={days.weekdays} error={at("/days/weekdays", true)} onValues={(weekdays) => onDays({ ...days, weekdays })} />
          <Row>
            <NumberField label="Every" unit={weeks === 1 ? "week" : "weeks"} min={1} max={52} step={1} value={weeks} error={at("/days/every")} onNumber={(every) => onDays({ ...days, every })} />
            {weeks > 1 && <Counted days={days} at={at} onDays={onDays} />}
          </Row>
        </>
      );
    }
    case "month_days":
      return (
        <>
          <Toggles label="On these days" options={MONTH_DAYS} values={days.days} error={at("/days/days", true)} onValues={(chosen) => onDays({ ...days, days: chosen })} hint={lateDays(days.days)} />
          <Months days={days} at={at} onDays={onDays} />
        </>
      );
    case "month_weekdays":
      return (
        <>
          <Toggles label="On the" options={NTH} values={days.nth} error={at("/days/nth", true)} onValues={(nth) => onDays({ ...days, nth })} />
          <Toggles label="Weekday" options={SHORT_DAYS} values={days.weekdays} error={at("/days/weekdays", true)} onValues={(weekdays) => onDays({ ...days, weekdays })} />
          <Months days={days} at={at} onDays={onDays} />
        </>
      );
  }
}

function lateDays(days: number[]): string | undefined {
  return days.some((day) => day > 28) ? "Shorter months have no such day. “last” works in every month." : undefined;
}

function Counted({ days, at, onDays }: DaysProps<Extract<DayRule, { from?: string | null }>>) {
  return <TextField label="Counted from" hint="A day on which it runs." type="date" value={days.from ?? ""} error={at("/days/from")} onText={(from) => onDays({ ...days, from: from || null })} />;
}

function Months({ days, at, onDays }: DaysProps<Extract<DayRule, { months?: number[] }>>) {
  return <Toggles label="In" hint={(days.months ?? []).length === 0 ? "None chosen means every month." : undefined} options={MONTHS} values={days.months ?? []} error={at("/days/months", true)} onValues={(months) => onDays({ ...days, months })} />;
}
