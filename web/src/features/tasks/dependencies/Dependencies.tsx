import { useMutation } from "@tanstack/react-query";
import { Eye } from "lucide-react";
import { type Task, taskProbe, type TaskProbe } from "@/api/generated";
import { DEPENDENCY_KINDS, needWords, ON_UNMET } from "@/lib/words/dependencyWords";
import { seenWords } from "@/lib/words/reasons";
import { useDenied } from "@/shared/access/session";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/layout/Card";
import { Badge } from "@/ui/text/Badge";

/** What must hold before a run may start, and what would be seen of it now. */
export function Dependencies({ task }: { task: Task }) {
  const denied = useDenied("run");
  const look = useMutation({ mutationFn: async () => (await taskProbe({ path: { task: task.name }, throwOnError: true })).data });
  if (task.dependencies.length === 0) return null;
  return (
    <Card
      title="Dependencies"
      hint="A run starts when all of these hold."
      actions={
        <Button icon={<Eye size={14} aria-hidden />} busy={look.isPending} disabledReason={denied} onClick={() => look.mutate()}>
          Look now
        </Button>
      }
    >
      <ul className="flex flex-col divide-y divide-line">
        {task.dependencies.map((dependency) => (
          <li key={dependency.key ?? dependency.kind} className="flex flex-col gap-0.5 py-2 text-sm first:pt-0 last:pb-0">
            <p className="font-medium">
              {DEPENDENCY_KINDS[dependency.kind].word} <span className="text-xs font-normal text-muted">key {dependency.key}</span>
            </p>
            <p className="wrap-anywhere">{look.data?.items.find(({ key }) => key === (dependency.key ?? dependency.kind))?.words ?? needWords(dependency)}</p>
            {dependency.kind === "task" && <Taken params={dependency.params ?? {}} />}
            <p className="text-xs text-muted">If not: {ON_UNMET[dependency.on_unmet?.kind ?? "wait"].toLowerCase()}.</p>
            <Seen look={look.data} name={dependency.key ?? dependency.kind} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** The params that the run takes from the other run. */
function Taken({ params }: { params: Record<string, string> }) {
  const taken = Object.entries(params);
  if (taken.length === 0) return null;
  return (
    <p className="text-xs wrap-anywhere text-muted">
      Params from that run: <code>{taken.map(([name, template]) => `${name} = ${template}`).join(", ")}</code>
    </p>
  );
}

function Seen({ look, name }: { look: TaskProbe | undefined; name: string }) {
  const item = look?.items.find(({ key }) => key === name);
  if (!item) return null;
  return (
    <p role="status" className="flex flex-wrap items-center gap-2 wrap-anywhere">
      <Badge tone={item.met ? "ok" : "warn"}>{item.met ? "holds" : "does not hold"}</Badge> {seenWords(item)}
    </p>
  );
}
