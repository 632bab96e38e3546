import { useQuery } from "@tanstack/react-query";
import { apiError } from "@/api/errors";
import { problemWords } from "@/lib/words/reasons";
import type { Task, TaskTrigger, TriggerStatus } from "@/api/generated";
import { triggerListOptions } from "@/api/generated/@tanstack/react-query.gen";
import { triggerTaskDefaults } from "@/api/generated/contract.gen";
import { UNDECLARED } from "@/api/undeclared";
import { FILE_CHANGES, TRIGGER_KINDS } from "@/lib/words/timeWords";
import { webhookWords } from "@/lib/words/webhookWords";
import { RUN_STATES } from "@/lib/words/words";
import { Badge } from "@/ui/text/Badge";
import { Card } from "@/ui/layout/Card";
import { DateTime } from "@/ui/text/Time";
import { HookAddress } from "./HookAddress";
import { HookCalls } from "./HookCalls";

/** A trigger in words. */
export function triggerWords(trigger: TaskTrigger): string {
  switch (trigger.kind) {
    case "webhook":
      return webhookWords(trigger);
    case "file":
      return `${trigger.pattern} ${FILE_CHANGES[trigger.change ?? UNDECLARED.change].toLowerCase()}`;
    case "task":
      return `a run of ${trigger.tasks.join(" or ")} is ${(trigger.states ?? triggerTaskDefaults.states).map((state) => RUN_STATES[state].word.toLowerCase()).join(" or ")}`;
  }
}

/** What its triggers do while the task is disabled. */
function whileDisabled(triggers: TaskTrigger[]): string {
  const has = (kind: TaskTrigger["kind"]) => triggers.some((trigger) => trigger.kind === kind);
  const facts = [has("webhook") && "calls are refused", has("task") && "runs of other tasks do not start it", has("file") && "files that arrive start it when it is enabled again"];
  return `While the task is disabled, ${facts.filter((fact) => fact !== false).join("; ")}.`;
}

/** What makes the task run besides its schedules; addresses and secrets are made here. */
export function Triggers({ task }: { task: Task }) {
  const list = useQuery({ ...triggerListOptions({ path: { task: task.name } }), enabled: task.triggers.length > 0 });
  const failure = apiError(list.error);
  if (task.triggers.length === 0) return null;
  return (
    <Card title="Triggers" hint={task.enabled ? undefined : whileDisabled(task.triggers)}>
      <ul className="flex flex-col divide-y divide-line">
        {task.triggers.map((trigger) => {
          const key = trigger.key ?? trigger.kind;
          return <OneTrigger key={key} task={task.name} name={key} trigger={trigger} status={list.data?.items.find((each) => each.key === key)} />;
        })}
      </ul>
      {failure && <p className="pt-2 text-xs text-muted">Their state is not known: {failure.message}</p>}
    </Card>
  );
}

function OneTrigger({ task, name, trigger, status }: { task: string; name: string; trigger: TaskTrigger; status: TriggerStatus | undefined }) {
  return (
    <li className="flex flex-col gap-1 py-2 text-sm first:pt-0 last:pb-0">
      <p className="font-medium">
        {TRIGGER_KINDS[trigger.kind].word} {trigger.enabled === false && <Badge>disabled</Badge>}
      </p>
      <p className="break-words text-muted">{triggerWords(trigger)}</p>
      <p className="text-xs text-muted">
        key {name}
        {status && (status.last_run_at ? <> · last run <DateTime at={status.last_run_at} plain /></> : " · has started no run yet")}
      </p>
      {status && problemWords(status) && <p className="text-xs font-medium text-warn first-letter:uppercase">{problemWords(status)}</p>}
      {status && trigger.kind === "webhook" && (
        <>
          <HookAddress task={task} trigger={trigger} status={status} />
          <HookCalls task={task} trigger={name} />
        </>
      )}
    </li>
  );
}
