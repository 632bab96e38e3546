import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { type ApiError, toApiError } from "@/api/errors";
import { type FollowedLog, followLog, readLog } from "@/api/live/logStream";
import type { LiveStatus } from "@/api/live/stream";
import { LogStore, MOST_LINES } from "./logStore";

/** Bytes of older lines that are asked for at once. */
const OLDER_BYTES = 256 * 1024;

/** How the log arrives; held: it is full, and somebody reads it. */
export type LogStatus = LiveStatus | "ended" | "held";

interface Feed {
  store: LogStore;
  status: LogStatus;
  failure: ApiError | null;
}

/** Which log, whether from its first byte, and whether its end is what the reader wants to see. */
export interface LogWish {
  run: string;
  attempt: number | undefined;
  whole: boolean;
  /** While this is false nothing is taken away in front, so a log that is full stops growing. */
  follow: boolean;
}

/** Opens the stream of a log and keeps a window of its lines. */
export function useLog({ run, attempt, whole, follow }: LogWish): Feed {
  const [feed, setFeed] = useState<Feed>(() => ({ store: new LogStore(), status: "connecting", failure: null }));
  const { store } = feed;
  const stream = useRef<FollowedLog | null>(null);
  useEffect(() => {
    const change = (more: Partial<Feed>) => setFeed((old) => ({ ...old, ...more }));
    const opened = followLog({
      run,
      attempt,
      whole,
      onChunk: (chunk) => store.append(chunk),
      onEnd: () => change({ status: "ended" }),
      onStatus: (status) => change(status === "live" ? { status, failure: null } : { status }),
      onFailure: (failure) => change({ failure }),
    });
    stream.current = opened;
    return () => {
      opened.close();
      stream.current = null;
      store.clear();
    };
  }, [run, attempt, whole, store]);
  useSyncExternalStore(store.watch, store.snapshot);
  const held = !follow && store.lines.length >= MOST_LINES;
  useEffect(() => store.setTrims(follow), [store, follow]);
  useEffect(() => stream.current?.hold(held), [held]);
  return { ...feed, status: held && feed.status !== "ended" ? "held" : feed.status };
}

/** Lines before the first one that is loaded: whether there are some, and the way to load them. */
export function useOlder(run: string, store: LogStore, onLoaded: (lines: number) => void) {
  const [state, setState] = useState<{ busy: boolean; failure: ApiError | null }>({ busy: false, failure: null });
  const first = store.lines[0];
  const load = async () => {
    if (!first || state.busy) return;
    setState({ busy: true, failure: null });
    try {
      const until = first.offset;
      // Where much was left out of the log a part may be empty; then a larger one is asked for.
      for (let size = OLDER_BYTES; store.lines[0] === first; size *= 4) {
        const from = Math.max(0, until - size);
        const before = store.lines.length;
        store.prepend(await readLog({ run, attempt: first.attempt, from, until }), from > 0);
        if (store.lines.length > before) onLoaded(store.lines.length - before);
        if (from === 0) break;
      }
      setState({ busy: false, failure: null });
    } catch (failure) {
      setState({ busy: false, failure: toApiError(failure) });
    }
  };
  return { ...state, exist: first !== undefined && first.offset > 0, load };
}
