/**
 * Turns events into changes of the query cache. Events are collected and applied once a frame. What an event says is
 * patched in by id; what it does not say is asked for again, at most once a second. Focus, scroll position and fields
 * are never touched, because only data changes.
 */
import type { Query, QueryClient } from "@tanstack/react-query";
import type { Event as OrcEvent } from "../generated";
import type { ReadId } from "../generated/contract.gen";
import type { ChangeKind, LiveRules, Pace } from "./liveRules";
import { patchRun } from "./patchRun";
import { limitedTo, readOf } from "../queries";

declare module "@tanstack/react-query" {
  interface Register {
    /** `heavy`: many pages put together. Asked for again after five seconds, and only where the rule says "soon". */
    queryMeta: { heavy?: boolean };
  }
}

/** What the shell is told. */
export interface FeedListener {
  onVersion: (version: string) => void;
}

const ASK_AGAIN_MS = 1000;

/** Makes a sink for events; `stop` drops what is pending. */
export function createFeed(queries: QueryClient, rules: readonly LiveRules[], listener: FeedListener) {
  let pending: OrcEvent[] = [];
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const askers = {
    soon: createAsker(queries, ASK_AGAIN_MS, (query) => !query.meta?.heavy),
    later: createAsker(queries, 5 * ASK_AGAIN_MS, (query) => !query.meta?.heavy),
    heavy: createAsker(queries, 5 * ASK_AGAIN_MS, (query) => query.meta?.heavy === true),
  };
  const stale = (kind: ChangeKind, names: readonly string[]) => {
    for (const rule of rules) {
      for (const [read, pace] of Object.entries(rule.stale[kind] ?? {}) as [ReadId, Pace][]) {
        askers[pace].ask(read, names);
        if (pace === "soon") askers.heavy.ask(read, names);
      }
    }
  };

  const apply = (event: OrcEvent) => {
    switch (event.kind) {
      case "hello":
        listener.onVersion(event.version);
        break;
      case "gap":
        void queries.invalidateQueries();
        break;
      case "run.changed":
        patchRun(queries, event);
        stale(event.kind, [event.id, event.task_id, event.task]);
        break;
      case "task.changed":
        stale(event.kind, [event.id, event.task]);
        break;
      case "slot.changed":
        stale(event.kind, [event.task_id, event.task]);
        break;
      case "system.changed":
        stale(event.kind, []);
        break;
    }
  };

  const flush = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    timer = undefined;
    const events = pending;
    pending = [];
    for (const event of events) apply(event);
  };

  return {
    push(event: OrcEvent) {
      pending.push(event);
      if (timer !== undefined) return;
      // The browser draws no frames for a hidden page, so a timer flushes too.
      frame = requestAnimationFrame(flush);
      timer = setTimeout(flush, 200);
    },
    /**
     * Events arrive from now on. An answer that came before, or is on its way, may be older than the first event, and
     * no event tells what changed in between. So everything on the screen is asked for once more.
     */
    joined() {
      askers.soon.askAll();
      askers.heavy.askAll();
    },
    stop() {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      for (const asker of Object.values(askers)) asker.stop();
      pending = [];
    },
  };
}

/** Collects what is stale and refetches all of it after `wait` milliseconds. */
function createAsker(queries: QueryClient, wait: number, accepts: (query: Query) => boolean) {
  let stale = new Map<string, Set<string>>();
  let all = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const fire = () => {
    timer = undefined;
    const now = stale;
    const everything = all;
    stale = new Map();
    all = false;
    void queries.invalidateQueries({
      predicate: (query) => {
        if (!accepts(query)) return false;
        if (everything) return true;
        const names = now.get(readOf(query.queryKey) ?? "");
        const one = limitedTo(query.queryKey);
        return names !== undefined && (one === undefined || names.has(one));
      },
    });
  };
  return {
    ask(read: ReadId, names: readonly string[]) {
      const known = stale.get(read) ?? new Set();
      for (const name of names) known.add(name);
      stale.set(read, known);
      timer ??= setTimeout(fire, wait);
    },
    askAll() {
      all = true;
      timer ??= setTimeout(fire, wait);
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
