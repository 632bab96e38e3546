import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { apiError } from "@/api/errors";
import type { RunSummary } from "@/api/generated";
import { runListInfiniteOptions } from "@/api/generated/@tanstack/react-query.gen";
import { PAGED } from "@/api/pages";
import { useItems } from "@/shared/core/Pages";
import { runCard, runColumns } from "@/shared/runs/runColumns";
import { paths } from "@/paths";
import { DataTable } from "@/ui/table/DataTable";
import { Empty, Failure } from "@/ui/layout/Empty";
import { Skeleton } from "@/ui/layout/Skeleton";

const COLUMNS = runColumns(false);
const idOf = ({ id }: RunSummary): string => id;

/** All runs of one task. */
export function TaskRuns({ task, elsewhere }: { task: string; elsewhere: boolean }) {
  const navigate = useNavigate();
  const list = useInfiniteQuery({
    ...runListInfiniteOptions({ query: { task, limit: 100 } }),
    ...PAGED,
  });
  const runs = useItems(list);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const failure = apiError(list.error);
  if (failure) return <Failure title={failure.title} detail={failure.message} onRetry={() => void list.refetch()} />;
  if (list.isPending) return <Skeleton rows={6} />;
  if (runs.length === 0) return <Empty title={elsewhere ? "Its job has not called yet" : "It has never run"} cli={elsewhere ? undefined : `orc task run ${task} --follow`} />;
  return <DataTable label={`Runs of ${task}`} rows={runs} rowId={idOf} columns={COLUMNS} card={runCard} cardHeight={64} onOpen={(run) => void navigate(paths.run(run.id))} onEnd={onEnd} />;
}
