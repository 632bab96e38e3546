import { dateTimeFormat } from "@/lib/locale";
import { Link } from "@tanstack/react-router";
import type { Simulation } from "@/api/generated";
import { count, plural } from "@/lib/numbers";
import { duration } from "@/lib/time/time";
import { paths } from "@/paths";
import { Card } from "@/ui/layout/Card";

/** Most rows of each table. */
const SHOWN = 20;
const CELL = "px-2 py-1.5 first:pl-4 last:pr-4";
const HEAD = `${CELL} text-left align-bottom font-medium text-muted`;
const NAME = `${CELL} min-w-20 text-left font-medium break-words`;
const FIGURE = `${CELL} text-right tabular-nums whitespace-nowrap`;

/** What is crowded: minutes, tasks that overlap themselves, pools. */
export function Findings({ simulation }: { simulation: Simulation }) {
  return (
    <div className="grid items-start gap-3 lg:grid-cols-2">
      <Busiest simulation={simulation} />
      <div className="flex min-w-0 flex-col gap-3">
        <Overlaps simulation={simulation} />
        <Waits simulation={simulation} />
      </div>
    </div>
  );
}

function Busiest({ simulation: { busiest, timezone } }: { simulation: Simulation }) {
  const minute = dateTimeFormat({ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: timezone });
  return (
    <Card title="Busiest minutes" hint="The minutes in which most slots are due." flush>
      {busiest.length === 0 ? (
        <Nothing>No two slots are due in the same minute.</Nothing>
      ) : (
        <ol className="divide-y divide-line border-t border-line text-sm">
          {busiest.map(({ at, slots, tasks }) => (
            <li key={at} className="px-4 py-1.5">
              <span className="flex justify-between gap-2 tabular-nums">
                <time dateTime={at}>{minute.format(new Date(at))}</time>
                <span className="font-medium">{plural(slots, "slot")}</span>
              </span>
              <span className="block truncate text-xs text-muted" title={tasks.join(", ")}>
                {tasks.join(", ")}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}

function Overlaps({ simulation: { overlaps } }: { simulation: Simulation }) {
  return (
    <Card title="Overlaps" hint="Tasks that are due while one of their runs is still open." flush>
      {overlaps.length === 0 ? (
        <Nothing>No task is due before its last run has ended.</Nothing>
      ) : (
        <div className="relative overflow-x-auto border-t border-line" tabIndex={0} role="region" aria-label="Overlaps by task">
          <table className="w-full text-sm">
            <thead>
              <tr className="text-xs">
                <th scope="col" className={HEAD}>Task</th>
                <th scope="col" className={`${HEAD} text-right`}>Skipped</th>
                <th scope="col" className={`${HEAD} text-right`}>Waiting</th>
                <th scope="col" className={`${HEAD} text-right`}>Longest</th>
              </tr>
            </thead>
            <tbody className="divide-y divide-line">
              {overlaps.slice(0, SHOWN).map(({ task, skipped, waited, wait_seconds_max }) => (
                <tr key={task}>
                  <th scope="row" className={NAME}>
                    <Link {...paths.task(task)} className="break-all underline-offset-2 hover:underline">
                      {task}
                    </Link>
                  </th>
                  <td className={FIGURE}>{count(skipped)}</td>
                  <td className={FIGURE}>{count(waited)}</td>
                  <td className={FIGURE}>{waited === 0 ? "–" : duration(wait_seconds_max)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <More all={overlaps.length} />
        </div>
      )}
    </Card>
  );
}

function Waits({ simulation: { waits, limit } }: { simulation: Simulation }) {
  return (
    <Card title="Waits" hint="How many runs wait for a place in a pool, and for how long." flush>
      {waits.length === 0 ? (
        <Nothing>None of the simulated tasks is in a pool.</Nothing>
      ) : (
        <div className="relative overflow-x-auto border-t border-line" tabIndex={0} role="region" aria-label="Waits by pool">
          <table className="w-full text-sm">
            <thead>
              <tr className="text-xs">
                <th scope="col" className={HEAD}>Pool</th>
                <th scope="col" className={`${HEAD} text-right`}>Peak</th>
                <th scope="col" className={`${HEAD} text-right`}>Waiting</th>
                <th scope="col" className={`${HEAD} text-right`}>Mean</th>
                <th scope="col" className={`${HEAD} text-right`}>Longest</th>
              </tr>
            </thead>
            <tbody className="divide-y divide-line">
              {waits.slice(0, SHOWN).map(({ pool, capacity, peak, waited, wait_seconds_mean, wait_seconds_max }) => (
                <tr key={pool}>
                  <th scope="row" className={NAME}>{pool}</th>
                  <td className={FIGURE}>
                    {count(peak)} of {count(capacity)}
                  </td>
                  <td className={waited > 0 ? `${FIGURE} font-medium text-warn` : FIGURE}>{count(waited)}</td>
                  <td className={FIGURE}>{waited === 0 ? "–" : duration(wait_seconds_mean)}</td>
                  <td className={FIGURE}>{waited === 0 ? "–" : duration(wait_seconds_max)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <More all={waits.length} />
        </div>
      )}
      <LimitWaits limit={limit} />
    </Card>
  );
}

function LimitWaits({ limit: { capacity, waited, wait_seconds_mean, wait_seconds_max } }: { limit: Simulation["limit"] }) {
  const most = `The server runs at most ${plural(capacity, "run")} at once`;
  return (
    <p className="border-t border-line px-4 py-2 text-sm">
      {waited === 0 ? (
        <span className="text-muted">{most}: no run waits for that.</span>
      ) : (
        <>
          {most}: <span className="font-medium text-warn">{plural(waited, "run")} {waited === 1 ? "waits" : "wait"}</span>, {duration(wait_seconds_mean)} on average, up to {duration(wait_seconds_max)}.
        </>
      )}
    </p>
  );
}

function Nothing({ children }: { children: string }) {
  return <p className="px-4 pb-4 text-sm text-muted">{children}</p>;
}

function More({ all }: { all: number }) {
  return all > SHOWN ? <p className="px-4 py-1.5 text-xs text-muted">and {count(all - SHOWN)} more</p> : null;
}
