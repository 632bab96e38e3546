import type { Attempt } from "@/api/generated";
import { reasonWords } from "@/lib/words/reasons";
import { cx } from "@/lib/cx";
import { plural } from "@/lib/numbers";
import { duration } from "@/lib/time/time";
import { Badge, StateBadge } from "@/ui/text/Badge";
import { Card } from "@/ui/layout/Card";
import { DateTime, Duration } from "@/ui/text/Time";
import { diskWords, limitWords, memoryWords } from "./limits";

/** Each process start, newest first; choosing one shows its log. */
export function Attempts({ attempts, shown, onChoose }: { attempts: Attempt[]; shown: Attempt | undefined; onChoose: (attempt: Attempt) => void }) {
  return (
    <Card title="Attempts" flush>
      {attempts.length === 0 && <p className="px-4 pb-4 text-sm text-muted">None yet.</p>}
      <ul className="divide-y divide-line border-t border-line">
        {attempts.toReversed().map((attempt) => (
          <li key={attempt.number} className="overflow-hidden last:rounded-b-lg">
            <button
              type="button"
              aria-pressed={attempt === shown}
              onClick={() => onChoose(attempt)}
              className={cx("flex w-full flex-col gap-0.5 px-4 py-2 text-left text-sm hover:bg-hover focus-visible:-outline-offset-2", attempt === shown && "bg-accent-soft")}
            >
              <span className="flex w-full items-center gap-2">
                <b className="w-6">#{attempt.number}</b>
                <StateBadge state={attempt.outcome ?? "running"} />
                <span className="flex-1" />
                {attempt.outcome ? <Duration seconds={attempt.duration_seconds} /> : <Duration since={attempt.started_at} />}
              </span>
              <span className="pl-8 text-xs text-muted">{facts(attempt)}</span>
              {reasonWords(attempt) && <span className="pl-8 text-xs">{reasonWords(attempt)}</span>}
              {attempt.limits.length > 0 && <span className="pl-8 text-xs text-muted">Limits: {attempt.limits.map(limitWords).join(" · ")}</span>}
              <span className="flex flex-wrap gap-1 pl-8">
                {attempt.limits.filter(({ passed }) => passed).map((limit) => (
                  <Badge key={limit.kind} tone="fail">{`limit passed: ${limit.kind.replaceAll("_", " ")}`}</Badge>
                ))}
                {attempt.credentials.map(({ name, value_version }) => (
                  <Badge key={name}>{`${name}, value ${value_version}`}</Badge>
                ))}
                {attempt.leaked_output && <Badge tone="warn">a process that was left behind kept its output open</Badge>}
                {attempt.survivor_count > 0 && <Badge tone="fail">{plural(attempt.survivor_count, "process", "processes")} left running</Badge>}
              </span>
            </button>
            {attempt.left_behind.length > 0 && <LeftBehind attempt={attempt} />}
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** The programs that the task left running on purpose. */
function LeftBehind({ attempt }: { attempt: Attempt }) {
  return (
    <div className="px-4 pb-2 pl-12 text-xs">
      <p className="text-muted">{plural(attempt.left_behind.length, "program")} left running, as the task says:</p>
      <ul aria-label={`Programs that attempt ${attempt.number} left running`}>
        {attempt.left_behind.map(({ pid, name, started_at }) => (
          <li key={pid}>
            <code>{name}</code>, pid {pid}, since <DateTime at={started_at} plain />
          </li>
        ))}
      </ul>
    </div>
  );
}

function facts(attempt: Attempt) {
  const parts = [
    attempt.exit_code !== null && attempt.exit_code !== undefined ? `exit code ${attempt.exit_code}` : null,
    attempt.signal ? `signal ${attempt.signal}` : null,
    attempt.pid ? `pid ${attempt.pid}` : null,
    attempt.cpu_seconds !== null && attempt.cpu_seconds !== undefined ? `${duration(attempt.cpu_seconds)} CPU` : null,
    memoryWords(attempt),
    ...diskWords(attempt),
  ].filter(Boolean);
  return (
    <>
      <DateTime at={attempt.started_at} plain />
      {parts.length > 0 && ` · ${parts.join(" · ")}`}
    </>
  );
}
