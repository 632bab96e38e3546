import { NumberField, TextField } from "@/ui/fields/Field";
import { type PartProps, Row } from "../form/FormParts";

/** What Orc expects of a job that it does not start. */
export function HeartbeatFields({ draft, set, at }: PartProps) {
  return (
    <>
      <p className="text-sm text-muted">
        Orc does not start this job. It runs somewhere else, such as in a crontab of another machine, and calls a secret address when it begins and when it ends. Save the task; its page then makes the address and
        shows the lines to paste.
      </p>
      <Row three>
        <NumberField
          label="Calls at least every"
          optional
          unit="h"
          hint="If the job tells no success for so long, the task is silent and rules tell people."
          min={0.02}
          value={draft.expect.every_hours}
          error={at("/expect/at_least_every_seconds")}
          onNumber={(every_hours) => set({ expect: { ...draft.expect, every_hours } })}
        />
        <NumberField
          label="Ends within"
          optional
          unit="s"
          hint="Counted from its start. A job that has not told its end by then has timed out."
          min={0.001}
          value={draft.timeout_seconds}
          error={at("/timeout_seconds")}
          onNumber={(timeout_seconds) => set({ timeout_seconds })}
        />
        <TextField label="Exit codes that mean success" mono value={draft.success_codes} error={at("/success_codes", true)} onText={(success_codes) => set({ success_codes })} />
      </Row>
      {at("/triggers") && <p className="text-xs font-medium text-fail">{at("/triggers")}</p>}
    </>
  );
}
