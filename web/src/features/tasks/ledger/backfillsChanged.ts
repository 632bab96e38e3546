/** Asks again for the list of backfills. */
import { askAgain } from "@/api/queries";
import { useQueryClient } from "@tanstack/react-query";

/** The asking. */
export function useBackfillsChanged(): () => Promise<void> {
  const queries = useQueryClient();
  return () => askAgain(queries, "backfillList");
}
