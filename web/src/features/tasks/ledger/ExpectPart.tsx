import { NumberField, SelectField, TextField } from "@/ui/fields/Field";
import type { Draft } from "../draft/draft";
import { Part, type PartProps, Row } from "../form/FormParts";

type Finish = Draft["expect"]["finish"];

const FINISH: [Finish, string][] = [
  ["any", "at any time"],
  ["within", "some time after it was due"],
  ["at", "at a time of day"],
];

/** What is expected: when slots have run, how often the task succeeds, and how long its runs take and wait. */
export function ExpectPart({ draft, set, at }: PartProps) {
  const { expect } = draft;
  const change = (more: Partial<typeof expect>) => set({ expect: { ...expect, ...more } });
  const here = (field: string) => at(`/expect/${field}`);
  return (
    <Part id="expect" title="Expectations" hint="Orc marks the task when it is late, missed, silent or slow, and rules tell people. Everything is optional.">
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
        <NumberField
          label="Takes at most"
          optional
          unit="× usual"
          hint="Usual is what 95 % of its newest runs take at most. Told while the run goes on, once ten runs are known."
          min={1}
          max={1000}
          step={0.1}
          value={expect.usual_times}
          error={here("usual_times")}
          onNumber={(usual_times) => change({ usual_times })}
        />
        <NumberField
          label="Waits at most"
          optional
          unit="min"
          hint="Until a run starts, whatever it waits for: another run, a pool, a dependency or a free place."
          min={0.1}
          value={expect.wait_minutes}
          error={here("wait_within_seconds")}
          onNumber={(wait_minutes) => change({ wait_minutes })}
        />
      </Row>
    </Part>
  );
}
