/** What the timeline asks for: pages put together, under the keys that events know. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { incidentList, type IncidentKind, type PlanSlot, planList, runList, type RunSummary, simulationCreate, taskList, type TaskSummary } from "@/api/generated";
import { allPages, type Items } from "@/api/pages";
import { readKey } from "@/api/queries";
import type { Period } from "./layout";
import { SLOTS_MAX } from "./plan";
import type { PoolLoad } from "./chart/PoolRow";

const LATENESS: ReadonlySet<IncidentKind> = new Set(["late", "missed", "silent"]);

const LIMIT = 500;
/** Most pages of each list. */
const PAGES = 4;

/** Runs made in the period, and those that are open since before it. */
export const timelineRuns = ({ from }: Period) =>
  queryOptions({
    queryKey: readKey("runList", { timeline: from }),
    meta: { heavy: true },
    queryFn: async ({ signal }): Promise<Items<RunSummary>> => {
      const asked = (query: { from_at?: string; until_at?: string; state?: string }) =>
        allPages(async (cursor) => (await runList({ query: { ...query, limit: LIMIT, ...cursor }, signal, throwOnError: true })).data, PAGES);
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
      allPages(async (cursor) => (await planList({ query: { until_at: new Date(until).toISOString(), limit: LIMIT, ...cursor }, signal, throwOnError: true })).data, PAGES),
    placeholderData: keepPreviousData,
  });

/** Why tasks are late, missed or silent now, by their names. */
export const timelineLate = () =>
  queryOptions({
    queryKey: readKey("incidentList", { timeline: true }),
    meta: { heavy: true },
    queryFn: async ({ signal }): Promise<ReadonlyMap<string, string>> => {
      const open = await allPages(async (cursor) => (await incidentList({ query: { state: "open,acknowledged", limit: LIMIT, ...cursor }, signal, throwOnError: true })).data, PAGES);
      return new Map(open.items.flatMap(({ task, kind, reason }) => (task !== null && LATENESS.has(kind) ? [[task, reason?.text ?? kind]] : [])));
    },
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
      allPages(async (cursor) => (await taskList({ query: { enabled: true, limit: LIMIT, ...cursor }, signal, throwOnError: true })).data, PAGES),
  });

/** The enabled tasks with a text in their names or titles: the server knows them all, however many there are. */
export const timelineNamed = (text: string, wanted: boolean) =>
  queryOptions({
    queryKey: readKey("taskList", { timeline: text }),
    meta: { heavy: true },
    enabled: wanted && text !== "",
    queryFn: async ({ signal }): Promise<Items<TaskSummary>> =>
      allPages(async (cursor) => (await taskList({ query: { enabled: true, text, limit: LIMIT, ...cursor }, signal, throwOnError: true })).data, PAGES),
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
      return allPages(async (cursor) => (await planList({ query: { task, until_at, limit: LIMIT, ...cursor }, signal, throwOnError: true })).data, SLOTS_MAX / LIMIT);
    },
    placeholderData: keepPreviousData,
  });
