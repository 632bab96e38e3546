import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import type { Attempt, Run, RunState, RunSummary } from "@/api/generated";
import { stringifyExact } from "@/lib/exactJson";
import { runReasons } from "@/lib/words/reasons";
import { runViewOptions } from "@/api/generated/@tanstack/react-query.gen";
import { bytes, plural } from "@/lib/numbers";
import { absoluteTime } from "@/lib/time/time";
import { Loaded } from "@/shared/core/Loaded";
import { RunDuration, triggerWords } from "@/shared/runs/runColumns";
import { paths } from "@/paths";
import { StateBadge } from "@/ui/text/Badge";
import { Card, Facts } from "@/ui/layout/Card";
import { CommandLine, Empty } from "@/ui/layout/Empty";
import { Page } from "@/ui/layout/Page";
import { DateTime } from "@/ui/text/Time";
import { Attempts } from "./Attempts";
import { Changes } from "./changes/Changes";
import { LogView } from "./log/LogView";
import { RunActions } from "./RunActions";
import { WaitsFor } from "./WaitsFor";
import { Suspicion } from "./Suspicion";

const route = getRouteApi("/app/runs/$run");

/** States after which one asks what changed. */
const FAILED: ReadonlySet<RunState> = new Set(["failed", "timed_out", "lost"]);

/** One run: its state, its attempts, its log as it is written. */
export default function ViewPage() {
  const { run: id } = route.useParams();
  const view = useQuery(runViewOptions({ path: { run: id } }));
  const run = view.data;
  return (
    <Page
      title={run ? run.task.name : "Run"}
      tab={run ? `Run of ${run.task.name}` : "Run"}
      badge={run && <StateBadge state={run.state} soft />}
      hint={run && <Subtitle run={run} />}
      actions={run && <RunActions run={run} />}
    >
      <Loaded query={view} rows={8}>
        {(found) => (
          <>
            {found.suspicious.length > 0 && <Suspicion run={found} />}
            <Body run={found} />
          </>
        )}
      </Loaded>
      {/* What a screen reader should hear without following the log. */}
      <p role="status" className="sr-only">
        {run && `The run is ${run.state.replaceAll("_", " ")}.`}
      </p>
    </Page>
  );
}

function Subtitle({ run }: { run: RunSummary }) {
  return (
    <span className="flex flex-wrap items-center gap-x-2">
      <Link {...paths.task(run.task.name)} className="text-accent hover:underline">
        Task, version {run.task.version}
      </Link>
      <span>· {triggerWords(run)}</span>
      <span>
        · <DateTime at={run.created_at} />
      </span>
      {run.started_at && (
        <span>
          · <RunDuration run={run} />
        </span>
      )}
      <Explanation run={run} />
    </span>
  );
}

function Body({ run }: { run: Run }) {
  const { attempts } = run;
  const { attempt } = route.useSearch();
  const navigate = useNavigate();
  const shown = attempts.find((each) => each.number === attempt);
  const choose = (next: Attempt) => void navigate({ to: "/runs/$run", params: { run: run.id }, search: next.number === attempts.length ? {} : { attempt: next.number }, replace: true });
  return (
    <div className="grid items-start gap-3 xl:grid-cols-[minmax(0,1fr)_22rem]">
      {attempts.length > 0 ? (
        <LogView key={attempt ?? "newest"} run={run.id} attempt={attempt} size={(shown ?? attempts.at(-1))?.log.bytes ?? 0} />
      ) : (
        <Card>
          <Empty title="No attempt yet" cli={`orc run log -f ${run.id}`}>
            The log appears here as soon as the run writes something.
          </Empty>
        </Card>
      )}
      <div className="grid min-w-0 gap-3 md:grid-cols-2 xl:col-start-2 xl:row-span-2 xl:row-start-1 xl:grid-cols-1">
        <WaitsFor run={run} />
        <Attempts attempts={attempts} shown={shown ?? attempts.at(-1)} onChoose={choose} />
        <About run={run} />
        <Values title="Params" value={Object.keys(run.params).length === 0 ? null : run.params} none="The run has no params." />
        <Values title="Result" value={run.result} none={run.finished_at ? "The run wrote no result to ORC_RESULT_FILE." : "None yet. A run writes its result to ORC_RESULT_FILE."} />
      </div>
      {FAILED.has(run.state) && <Changes run={run.id} />}
    </div>
  );
}

/** Why it is in this state, where there is something to say. */
function Explanation({ run }: { run: RunSummary }) {
  const parts = runReasons(run);
  if (run.cancel_requested_at && run.finished_at === null) parts.unshift("The run was asked to stop.");
  return (
    <>
      {parts.length > 0 && <span className="text-text">· {parts.join(" · ")}</span>}
      {run.next_attempt_at && (
        <span>
          · next attempt <DateTime at={run.next_attempt_at} />
        </span>
      )}
    </>
  );
}

const time = (at: string | null | undefined): string => (at ? absoluteTime(at) : "–");

function About({ run }: { run: RunSummary }) {
  const more: [string, React.ReactNode][] = run.trigger.rerun_of
    ? [
        [
          "Rerun of",
          <Link key="rerun" {...paths.run(run.trigger.rerun_of)} className="text-accent hover:underline">
            an earlier run
          </Link>,
        ],
        ...(run.trigger.edited_params.length > 0 ? [["Edited params", run.trigger.edited_params.join(", ")] satisfies [string, string]] : []),
      ]
    : [];
  return (
    <Card title="About">
      <Facts
        items={[
          ["Scheduled for", time(run.scheduled_for)],
          ["Created", time(run.created_at)],
          ["Started", time(run.started_at)],
          ["Ended", time(run.finished_at)],
          ...more,
          ["Server", run.node ?? "–"],
          ["Log", `${bytes(run.log.bytes)}, ${plural(run.log.lines, "line")}${run.log.truncated ? ", shortened" : ""}`],
          [
            "Id",
            <span key="id" className="font-mono text-xs break-all">
              {run.id}
            </span>,
          ],
        ]}
      />
      <CommandLine text={`orc run view ${run.id}`} />
    </Card>
  );
}

function Values({ title, value, none }: { title: string; value: unknown; none: string }) {
  const empty = value === null || value === undefined;
  return (
    <Card title={title}>
      {empty ? (
        <p className="text-sm text-muted">{none}</p>
      ) : (
        <pre tabIndex={0} className="max-h-64 overflow-auto rounded-md bg-bg p-3 font-mono text-xs">
          {typeof value === "string" ? value : stringifyExact(value, 2)}
        </pre>
      )}
    </Card>
  );
}
