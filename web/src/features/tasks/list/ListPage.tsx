import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { FileInput, Plus } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import { apiError, staleWords } from "@/api/errors";
import type { TaskSummary } from "@/api/generated";
import { taskListInfiniteOptions } from "@/api/generated/@tanstack/react-query.gen";
import { PAGED } from "@/api/pages";
import { useItems } from "@/shared/core/Pages";
import { count } from "@/lib/numbers";
import { RunNow } from "@/shared/runs/RunNow";
import { useDenied } from "@/shared/access/session";
import { paths, type TasksSearch } from "@/paths";
import { Button, buttonClass } from "@/ui/Button";
import { DataTable } from "@/ui/table/DataTable";
import type { Selection } from "@/ui/table/selection";
import { Empty, Failure } from "@/ui/layout/Empty";
import { Page } from "@/ui/layout/Page";
import { Skeleton } from "@/ui/layout/Skeleton";
import { BulkBar } from "./BulkBar";
import { ExportButton } from "./ExportButton";
import { Filters } from "./Filters";
import { taskCard, taskColumns } from "./columns";
import { filterOf } from "./filter";

const route = getRouteApi("/app/tasks");

const idOf = ({ id }: TaskSummary): string => id;

/** All tasks: filters in the address, one virtual table, actions on many. */
export default function ListPage() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const cannotDefine = useDenied("define");
  const [selection, setSelection] = useState<Selection>({});
  const [running, setRunning] = useState<string | null>(null);
  const list = useTaskList(search);
  const tasks = useItems(list);
  const failure = apiError(list.error);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const onRun = useCallback((task: TaskSummary) => setRunning(task.name), []);
  const columns = useMemo(() => taskColumns(onRun), [onRun]);
  const filtered = Object.values(search).some((value) => value !== undefined);
  const chosen = tasks.filter((task) => selection[task.id]);
  const setSearch = (next: TasksSearch) => void navigate({ to: "/tasks", search: next, replace: true });
  return (
    <Page
      title="Tasks"
      hint="What Orc runs, and when."
      badge={list.data && <span className="text-sm text-muted">{count(tasks.length)}{hasNextPage ? "+" : ""}</span>}
      actions={
        <>
          <ExportButton search={search} />
          {cannotDefine ? (
            <Button look="primary" disabledReason={cannotDefine} icon={<Plus size={16} aria-hidden />}>
              New task
            </Button>
          ) : (
            <>
              <Link {...paths.taskImport()} className={buttonClass()}>
                <FileInput size={15} aria-hidden />
                Import
              </Link>
              <Link {...paths.taskNew()} className={buttonClass("primary")}>
                <Plus size={16} aria-hidden />
                New task
              </Link>
            </>
          )}
        </>
      }
    >
      <Filters search={search} onSearch={setSearch} tasks={tasks} />
      {failure && <Failure title={failure.title} detail={staleWords(failure, tasks.length > 0)} requestId={failure.requestId} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton rows={9} />}
      {list.data && tasks.length === 0 && <Nothing filtered={filtered} onClear={() => setSearch({})} />}
      {tasks.length > 0 && (
        <DataTable
          label="Tasks"
          rows={tasks}
          rowId={idOf}
          rowName={(task) => task.name}
          columns={columns}
          card={(task) => taskCard(task, onRun)}
          cardHeight={88}
          selection={selection}
          onSelection={setSelection}
          onOpen={(task) => void navigate(paths.task(task.name))}
          onEnd={onEnd}
        />
      )}
      <BulkBar tasks={chosen} more={hasNextPage && chosen.length === tasks.length} onDone={() => setSelection({})} />
      {running && <RunNow task={running} onClose={() => setRunning(null)} />}
    </Page>
  );
}

function useTaskList(search: TasksSearch) {
  const query = { limit: 200, ...filterOf(search) };
  return useInfiniteQuery({
    ...taskListInfiniteOptions({ query }),
    ...PAGED,
    placeholderData: (old) => old,
  });
}

function Nothing({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  if (filtered) return <Empty title="No task matches these filters." action={<Button onClick={onClear}>Clear the filters</Button>} />;
  return (
    <Empty
      title="No tasks yet"
      action={
        <>
          <Link {...paths.taskNew()} className={buttonClass("primary")}>
            Create the first task
          </Link>
          <Link {...paths.taskImport()} className={buttonClass()}>
            Import a crontab
          </Link>
        </>
      }
      cli="orc task create --name hello --run shell --run.line 'echo hello'"
    >
      A task says what to run (a program, a shell line, a script or an HTTP request) and when. Create one here, or apply definitions from files.
    </Empty>
  );
}
