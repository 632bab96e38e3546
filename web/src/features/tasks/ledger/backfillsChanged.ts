/** Asks again for the list of backfills. */
import { useQueryClient } from "@tanstack/react-query";

/** The asking. */
export function useBackfillsChanged(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ predicate: ({ queryKey }) => (queryKey[0] as { _id?: string })._id === "backfillList" });
}
