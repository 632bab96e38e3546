import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { Pencil, Play } from "lucide-react";
import { useState } from "react";
import type { LateKind, Task } from "@/api/generated";
import { problemWords } from "@/lib/words/reasons";
import { taskViewOptions } from "@/api/generated/@tanstack/react-query.gen";
import { uniqueKey } from "@/lib/copy";
import { Loaded } from "@/shared/core/Loaded";
import { SuspiciousMark } from "@/shared/runs/Suspicious";
import { RunNow, useRunNow } from "@/shared/runs/RunNow";
import { useDenied } from "@/shared/access/session";
import { useEnable, whyNot } from "@/shared/tasks/taskActions";
import { paths } from "@/paths";
import { StateBadge } from "@/ui/text/Badge";
import { Button, buttonClass } from "@/ui/Button";
import { Page } from "@/ui/layout/Page";
import { Switch } from "@/ui/fields/Switch";
import { Tabs } from "@/ui/layout/Tabs";
import { Tooltip } from "@/ui/layers/Tooltip";
import { Definition } from "./Definition";
import { Figures } from "../figures/Figures";
import { Ledger } from "../ledger/Ledger";
import { Outlook } from "./Outlook";
import { TaskMenu } from "../TaskMenu";
import { TaskRuns } from "./TaskRuns";
import { Versions } from "./Versions";

const route = getRouteApi("/app/tasks/$task");

/** What is late, at the beginning of a sentence. */
const LATE_WORDS: Record<LateKind, string> = {
  start: "The task is late",
  finish: "The task is late",
  missed: "The task was missed",
  silent: "The task is silent",
  running_long: "The task runs longer than usual",
  waiting_long: "The task waits for long",
  never_fires: "A schedule of the task will never fire",
};

type TabKey = "overview" | "runs" | "figures" | "ledger" | "definition" | "versions";

/** One task: how it stands, its runs, its ledger, its definition and its history. */
export default function ViewPage() {
  const { task: name } = route.useParams();
  const view = useQuery(taskViewOptions({ path: { task: name } }));
  const task = view.data;
  const title = task?.title || task?.name || name;
  return (
    <Page
      title={title}
      hint={task ? <Subtitle task={task} /> : undefined}
      badge={
        task && (
          <>
            {task.last_run && <StateBadge state={task.last_run.state} soft />}
            {task.last_run?.suspicious && <SuspiciousMark />}
          </>
        )
      }
      actions={task && <Actions task={task} />}
    >
      <Loaded query={view} rows={8}>
        {(data) => (
          <>
            {problemWords(data) && (
              <p role="alert" className="mb-3 rounded-md bg-fail-soft px-3 py-2 text-sm font-medium text-fail">
                Orc cannot read all of this definition, so nothing starts the task: {problemWords(data)}. Replace the definition or delete the task.
              </p>
            )}
            {data.lateness && (
              <p role="status" className="mb-3 rounded-md bg-warn-soft px-3 py-2 text-sm font-medium text-warn">
                {LATE_WORDS[data.lateness.kind]}: {data.lateness.reason.text}.
              </p>
            )}
            <Body task={data} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Subtitle({ task }: { task: Task }) {
  return (
    <span className="flex flex-wrap items-center gap-x-2 wrap-anywhere">
      {task.title && <span className="font-mono text-xs">{task.name}</span>}
      {task.folder && (
        <Link {...paths.tasks({ folder: task.folder })} className="hover:underline">
          {task.folder}
        </Link>
      )}
      {task.tags.map((tag) => (
        <Link key={tag} {...paths.tasks({ tag })} className="rounded bg-idle-soft px-1.5 text-xs hover:underline">
          {tag}
        </Link>
      ))}
    </span>
  );
}

function Actions({ task }: { task: Task }) {
  const navigate = useNavigate();
  const enable = useEnable();
  const cannotRun = useDenied("run");
  const cannotDefine = useDenied("define");
  const [running, setRunning] = useState(false);
  const start = useRunNow();
  // Without params there is nothing to ask.
  const run = () => (task.params.length > 0 ? setRunning(true) : start.mutate({ task: task.name, params: {}, key: uniqueKey() }));
  const noEdit = whyNot(task, "update", cannotDefine);
  return (
    <>
      <Tooltip text={cannotDefine ?? (task.enabled ? "Switch this off, and nothing starts the task." : "The task is disabled. Nothing starts it.")}>
        <label className="flex min-h-8 items-center gap-2 text-sm text-muted">
          {task.enabled ? "Enabled" : "Disabled"}
          <Switch
            label="Enabled"
            checked={task.enabled}
            disabled={enable.isPending || cannotDefine !== undefined}
            onChecked={(enabled) => enable.mutate({ name: task.name, enabled })}
          />
        </label>
      </Tooltip>
      {noEdit ? (
        <Button disabledReason={noEdit} icon={<Pencil size={14} aria-hidden />}>
          Edit
        </Button>
      ) : (
        <Link {...paths.taskEdit(task.name)} className={buttonClass()}>
          <Pencil size={14} aria-hidden />
          Edit
        </Link>
      )}
      <Button look="primary" icon={<Play size={15} aria-hidden />} busy={start.isPending} disabledReason={whyNot(task, "run", cannotRun)} onClick={run}>
        Run now
      </Button>
      <TaskMenu task={task} onDeleted={() => void navigate(paths.tasks())} />
      {running && <RunNow task={task.name} onClose={() => setRunning(false)} />}
    </>
  );
}

function Body({ task }: { task: Task }) {
  const { tab = "overview" } = route.useSearch();
  const navigate = useNavigate();
  return (
    <Tabs<TabKey>
      label="Views of the task"
      value={(["overview", "runs", "figures", "ledger", "definition", "versions"] as const).find((key) => key === tab) ?? "overview"}
      onValue={(key) => void navigate({ to: "/tasks/$task", params: { task: task.name }, search: key === "overview" ? {} : { tab: key }, replace: true })}
      tabs={[
        { key: "overview", label: "Overview", content: <Outlook task={task} /> },
        { key: "runs", label: "Runs", content: <TaskRuns task={task.name} elsewhere={task.run.kind === "heartbeat"} /> },
        { key: "figures", label: "Figures", content: <Figures task={task} /> },
        { key: "ledger", label: "Ledger", content: <Ledger task={task} /> },
        { key: "definition", label: "Definition", content: <Definition task={task} /> },
        { key: "versions", label: "Versions", content: <Versions task={task.name} /> },
      ]}
    />
  );
}
