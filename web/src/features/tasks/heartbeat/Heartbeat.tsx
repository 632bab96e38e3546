import { useQuery } from "@tanstack/react-query";
import { apiError } from "@/api/errors";
import type { Task } from "@/api/generated";
import { triggerListOptions } from "@/api/generated/@tanstack/react-query.gen";
import { problemWords } from "@/lib/words/reasons";
import { Card } from "@/ui/layout/Card";
import { DateTime } from "@/ui/text/Time";
import { HookAddress } from "../triggers/HookAddress";
import { HookCalls } from "../triggers/HookCalls";

/** The address that a job elsewhere calls, and when it last did. */
export function Heartbeat({ task }: { task: Task }) {
  const list = useQuery(triggerListOptions({ path: { task: task.name } }));
  const failure = apiError(list.error);
  const trigger = task.triggers.find((each) => each.kind === "webhook");
  const status = list.data?.items.find((each) => each.key === trigger?.key);
  const begun = task.last_run?.state === "running" ? task.last_run.started_at : null;
  return (
    <Card title="Heartbeat" hint="A job elsewhere calls this address. Orc does not start it.">
      {failure && <p className="text-xs text-muted">Its state is not known: {failure.message}</p>}
      {trigger && status && (
        <div className="flex flex-col gap-1 text-sm">
          <p>
            {status.last_run_at ? (
              <>
                Last call <DateTime at={status.last_run_at} />
              </>
            ) : (
              "The job has not called yet."
            )}
          </p>
          {begun && (
            <p>
              Started <DateTime at={begun} />, and has not told its end.
            </p>
          )}
          {problemWords(status) && <p className="text-xs font-medium text-warn first-letter:uppercase">{problemWords(status)}</p>}
          <HookAddress task={task.name} trigger={trigger} status={status} heartbeat />
          <HookCalls task={task.name} trigger={status.key} />
        </div>
      )}
    </Card>
  );
}
