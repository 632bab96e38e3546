import { NumberField, SelectField, TextField } from "@/ui/fields/Field";
import type { Draft } from "../draft/draft";
import { Part, type PartProps, Row } from "../form/FormParts";

type Finish = Draft["expect"]["finish"];

const FINISH: [Finish, string][] = [
  ["any", "at any time"],
  ["within", "some time after it was due"],
  ["at", "at a time of day"],
];

/** What is expected: when slots have run, and how often the task succeeds. */
export function ExpectPart({ draft, set, at }: PartProps) {
  const { expect } = draft;
  const change = (more: Partial<typeof expect>) => set({ expect: { ...expect, ...more } });
  const here = (field: string) => at(`/expect/${field}`);
  return (
    <Part id="expect" title="Expectations" hint="Orc marks the task when it is late, missed or silent, and rules tell people. Everything is optional.">
      <Row three>
        <NumberField
          label="Starts within"
          optional
          unit="min"
          hint="Counted from the time at which it was due. If nothing starts at all, the task counts as missed."
          min={0.1}
          value={expect.start_minutes}
          error={here("start_within_seconds")}
          onNumber={(start_minutes) => change({ start_minutes })}
        />
        <SelectField label="Ends at the latest" value={expect.finish} options={FINISH} error={here("finish_by")} onValue={(finish) => change({ finish })} />
        {expect.finish === "within" && (
          <NumberField label="Ends within" unit="min" hint="Counted from the time at which it was due." min={0.1} value={expect.finish_minutes ?? 60} error={here("finish_by/within_seconds")} onNumber={(finish_minutes) => change({ finish_minutes })} />
        )}
        {expect.finish === "at" && (
          <TextField label="Ends by" hint="In the time zone of the schedule." placeholder="06:00" mono value={expect.finish_at} error={here("finish_by/at")} onText={(finish_at) => change({ finish_at })} />
        )}
      </Row>
      <Row three>
        <NumberField
          label="Succeeds at least every"
          optional
          unit="h"
          hint="Whatever starts it: a schedule, a person or another program."
          min={0.02}
          value={expect.every_hours}
          error={here("at_least_every_seconds")}
          onNumber={(every_hours) => change({ every_hours })}
        />
      </Row>
    </Part>
  );
}
