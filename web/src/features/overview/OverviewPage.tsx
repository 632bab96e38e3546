import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { channelListOptions, runListOptions, runStatsOptions, systemViewOptions, taskListOptions } from "@/api/generated/@tanstack/react-query.gen";
import { HoldButton } from "@/shared/system/HoldButton";
import { Loaded } from "@/shared/core/Loaded";
import { paths } from "@/paths";
import { buttonClass } from "@/ui/Button";
import { Card } from "@/ui/layout/Card";
import { Empty } from "@/ui/layout/Empty";
import { Page } from "@/ui/layout/Page";
import { Failures } from "./Failures";
import { Kpis } from "./Kpis";
import { NextSlots } from "./NextSlots";
import { RunningNow } from "./RunningNow";
import { RunsChart } from "./RunsChart";

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Whole minutes, so that a second visit finds the same query in the cache. */
function since(days: number): string {
  return new Date(Math.floor((Date.now() - days * DAY) / MINUTE) * MINUTE).toISOString();
}

/** The state of everything: what ran, what is running, what comes next and what failed. */
export default function OverviewPage() {
  const from = useMemo(() => ({ day: since(1), month: since(30) }), []);
  const day = useQuery({ ...runStatsOptions({ query: { from_at: from.day, step: "hour" } }), refetchInterval: 60_000 });
  const month = useQuery({ ...runStatsOptions({ query: { from_at: from.month, step: "day" } }), refetchInterval: 60_000 });
  const open = useQuery(runListOptions({ query: { state: "running,backing_off,queued,waiting", limit: 50 } }));
  const failed = useQuery(runListOptions({ query: { state: "failed,timed_out,lost", limit: 8 } }));
  const tasks = useQuery({ ...taskListOptions({ query: { enabled: true, limit: 500 } }) });
  const any = useQuery({ ...taskListOptions({ query: { limit: 1 } }) });
  const system = useQuery(systemViewOptions());
  if (any.data && any.data.items.length === 0) return <First />;
  return (
    <Page title="Overview" hint="What ran, what is running and what comes next." actions={<HoldButton hold={system.data?.hold ?? null} />}>
      <Kpis day={day.data} open={open.data?.items} />
      <div className="grid items-stretch gap-3 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <Card title="Runs per day, last 30 days" className="min-h-72">
          <Loaded query={month} rows={6}>
            {(stats) => <RunsChart points={stats.points} from={from.month} />}
          </Loaded>
        </Card>
        <Card title="Next slots">
          <Loaded query={tasks} rows={6}>
            {(page) => <NextSlots tasks={page.items} partial={page.next_cursor !== null} />}
          </Loaded>
        </Card>
        <Card
          title="Recent failures"
          actions={
            <Link {...paths.runs({ state: "failed,timed_out,lost" })} className="text-sm text-accent hover:underline">
              All of them
            </Link>
          }
          flush
        >
          <Loaded query={failed} rows={6}>
            {(page) => <Failures runs={page.items} />}
          </Loaded>
        </Card>
        <Card
          title="Running now"
          flush
          actions={
            <Link {...paths.runs({ state: "waiting,queued,running,backing_off" })} className="text-sm text-accent hover:underline">
              All open
            </Link>
          }
        >
          <Loaded query={open} rows={6}>
            {(page) => <RunningNow runs={page.items} />}
          </Loaded>
        </Card>
      </div>
    </Page>
  );
}

/** The first visit: there is no task yet. */
function First() {
  const channels = useQuery({ ...channelListOptions({ query: { limit: 1 } }), refetchInterval: false });
  return (
    <Page title="Overview" hint="Orc runs tasks on a schedule, by hand or from other programs.">
      <Card>
        <Empty
          title="Create your first task"
          action={
            <Link {...paths.taskNew()} className={buttonClass("primary")}>
              New task
            </Link>
          }
          cli="orc task create --name hello --run shell --run.line 'echo hello'; orc task run hello --follow"
        >
          Choose what to run (a program, a shell line, a script or an HTTP request) and when. This page then shows its runs, its live log and
          when it runs next.
        </Empty>
        {channels.data?.items.length === 0 && (
          <p className="pb-4 text-center text-sm text-muted">
            Nobody hears yet when something fails.{" "}
            <Link {...paths.welcome()} className="text-accent hover:underline">
              Set up mail
            </Link>
          </p>
        )}
      </Card>
    </Page>
  );
}
