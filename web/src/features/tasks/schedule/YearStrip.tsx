import { useMemo } from "react";
import type { SlotDay } from "@/api/generated";
import { cells, dateWords, monthMarks, stripWords } from "./strip";

const SIZE = 10;
const STEP = 12;
const TOP = 14;
const FILL = ["fill-line", "fill-accent/30", "fill-accent/55", "fill-accent/75", "fill-accent"];

/** A year at a glance: one small cell a day, weeks as columns; the fuller, the stronger, skipped days hollow. */
export function YearStrip({ days }: { days: SlotDay[] }) {
  const drawn = useMemo(() => cells(days), [days]);
  const words = stripWords(days);
  const special = days.filter((day) => day.notes.length > 0);
  const weeks = (drawn.at(-1)?.week ?? 0) + 1;
  return (
    <figure className="flex max-w-3xl flex-col gap-1">
      <svg role="img" aria-label={words} viewBox={`0 0 ${weeks * STEP} ${TOP + 7 * STEP}`} className="w-full forced-color-adjust-none">
        {monthMarks(drawn).map(({ week, word }) => (
          <text key={`${week}${word}`} x={week * STEP} y={9} className="fill-muted text-[9px]">
            {word}
          </text>
        ))}
        {drawn.map(({ day, week, weekday, level, text }) => {
          const hollow = day.planned === 0 && day.skipped > 0;
          return (
            <rect
              key={day.date}
              data-tip={text}
              x={week * STEP + (hollow ? 1 : 0.5)}
              y={TOP + weekday * STEP + (hollow ? 1 : 0.5)}
              width={hollow ? SIZE - 1 : SIZE}
              height={hollow ? SIZE - 1 : SIZE}
              rx={2}
              strokeWidth={1.5}
              className={hollow ? "fill-transparent stroke-warn" : day.notes.length > 0 ? `${FILL[level]} stroke-warn` : FILL[level]}
            />
          );
        })}
      </svg>
      <figcaption className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-muted">
        <span>{words}.</span>
        <Legend fill="fill-line" word="none" />
        <Legend fill="fill-accent/30" word="few" />
        <Legend fill="fill-accent" word="most" />
        {days.some((day) => day.skipped > 0) && <Legend fill="fill-transparent stroke-warn" word="skipped" />}
      </figcaption>
      {special.length > 0 && (
        <details className="text-xs">
          <summary className="cursor-pointer py-1 text-warn">
            {special.length === 1 ? "1 special day in the coming year" : `${special.length} special days in the coming year`}
          </summary>
          <ul className="flex max-h-56 flex-col gap-1 overflow-y-auto pl-4" tabIndex={0} aria-label="Special days">
            {special.map((day) => (
              <li key={day.date}>
                <b className="font-medium">{dateWords(day.date)}</b>: {day.notes.join("; ")}
              </li>
            ))}
          </ul>
        </details>
      )}
    </figure>
  );
}

function Legend({ fill, word }: { fill: string; word: string }) {
  return (
    <span className="inline-flex items-center gap-1">
      <svg width="11" height="11" aria-hidden>
        <rect x="1" y="1" width="9" height="9" rx="2" strokeWidth={1.5} className={fill} />
      </svg>
      {word}
    </span>
  );
}
