import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { PlanSlot, Run } from "@/api/generated";
import { systemViewOptions } from "@/api/generated/@tanstack/react-query.gen";
import { count } from "@/lib/numbers";
import { Loaded } from "@/shared/core/Loaded";
import { allPools } from "@/shared/pools/allPools";
import { PoolPlaces } from "@/shared/pools/PoolPlaces";
import { paths } from "@/paths";
import { Card } from "@/ui/layout/Card";
import { Empty } from "@/ui/layout/Empty";
import { TextField } from "@/ui/fields/Field";
import { Page } from "@/ui/layout/Page";
import { Skeleton } from "@/ui/layout/Skeleton";
import { useNow } from "@/ui/text/Time";
import { Chart } from "./Chart";
import { type Period, periodAt, rowsOf } from "./layout";
import type { Items } from "@/api/pages";
import { endless, joinPlans, pushedOff } from "./plan";
import { timelineLoads, timelineOfTask, timelinePlan, timelineRuns } from "./queries";
import { type Known, useTasks } from "./useTasks";
import { clockOf } from "./words";

/** Rows that are shown at first, and how many more each time. */
const STEP = 50;
/** No task was asked for by itself. */
const NONE: ReadonlyMap<string, Items<PlanSlot>> = new Map();

/** What ran in the last hours and what comes in the next day, task by task. */
export default function TimelinePage() {
  const system = useQuery(systemViewOptions());
  const zone = system.data?.timezone;
  return (
    <Page title="Timeline" hint={zone ? `The last 6 hours and the next 24, in ${zone}, the server's zone.` : "The last 6 hours and the next 24."}>
      {zone ? <Timeline timezone={zone} /> : <Loaded query={system}>{() => <Skeleton rows={8} />}</Loaded>}
      <Pools />
    </Page>
  );
}

function Timeline({ timezone }: { timezone: string }) {
  const clock = useNow();
  const { from } = periodAt(clock);
  // Open runs grow four times a minute; more often could not be seen.
  const now = Math.floor(clock / 15_000) * 15_000;
  const period = useMemo(() => ({ from, until: periodAt(from + 6 * 3_600_000).until }), [from]);
  const runs = useQuery(timelineRuns(period));
  const plan = useQuery(timelinePlan(period));
  const pools = useQuery(allPools).data ?? [];
  const loads = useQuery(timelineLoads(period, pools.some(({ used_by }) => used_by.length > 0))).data ?? [];
  const [text, setText] = useState("");
  const [shown, setShown] = useState(STEP);
  const wanted = text.trim().toLowerCase();
  const { tasks, known } = useTasks(plan.data, wanted);
  const pushed = useMemo(() => (plan.data ? pushedOff(plan.data, tasks, period.until) : new Set<string>()), [plan.data, tasks, period]);
  const rows = useMemo(() => (runs.data && plan.data ? rowsOf(runs.data.items, joinPlans(plan.data, pushed, NONE), period, now) : []), [runs.data, plan.data, pushed, period, now]);
  const found = useMemo(() => rows.filter(({ task }) => task.includes(wanted)).map(({ task }) => task), [rows, wanted]);
  const names = useMemo(() => found.slice(0, shown), [found, shown]);
  const byTask = useOneByOne(names, plan.data, pushed, period);
  const drawn = useMemo(() => {
    if (!runs.data || !plan.data) return [];
    const visible = new Set(names);
    const whole = byTask.size === 0 ? rows : rowsOf(runs.data.items, joinPlans(plan.data, pushed, byTask), period, now);
    return whole.filter(({ task }) => visible.has(task));
  }, [rows, names, byTask, runs.data, plan.data, pushed, period, now]);
  return (
    <Loaded query={runs} rows={10}>
      {(ran) => (
        <Loaded query={plan} rows={10}>
          {() =>
            rows.length === 0 ? (
              <Empty title="Nothing ran and nothing is planned" cli="orc plan list">
                Tasks appear here as soon as they have a run in the last 6 hours or a slot in the next 24.
              </Empty>
            ) : (
              <>
                <TextField hideLabel label="Tasks by name" type="search" data-filter placeholder="Filter by name" value={text} onText={setText} className="w-full sm:w-60" />
                <Limits ran={ran} timezone={timezone} />
                <Looked known={known} filtered={wanted !== ""} none={found.length === 0} cut={ran.next_cursor !== null} />
                {found.length > 0 && <Chart rows={drawn} all={found.length} whole={known === "all"} loads={loads} period={period} timezone={timezone} onMore={() => setShown(shown + STEP)} />}
              </>
            )
          }
        </Loaded>
      )}
    </Loaded>
  );
}

/** What the rows leave out: that no task has a name is said only where all were looked at. */
function Looked({ known, filtered, none, cut }: { known: Known; filtered: boolean; none: boolean; cut: boolean }) {
  if (known === "asking") return <p role="status" className="text-sm text-muted">{filtered ? "Looking among all tasks …" : "Asking which tasks are due …"}</p>;
  if (known === "some") {
    return (
      <p role="status" className="rounded-md bg-warn-soft px-3 py-1.5 text-xs">
        {filtered ? "Not all tasks were looked at: type more of the name to find others." : "There are more tasks than are listed here: the filter looks among all of them."}
      </p>
    );
  }
  if (!none) return null;
  return <p className="py-4 text-sm text-muted">{cut ? "No task with that in its name is due in this period or has one of the runs that were looked at." : "No task in this period has that in its name."}</p>;
}

/** The slots of the tasks in sight that the first pages of the plan do not hold to the end. */
function useOneByOne(names: string[], first: Items<PlanSlot> | undefined, pushed: ReadonlySet<string>, period: Period): ReadonlyMap<string, Items<PlanSlot>> {
  const never = useMemo(() => (first ? endless(first, period.until) : new Set<string>()), [first, period]);
  const asked = useMemo(() => names.filter((name) => pushed.has(name) && !never.has(name)), [names, pushed, never]);
  const answers = useQueries({ queries: asked.map((task) => timelineOfTask(period, task)), combine: dataOf });
  return useMemo(() => new Map(answers.flatMap((data, place) => (data ? [[asked[place] ?? "", data]] : []))), [answers, asked]);
}

const dataOf = <T,>(answers: { data: T }[]): T[] => answers.map(({ data }) => data);

/** Which runs are not drawn because there are too many; slots that are not are marked in their rows. */
function Limits({ ran: { items, next_cursor }, timezone }: { ran: Items<Run>; timezone: string }) {
  if (next_cursor === null) return null;
  const first = items.reduce((least, { created_at }) => (created_at < least ? created_at : least), items[0]?.created_at ?? "");
  return (
    <p role="status" className="rounded-md bg-warn-soft px-3 py-1.5 text-xs">
      There are more runs than are drawn: the {count(items.length)} newest, from {clockOf(timezone)(first)} on.
    </p>
  );
}

/** How full the pools are now. */
function Pools() {
  const pools = useQuery(allPools);
  if (pools.data?.length === 0) return null;
  return (
    <Card
      title="Pools now"
      actions={
        <Link {...paths.pools()} className="text-sm text-muted underline underline-offset-2">
          All about pools
        </Link>
      }
    >
      <Loaded query={pools} rows={2}>
        {(items) => (
          <ul className="grid gap-4 sm:grid-cols-2 xl:grid-cols-4">
            {items.map((pool) => (
              <li key={pool.id} className="min-w-0">
                <h3 className="text-sm font-semibold break-words">{pool.name}</h3>
                <PoolPlaces pool={pool} />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Card>
  );
}
