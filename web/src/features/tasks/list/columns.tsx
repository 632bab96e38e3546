import { Link } from "@tanstack/react-router";
import { Play } from "lucide-react";
import type { TaskSummary } from "@/api/generated";
import { hasInvalidSchedule, problemWords, scheduleWords } from "@/lib/words/reasons";
import { cx } from "@/lib/cx";
import { useDenied } from "@/shared/access/session";
import { SuspiciousMark } from "@/shared/runs/Suspicious";
import { LateMark } from "@/shared/tasks/Lateness";
import { whyNot } from "@/shared/tasks/taskActions";
import { paths } from "@/paths";
import { Badge, StateBadge } from "@/ui/text/Badge";
import { IconButton } from "@/ui/Button";
import type { Column } from "@/ui/table/DataTable";
import { DateTime, Duration } from "@/ui/text/Time";
import { TaskMenu } from "../TaskMenu";

function LastState({ task }: { task: TaskSummary }) {
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-x-1.5">
      {task.last_run ? (
        <Link {...paths.run(task.last_run.id)} className="inline-flex min-h-6 items-center gap-1.5 hover:underline">
          <StateBadge state={task.last_run.state} />
          {task.last_run.suspicious && <SuspiciousMark />}
        </Link>
      ) : (
        <span className="text-muted">Never ran</span>
      )}
      <LateMark lateness={task.lateness} short />
    </span>
  );
}

function LastDuration({ task }: { task: TaskSummary }) {
  const last = task.last_run;
  if (!last) return null;
  return last.state === "running" ? <Duration since={last.started_at} /> : <Duration seconds={last.duration_seconds} />;
}

function Name({ task }: { task: TaskSummary }) {
  return (
    <span className="flex min-w-0 items-center gap-2">
      <Link {...paths.task(task.name)} className={cx("truncate font-medium hover:underline", task.title && "xl:max-w-[65%] xl:shrink-0")}>
        {task.name}
      </Link>
      {!task.enabled && <Badge>disabled</Badge>}
      {task.title && <span className="truncate text-muted max-xl:hidden">{task.title}</span>}
    </span>
  );
}

function RunButton({ task, onRun }: { task: TaskSummary; onRun: (task: TaskSummary) => void }) {
  const denied = useDenied("run");
  return <IconButton label={`Run ${task.name}`} icon={<Play size={14} aria-hidden />} disabledReason={whyNot(task, "run", denied)} onClick={() => onRun(task)} />;
}

/** Columns of the table of tasks. */
export function taskColumns(onRun: (task: TaskSummary) => void): Column<TaskSummary>[] {
  return [
    { id: "name", header: "Task", className: "flex-[3] basis-52", cell: (task) => <Name task={task} /> },
    { id: "folder", header: "Folder", className: "w-28 shrink-0 truncate text-muted max-xl:hidden", cell: (task) => task.folder },
    { id: "last", header: "Last run", className: "w-30 shrink-0", cell: (task) => <LastState task={task} /> },
    { id: "when", header: "When", className: "w-26 shrink-0 text-muted max-lg:hidden", cell: (task) => task.last_run && <DateTime at={task.last_run.started_at} /> },
    { id: "duration", header: "Duration", className: "w-20 shrink-0 text-right max-lg:hidden", cell: (task) => <LastDuration task={task} /> },
    { id: "schedule", header: "Schedule", className: "flex-[2] basis-32 truncate text-muted", cell: (task) => <Words task={task} /> },
    { id: "next", header: "Next", className: "w-22 shrink-0", cell: (task) => <DateTime at={task.next_slot_at} /> },
    {
      id: "actions",
      header: <span className="sr-only">Actions</span>,
      className: "flex w-17 shrink-0 justify-end",
      cell: (task) => (
        <>
          <RunButton task={task} onRun={onRun} />
          <TaskMenu task={task} />
        </>
      ),
    },
  ];
}

function Words({ task }: { task: TaskSummary }) {
  const words = scheduleWords(task);
  if (words === "") return <span>no schedule</span>;
  return (
    <span title={problemWords(task) ?? words} className={hasInvalidSchedule(task) ? "font-medium text-fail" : undefined}>
      {words}
    </span>
  );
}

/** A task as a card, for phones. */
export function taskCard(task: TaskSummary, onRun: (task: TaskSummary) => void) {
  return (
    <div className="flex min-w-0 items-center gap-1">
      <div className="flex min-w-0 flex-1 flex-col gap-0.5">
        <span className="flex min-w-0 items-center gap-2">
          <Link {...paths.task(task.name)} className="truncate py-0.5 text-base font-medium">
            {task.name}
          </Link>
          {!task.enabled && <Badge>disabled</Badge>}
        </span>
        <span className="flex min-w-0 items-center gap-2 text-xs text-muted">
          <LastState task={task} />
          {task.last_run && <DateTime at={task.last_run.started_at} plain />}
        </span>
        <span className={cx("truncate text-xs", hasInvalidSchedule(task) ? "font-medium text-fail" : "text-muted")}>
          {scheduleWords(task) || "no schedule"}
          {task.next_slot_at && (
            <>
              {" · next "}
              <DateTime at={task.next_slot_at} plain />
            </>
          )}
        </span>
      </div>
      <RunButton task={task} onRun={onRun} />
      <TaskMenu task={task} />
    </div>
  );
}
