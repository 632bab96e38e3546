import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { apiError } from "@/api/errors";
import type { Slot } from "@/api/generated";
import { slotListInfiniteOptions } from "@/api/generated/@tanstack/react-query.gen";
import { plural } from "@/lib/numbers";
import { absoluteTime } from "@/lib/time";
import { paths } from "@/paths";
import { OutcomeBadge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Empty, Failure } from "@/ui/Empty";
import { Skeleton } from "@/ui/Skeleton";

/** What became of each slot: no slot is ever silent. */
export function Ledger({ task }: { task: string }) {
  const list = useInfiniteQuery({
    ...slotListInfiniteOptions({ query: { task, limit: 50 } }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const slots = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const failure = apiError(list.error);
  if (failure) return <Failure title={failure.title} detail={failure.message} onRetry={() => void list.refetch()} />;
  if (list.isPending) return <Skeleton rows={6} />;
  if (slots.length === 0) return <Empty title="No slot was due yet">Each due instant of a schedule ends here as exactly one entry: a run, or why there was none.</Empty>;
  return (
    <Card flush>
      <ul className="divide-y divide-line">
        {slots.map((slot) => (
          <li key={`${slot.schedule_id}${slot.first_at}`} className="flex flex-wrap items-center gap-x-4 gap-y-0.5 px-4 py-2 text-sm">
            <span className="w-24">
              <OutcomeBadge outcome={slot.outcome} />
            </span>
            <Stretch slot={slot} />
            <span className="min-w-0 flex-1 text-muted">{slot.reason}</span>
            {slot.run_id && (
              <Link {...paths.run(slot.run_id)} className="text-accent hover:underline">
                Show the run
              </Link>
            )}
          </li>
        ))}
      </ul>
      {list.hasNextPage && (
        <div className="flex justify-center border-t border-line p-2">
          <Button look="quiet" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Older entries
          </Button>
        </div>
      )}
    </Card>
  );
}

function Stretch({ slot }: { slot: Slot }) {
  if (slot.count <= 1) return <span className="w-56">{absoluteTime(slot.scheduled_for)}</span>;
  return (
    <span className="min-w-56">
      {absoluteTime(slot.first_at)} to {absoluteTime(slot.last_at)}, {plural(slot.count, "slot")}
    </span>
  );
}
