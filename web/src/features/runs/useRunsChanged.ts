import { useQueryClient } from "@tanstack/react-query";
import { askAgain } from "@/api/queries";

/** Asks again for everything that shows runs. */
export function useRunsChanged() {
  const queries = useQueryClient();
  return () => askAgain(queries, "runView", "runList", "runStats", "taskBands");
}
