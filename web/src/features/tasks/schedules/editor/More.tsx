import type { ReactNode } from "react";
import type { CatchUp, Schedule } from "@/api/generated";
import { catchUpAllDefaults, scheduleCronDefaults } from "@/api/generated/contract.gen";
import { UNDECLARED } from "@/api/undeclared";
import { fromLocalInput, localInput } from "@/lib/time/time";
import { CATCH_UPS, FOLDS, GAPS, ROLLS } from "@/lib/words/timeWords";
import { options } from "@/lib/words/words";
import { NumberField, SelectField, TextField } from "@/ui/fields/Field";
import { Row } from "../../form/FormParts";
import type { RuleProps } from "./fields";
import { catchUpOf } from "./kinds";
import { CalendarPicker } from "@/shared/calendars/CalendarPicker";

/** What all kinds have besides their rule: calendars, missed slots, clock changes, period. */
export function More(props: RuleProps) {
  const { schedule } = props;
  return (
    <div className="flex flex-col divide-y divide-line border-t border-line">
      {schedule.kind !== "startup" && (
        <Fold title="Calendars" says={calendarWords(schedule)}>
          <Calendars {...props} />
        </Fold>
      )}
      <Fold title="Missed slots and clock changes" says={catchUpWords(schedule.catch_up)}>
        <Missed {...props} />
      </Fold>
      <Fold title="Period, spread and key" says={periodWords(schedule)}>
        <Period {...props} />
      </Fold>
    </div>
  );
}

function Fold({ title, says, children }: { title: string; says: string; children: ReactNode }) {
  return (
    <details className="text-sm">
      <summary className="cursor-pointer py-2">
        <span className="font-medium">{title}</span> <span className="text-muted">– {says}</span>
      </summary>
      <div className="flex flex-col gap-3 pb-3">{children}</div>
    </details>
  );
}

/** What calendars do with the schedule, short. */
export function calendarWords({ run_only_on = [], skip_on = [], roll }: Schedule): string {
  const parts = [run_only_on.length > 0 ? `only on ${run_only_on.join(", ")}` : "", skip_on.length > 0 ? `not on ${skip_on.join(", ")}` : ""].filter(Boolean);
  if (parts.length === 0) return "none, so every date counts";
  return `${parts.join("; ")}${roll && roll !== "skip" ? `; ${ROLLS[roll].toLowerCase()}` : ""}`;
}

function catchUpWords(rule: CatchUp | undefined): string {
  return (rule ? CATCH_UPS[rule.kind] : CATCH_UPS[UNDECLARED.catch_up.kind]).toLowerCase();
}

function periodWords({ start_at, end_at, splay_seconds, key, kind }: Schedule): string {
  const parts = [start_at || end_at ? "limited" : "always", splay_seconds ? `spread over ${splay_seconds} s` : "", `key ${key || kind}`];
  return parts.filter(Boolean).join(", ");
}

function Calendars({ schedule, at, onSchedule }: RuleProps) {
  const chosen = (schedule.run_only_on ?? []).length + (schedule.skip_on ?? []).length > 0;
  return (
    <>
      <Row>
        <CalendarPicker
          label="Run only on"
          hint="Runs only on dates that are in one of these calendars. Leave it empty for every date."
          names={schedule.run_only_on ?? []}
          error={at("/run_only_on", true)}
          onNames={(run_only_on) => onSchedule({ ...schedule, run_only_on })}
        />
        <CalendarPicker
          label="Skip on"
          hint="Does not run on dates that are in one of these calendars."
          names={schedule.skip_on ?? []}
          error={at("/skip_on", true)}
          onNames={(skip_on) => onSchedule({ ...schedule, skip_on })}
        />
      </Row>
      {chosen && (
        <SelectField
          className="sm:max-w-80"
          label="A slot on an excluded date"
          value={schedule.roll ?? UNDECLARED.roll}
          options={options(ROLLS)}
          error={at("/roll")}
          onValue={(roll) => onSchedule({ ...schedule, roll })}
        />
      )}
    </>
  );
}

function Missed({ schedule, at, onSchedule }: RuleProps) {
  const rule: CatchUp = schedule.catch_up ?? UNDECLARED.catch_up;
  const set = (catch_up: CatchUp) => onSchedule({ ...schedule, catch_up });
  return (
    <>
      <Row three>
        <SelectField label="Catch-up" hint="For slots that passed while the server was down or asleep." value={rule.kind} options={options(CATCH_UPS)} onValue={(kind) => set(catchUpOf(kind))} />
        {rule.kind === "window" && (
          <NumberField label="Not older than" unit="s" min={1} step={1} value={rule.max_age_seconds} error={at("/catch_up/max_age_seconds")} onNumber={(value) => set({ ...rule, max_age_seconds: value })} />
        )}
        {(rule.kind === "all" || rule.kind === "window") && (
          <NumberField label="At most" unit="runs" hint="If there are more, the newest run." min={1} step={1} value={rule.max_count ?? catchUpAllDefaults.max_count} error={at("/catch_up/max_count")} onNumber={(value) => set({ ...rule, max_count: value })} />
        )}
      </Row>
      <Row>
        <SelectField label="Clocks go forward" hint="When the local time is skipped." value={schedule.gap ?? UNDECLARED.gap} options={options(GAPS)} onValue={(gap) => onSchedule({ ...schedule, gap })} />
        <SelectField label="Clocks go back" hint="When the local time happens twice." value={schedule.fold ?? UNDECLARED.fold} options={options(FOLDS)} onValue={(fold) => onSchedule({ ...schedule, fold })} />
      </Row>
    </>
  );
}

function Period({ schedule, at, onSchedule }: RuleProps) {
  return (
    <>
      <Row>
        <TextField label="Not before" hint="In your time zone." type="datetime-local" value={localInput(schedule.start_at)} error={at("/start_at")} onText={(text) => onSchedule({ ...schedule, start_at: fromLocalInput(text) })} />
        <TextField label="Not after" hint="In your time zone." type="datetime-local" value={localInput(schedule.end_at)} error={at("/end_at")} onText={(text) => onSchedule({ ...schedule, end_at: fromLocalInput(text) })} />
      </Row>
      <Row>
        <NumberField
          label="Spread"
          unit="s"
          hint="Delays each start by up to this long, so that tasks with the same time do not all start at once. The delay of a task is always the same."
          min={0}
          step={1}
          value={schedule.splay_seconds ?? scheduleCronDefaults.splay_seconds}
          error={at("/splay_seconds")}
          onNumber={(value) => onSchedule({ ...schedule, splay_seconds: value })}
        />
        <TextField label="Key" hint="Identifies the schedule. Keep it, and the schedule keeps its history." mono value={schedule.key ?? ""} error={at("/key")} onText={(key) => onSchedule({ ...schedule, key: key || null })} />
      </Row>
    </>
  );
}
