import { useInfiniteQuery } from "@tanstack/react-query";
import { apiError } from "@/api/errors";
import type { FieldDifference } from "@/api/generated";
import { taskVersionListInfiniteOptions } from "@/api/generated/@tanstack/react-query.gen";
import { PAGED } from "@/api/pages";
import { useItems } from "@/shared/core/Pages";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/layout/Card";
import { Failure } from "@/ui/layout/Empty";
import { Skeleton } from "@/ui/layout/Skeleton";
import { DateTime } from "@/ui/text/Time";
import { stringifyExact } from "@/lib/exactJson";

/** Who changed what, newest first. */
export function Versions({ task }: { task: string }) {
  const list = useInfiniteQuery({
    ...taskVersionListInfiniteOptions({ path: { task }, query: { limit: 20 } }),
    ...PAGED,
  });
  const versions = useItems(list);
  const failure = apiError(list.error);
  if (failure) return <Failure title={failure.title} detail={failure.message} onRetry={() => void list.refetch()} />;
  if (list.isPending) return <Skeleton rows={5} />;
  return (
    <div className="flex flex-col gap-3">
      {versions.map((version) => (
        <Card key={version.version} title={`Version ${version.version}`} hint={<>{version.created_by}, <DateTime at={version.created_at} /></>}>
          {version.differences.length === 0 ? (
            <p className="text-sm text-muted">{version.version === 1 ? "The first version." : "No difference from the version before."}</p>
          ) : (
            <ul className="flex flex-col gap-2 text-sm">
              {version.differences.map((difference) => (
                <Difference key={difference.pointer} difference={difference} />
              ))}
            </ul>
          )}
        </Card>
      ))}
      {list.hasNextPage && (
        <Button className="self-center" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Older versions
        </Button>
      )}
    </div>
  );
}

const shown = (value: unknown): string => (value === null || value === undefined ? "nothing" : typeof value === "string" ? value : stringifyExact(value, 1));

function Difference({ difference }: { difference: FieldDifference }) {
  return (
    <li className="grid gap-x-3 gap-y-1 lg:grid-cols-[14rem_1fr]">
      <code className="font-mono text-xs break-all text-muted">{difference.pointer}</code>
      <div className="min-w-0 font-mono text-xs">
        <p className="rounded-t bg-fail-soft px-2 py-1 break-words whitespace-pre-wrap">
          <span className="sr-only">before: </span>- {shown(difference.before)}
        </p>
        <p className="rounded-b bg-ok-soft px-2 py-1 break-words whitespace-pre-wrap">
          <span className="sr-only">after: </span>+ {shown(difference.after)}
        </p>
      </div>
    </li>
  );
}
