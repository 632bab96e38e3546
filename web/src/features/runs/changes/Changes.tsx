import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ChangePart, RunChange, RunChanges, RunSide } from "@/api/generated";
import { runChangesOptions } from "@/api/generated/@tanstack/react-query.gen";
import { stringifyExact } from "@/lib/exactJson";
import { bytes } from "@/lib/numbers";
import { duration } from "@/lib/time/time";
import { paths } from "@/paths";
import { Loaded } from "@/shared/core/Loaded";
import { Card } from "@/ui/layout/Card";
import { CommandLine } from "@/ui/layout/Empty";
import { StateBadge } from "@/ui/text/Badge";
import { DateTime } from "@/ui/text/Time";

const PARTS: Record<ChangePart, string> = {
  definition: "Definition",
  file: "Files",
  param: "Params",
  credential: "Credentials",
  environment: "Environment",
  server: "Server",
};

/** What changed since the task last worked: this run beside the newest one before it that succeeded. */
export function Changes({ run }: { run: string }) {
  const view = useQuery({ ...runChangesOptions({ path: { run } }), refetchInterval: false });
  return (
    <Card title="What changed since it last worked" hint="This run beside the newest one before it that succeeded. Secrets are never shown.">
      <Loaded query={view} rows={4}>
        {(compared) => <Compared compared={compared} />}
      </Loaded>
    </Card>
  );
}

function Compared({ compared }: { compared: RunChanges }) {
  const { run, before, changes, problems } = compared;
  return (
    <div className="flex flex-col gap-4">
      {problems.map((problem) => (
        <p key={problem.code} className="text-sm text-muted">
          {sentence(problem.text)}
        </p>
      ))}
      {before && (
        <>
          <Ends before={before} run={run} />
          {changes.length === 0 ? <p className="text-sm">Nothing else differs.</p> : <Differences changes={changes} />}
          <div className="grid gap-3 lg:grid-cols-2">
            <Tail title="The log before ended with" side={before} />
            <Tail title="The log of this run ended with" side={run} />
          </div>
        </>
      )}
      <CommandLine text={`orc run changes ${run.id}`} />
    </div>
  );
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** How both runs ended. A row that says the same for both is quiet. */
function Ends({ before, run }: { before: RunSide; run: RunSide }) {
  const rows: [string, React.ReactNode, React.ReactNode, boolean][] = [
    ["Ended", <End key="b" side={before} />, <End key="r" side={run} />, true],
    ["Exit code", before.exit_code ?? "–", run.exit_code ?? "–", before.exit_code !== run.exit_code],
    ["Duration", seconds(before), seconds(run), true],
    ["Log", bytes(before.log.bytes), bytes(run.log.bytes), before.log.bytes !== run.log.bytes],
    ["Version", before.version, run.version, before.version !== run.version],
  ];
  return (
    <table className="w-full text-sm">
      <thead>
        <tr className="text-left text-muted">
          <th scope="col" className="w-24 py-1 font-normal">
            <span className="sr-only">What</span>
          </th>
          <th scope="col" className="py-1 pr-3 font-normal">
            <Link {...paths.run(before.id)} className="text-accent hover:underline">
              Last worked
            </Link>
            , <DateTime at={before.created_at} />
          </th>
          <th scope="col" className="py-1 font-normal">
            This run
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, old, now, differs]) => (
          <tr key={name} className="border-t border-line align-top">
            <th scope="row" className="py-1.5 text-left font-normal text-muted">
              {name}
            </th>
            <td className="py-1.5 pr-3">{old}</td>
            <td className={differs ? "py-1.5 font-medium" : "py-1.5"}>{now}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function End({ side }: { side: RunSide }) {
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2">
      <StateBadge state={side.state} />
      {side.reason && <span className="font-normal break-words">{side.reason.text}</span>}
    </span>
  );
}

const seconds = ({ duration_seconds: length }: RunSide): string => (length === null ? "–" : duration(length));

function Differences({ changes }: { changes: RunChange[] }) {
  const parts = [...new Set(changes.map(({ part }) => part))];
  return parts.map((part) => (
    <section key={part} aria-label={PARTS[part]}>
      <h3 className="mb-1 text-sm font-semibold">{PARTS[part]}</h3>
      <ul className="flex flex-col gap-2 text-sm">
        {changes
          .filter((change) => change.part === part)
          .map((change) => (
            <Difference key={change.name} change={change} />
          ))}
      </ul>
    </section>
  ));
}

const shown = (value: unknown): string => (value === null || value === undefined ? "nothing" : typeof value === "string" ? value : stringifyExact(value, 1));

function Difference({ change }: { change: RunChange }) {
  return (
    <li className="min-w-0">
      <code className="font-mono text-xs break-all text-muted">{change.name}</code>
      <div className="grid font-mono text-xs lg:grid-cols-2 lg:gap-3">
        <p className="rounded-t bg-fail-soft px-2 py-1 break-words whitespace-pre-wrap lg:rounded">
          <span className="sr-only">before: </span>- {shown(change.before)}
        </p>
        <p className="rounded-b bg-ok-soft px-2 py-1 break-words whitespace-pre-wrap lg:rounded">
          <span className="sr-only">now: </span>+ {shown(change.after)}
        </p>
      </div>
    </li>
  );
}

function Tail({ title, side }: { title: string; side: RunSide }) {
  return (
    <section aria-label={title} className="min-w-0">
      <h3 className="mb-1 text-sm font-semibold">{title}</h3>
      {side.log_tail.length === 0 ? (
        <p className="text-sm text-muted">It has no log.</p>
      ) : (
        <pre tabIndex={0} className="max-h-64 overflow-auto rounded-md bg-bg p-3 font-mono text-xs">
          {side.log_tail.join("\n")}
        </pre>
      )}
    </section>
  );
}
