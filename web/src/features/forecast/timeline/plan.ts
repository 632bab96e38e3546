/** The plan of the timeline when some tasks are due so often that the first pages hold little else. */
import type { PlanSlot, TaskSummary } from "@/api/generated";
import type { Items } from "@/api/pages";

/** Slots to draw, and up to when those of a task are known, where that is not the whole period. */
export interface Plan {
  slots: PlanSlot[];
  cuts: ReadonlyMap<string, number>;
}

/** Most slots that are loaded for one task; the rest is not drawn. One slot per minute fits. */
export const SLOTS_MAX = 1500;

/** Tasks whose slots the first pages may not hold completely, so that each must be asked for by itself. */
export function pushedOff(first: Items<PlanSlot>, tasks: TaskSummary[], until: number): Set<string> {
  if (first.next_cursor === null) return new Set();
  const due = tasks.filter(({ next_slot_at }) => next_slot_at !== null && Date.parse(next_slot_at) <= until);
  return new Set([...due.map(({ name }) => name), ...first.items.map(({ task }) => task)]);
}

/** Fewest slots of a task from which its frequency is estimated; fewer may be due together by chance. */
const TELLING = 3;

/** Among those, the tasks that are due so often that loading their slots would take too many pages. */
export function endless(first: Items<PlanSlot>, until: number): Set<string> {
  const [begin, end] = [first.items[0], first.items.at(-1)].map((slot) => Date.parse(slot?.scheduled_for ?? ""));
  if (first.next_cursor === null || begin === undefined || end === undefined || end <= begin) return new Set();
  const slots = new Map<string, number>();
  for (const { task } of first.items) slots.set(task, (slots.get(task) ?? 0) + 1);
  const parts = (until - begin) / (end - begin);
  return new Set([...slots].filter(([, count]) => count >= TELLING && (count - 1) * parts > SLOTS_MAX).map(([task]) => task));
}

/** Replaces the slots of tasks that were asked for by themselves. Other incomplete tasks are cut where the first pages end. */
export function joinPlans(first: Items<PlanSlot>, pushed: ReadonlySet<string>, byTask: ReadonlyMap<string, Items<PlanSlot>>): Plan {
  if (first.next_cursor === null) return { slots: first.items, cuts: new Map() };
  const slots = first.items.filter(({ task }) => !byTask.has(task));
  const end = Date.parse(first.items.at(-1)?.scheduled_for ?? "");
  const cuts = new Map([...pushed].map((task) => [task, end]));
  for (const [task, { items, next_cursor }] of byTask) {
    slots.push(...items);
    const last = items.at(-1);
    if (next_cursor !== null && last) cuts.set(task, Date.parse(last.scheduled_for));
    else cuts.delete(task);
  }
  return { slots, cuts };
}
