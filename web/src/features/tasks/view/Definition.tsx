import type { Task } from "@/api/generated";
import { Card } from "@/ui/layout/Card";
import { CopyButton } from "@/ui/text/Copy";
import { definitionOf, draftOf } from "../draft/draft";
import { stringifyExact } from "@/lib/exactJson";

/** The definition as it would be sent: what was read can be written back. */
export function Definition({ task }: { task: Task }) {
  const { schedules, ...rest } = definitionOf(draftOf(task));
  const clean = { ...rest, schedules: (schedules ?? []).map(({ words: _words, ...schedule }) => schedule) };
  const text = stringifyExact(clean, 2);
  return (
    <Card title={`Version ${task.version}`} hint="As JSON. Save it to a file and apply it with orc task apply -f." actions={<CopyButton text={text} label="Copy the definition" />}>
      {/* Scrolls sideways, so it must be reachable by keyboard. */}
      <pre tabIndex={0} className="overflow-x-auto rounded-md bg-bg p-3 font-mono text-xs">
        {text}
      </pre>
    </Card>
  );
}
