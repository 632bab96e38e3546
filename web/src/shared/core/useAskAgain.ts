import { useQueryClient } from "@tanstack/react-query";
import type { ReadId } from "@/api/generated/contract.gen";
import { askAgain } from "@/api/queries";

/** Asks again for what comes from these operations: what a change calls when it is done. */
export function useAskAgain(...ids: ReadId[]): () => Promise<void> {
  const queries = useQueryClient();
  return () => askAgain(queries, ...ids);
}
