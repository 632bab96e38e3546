import { Link } from "@tanstack/react-router";
import type { RunSummary } from "@/api/generated";
import { RunDuration } from "@/shared/runs/runColumns";
import { paths } from "@/paths";
import { StateBadge } from "@/ui/text/Badge";

const ORDER: RunSummary["state"][] = ["running", "backing_off", "queued", "waiting"];

/** Open runs: what runs first, then what waits. */
export function RunningNow({ runs }: { runs: RunSummary[] }) {
  const open = runs.filter((run) => ORDER.includes(run.state)).toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  if (open.length === 0) return <p className="px-4 pb-4 text-sm text-muted">Nothing is running or waiting.</p>;
  return (
    <ul className="divide-y divide-line border-t border-line text-sm">
      {open.slice(0, 8).map((run) => (
        <li key={run.id}>
          <Link {...paths.run(run.id)} className="flex min-h-9 items-center gap-3 px-4 hover:bg-hover focus-visible:-outline-offset-2">
            <span className="w-26 shrink-0">
              <StateBadge state={run.state} />
            </span>
            <span className="min-w-0 flex-1 truncate">{run.task.name}</span>
            <span className="text-muted">
              <RunDuration run={run} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
