import { Link } from "@tanstack/react-router";
import { memo } from "react";
import type { SimulatedPoolHour } from "@/api/generated";
import { cx } from "@/lib/cx";
import { count, plural } from "@/lib/numbers";
import { paths } from "@/paths";
import { type Period, spanOf } from "../layout";
import { move } from "./move";
import type { Voice } from "./said";
import type { Clock } from "./words";

const HOUR = 3_600_000;

/** How full a pool will be, hour by hour. */
export interface PoolLoad {
  pool: string;
  capacity: number;
  hours: SimulatedPoolHour[];
}

/** `Mon 03:00: at most 2 of 2 places taken, 3 runs wait`. */
export function loadWords({ hour_at, peak, waiting }: SimulatedPoolHour, capacity: number, clock: Clock): string {
  return `${clock(hour_at)}: at most ${count(peak)} of ${plural(capacity, "place")} taken${waiting > 0 ? `, up to ${plural(waiting, "run")} ${waiting === 1 ? "waits" : "wait"}` : ""}`;
}

/** One pool: a column an hour, as high as it is full; where runs wait it stands out. One stop of the Tab key. */
export const PoolRow = memo(function PoolRow({ load, period, now, clock, voice }: { load: PoolLoad; period: Period; now: number; clock: Clock; voice: Voice }) {
  const { pool, capacity } = load;
  const hours = load.hours.filter(({ peak, waiting }) => peak + waiting > 0);
  return (
    <li className="flex border-b border-line bg-bg" data-row>
      <span className="sticky left-0 z-20 flex w-28 shrink-0 items-center gap-1 border-r border-line bg-bg pr-2 pl-3 text-sm sm:w-44 lg:w-52">
        <span className="min-w-0 truncate font-medium" title={pool}>
          {pool}
        </span>
        <span className="shrink-0 text-xs text-muted max-sm:hidden">{plural(capacity, "place")}</span>
      </span>
      <ul className="relative h-9 min-w-0 flex-1 overflow-hidden" aria-label={`Expected load of ${pool}`}>
        {hours.map((hour, place) => {
          const begin = Date.parse(hour.hour_at);
          // The past is not part of the forecast.
          const span = spanOf(Math.max(begin, now), begin + HOUR, period);
          if (!span) return null;
          const words = `${pool}: ${loadWords(hour, capacity, clock)}`;
          const full = capacity === 0 ? 100 : Math.min(100, (hour.peak / capacity) * 100);
          return (
            <li key={hour.hour_at}>
              <Link
                {...paths.pools()}
                preload={false}
                style={{ left: `${span.left}%`, width: `${span.width}%` }}
                className="absolute inset-y-0 flex items-end px-px focus-visible:z-10 focus-visible:-outline-offset-1"
                tabIndex={place === 0 ? 0 : -1}
                data-item=""
                aria-label={words}
                {...voice(words)}
                onKeyDown={move}
              >
                <span aria-hidden style={{ height: `${Math.max(8, full)}%` }} className={cx("state-bar w-full rounded-t-xs border border-b-0", hour.waiting > 0 ? "hatched border-warn bg-warn-soft" : "border-run bg-run-soft")} />
                {hour.waiting > 0 && span.width > 2 && (
                  <span aria-hidden className="absolute inset-x-0 top-1 text-center text-[0.625rem] font-semibold text-warn tabular-nums">
                    +{count(hour.waiting)}
                  </span>
                )}
              </Link>
            </li>
          );
        })}
      </ul>
    </li>
  );
});
