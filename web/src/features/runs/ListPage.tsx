import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { ArrowUp } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { apiError, staleWords } from "@/api/errors";
import type { RunSummary, TriggerKind } from "@/api/generated";
import { runListInfiniteOptions } from "@/api/generated/@tanstack/react-query.gen";
import { PAGED } from "@/api/pages";
import { useItems } from "@/shared/core/Pages";
import { plural } from "@/lib/numbers";
import { runCard, runColumns } from "@/shared/runs/runColumns";
import { paths, type RunsSearch } from "@/paths";
import { Button } from "@/ui/Button";
import { DataTable } from "@/ui/table/DataTable";
import { Empty, Failure } from "@/ui/layout/Empty";
import { Page } from "@/ui/layout/Page";
import { SCROLLER } from "@/ui/layout/scroller";
import { Skeleton } from "@/ui/layout/Skeleton";
import { Filters, sinceOf } from "./Filters";

const route = getRouteApi("/app/runs");
const COLUMNS = runColumns(true);
const idOf = ({ id }: RunSummary): string => id;

/** All runs, newest first. */
export default function ListPage() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const setSearch = (next: RunsSearch) => void navigate({ to: "/runs", search: next, replace: true });
  const list = useRunList(search);
  const all = useItems(list);
  const { shown, fresh, show } = useSteady(all, JSON.stringify(search));
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const failure = apiError(list.error);
  const filtered = Object.values(search).some((value) => value !== undefined);
  return (
    <Page title="Runs" hint="What ran, what is running and what is waiting, newest first.">
      <Filters search={search} onSearch={setSearch} />
      {failure && <Failure title={failure.title} detail={staleWords(failure, shown.length > 0)} requestId={failure.requestId} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton rows={9} />}
      {list.data && shown.length === 0 && (
        <Empty
          title={filtered ? "No run matches these filters." : "No runs yet"}
          action={filtered && <Button onClick={() => setSearch({})}>Clear the filters</Button>}
          cli={filtered ? undefined : "orc task run NAME --follow"}
        >
          {!filtered && "A run appears here as soon as a schedule or somebody starts a task."}
        </Empty>
      )}
      {fresh > 0 && (
        <div className="pointer-events-none sticky top-2 z-20 flex h-0 justify-center">
          <Button className="pointer-events-auto rounded-full! shadow-pop" look="primary" icon={<ArrowUp size={14} aria-hidden />} onClick={show}>
            {plural(fresh, "new run")}
          </Button>
        </div>
      )}
      {shown.length > 0 && (
        <DataTable label="Runs" rows={shown} rowId={idOf} columns={COLUMNS} card={runCard} cardHeight={64} onOpen={(run) => void navigate(paths.run(run.id))} onEnd={onEnd} />
      )}
    </Page>
  );
}

function useRunList(search: RunsSearch) {
  const [from, setFrom] = useState(() => sinceOf(search.from));
  const [asked, setAsked] = useState(search.from);
  if (asked !== search.from) {
    setAsked(search.from);
    setFrom(sinceOf(search.from));
  }
  const query = { limit: 100, task: search.task, state: search.state, trigger: search.trigger as TriggerKind | undefined, from_at: from, suspicious: search.suspicious };
  return useInfiniteQuery({
    ...runListInfiniteOptions({ query }),
    ...PAGED,
    placeholderData: (old) => old,
  });
}

/** While one reads further down, nothing is put above: new runs wait behind a pill until it is pressed or the top is reached. */
function useSteady(all: RunSummary[], filters: string) {
  const [held, setHeld] = useState<{ newest: string; filters: string } | null>(null);
  const newest = useRef("");
  useEffect(() => {
    newest.current = all[0]?.id ?? "";
  });
  useEffect(() => {
    const scroller = document.getElementById(SCROLLER);
    const look = () => {
      const down = (scroller?.scrollTop ?? 0) > 40;
      setHeld((old) => (down ? (old ?? { newest: newest.current, filters }) : null));
    };
    scroller?.addEventListener("scroll", look, { passive: true });
    return () => scroller?.removeEventListener("scroll", look);
  }, [filters]);
  const at = held && held.filters === filters ? all.findIndex((run) => run.id === held.newest) : 0;
  const fresh = Math.max(0, at);
  const shown = useMemo(() => (fresh > 0 ? all.slice(fresh) : all), [all, fresh]);
  const show = () => {
    setHeld(null);
    document.getElementById(SCROLLER)?.scrollTo({ top: 0 });
  };
  return { shown, fresh, show };
}
