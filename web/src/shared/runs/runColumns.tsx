import { Link } from "@tanstack/react-router";
import type { RunSummary } from "@/api/generated";
import { runReason } from "@/lib/words/reasons";
import { TRIGGERS } from "@/lib/words/words";
import { paths } from "@/paths";
import { StateBadge } from "@/ui/text/Badge";
import type { Column } from "@/ui/table/DataTable";
import { DateTime, Duration } from "@/ui/text/Time";
import { SuspiciousMark } from "./Suspicious";

/** Why a run exists, in words. */
export function triggerWords(run: RunSummary): string {
  const { kind, by, schedule_key: key, edited_params: edited } = run.trigger;
  const word = edited.length > 0 ? `${TRIGGERS[kind]} with edited ${edited.join(", ")}` : TRIGGERS[kind];
  if (by) return `${word}, ${by}`;
  return key && key !== "cron" ? `${word} ${key}` : word;
}

/** The duration of a run; it keeps counting while the run is open. */
export function RunDuration({ run }: { run: RunSummary }) {
  return run.state === "running" ? <Duration since={run.started_at} /> : <Duration seconds={run.duration_seconds} />;
}

const suspicions = (run: RunSummary): string[] => run.suspicious.map(({ text }) => text);

const state: Column<RunSummary> = {
  id: "state",
  header: "State",
  className: "w-32 shrink-0",
  cell: (run) => (
    <Link {...paths.run(run.id)} className="inline-flex min-h-6 items-center gap-1.5 hover:underline">
      <StateBadge state={run.state} />
      {run.suspicious.length > 0 && <SuspiciousMark reasons={suspicions(run)} />}
    </Link>
  ),
};

const task: Column<RunSummary> = {
  id: "task",
  header: "Task",
  className: "flex-[2] basis-40",
  cell: (run) => (
    <Link {...paths.run(run.id)} className="block truncate font-medium hover:underline">
      {run.task.name}
    </Link>
  ),
};

const rest: Column<RunSummary>[] = [
  { id: "reason", header: "Reason", className: "flex-[2] basis-32 truncate text-muted max-lg:hidden", cell: (run) => <Reason run={run} /> },
  { id: "trigger", header: "Trigger", className: "w-32 shrink-0 truncate text-muted max-lg:hidden", cell: triggerWords },
  { id: "when", header: "Created", className: "w-28 shrink-0 text-muted", cell: (run) => <DateTime at={run.created_at} /> },
  { id: "duration", header: "Duration", className: "w-24 shrink-0 text-right", cell: (run) => <RunDuration run={run} /> },
  { id: "attempts", header: "Attempts", className: "w-16 shrink-0 text-right text-muted max-xl:hidden", cell: (run) => run.attempt_count },
];

function Reason({ run }: { run: RunSummary }) {
  const text = runReason(run);
  return <span title={text}>{text}</span>;
}

/** Columns of a list of runs; without the task where there is only one. */
export function runColumns(withTask: boolean): Column<RunSummary>[] {
  return withTask ? [state, task, ...rest] : [state, ...rest];
}

/** A run as a card, for phones. */
export function runCard(run: RunSummary) {
  return (
    <Link {...paths.run(run.id)} className="flex min-w-0 flex-col gap-1 py-2">
      <span className="flex items-center gap-2">
        <span className="min-w-0 flex-1 truncate font-medium">{run.task.name}</span>
        {run.suspicious.length > 0 && <SuspiciousMark reasons={suspicions(run)} />}
        <StateBadge state={run.state} />
      </span>
      <span className="flex gap-2 text-xs text-muted">
        <span className="min-w-0 flex-1 truncate">{runReason(run) || triggerWords(run)}</span>
        <DateTime at={run.created_at} plain />
        <span>·</span>
        <RunDuration run={run} />
      </span>
    </Link>
  );
}
