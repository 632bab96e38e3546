/** What the timeline asks for: pages put together, under the keys that events know. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { type PlanSlot, planList, type Run, runList, simulationCreate, taskList, type TaskSummary } from "@/api/generated";
import { readKey } from "@/api/queries";
import type { Period } from "./layout";
import { type Items, SLOTS_MAX } from "./plan";
import type { PoolLoad } from "./PoolRow";

const LIMIT = 500;
/** Most pages of each list. */
const PAGES = 4;

async function pages<T>(ask: (cursor: string | undefined) => Promise<Items<T>>, most = PAGES): Promise<Items<T>> {
  const items: T[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < most; page += 1) {
    const answer: Items<T> = await ask(cursor ?? undefined);
    items.push(...answer.items);
    cursor = answer.next_cursor;
    if (cursor === null) break;
  }
  return { items, next_cursor: cursor };
}

/** Runs made in the period, and those that are open since before it. */
export const timelineRuns = ({ from }: Period) =>
  queryOptions({
    queryKey: readKey("runList", { timeline: from }),
    meta: { heavy: true },
    queryFn: async ({ signal }): Promise<Items<Run>> => {
      const asked = (query: { from_at?: string; until_at?: string; state?: string }) =>
        pages(async (cursor) => (await runList({ query: { ...query, limit: LIMIT, ...(cursor === undefined ? {} : { cursor }) }, signal, throwOnError: true })).data);
      const from_at = new Date(from).toISOString();
      const [recent, older] = await Promise.all([asked({ from_at }), asked({ until_at: from_at, state: "waiting,queued,running,backing_off" })]);
      const known = new Set(recent.items.map(({ id }) => id));
      return { items: [...recent.items, ...older.items.filter(({ id }) => !known.has(id))], next_cursor: recent.next_cursor ?? older.next_cursor };
    },
    placeholderData: keepPreviousData,
  });

/** Slots from now to the end of the period. */
export const timelinePlan = ({ until }: Period) =>
  queryOptions({
    queryKey: readKey("planList", { timeline: until }),
    meta: { heavy: true },
    queryFn: async ({ signal }): Promise<Items<PlanSlot>> =>
      pages(async (cursor) => (await planList({ query: { until_at: new Date(until).toISOString(), limit: LIMIT, ...(cursor === undefined ? {} : { cursor }) }, signal, throwOnError: true })).data),
    placeholderData: keepPreviousData,
  });

/** How full the pools will be in the next day, hour by hour: from a simulation with durations learnt from runs before. */
export const timelineLoads = ({ until }: Period, wanted: boolean) =>
  queryOptions({
    queryKey: ["timelineLoads", until],
    enabled: wanted,
    staleTime: 300_000,
    refetchInterval: false,
    queryFn: async ({ signal }): Promise<PoolLoad[]> => (await simulationCreate({ body: { days: 1, proposals: false }, signal, throwOnError: true })).data.waits,
    placeholderData: keepPreviousData,
  });

/** The enabled tasks: which are due in the period at all. Asked only where the first pages of the plan do not hold everything. */
export const timelineTasks = (first: Items<PlanSlot> | undefined) =>
  queryOptions({
    queryKey: readKey("taskList", { timeline: true }),
    meta: { heavy: true },
    enabled: first !== undefined && first.next_cursor !== null,
    queryFn: async ({ signal }): Promise<Items<TaskSummary>> =>
      pages(async (cursor) => (await taskList({ query: { enabled: true, limit: LIMIT, ...(cursor === undefined ? {} : { cursor }) }, signal, throwOnError: true })).data),
  });

/** The enabled tasks with a text in their names or titles: the server knows them all, however many there are. */
export const timelineNamed = (text: string, wanted: boolean) =>
  queryOptions({
    queryKey: readKey("taskList", { timeline: text }),
    meta: { heavy: true },
    enabled: wanted && text !== "",
    queryFn: async ({ signal }): Promise<Items<TaskSummary>> =>
      pages(async (cursor) => (await taskList({ query: { enabled: true, text, limit: LIMIT, ...(cursor === undefined ? {} : { cursor }) }, signal, throwOnError: true })).data),
  });

/** The slots of one task, to the end of the period. Asked again only as the period moves on. */
export const timelineOfTask = ({ until }: Period, task: string) =>
  queryOptions({
    queryKey: readKey("planList", { timeline: until, path: { task } }),
    meta: { heavy: true },
    staleTime: 300_000,
    refetchInterval: false,
    queryFn: async ({ signal }): Promise<Items<PlanSlot>> => {
      const until_at = new Date(until).toISOString();
      return pages(async (cursor) => (await planList({ query: { task, until_at, limit: LIMIT, ...(cursor === undefined ? {} : { cursor }) }, signal, throwOnError: true })).data, SLOTS_MAX / LIMIT);
    },
    placeholderData: keepPreviousData,
  });
