import { useMemo } from "react";
import type { SlotDay } from "@/api/generated";
import { noteWords } from "@/lib/words/notes";
import { type Cell, cells, dateWords, monthMarks, stripWords } from "./strip";

const SIZE = 10;
const STEP = 12;
const TOP = 14;
const FILL = ["fill-line", "fill-accent/30", "fill-accent/55", "fill-accent/75", "fill-accent"];

/** A year at a glance: one small cell per day, weeks as columns. More slots make a cell stronger; skipped days are hollow. */
export function YearStrip({ days }: { days: SlotDay[] }) {
  const drawn = useMemo(() => cells(days), [days]);
  const special = days.filter((day) => day.notes.length > 0);
  const half = Math.ceil(days.length / 2);
  return (
    <figure className="flex max-w-3xl flex-col gap-1">
      <Grid drawn={drawn} className="max-sm:hidden" />
      {/* On a phone half a year beside the other would be too small to see. */}
      <Grid drawn={drawn.slice(0, half)} className="sm:hidden" />
      <Grid drawn={drawn.slice(half)} className="sm:hidden" />
      <figcaption className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-muted">
        <span>{stripWords(days)}.</span>
        <Legend fill="fill-line" word="none" />
        <Legend fill="fill-accent/30" word="few" />
        <Legend fill="fill-accent" word="most" />
        {days.some(isSpecial) && <Legend fill="fill-accent stroke-warn" word="special" dot />}
        {days.some((day) => day.skipped > 0) && <Legend fill="fill-transparent stroke-warn" word="skipped" />}
      </figcaption>
      {special.length > 0 && <Special days={special} />}
    </figure>
  );
}

function Grid({ drawn, className }: { drawn: Cell[]; className: string }) {
  const first = drawn[0]?.week ?? 0;
  const weeks = (drawn.at(-1)?.week ?? 0) + 1 - first;
  return (
    <svg role="img" aria-label={stripWords(drawn.map(({ day }) => day))} viewBox={`0 0 ${weeks * STEP} ${TOP + 7 * STEP}`} className={`w-full forced-color-adjust-none ${className}`}>
      {monthMarks(drawn).map(({ week, word }) => (
        <text key={`${week}${word}`} x={(week - first) * STEP} y={9} className="fill-muted text-[9px]">
          {word}
        </text>
      ))}
      {drawn.map(({ day, week, weekday, level, text }) => {
        const hollow = day.planned === 0 && day.skipped > 0;
        const inset = hollow ? 1 : 0.5;
        const [x, y] = [(week - first) * STEP, TOP + weekday * STEP];
        return (
          <g key={day.date} data-tip={text}>
            <rect
              x={x + inset}
              y={y + inset}
              width={SIZE - inset + 0.5}
              height={SIZE - inset + 0.5}
              rx={2}
              strokeWidth={1.5}
              className={hollow ? "fill-transparent stroke-warn" : isSpecial(day) ? `${FILL[level]} stroke-warn` : FILL[level]}
            />
            {isSpecial(day) && <circle cx={x + SIZE / 2 + 0.5} cy={y + SIZE / 2 + 0.5} r={2.5} className="pointer-events-none fill-warn-soft" />}
          </g>
        );
      })}
    </svg>
  );
}

function Special({ days }: { days: SlotDay[] }) {
  return (
    <details className="text-xs">
      <summary className="cursor-pointer py-1 text-warn">{days.length === 1 ? "1 special day in the coming year" : `${days.length} special days in the coming year`}</summary>
      <ul className="flex max-h-56 flex-col gap-1 overflow-y-auto pl-4" tabIndex={0} aria-label="Special days">
        {days.map((day) => (
          <li key={day.date}>
            <b className="font-medium">{dateWords(day.date)}</b>: {noteWords(day.notes)}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Whether slots run on a day, but differently from the rule: at a clock change, or moved by a calendar. */
const isSpecial = (day: SlotDay): boolean => day.planned > 0 && day.notes.length > 0;

function Legend({ fill, word, dot }: { fill: string; word: string; dot?: boolean }) {
  return (
    <span className="inline-flex items-center gap-1">
      <svg width="11" height="11" aria-hidden>
        <rect x="1" y="1" width="9" height="9" rx="2" strokeWidth={1.5} className={fill} />
        {dot && <circle cx="5.5" cy="5.5" r="2.5" className="fill-warn-soft" />}
      </svg>
      {word}
    </span>
  );
}
