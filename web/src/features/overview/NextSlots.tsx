import { Link } from "@tanstack/react-router";
import type { TaskSummary } from "@/api/generated";
import { paths } from "@/paths";
import { DateTime } from "@/ui/text/Time";

/** The tasks that come next, soonest first. */
export function NextSlots({ tasks, partial }: { tasks: TaskSummary[]; partial: boolean }) {
  const next = tasks.filter((task) => task.next_slot_at).toSorted((a, b) => Date.parse(a.next_slot_at ?? "") - Date.parse(b.next_slot_at ?? ""));
  if (next.length === 0) return <p className="text-sm text-muted">No enabled task has a schedule.</p>;
  return (
    <>
      <ol className="-my-1 divide-y divide-line text-sm">
        {next.slice(0, 7).map((task) => (
          <li key={task.id} className="flex min-h-9 items-center gap-3">
            <Link {...paths.task(task.name)} className="min-w-0 flex-1 truncate hover:underline">
              {task.name}
            </Link>
            <DateTime at={task.next_slot_at} className="shrink-0 text-muted" />
          </li>
        ))}
      </ol>
      {partial && <p className="mt-2 text-xs text-muted">Only the first {tasks.length} enabled tasks by name were searched.</p>}
    </>
  );
}
