import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { History, Square } from "lucide-react";
import { useState } from "react";
import { type Backfill, backfillCancel, type Task } from "@/api/generated";
import { reasonWords } from "@/lib/words/reasons";
import { backfillListInfiniteOptions } from "@/api/generated/@tanstack/react-query.gen";
import { PAGED } from "@/api/pages";
import { count, plural } from "@/lib/numbers";
import { absoluteTime } from "@/lib/time/time";
import type { Tone } from "@/lib/words/words";
import { useItems } from "@/shared/core/Pages";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { useDenied } from "@/shared/access/session";
import { Badge } from "@/ui/text/Badge";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/layout/Card";
import { ListFoot } from "@/ui/layout/ListFoot";
import { Confirm } from "@/ui/layers/Dialog";
import { DateTime } from "@/ui/text/Time";
import { BackfillDialog } from "./BackfillDialog";

const STATES: Record<Backfill["state"], { word: string; tone: Tone }> = {
  running: { word: "Running", tone: "run" },
  finished: { word: "Finished", tone: "ok" },
  cancelled: { word: "Cancelled", tone: "idle" },
};

/** Backfills of a task, and the way to a new one. */
export function Backfills({ task }: { task: Task }) {
  const [asking, setAsking] = useState(false);
  const denied = useDenied("run");
  const list = useInfiniteQuery({
    ...backfillListInfiniteOptions({ query: { task: task.id, limit: 20 } }),
    ...PAGED,
    // Only while one makes progress.
    refetchInterval: (query) => (query.state.data?.pages.some(({ items }) => items.some((each) => each.state === "running")) ? 2000 : false),
  });
  const items = useItems(list);
  const whyNot = denied ?? (task.schedules.length === 0 ? "The task has no schedule, so it has no slots to run for." : undefined);
  return (
    <Card
      title="Backfills"
      hint={items.length === 0 ? "Runs the task for each slot of a past period, in order." : undefined}
      actions={
        <Button icon={<History size={14} aria-hidden />} disabledReason={whyNot} onClick={() => setAsking(true)}>
          Backfill…
        </Button>
      }
    >
      {items.length > 0 && (
        <ul className="divide-y divide-line border-t border-line">
          {items.map((each) => (
            <OneBackfill key={each.id} backfill={each} denied={denied} />
          ))}
        </ul>
      )}
      {list.hasNextPage && <ListFoot loaded={items.length} busy={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} />}
      {asking && <BackfillDialog task={task} onClose={() => setAsking(false)} />}
    </Card>
  );
}

function OneBackfill({ backfill, denied }: { backfill: Backfill; denied: string | undefined }) {
  const changed = useAskAgain("backfillList");
  const [asking, setAsking] = useState(false);
  const cancel = useMutation({
    mutationFn: async () => (await backfillCancel({ path: { backfill: backfill.id }, throwOnError: true })).data,
    onSuccess: changed,
  });
  const done = backfill.succeeded_count + backfill.failed_count;
  const look = STATES[backfill.state];
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1.5 py-2.5 text-sm">
      <Badge tone={look.tone}>{look.word}</Badge>
      <span className="min-w-0 flex-1 basis-72">
        {absoluteTime(backfill.from_at)} to {absoluteTime(backfill.until_at)}
        <span className="block text-xs text-muted">
          {backfill.schedule_key ? `schedule ${backfill.schedule_key}, ` : ""}
          {backfill.at_once} at once, by {backfill.created_by}, <DateTime at={backfill.created_at} plain />
          {reasonWords(backfill) && `: ${reasonWords(backfill)}`}
        </span>
      </span>
      <span className="flex basis-64 flex-col gap-1 tabular-nums">
        <progress
          className="h-2 w-full appearance-none overflow-hidden rounded-full bg-line [&::-moz-progress-bar]:bg-accent-strong [&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-accent-strong"
          aria-label={`${count(done)} of ${count(backfill.slot_count)} runs are finished`}
          max={Math.max(backfill.slot_count, 1)}
          value={done}
        />
        <span className="text-xs text-muted">
          {count(done)} of {plural(backfill.slot_count, "slot")}
          {backfill.open_count > 0 && `, ${count(backfill.open_count)} open`}
          {backfill.failed_count > 0 && <span className={backfill.state === "cancelled" ? undefined : "text-fail"}>, {count(backfill.failed_count)} failed</span>}
        </span>
      </span>
      {backfill.state === "running" ? (
        <Button className="w-24" icon={<Square size={13} aria-hidden />} disabledReason={denied} onClick={() => setAsking(true)}>
          Cancel
        </Button>
      ) : (
        <span className="w-24 max-sm:hidden" />
      )}
      <Confirm
        question={asking ? { title: "Cancel the backfill?", text: `${plural(backfill.slot_count - backfill.made_count, "slot")} will get no run, and its open runs are cancelled.`, verb: "Cancel the backfill", keep: "Let it continue", onYes: () => cancel.mutateAsync() } : null}
        onClose={() => setAsking(false)}
      />
    </li>
  );
}
