import type { ScheduleCron, ScheduleOnce, ScheduleRrule, ScheduleStartup, ScheduleWindows } from "@/api/generated";
import { scheduleStartupDefaults } from "@/api/generated/contract.gen";
import { NumberField, TextField } from "@/ui/fields/Field";
import { ListEditor } from "@/ui/fields/Lists";
import { Row } from "../../form/FormParts";
import { DayFields } from "./DayFields";
import { ExpressionField, type RuleProps, ZoneField } from "./fields";
import { IntervalFields } from "./IntervalFields";

/** The fields of a schedule's kind. */
export function RuleFields({ schedule, ...rest }: RuleProps) {
  switch (schedule.kind) {
    case "calendar_rule":
      return <DayFields schedule={schedule} {...rest} />;
    case "interval":
      return <IntervalFields schedule={schedule} {...rest} />;
    case "cron":
      return <CronFields schedule={schedule} {...rest} />;
    case "once":
      return <OnceFields schedule={schedule} {...rest} />;
    case "windows":
      return <WindowsFields schedule={schedule} {...rest} />;
    case "rrule":
      return <RruleFields schedule={schedule} {...rest} />;
    case "startup":
      return <StartupFields schedule={schedule} {...rest} />;
  }
}

function CronFields(props: RuleProps<ScheduleCron>) {
  const { schedule, at, onSchedule } = props;
  return (
    <Row>
      <ExpressionField
        label="Expression"
        hint="Minute, hour, day of month, month, day of week. With six fields, seconds come first. H picks a spread-out value, L means last, 15W means the weekday nearest the 15th."
        value={schedule.expression}
        error={at("/expression")}
        onText={(expression) => onSchedule({ ...schedule, expression })}
      />
      <ZoneField {...props} />
    </Row>
  );
}

function OnceFields(props: RuleProps<ScheduleOnce>) {
  const { schedule, at, onSchedule } = props;
  return (
    <Row>
      <TextField
        label="At"
        hint="Local time in the time zone beside it."
        type={/(Z|[+-]\d\d:?\d\d)$/.test(schedule.at) ? "text" : "datetime-local"}
        value={schedule.at}
        error={at("/at")}
        onText={(text) => onSchedule({ ...schedule, at: text })}
      />
      <ZoneField {...props} />
    </Row>
  );
}

function WindowsFields(props: RuleProps<ScheduleWindows>) {
  const { schedule, at, onSchedule } = props;
  return (
    <Row>
      <ExpressionField label="Short form" hint="06:00 is daily, MON 08:00 weekly, 15 09:30 monthly." value={schedule.text} error={at("/text")} onText={(text) => onSchedule({ ...schedule, text })} />
      <ZoneField {...props} />
    </Row>
  );
}

function RruleFields(props: RuleProps<ScheduleRrule>) {
  const { schedule, at, onSchedule } = props;
  return (
    <>
      <ExpressionField label="Rule" hint="As in RFC 5545, for example FREQ=MONTHLY;BYDAY=-1FR." value={schedule.rule} error={at("/rule")} onText={(rule) => onSchedule({ ...schedule, rule })} />
      <Row>
        <TextField label="Begins" hint="The first local time. The rule counts from it." type="datetime-local" step={1} value={schedule.dtstart} error={at("/dtstart")} onText={(dtstart) => onSchedule({ ...schedule, dtstart })} />
        <ZoneField {...props} />
      </Row>
      <Row>
        <ListEditor label="Except at" addLabel="Add an exception" placeholder="2026-12-24T09:00" items={schedule.exdate ?? []} onItems={(exdate) => onSchedule({ ...schedule, exdate })} errorAt={(place) => at(`/exdate/${place}`) ?? (place === 0 ? at("/exdate") : undefined)} />
        <ListEditor label="Also at" addLabel="Add an extra time" placeholder="2026-12-23T09:00" items={schedule.rdate ?? []} onItems={(rdate) => onSchedule({ ...schedule, rdate })} errorAt={(place) => at(`/rdate/${place}`) ?? (place === 0 ? at("/rdate") : undefined)} />
      </Row>
    </>
  );
}

function StartupFields({ schedule, at, onSchedule }: RuleProps<ScheduleStartup>) {
  return <NumberField className="sm:max-w-72" label="Delay" unit="s" hint="Time between the start of the server and the start of the run." min={0} step={1} value={schedule.delay_seconds ?? scheduleStartupDefaults.delay_seconds} error={at("/delay_seconds")} onNumber={(delay_seconds) => onSchedule({ ...schedule, delay_seconds })} />;
}
