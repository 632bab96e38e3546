import { useSyncExternalStore } from "react";
import { duration, fullTime, relativeTime } from "@/lib/time/time";
import { Tooltip } from "../layers/Tooltip";

let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const watchers = new Set<() => void>();

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  if (timer === undefined) {
    // Nobody moved the clock while nothing on the page showed a time.
    now = Date.now();
    timer = setInterval(() => {
      now = Date.now();
      for (const each of watchers) each();
    }, 1000);
  }
  return () => {
    watchers.delete(watcher);
    if (watchers.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The time, each second; one clock for the whole page. */
export function useNow(): number {
  return useSyncExternalStore(watch, () => now);
}

/** A relative time with the absolute one on hover and focus. */
export function DateTime({ at, className, plain }: { at: string | null | undefined; className?: string; plain?: boolean }) {
  const clock = useNow();
  if (!at) return <span className={className}>–</span>;
  const words = relativeTime(at, clock);
  if (plain) {
    return (
      <time dateTime={at} title={fullTime(at)} className={className}>
        {words}
      </time>
    );
  }
  return (
    <Tooltip text={fullTime(at)}>
      <time dateTime={at} tabIndex={0} className={className}>
        {words}
      </time>
    </Tooltip>
  );
}

/** A duration; counts on while `since` is given. */
export function Duration({ seconds, since }: { seconds?: number | null; since?: string | null | undefined }) {
  return since ? <Counting since={since} /> : <span>{duration(seconds)}</span>;
}

function Counting({ since }: { since: string }) {
  const clock = useNow();
  return <span>{duration(Math.max(0, Math.floor((clock - new Date(since).getTime()) / 1000)))}</span>;
}
