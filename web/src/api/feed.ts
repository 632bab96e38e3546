/**
 * Events into the query cache: collected, applied once a frame, patched by id where the event says enough, and what
 * it does not say is asked again, at most once a second. Focus, scroll and fields are never touched: only data changes.
 */
import type { QueryClient } from "@tanstack/react-query";
import type { Event as OrcEvent, EventRun, RunDetail, RunPage, TaskPage } from "./generated";

interface Key {
  _id: string;
  path?: { run?: string; task?: string };
}

/** What the shell is told besides. */
export interface FeedListener {
  onVersion: (version: string) => void;
}

const ASK_AGAIN_MS = 1000;

/** A sink for events; `stop` forgets what is pending. */
export function createFeed(queries: QueryClient, listener: FeedListener) {
  let pending: OrcEvent[] = [];
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = createAsker(queries, ASK_AGAIN_MS);
  // The list of tasks may be thousands of rows; what a run changes in it is patched, the rest can wait.
  const later = createAsker(queries, 5 * ASK_AGAIN_MS);

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
        soon.ask(["runList", "runStats", "poolList", "planDays", `runView:${event.id}`, `taskView:${event.task_id}`, `taskView:${event.task}`]);
        later.ask(["taskList", "timelineRuns"]);
        break;
      case "task.changed":
        soon.ask(["taskList", `taskView:${event.id}`, `taskView:${event.task}`, "taskVersionList", "slotList", "poolList", "planList", "planDays", "calendarList", "timelineByTask"]);
        break;
      case "slot.changed":
        soon.ask(["slotList", `taskView:${event.task_id}`, `taskView:${event.task}`]);
        later.ask(["taskList", "slotSummary", "planList", "planDays"]);
        break;
      case "system.changed":
        soon.ask(["systemView", "systemWorkers"]);
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
      // A hidden or covered page gets no frames; there the clock serves.
      frame = requestAnimationFrame(flush);
      timer = setTimeout(flush, 200);
    },
    /**
     * Events arrive from now on. What was answered before, or is on its way, may be older than the first of them, and
     * nobody will tell of what changed in between: so everything shown is asked for once more.
     */
    joined() {
      soon.askAll();
    },
    stop() {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      soon.stop();
      later.stop();
      pending = [];
    },
  };
}

/** Collects what is stale, and asks for it again after a while, all at once. */
function createAsker(queries: QueryClient, wait: number) {
  let stale = new Set<string>();
  let all = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const fire = () => {
    timer = undefined;
    const now = stale;
    const everything = all;
    stale = new Set();
    all = false;
    void queries.invalidateQueries({
      predicate: ({ queryKey }) => {
        if (everything) return true;
        const key = queryKey[0] as Key | string;
        if (typeof key === "string") return now.has(key);
        return now.has(key._id) || now.has(`${key._id}:${key.path?.run ?? key.path?.task ?? ""}`);
      },
    });
  };
  return {
    ask(ids: readonly string[]) {
      for (const id of ids) stale.add(id);
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

const byId = (id: string) => ({ predicate: (query: { queryKey: readonly unknown[] }) => (query.queryKey[0] as Key)._id === id });

/** Shows the new state at once wherever the run is on the screen; its times follow with the next answer. */
function patchRun(queries: QueryClient, event: EventRun): void {
  const patchPage = (page: RunPage): RunPage => {
    if (!page.items.some((run) => run.id === event.id && run.state !== event.state)) return page;
    return { ...page, items: page.items.map((run) => (run.id === event.id ? { ...run, state: event.state } : run)) };
  };
  queries.setQueriesData<RunPage | { pages: RunPage[] }>(byId("runList"), (old) => {
    if (!old) return old;
    if (!("pages" in old)) return patchPage(old);
    const pages = old.pages.map(patchPage);
    return pages.every((page, at) => page === old.pages[at]) ? old : { ...old, pages };
  });
  queries.setQueriesData<RunDetail>(byId("runView"), (old) =>
    old && old.run.id === event.id && old.run.state !== event.state ? { ...old, run: { ...old.run, state: event.state } } : old,
  );
  const patchTasks = (page: TaskPage): TaskPage => {
    if (!page.items.some((task) => task.last_run?.id === event.id && task.last_run.state !== event.state)) return page;
    const items = page.items.map((task) =>
      task.last_run?.id === event.id ? { ...task, last_run: { ...task.last_run, state: event.state } } : task,
    );
    return { ...page, items };
  };
  queries.setQueriesData<TaskPage | { pages: TaskPage[] }>(byId("taskList"), (old) => {
    if (!old) return old;
    if (!("pages" in old)) return patchTasks(old);
    const pages = old.pages.map(patchTasks);
    return pages.every((page, at) => page === old.pages[at]) ? old : { ...old, pages };
  });
}
