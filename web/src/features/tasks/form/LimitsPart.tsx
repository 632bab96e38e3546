import type { Overlap, RetryOn } from "@/api/generated";
import { overlapQueueDefaults } from "@/api/generated/contract.gen";
import { duration } from "@/lib/time/time";
import { OVERLAPS } from "@/lib/words/timeWords";
import { options } from "@/lib/words/words";
import { PoolField } from "@/shared/pools/PoolField";
import { CheckField, NumberField, SelectField, TextField } from "@/ui/fields/Field";
import { Part, type PartProps, Row } from "./FormParts";

const RETRY_ON: [RetryOn, string][] = [
  ["failed", "Failed"],
  ["timed_out", "Timed out"],
  ["lost", "Lost"],
];

/** Codes that mean success; not for HTTP, which has its own. */
export function NumberFieldRow({ draft, set, at }: PartProps) {
  return (
    <TextField
      label="Exit codes that mean success"
      className="sm:max-w-72"
      mono
      value={draft.success_codes}
      error={at("/success_codes", true)}
      onText={(success_codes) => set({ success_codes })}
    />
  );
}

/** Retry. */
export function RetryPart({ draft, set, at }: PartProps) {
  const { retry } = draft;
  const change = (more: Partial<typeof retry>) => set({ retry: { ...retry, ...more } });
  const on = retry.max_attempts > 1;
  return (
    <Part id="retry" title="Retry" hint={on ? retryWords(retry) : "One attempt only. A failure is final."}>
      <Row three>
        <NumberField label="Maximum attempts" min={1} max={100} step={1} value={retry.max_attempts} error={at("/retry/max_attempts")} onNumber={(max_attempts) => change({ max_attempts })} />
        {on && <NumberField label="Delay" unit="s" min={0} value={retry.delay_seconds} error={at("/retry/delay_seconds")} onNumber={(delay_seconds) => change({ delay_seconds })} />}
        {on && (
          <SelectField
            label="Delay grows"
            value={retry.kind}
            options={[
              ["fixed", "not at all"],
              ["exponential", "by a factor"],
            ]}
            onValue={(kind) => change({ kind })}
          />
        )}
        {on && retry.kind === "exponential" && (
          <>
            <NumberField label="Factor" min={1} max={100} value={retry.factor} error={at("/retry/backoff/factor")} onNumber={(factor) => change({ factor })} />
            <NumberField label="Longest delay" unit="s" min={0} value={retry.max_delay_seconds} error={at("/retry/backoff/max_delay_seconds")} onNumber={(max_delay_seconds) => change({ max_delay_seconds })} />
          </>
        )}
      </Row>
      {on && (
        <>
          <CheckField label="Jitter" hint="Shortens each delay at random, so that many failed runs do not start again at the same moment." checked={retry.jitter} onChecked={(jitter) => change({ jitter })} />
          <fieldset className="flex flex-wrap gap-x-5 gap-y-1">
            <legend className="mb-1 text-sm font-medium">Retry after</legend>
            {RETRY_ON.map(([outcome, word]) => (
              <CheckField
                key={outcome}
                label={word}
                checked={retry.retry_on.includes(outcome)}
                onChecked={(checked) => change({ retry_on: checked ? [...retry.retry_on, outcome] : retry.retry_on.filter((each) => each !== outcome) })}
              />
            ))}
          </fieldset>
          <Row>
            <TextField label="Only for these exit codes" hint="Empty means all of them." mono value={retry.exit_codes} error={at("/retry/exit_codes", true)} onText={(exit_codes) => change({ exit_codes })} />
            <TextField label="Never for these exit codes" mono value={retry.never_exit_codes} error={at("/retry/never_exit_codes", true)} onText={(never_exit_codes) => change({ never_exit_codes })} />
          </Row>
        </>
      )}
    </Part>
  );
}

function retryWords(retry: PartProps["draft"]["retry"]): string {
  const delay = duration(retry.delay_seconds);
  const first = `Up to ${retry.max_attempts} attempts, ${delay} apart`;
  return retry.kind === "fixed" ? `${first}.` : `${first} at first, then ${retry.factor} times as long each time.`;
}

/** Time limits, overlap, and what happens when the server stops. */
export function LimitsPart({ draft, set, at }: PartProps) {
  return (
    <Part id="limits" title="Limits" hint="How long a run may take, and what happens when the task is due again while a run is open.">
      <Row three>
        <NumberField label="Whole run, at most" optional unit="s" hint="Empty means no limit." min={0.001} value={draft.timeout_seconds} error={at("/timeout_seconds")} onNumber={(timeout_seconds) => set({ timeout_seconds })} />
        <NumberField
          label="Each attempt, at most"
          optional
          unit="s"
          hint="Empty means no limit."
          min={0.001}
          value={draft.attempt_timeout_seconds}
          error={at("/attempt_timeout_seconds")}
          onNumber={(attempt_timeout_seconds) => set({ attempt_timeout_seconds })}
        />
        <NumberField label="Grace time" unit="s" hint="Time to stop on request before Orc kills all its processes." min={0} value={draft.grace_seconds} error={at("/grace_seconds")} onNumber={(grace_seconds) => set({ grace_seconds })} />
      </Row>
      <Row three>
        <SelectField
          label="When due while a run is open"
          value={draft.overlap.kind}
          hint={OVERLAPS[draft.overlap.kind].hint}
          options={options(OVERLAPS)}
          error={at("/overlap")}
          onValue={(kind) => set({ overlap: overlapOf(kind) })}
        />
        {draft.overlap.kind === "queue" && (
          <NumberField label="Maximum waiting runs" min={1} step={1} value={draft.overlap.max_waiting ?? overlapQueueDefaults.max_waiting} error={at("/overlap/max_waiting")} onNumber={(value) => set({ overlap: { kind: "queue", max_waiting: value } })} />
        )}
        {draft.overlap.kind === "allow" && (
          <NumberField label="Maximum runs at once" min={1} step={1} value={draft.overlap.max} error={at("/overlap/max")} onNumber={(value) => set({ overlap: { kind: "allow", max: value } })} />
        )}
        <SelectField
          label="When the server stops"
          value={draft.on_server_stop}
          options={[
            ["keep", "The run continues"],
            ["cancel", "The run is cancelled"],
          ]}
          error={at("/on_server_stop")}
          onValue={(on_server_stop) => set({ on_server_stop })}
        />
      </Row>
      <CheckField
        label="Mark runs that succeed but look unusual"
        hint="Orc learns how long the runs take, how much they log and which numbers they report."
        checked={draft.mark_suspicious}
        onChecked={(mark_suspicious) => set({ mark_suspicious })}
      />
    </Part>
  );
}

function overlapOf(kind: Overlap["kind"]): Overlap {
  if (kind === "allow") return { kind, max: 2 };
  return kind === "queue" ? { kind, ...overlapQueueDefaults } : { kind };
}

/** The pool whose places its runs take, and who goes first. */
export function PoolPart({ draft, set, at }: PartProps) {
  return (
    <Part id="pool" title="Pool and priority" hint="A pool limits how many runs use something at once, such as a database, a licence or a slow disk.">
      <Row three>
        <PoolField value={draft.pool} error={at("/pool")} onText={(pool) => set({ pool })} />
        {draft.pool !== "" && <NumberField label="Places a run takes" min={1} step={1} value={draft.pool_weight} error={at("/pool_weight")} onNumber={(pool_weight) => set({ pool_weight })} />}
        <NumberField label="Priority" hint="0 to 100. Runs with a higher priority start first." min={0} max={100} step={1} value={draft.priority} error={at("/priority")} onNumber={(priority) => set({ priority })} />
      </Row>
    </Part>
  );
}

/** How much is kept. */
export function KeepPart({ draft, set, at }: PartProps) {
  return (
    <Part id="keep" title="Retention" hint="Orc deletes runs and logs beyond these limits.">
      <Row three>
        <NumberField label="Days to keep" min={1} step={1} value={draft.retention_days} error={at("/retention/days")} onNumber={(retention_days) => set({ retention_days })} />
        <NumberField label="Runs to keep" min={1} step={1} value={draft.retention_runs} error={at("/retention/runs")} onNumber={(retention_runs) => set({ retention_runs })} />
        <NumberField label="Log per attempt, at most" unit="MB" hint="If a log is longer, Orc drops its middle." min={0.0625} value={draft.log_max_mb} error={at("/log/max_bytes")} onNumber={(log_max_mb) => set({ log_max_mb })} />
      </Row>
    </Part>
  );
}
