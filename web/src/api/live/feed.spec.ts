import { QueryClient } from "@tanstack/react-query";
import { afterEach, describe, expect, it, vi } from "vitest";
import { run, task, taskSummary } from "@/mocks/data";
import { createFeed } from "./feed";
import type { LiveRules } from "./liveRules";
import { readKey } from "../queries";
import type { RunPage, Task, TaskPage } from "../generated";
import { runListQueryKey, taskListQueryKey, taskViewQueryKey } from "../generated/@tanstack/react-query.gen";

const RULES: LiveRules[] = [
  { stale: { "run.changed": { runList: "soon", runView: "soon", taskList: "later" } } },
  { stale: { "task.changed": { taskList: "soon", taskView: "soon", planList: "soon" } } },
];

function setUp() {
  const queries = new QueryClient();
  const onVersion = vi.fn();
  const feed = createFeed(queries, RULES, { onVersion });
  return { queries, onVersion, feed };
}

afterEach(() => vi.useRealTimers());

describe("the feed", () => {
  it("patches a run by id wherever it is listed, and nothing else", async () => {
    vi.useFakeTimers();
    const { queries, feed } = setUp();
    const key = runListQueryKey();
    const before: RunPage = { items: [run(1), run(2)], next_cursor: null };
    queries.setQueryData(key, before);
    feed.push({ kind: "run.changed", id: run(2).id, state: "succeeded", task_id: run(2).task.id, task: run(2).task.name, created: false });
    expect(queries.getQueryData<RunPage>(key)).toBe(before);
    await vi.advanceTimersByTimeAsync(300);
    const after = queries.getQueryData<RunPage>(key);
    expect(after?.items[1]?.state).toBe("succeeded");
    expect(after?.items[0]).toBe(before.items[0]);
  });

  it("shows the state of a task's newest run", async () => {
    vi.useFakeTimers();
    const { queries, feed } = setUp();
    const summary = taskSummary(2);
    const key = taskListQueryKey();
    queries.setQueryData<TaskPage>(key, { items: [summary], next_cursor: null });
    feed.push({ kind: "run.changed", id: summary.last_run?.id ?? "", state: "failed", task_id: summary.id, task: summary.name, created: false });
    await vi.advanceTimersByTimeAsync(300);
    expect(queries.getQueryData<TaskPage>(key)?.items[0]?.last_run?.state).toBe("failed");
  });

  it("asks again for lists at most once a second, however many events come", async () => {
    vi.useFakeTimers();
    const { queries, feed } = setUp();
    const asked = vi.spyOn(queries, "invalidateQueries");
    for (let number = 0; number < 500; number += 1) {
      feed.push({ kind: "task.changed", id: taskSummary(number).id, task: taskSummary(number).name, version: 2 });
    }
    await vi.advanceTimersByTimeAsync(2500);
    // Once for what is light; what is heavy follows later.
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it("asks once more for what was answered before the first event could arrive", async () => {
    vi.useFakeTimers();
    const { queries, feed } = setUp();
    const key = runListQueryKey();
    queries.setQueryData<RunPage>(key, { items: [run(1)], next_cursor: null });
    feed.joined();
    await vi.advanceTimersByTimeAsync(1500);
    expect(queries.getQueryState(key)?.isInvalidated).toBe(true);
  });

  it("leaves the page of another task alone", async () => {
    vi.useFakeTimers();
    const { queries, feed } = setUp();
    const [mine, other] = [taskViewQueryKey({ path: { task: task(1).name } }), taskViewQueryKey({ path: { task: task(2).name } })];
    queries.setQueryData<Task>(mine, task(1));
    queries.setQueryData<Task>(other, task(2));
    feed.push({ kind: "task.changed", id: task(1).id, task: task(1).name, version: 3 });
    await vi.advanceTimersByTimeAsync(1500);
    expect(queries.getQueryState(mine)?.isInvalidated).toBe(true);
    expect(queries.getQueryState(other)?.isInvalidated).toBe(false);
  });

  it("asks for what is heavy after five seconds, not after one", async () => {
    vi.useFakeTimers();
    const { queries, feed } = setUp();
    const key = readKey("planList", { timeline: true });
    queries.getQueryCache().build(queries, { queryKey: key, meta: { heavy: true } }).setData({ items: [] });
    feed.push({ kind: "task.changed", id: task(1).id, task: task(1).name, version: 3 });
    await vi.advanceTimersByTimeAsync(1500);
    expect(queries.getQueryState(key)?.isInvalidated).toBe(false);
    await vi.advanceTimersByTimeAsync(5000);
    expect(queries.getQueryState(key)?.isInvalidated).toBe(true);
  });

  it("asks for everything after a gap, and tells the version", async () => {
    vi.useFakeTimers();
    const { queries, feed, onVersion } = setUp();
    const asked = vi.spyOn(queries, "invalidateQueries");
    feed.push({ kind: "gap", reason: "overrun" });
    feed.push({ kind: "hello", version: "0.2.0" });
    await vi.advanceTimersByTimeAsync(300);
    expect(asked).toHaveBeenCalledWith();
    expect(onVersion).toHaveBeenCalledWith("0.2.0");
  });
});
