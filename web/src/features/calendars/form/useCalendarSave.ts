import { useMutation, useQueryClient } from "@tanstack/react-query";
import { apiError, messagesAt } from "@/api/errors";
import { type Calendar, calendarCreate, type CalendarDefinition, calendarEffect, calendarUpdate, type Effect } from "@/api/generated";

/** Days that are looked ahead before saving. */
export const DAYS = 60;

/** A definition, and the version that it is a change of. */
interface Change {
  definition: CalendarDefinition;
  version: number | null;
}

/** Whether there is something to be seen before it is saved. */
const moves = ({ appear_count, vanish_count, move_count, warnings }: Effect): boolean => appear_count + vanish_count + move_count + warnings.length > 0;

/** Looks at what a change does, saves it at once if it moves nothing, and knows what the server said of it. */
export function useCalendarSave(held: Calendar | null, on: { saved: (calendar: Calendar) => Promise<void>; failed: (error: unknown) => void }) {
  const queries = useQueryClient();
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: async ({ definition, version }: Change) =>
      held
        ? (await calendarUpdate({ path: { calendar: held.id }, headers: { "If-Match": `"${version}"` }, body: definition, throwOnError: true })).data
        : (await calendarCreate({ body: definition, throwOnError: true })).data,
    onSuccess: async (saved) => {
      await on.saved(saved);
      await queries.invalidateQueries();
    },
    onError: on.failed,
  });
  const look = useMutation({
    meta: { quiet: true },
    mutationFn: async ({ definition }: Change) => (await calendarEffect({ path: { calendar: held?.name ?? definition.name }, body: definition, query: { days: DAYS }, throwOnError: true })).data,
    onSuccess: (effect, change) => {
      if (!moves(effect)) save.mutate(change);
    },
    onError: on.failed,
  });
  const failure = apiError(save.error) ?? apiError(look.error);
  const sent = (save.error ? save.variables : look.variables)?.definition;
  return {
    save,
    look,
    failure,
    busy: look.isPending || save.isPending,
    /** What is to be confirmed before it is saved. */
    asked: look.data && moves(look.data) ? look.data : null,
    /** What the server says about a field of a draft, until that is written anew. */
    at: (draft: CalendarDefinition, pointer: string, deep?: boolean) => (sent && isAsSent(sent, draft, pointer) ? messagesAt(failure, pointer, deep) : undefined),
  };
}

/** Whether what a pointer names is still what was sent: a field, or an entry of a list. */
function isAsSent(sent: CalendarDefinition, draft: CalendarDefinition, pointer: string): boolean {
  const [, key, place] = pointer.split("/") as [string, keyof CalendarDefinition, string?];
  const [before, after] = [sent[key], draft[key]];
  if (before === after) return true;
  return Array.isArray(before) && Array.isArray(after) && place !== undefined && before[Number(place)] === after[Number(place)];
}
