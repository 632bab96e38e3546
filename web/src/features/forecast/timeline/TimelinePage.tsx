import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { RunSummary } from "@/api/generated";
import type { Items } from "@/api/pages";
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
import { Chart } from "./chart/Chart";
import { PAST, periodAt } from "./layout";
import { timelineLate, timelineLoads } from "./queries";
import type { Known } from "./useTasks";
import { useTimeline } from "./useTimeline";
import { clockOf } from "./chart/words";

/** Rows that are shown at first, and how many more each time. */
const STEP = 50;

/** What ran in the last hours and what comes in the next day, task by task. */
export default function TimelinePage() {
  const system = useQuery(systemViewOptions());
  const zone = system.data?.timezone;
  return (
    <Page title="Timeline" hint={zone ? `The last 6 hours and the next 24, in ${zone}, the server's time zone.` : "The last 6 hours and the next 24."}>
      {zone ? <Timeline timezone={zone} /> : <Loaded query={system}>{() => <Skeleton rows={8} />}</Loaded>}
      <Pools />
    </Page>
  );
}

function Timeline({ timezone }: { timezone: string }) {
  const clock = useNow();
  const { from } = periodAt(clock);
  const period = useMemo(() => periodAt(from + PAST), [from]);
  const [text, setText] = useState("");
  const [shown, setShown] = useState(STEP);
  const wanted = text.trim().toLowerCase();
  // Open runs grow four times a minute; more often could not be seen.
  const { runs, plan, known, rows, count: found, empty } = useTimeline(period, Math.floor(clock / 15_000) * 15_000, wanted, shown);
  const pools = useQuery(allPools).data ?? [];
  const loads = useQuery(timelineLoads(period, pools.some(({ used_by }) => used_by.length > 0))).data ?? [];
  const late = useQuery(timelineLate()).data;
  return (
    <Loaded query={runs} rows={10}>
      {(ran) => (
        <Loaded query={plan} rows={10}>
          {() =>
            empty ? (
              <Empty title="Nothing ran and nothing is planned" cli="orc plan list">
                A task appears here as soon as it has a run in the last 6 hours or a slot in the next 24.
              </Empty>
            ) : (
              <>
                <TextField hideLabel label="Tasks by name" type="search" data-filter placeholder="Filter by name" value={text} onText={setText} className="w-full sm:w-60" />
                <Limits ran={ran} timezone={timezone} />
                <Looked known={known} filtered={wanted !== ""} none={found === 0} cut={ran.next_cursor !== null} />
                {found > 0 && <Chart rows={rows} all={found} whole={known === "all"} late={late} loads={loads} period={period} timezone={timezone} onMore={() => setShown(shown + STEP)} />}
              </>
            )
          }
        </Loaded>
      )}
    </Loaded>
  );
}

/** Says what the rows leave out. It claims that no task matches only if all tasks were searched. */
function Looked({ known, filtered, none, cut }: { known: Known; filtered: boolean; none: boolean; cut: boolean }) {
  if (known === "asking") return <p role="status" className="text-sm text-muted">{filtered ? "Searching all tasks …" : "Loading which tasks are due …"}</p>;
  if (known === "some") {
    return (
      <p role="status" className="rounded-md bg-warn-soft px-3 py-1.5 text-xs">
        {filtered ? "Some tasks were not searched. Type more of the name to find them." : "More tasks exist than are listed here. The filter searches all of them."}
      </p>
    );
  }
  if (!none) return null;
  return <p className="py-4 text-sm text-muted">{cut ? "No task matches among those that are due and the newest runs." : "No task in this period matches the filter."}</p>;
}

/** Says which runs are not drawn because there are too many. Slots that are not drawn are marked in their rows. */
function Limits({ ran: { items, next_cursor }, timezone }: { ran: Items<RunSummary>; timezone: string }) {
  if (next_cursor === null) return null;
  const first = items.reduce((least, { created_at }) => (created_at < least ? created_at : least), items[0]?.created_at ?? "");
  return (
    <p role="status" className="rounded-md bg-warn-soft px-3 py-1.5 text-xs">
      Only the newest {count(items.length)} runs are drawn, from {clockOf(timezone)(first)} on.
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
          Show all pools
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
