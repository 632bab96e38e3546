/** The plan of the timeline when some tasks are due so often that the first pages hold little else. */
import type { PlanSlot, TaskSummary } from "@/api/generated";

/** Items of several pages; a cursor that is left says that there is more. */
export interface Items<T> {
  items: T[];
  next_cursor: string | null;
}

/** Slots to draw, and up to when those of a task are known, where that is not the whole period. */
export interface Plan {
  slots: PlanSlot[];
  cuts: ReadonlyMap<string, number>;
}

/** Slots of a period that are asked for of one task; of one that has more the rest is not drawn. A slot each minute fits. */
export const SLOTS_MAX = 1500;
/** Most tasks that are asked for one by one. */
const ASKED = 100;

/** Tasks that are asked for one by one, soonest first: those that the frequent ones pushed off the first pages, but none that would never end. */
export function pushedOff(first: Items<PlanSlot>, tasks: TaskSummary[], until: number): string[] {
  if (first.next_cursor === null) return [];
  const slots = new Map<string, number>();
  for (const { task } of first.items) slots.set(task, (slots.get(task) ?? 0) + 1);
  const [begin, end] = [first.items[0], first.items.at(-1)].map((slot) => Date.parse(slot?.scheduled_for ?? ""));
  const parts = begin === undefined || end === undefined || end <= begin ? 1 : (until - begin) / (end - begin);
  const due = tasks.flatMap(({ name, next_slot_at }) => {
    const at = next_slot_at === null ? Number.POSITIVE_INFINITY : Date.parse(next_slot_at);
    return at <= until && (slots.get(name) ?? 0) * parts <= SLOTS_MAX ? [{ name, at }] : [];
  });
  return due
    .sort((one, other) => one.at - other.at)
    .slice(0, ASKED)
    .map(({ name }) => name);
}

/** The first pages, with the tasks that were asked for one by one in their place. */
export function joinPlans(first: Items<PlanSlot>, byTask: ReadonlyMap<string, Items<PlanSlot>>): Plan {
  if (first.next_cursor === null) return { slots: first.items, cuts: new Map() };
  const slots = first.items.filter(({ task }) => !byTask.has(task));
  const end = Date.parse(first.items.at(-1)?.scheduled_for ?? "");
  const cuts = new Map(slots.map(({ task }) => [task, end]));
  for (const [task, { items, next_cursor }] of byTask) {
    slots.push(...items);
    const last = items.at(-1);
    if (next_cursor !== null && last) cuts.set(task, Date.parse(last.scheduled_for));
  }
  return { slots, cuts };
}
