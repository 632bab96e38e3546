import { useEffect, useMemo, useRef } from "react";
import { cx } from "@/lib/cx";
import { plural } from "@/lib/numbers";
import { Button } from "@/ui/Button";
import { useNow } from "@/ui/text/Time";
import { PAST, type Period, placeOf, ticksOf, type TimelineRow } from "../layout";
import { type PoolLoad, PoolRow } from "./PoolRow";
import { barLook, markLook, Row } from "./Row";
import { useSaid } from "./said";
import { clockOf } from "./words";

/** Percent of the width that an hour's word takes at most; one that near to now gives way. */
const LABEL = 5;
/** Width of the names, as in each row. */
const NAMES = "w-28 sm:w-44 lg:w-52";

/** The chart: hours across, tasks down. It scrolls sideways by itself where the page is narrow. */
export function Chart({ rows, all, whole, late, loads, period, timezone, onMore }: { rows: TimelineRow[]; all: number; whole: boolean; late: ReadonlyMap<string, string> | undefined; loads: PoolLoad[]; period: Period; timezone: string; onMore: () => void }) {
  const { said, voice } = useSaid();
  const clock = useMemo(() => clockOf(timezone), [timezone]);
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Where it does not fit, now is in sight.
    const box = scroller.current;
    if (box && box.scrollWidth > box.clientWidth) box.scrollLeft = (box.scrollWidth - box.clientWidth) * 0.15;
  }, []);
  return (
    <section aria-label="Tasks over time" className="min-w-0">
      <Legend pools={loads.length > 0} />
      <div ref={scroller} className="relative mt-2 overflow-x-auto rounded-lg border border-line bg-surface">
        <div className="relative min-w-[60rem]">
          <Scale period={period} timezone={timezone} />
          {loads.length > 0 && (
            <ul className="relative border-b-2 border-line-strong" aria-label="Pools">
              {loads.map((load) => (
                <PoolRow key={load.pool} load={load} period={period} now={period.from + PAST} clock={clock} voice={voice} />
              ))}
            </ul>
          )}
          <ul className="relative" aria-label="Tasks">
            {rows.map((row) => (
              <Row key={row.task} row={row} late={late?.get(row.task)} clock={clock} voice={voice} />
            ))}
          </ul>
        </div>
      </div>
      {/* What is pointed at or focused; screen readers hear the names of the bars themselves. */}
      <p aria-hidden className="mt-1 min-h-5 text-sm break-words text-muted">
        {said ?? "Point at a bar, or move along a row with the arrow keys."}
      </p>
      {all > rows.length && (
        <Button className="self-start" onClick={onMore}>
          Show more of {whole ? plural(all, "task") : `at least ${plural(all, "task")}`}
        </Button>
      )}
    </section>
  );
}

/** Hours above the rows, lines through them, and now. */
function Scale({ period, timezone }: { period: Period; timezone: string }) {
  const ticks = useMemo(() => ticksOf(period, timezone, 3), [period, timezone]);
  const now = placeOf(useNow(), period);
  return (
    <>
      <div className="flex border-b border-line text-xs text-muted" aria-hidden>
        <span className={cx("sticky left-0 z-20 shrink-0 border-r border-line bg-surface", NAMES)} />
        <span className="relative h-6 min-w-0 flex-1 overflow-hidden">
          {ticks.map(({ left, word, midnight, covered }) => (
            <span key={left} style={{ left: `${left}%` }} className={cx("absolute top-1 pl-1 whitespace-nowrap", midnight && "font-semibold text-text", (covered || Math.abs(left - now) < LABEL) && "invisible")}>
              {word}
            </span>
          ))}
        </span>
      </div>
      <div className="pointer-events-none absolute inset-0 flex" aria-hidden>
        <span className={cx("shrink-0", NAMES)} />
        <span className="relative min-w-0 flex-1 overflow-hidden">
          {ticks.map(({ left, midnight }) => (
            <span key={left} style={{ left: `${left}%` }} className={cx("absolute inset-y-0 w-px", midnight ? "bg-line-strong" : "bg-line")} />
          ))}
          <span data-now style={{ left: `${now}%` }} className="state-bar absolute inset-y-0 z-10 w-0.5 bg-accent">
            <span className="absolute top-1 left-1 rounded bg-accent-strong px-1 text-xs font-semibold text-on-accent">now</span>
          </span>
        </span>
      </div>
    </>
  );
}

const LEGEND = [
  ["succeeded", barLook("succeeded")],
  ["failed or timed out", barLook("failed")],
  ["lost or backing off", barLook("lost")],
  ["running", barLook("running")],
  ["cancelled, skipped or waiting", barLook("cancelled")],
  ["planned", markLook(false, false)],
  ["skipped slot", markLook(true, false)],
  ["overlaps", markLook(false, true)],
  ["more than is drawn", "hatched h-4 border border-line"],
] as const;
const POOLS = [["places of a pool that will probably be taken", "state-bar h-4 rounded-t-xs border border-b-0 border-run bg-run-soft"], ["runs are waiting for a place", "state-bar hatched h-4 rounded-t-xs border border-b-0 border-warn bg-warn-soft"]] as const;

function Legend({ pools }: { pools: boolean }) {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted" aria-label="Legend">
      {[...LEGEND, ...(pools ? POOLS : [])].map(([word, look]) => (
        <li key={word} className="inline-flex items-center gap-1.5">
          <span aria-hidden className={cx("inline-block w-2.5 shrink-0", look)} />
          {word}
        </li>
      ))}
    </ul>
  );
}
