import { Link } from "@tanstack/react-router";
import { type RefObject, useLayoutEffect, useRef, useState } from "react";
import type { RunSummary } from "@/api/generated";
import { absoluteTime, duration } from "@/lib/time/time";
import { RUN_STATES, type Tone } from "@/lib/words/words";
import { paths } from "@/paths";

const FILL: Record<Tone, string> = { ok: "bg-ok", fail: "bg-fail", run: "bg-run", warn: "bg-warn", idle: "bg-line-strong" };

/** Width of a bar and its gap: a target of 24 pixels (WCAG 2.2, 2.5.8). */
const [BAR, GAP] = [24, 4];

/** Bars that fit into a list, as wide as it is now. */
function useRoom(list: RefObject<HTMLElement | null>): number {
  const [room, setRoom] = useState(8);
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return undefined;
    const look = () => setRoom(Math.max(1, Math.floor((element.clientWidth + GAP) / (BAR + GAP))));
    look();
    const watch = new ResizeObserver(look);
    watch.observe(element);
    return () => watch.disconnect();
  }, [list]);
  return room;
}

/** One bar per run, newest on the right; its height is the duration. It shows as many as fit; the list of runs has the others. */
export function RecentBars({ runs }: { runs: RunSummary[] }) {
  const list = useRef<HTMLUListElement>(null);
  const room = useRoom(list);
  const shown = runs.slice(0, room);
  const longest = Math.max(...shown.map((run) => run.duration_seconds ?? 0), 0.001);
  return (
    <ul ref={list} aria-label="Durations, oldest first" className="flex h-16 items-end gap-1">
      {shown.toReversed().map((run) => {
        const look = RUN_STATES[run.state];
        const text = `${look.word}, ${absoluteTime(run.created_at)}, ${duration(run.duration_seconds)}`;
        return (
          <li key={run.id} className="flex h-full max-w-8 min-w-6 flex-1 items-end">
            <Link {...paths.run(run.id)} aria-label={text} data-tip={text} className="flex h-full w-full items-end rounded-sm">
              <span
                className={`state-bar w-full rounded-sm ${look.open && run.state !== "running" ? "hatched border border-line-strong" : FILL[look.tone]}`}
                style={{ height: `${Math.max(12, ((run.duration_seconds ?? 0) / longest) * 100)}%` }}
              />
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
