import { dateTimeFormat } from "@/lib/locale";
import { useEffect, useMemo, useRef, useState } from "react";
import type { RunStatsPoint } from "@/api/generated";
import { count } from "@/lib/numbers";
import { duration } from "@/lib/time/time";

const DAY = 86_400_000;
const DAYS = 30;
const HEIGHT = 212;
const LEFT = 44;
const RIGHT = 8;
const BASE = HEIGHT - 22;
const TOP = 8;

const dayMonth = dateTimeFormat({ day: "numeric", month: "short", timeZone: "UTC" });

interface Day {
  at: number;
  ok: number;
  bad: number;
  other: number;
  p95: number | null;
}

/** Each of the last days, those without a run included. */
function byDay(points: RunStatsPoint[], from: string): Day[] {
  const found = new Map<number, RunStatsPoint>();
  for (const point of points) found.set(Math.floor(Date.parse(point.from_at) / DAY), point);
  const first = Math.floor(Date.parse(from) / DAY) + 1;
  return Array.from({ length: DAYS }, (_, place) => {
    const point = found.get(first + place);
    return {
      at: (first + place) * DAY,
      ok: point?.succeeded_count ?? 0,
      bad: point ? point.failed_count + point.timed_out_count + point.lost_count : 0,
      other: point ? point.cancelled_count + point.skipped_count : 0,
      p95: point?.p95_seconds ?? null,
    };
  });
}

/** A round figure that is at least the greatest one. */
function ceiling(value: number): number {
  if (value <= 4) return 4;
  const size = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 4, 6, 8, 10].find((factor) => factor * size >= value) ?? 10;
  return step * size;
}

/** The width of an element, followed as it changes. */
function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!box.current) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return { box, width };
}

/** Bars a day: succeeded, failed, neither; what a bar says is its text for those who cannot see or point. */
export function RunsChart({ points, from }: { points: RunStatsPoint[]; from: string }) {
  const days = useMemo(() => byDay(points, from), [points, from]);
  const most = ceiling(Math.max(...days.map((day) => day.ok + day.bad + day.other)));
  const { box, width } = useWidth();
  const wide = Math.max(1, (width - LEFT - RIGHT) / DAYS);
  const every = wide < 16 ? 10 : 5;
  const y = (value: number) => BASE - (value / most) * (BASE - TOP);
  const total = days.reduce((sum, day) => sum + day.ok + day.bad + day.other, 0);
  return (
    <div ref={box} className="flex min-h-64 flex-col gap-2">
      <Legend />
      <svg width={width} height={HEIGHT} role="img" aria-label={`Runs per day over 30 days, ${count(total)} in total`}>
        {[0, 0.5, 1].map((share) => (
          <g key={share}>
            <line x1={LEFT} x2={width - RIGHT} y1={y(most * share)} y2={y(most * share)} className="stroke-line" />
            <text x={LEFT - 8} y={y(most * share) + 4} textAnchor="end" className="fill-muted text-[11px]">
              {count(most * share)}
            </text>
          </g>
        ))}
        {days.map((day, place) => (
          <Bar key={day.at} day={day} x={LEFT + place * wide} wide={wide} y={y} last={place === DAYS - 1} labelled={(DAYS - 1 - place) % every === 0} />
        ))}
      </svg>
    </div>
  );
}

function Bar({ day, x, wide, y, last, labelled }: { day: Day; x: number; wide: number; y: (value: number) => number; last: boolean; labelled: boolean }) {
  const text = `${dayMonth.format(day.at)}\n${count(day.ok)} succeeded\n${count(day.bad)} failed\n${count(day.other)} cancelled or skipped${day.p95 === null ? "" : `\n95 % within ${duration(day.p95)}`}`;
  const inner = { x: x + wide * 0.15, width: wide * 0.7 };
  const ok = y(day.ok);
  const bad = y(day.ok + day.bad);
  const other = y(day.ok + day.bad + day.other);
  return (
    <g data-tip={text} className="[&:hover>rect:first-child]:fill-hover">
      <rect x={x} width={wide} y={TOP} height={BASE - TOP} className="fill-transparent" />
      <rect {...inner} y={ok} height={BASE - ok} className="state-bar fill-ok" />
      <rect {...inner} y={bad} height={ok - bad} className="state-bar fill-fail" />
      <rect {...inner} y={other} height={bad - other} className="state-bar fill-line-strong" />
      {labelled && (
        <text x={x + wide / 2} y={BASE + 16} textAnchor={last ? "end" : "middle"} dx={last ? wide / 2 : 0} className="fill-muted text-[11px]">
          {dayMonth.format(day.at)}
        </text>
      )}
    </g>
  );
}

function Legend() {
  const items: [string, string][] = [
    ["bg-ok", "succeeded"],
    ["bg-fail", "failed, timed out, lost"],
    ["bg-line-strong", "cancelled, skipped"],
  ];
  return (
    <ul className="flex flex-wrap gap-x-4 text-xs text-muted">
      {items.map(([colour, word]) => (
        <li key={word} className="flex items-center gap-1.5">
          <span className={`state-bar size-2.5 rounded-xs ${colour}`} aria-hidden />
          {word}
        </li>
      ))}
    </ul>
  );
}
