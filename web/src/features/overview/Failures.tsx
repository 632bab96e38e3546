import { Link } from "@tanstack/react-router";
import { CircleCheck } from "lucide-react";
import type { RunSummary } from "@/api/generated";
import { runReason } from "@/lib/words/reasons";
import { paths } from "@/paths";
import { StateBadge } from "@/ui/text/Badge";
import { DateTime } from "@/ui/text/Time";

/** The newest runs that went wrong, with why. */
export function Failures({ runs }: { runs: RunSummary[] }) {
  if (runs.length === 0) {
    return (
      <p className="flex items-center gap-2 px-4 pb-4 text-sm">
        <CircleCheck size={16} className="text-ok" aria-hidden />
        No run failed.
      </p>
    );
  }
  return (
    <ul className="divide-y divide-line border-t border-line text-sm">
      {runs.map((run) => (
        <li key={run.id}>
          <Link {...paths.run(run.id)} className="flex min-h-9 flex-wrap items-center gap-x-3 px-4 py-1 hover:bg-hover focus-visible:-outline-offset-2">
            <span className="w-26 shrink-0">
              <StateBadge state={run.state} />
            </span>
            <span className="min-w-0 flex-1 basis-40 truncate font-medium">{run.task.name}</span>
            <span className="min-w-0 flex-1 basis-40 truncate text-muted">{runReason(run)}</span>
            <DateTime at={run.finished_at ?? run.created_at} plain className="w-32 text-right whitespace-nowrap text-muted max-sm:w-auto" />
          </Link>
        </li>
      ))}
    </ul>
  );
}
