import { useMutation, useQuery } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { apiError } from "@/api/errors";
import { problemWords } from "@/lib/words/reasons";
import { type Task, type TaskTrigger, triggerRotate, type TriggerStatus } from "@/api/generated";
import { triggerListOptions } from "@/api/generated/@tanstack/react-query.gen";
import { triggerTaskDefaults } from "@/api/generated/contract.gen";
import { UNDECLARED } from "@/api/undeclared";
import { FILE_CHANGES, TRIGGER_KINDS, WEBHOOK_PROOFS } from "@/lib/words/timeWords";
import { RUN_STATES } from "@/lib/words/words";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { useDenied } from "@/shared/access/session";
import { Badge } from "@/ui/text/Badge";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/layout/Card";
import { Confirm, Dialog } from "@/ui/layers/Dialog";
import { CommandLine } from "@/ui/layout/Empty";
import { DateTime } from "@/ui/text/Time";

/** A trigger in words. */
export function triggerWords(trigger: TaskTrigger): string {
  switch (trigger.kind) {
    case "webhook":
      return `an HTTP call, proved by ${WEBHOOK_PROOFS[trigger.proof ?? UNDECLARED.proof].word.toLowerCase()}`;
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
      {status && trigger.kind === "webhook" && <Address task={task} status={status} signed={trigger.proof === "signature"} />}
    </li>
  );
}

function Address({ task, status, signed }: { task: string; status: TriggerStatus; signed: boolean }) {
  const changed = useAskAgain("triggerList");
  const denied = useDenied("define");
  const [asking, setAsking] = useState(false);
  const [fresh, setFresh] = useState<{ url: string | null; secret: string | null } | null>(null);
  const rotate = useMutation({
    mutationFn: async () => (await triggerRotate({ path: { task, trigger: status.key }, throwOnError: true })).data,
    onSuccess: async (made) => {
      setFresh(made);
      await changed();
    },
  });
  const what = signed ? "secret" : "address";
  return (
    <>
      <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1">
        <Button
          icon={<KeyRound size={14} aria-hidden />}
          busy={rotate.isPending}
          disabledReason={denied}
          onClick={() => (status.rotated_at ? setAsking(true) : rotate.mutate())}
        >
          {status.rotated_at ? `New ${what}…` : `Create the ${what}`}
        </Button>
        {status.rotated_at && (
          <span className="text-xs text-muted">
            made <DateTime at={status.rotated_at} plain />
          </span>
        )}
      </div>
      <Confirm
        question={asking ? { title: `Replace the ${what} of ${task}?`, text: `The current ${what} stops working at once. Every caller needs the new one.`, verb: `Replace the ${what}`, keep: `Keep the current ${what}`, onYes: () => rotate.mutateAsync() } : null}
        onClose={() => setAsking(false)}
      />
      <Dialog open={fresh !== null} onClose={() => setFresh(null)} title={`The ${what} of ${task}`} hint="Copy it now. Orc cannot show it again." footer={<Button look="primary" onClick={() => setFresh(null)}>I have copied it</Button>}>
        {fresh && <Shown url={fresh.url ?? status.url} secret={fresh.secret} />}
      </Dialog>
    </>
  );
}

function Shown({ url, secret }: { url: string | null; secret: string | null }) {
  const address = url ? new URL(url, location.origin).href : "";
  return (
    <div className="flex flex-col gap-3 text-sm">
      {url && (
        <div>
          <p className="font-medium">Address</p>
          <CommandLine text={address} label="Copy the address" />
        </div>
      )}
      {secret && (
        <div>
          <p className="font-medium">Secret</p>
          <CommandLine text={secret} label="Copy the secret" />
          <p className="mt-2 text-xs text-muted">Each call carries X-Orc-Timestamp (seconds since 1970) and X-Orc-Signature: sha256= and the HMAC-SHA256 of timestamp, a full stop and the body, in hex.</p>
        </div>
      )}
      {url && !secret && (
        <div>
          <p className="font-medium">Try it</p>
          <CommandLine text={`curl -X POST ${address} -H "Content-Type: application/json" -d '{}'`} label="Copy the curl line" />
        </div>
      )}
    </div>
  );
}
