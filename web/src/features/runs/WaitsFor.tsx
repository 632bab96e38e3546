import type { Run, RunDependency } from "@/api/generated";
import { seenWords } from "@/lib/words/reasons";
import { Badge } from "@/ui/text/Badge";
import { Card } from "@/ui/layout/Card";
import { DateTime } from "@/ui/text/Time";

/** What must hold, or had to hold, before the run starts: what was seen of each dependency, and when Orc looks again. */
export function WaitsFor({ run }: { run: Run }) {
  if (run.dependencies.length === 0) return null;
  const waits = run.actions.includes("start");
  return (
    <Card title={waits ? "Waits for" : "Waited for"} hint={waits ? "The run starts when all of these hold." : undefined}>
      <ul aria-label="Dependencies" className="flex flex-col divide-y divide-line">
        {run.dependencies.map((dependency) => (
          <Dependency key={dependency.key} dependency={dependency} />
        ))}
      </ul>
    </Card>
  );
}

function Dependency({ dependency }: { dependency: RunDependency }) {
  const { key, words, met, looked_at, next_look_at, deadline_at, waived_by } = dependency;
  return (
    <li className="flex flex-col gap-0.5 py-2 text-sm first:pt-0 last:pb-0">
      <p className="flex flex-wrap items-center gap-2">
        <span className="font-medium">{key}</span>
        <Badge tone={met ? "ok" : "warn"}>{met ? "holds" : looked_at ? "does not hold" : "not looked at yet"}</Badge>
        {waived_by && <Badge>{`not waited for: ${waived_by}`}</Badge>}
      </p>
      <p className="text-muted wrap-anywhere">{words}</p>
      {seenWords(dependency) && <p className="wrap-anywhere">{seenWords(dependency)}</p>}
      <p className="text-xs text-muted">
        {looked_at && (
          <>
            looked <DateTime at={looked_at} plain />
          </>
        )}
        {next_look_at && (
          <>
            {" · "}next look <DateTime at={next_look_at} plain />
          </>
        )}
        {next_look_at && deadline_at && (
          <>
            {" · "}waits until <DateTime at={deadline_at} plain />
          </>
        )}
      </p>
    </li>
  );
}
