/** Shows the new state of a run at once wherever it is on the screen; its times follow with the next answer. */
import type { QueryClient } from "@tanstack/react-query";
import type { EventRun, Run, RunSummary, TaskSummary } from "../generated";
import { reading } from "../queries";

interface Items<T> {
  items: T[];
}

/** Changes the items of a list, whether it is one page or many; gives the same object where nothing changed. */
function patchList<T>(old: Items<T> | { pages: Items<T>[] } | undefined, patch: (item: T) => T) {
  const patchPage = (page: Items<T>): Items<T> => {
    const items = page.items.map(patch);
    return items.every((item, at) => item === page.items[at]) ? page : { ...page, items };
  };
  if (!old) return old;
  if (!("pages" in old)) return patchPage(old);
  const pages = old.pages.map(patchPage);
  return pages.every((page, at) => page === old.pages[at]) ? old : { ...old, pages };
}

/** Patches lists of runs, the run's own page, and the newest run of its task. */
export function patchRun(queries: QueryClient, { id, state }: EventRun): void {
  const patch = <R extends { id: string; state: RunSummary["state"] }>(run: R): R => (run.id === id && run.state !== state ? { ...run, state } : run);
  queries.setQueriesData<Items<RunSummary> | { pages: Items<RunSummary>[] }>(reading("runList"), (old) => patchList(old, patch));
  queries.setQueriesData<Run>(reading("runView"), (old) => old && patch(old));
  queries.setQueriesData<Items<TaskSummary> | { pages: Items<TaskSummary>[] }>(reading("taskList"), (old) =>
    patchList(old, (task) => {
      const run = task.last_run && patch(task.last_run);
      return run === task.last_run ? task : { ...task, last_run: run };
    }),
  );
}
