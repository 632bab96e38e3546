import { Link } from "@tanstack/react-router";
import { TimerReset } from "lucide-react";
import { type KeyboardEvent, memo, useState } from "react";
import type { RunState } from "@/api/generated";
import { cx } from "@/lib/cx";
import { RUN_STATES, type Tone } from "@/lib/words/words";
import { paths } from "@/paths";
import type { Bar, Mark, TimelineRow } from "../layout";
import { move } from "./move";
import type { Voice } from "./said";
import { type Clock, runWords, slotWords } from "./words";

const FILL: Record<Tone, string> = { ok: "bg-ok", fail: "bg-fail", run: "bg-run", warn: "bg-warn", idle: "bg-idle" };
/** What did not go well stands out by its height too, not by its colour alone. */
const tall = (state: RunState) => RUN_STATES[state].tone === "fail" || RUN_STATES[state].tone === "warn";

/** Classes of a bar by state. */
export const barLook = (state: RunState): string => cx("state-bar rounded-xs", FILL[RUN_STATES[state].tone], tall(state) ? "h-6" : "h-4", RUN_STATES[state].open && "breathing");

/** Classes of a planned slot. */
export const markLook = (skipped: boolean, overlaps: boolean): string =>
  cx("state-bar h-4 rounded-xs border", skipped ? "border-dashed border-idle bg-transparent" : overlaps ? "border-2 border-warn bg-warn-soft" : "border-run bg-run-soft");

/** One task: runs as bars, planned slots as marks. One stop of the Tab key; arrows go from one to the next. */
export const Row = memo(function Row({ row: { task, bars, marks, cut }, late, clock, voice }: { row: TimelineRow; late: string | undefined; clock: Clock; voice: Voice }) {
  const keys = [...bars, ...marks].map(({ key }) => key);
  const [last, setLast] = useState<string | null>(null);
  const stop = last !== null && keys.includes(last) ? last : keys[Math.max(0, bars.length - 1)];
  const linkOf = (key: string, words: string): LinkProps => {
    const name = `${task}: ${words}`;
    const spoken = voice(name);
    return {
      ...spoken,
      tabIndex: key === stop ? 0 : -1,
      "aria-label": name,
      "data-item": "",
      onFocus: () => {
        setLast(key);
        spoken.onFocus();
      },
      onKeyDown: move,
      className: "absolute inset-y-0 flex min-w-1.5 items-center focus-visible:z-10 focus-visible:-outline-offset-1",
    };
  };
  return (
    <li className="flex border-b border-line last:border-b-0" data-row>
      <span className="sticky left-0 z-20 flex w-28 shrink-0 items-center border-r border-line bg-surface pr-2 pl-3 sm:w-44 lg:w-52">
        <Link {...paths.task(task)} title={task} className="min-w-0 truncate py-1 text-sm font-medium underline-offset-2 hover:underline">
          {task}
        </Link>
        {late !== undefined && (
          <span title={late} className="ml-auto shrink-0 pl-1 text-warn">
            <TimerReset size={14} strokeWidth={2.5} aria-hidden />
            <span className="sr-only">{late}</span>
          </span>
        )}
      </span>
      <ul className="relative h-9 min-w-0 flex-1 overflow-hidden" aria-label={`Runs and slots of ${task}`}>
        {cut !== null && (
          <li className="hatched absolute inset-y-0 right-0" style={{ left: `${cut}%` }} title="More slots than are drawn">
            <span className="sr-only">More slots than are drawn</span>
          </li>
        )}
        {bars.map((bar) => (
          <RunBar key={bar.key} bar={bar} link={linkOf(bar.key, runWords(bar, clock))} />
        ))}
        {marks.map((mark) => (
          <SlotMark key={mark.key} mark={mark} link={linkOf(mark.key, slotWords(mark, clock))} />
        ))}
      </ul>
    </li>
  );
});

type LinkProps = ReturnType<Voice> & { tabIndex: number; "aria-label": string; "data-item": string; className: string; onKeyDown: (event: KeyboardEvent<HTMLElement>) => void };

function RunBar({ bar: { left, width, run }, link }: { bar: Bar; link: LinkProps }) {
  return (
    <li>
      {/* Above slots that are due at once: what ran is certain. */}
      <Link {...paths.run(run.id)} {...link} className={cx(link.className, "z-[1]")} preload={false} style={{ left: `${left}%`, width: `${width}%` }}>
        <span aria-hidden className={cx("w-full", barLook(run.state))} />
      </Link>
    </li>
  );
}

function SlotMark({ mark: { left, width, slot, overlaps }, link }: { mark: Mark; link: LinkProps }) {
  return (
    <li>
      <Link {...paths.task(slot.task)} {...link} preload={false} style={{ left: `${left}%`, width: `${width}%` }}>
        <span aria-hidden className={cx("w-full", markLook(slot.skipped, overlaps))} />
      </Link>
    </li>
  );
}
