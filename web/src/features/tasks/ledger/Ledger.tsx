import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { apiError } from "@/api/errors";
import { problemWords, reasonWords } from "@/lib/words/reasons";
import type { Slot, SlotOutcome, Task } from "@/api/generated";
import { slotListInfiniteOptions } from "@/api/generated/@tanstack/react-query.gen";
import { PAGED } from "@/api/pages";
import { useItems } from "@/shared/core/Pages";
import { plural } from "@/lib/numbers";
import { absoluteTime, viewerZone } from "@/lib/time/time";
import { options, SLOT_OUTCOMES } from "@/lib/words/words";
import { paths } from "@/paths";
import { LateMark } from "@/shared/tasks/Lateness";
import { OutcomeBadge } from "@/ui/text/Badge";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/layout/Card";
import { Empty, Failure } from "@/ui/layout/Empty";
import { SelectField } from "@/ui/fields/Field";
import { Skeleton } from "@/ui/layout/Skeleton";
import { Backfills } from "./Backfills";
import { LedgerFigures } from "./LedgerFigures";
import { Invalid } from "../schedules/Schedules";
import { type Period, periodOf, PERIODS } from "./period";

const begun = (period: Period) => ({ period, range: periodOf(period, Date.now()) });

/** What became of each slot, compared with the slots that the definitions expect. No slot may be missing. */
export function Ledger({ task }: { task: Task }) {
  // The period is fixed while it is shown, so that figures and entries speak of the same time.
  const [{ period, range }, setPeriod] = useState(() => begun("day"));
  const [outcome, setOutcome] = useState<SlotOutcome | "">("");
  return (
    <div className="flex flex-col gap-3">
      <div className="grid grid-cols-2 gap-2 sm:flex">
        <SelectField className="sm:w-44" label="Period" value={period} options={options(PERIODS)} onValue={(next) => setPeriod(begun(next))} />
        <SelectField
          className="sm:w-44"
          label="Outcome"
          value={outcome}
          options={[["", "Any outcome"], ...options(SLOT_OUTCOMES)]}
          onValue={setOutcome}
        />
      </div>
      {task.schedules.map((schedule) => {
        const [key, problem] = [schedule.key ?? schedule.kind, problemWords(schedule)];
        return problem && <Invalid key={key} schedule={`Schedule ${key}`} reason={problem} />;
      })}
      <LedgerFigures task={task.name} range={range} />
      <Backfills task={task} />
      <Entries task={task.name} outcome={outcome === "" ? undefined : outcome} range={range} />
    </div>
  );
}

function Entries({ task, outcome, range }: { task: string; outcome: SlotOutcome | undefined; range: { from_at: string; until_at: string } }) {
  const list = useInfiniteQuery({
    ...slotListInfiniteOptions({ query: { task, limit: 50, from_at: range.from_at, ...(outcome ? { outcome } : {}) } }),
    ...PAGED,
  });
  const slots = useItems(list);
  const failure = apiError(list.error);
  if (failure) return <Failure title={failure.title} detail={failure.message} onRetry={() => void list.refetch()} />;
  if (list.isPending) return <Skeleton rows={6} />;
  if (slots.length === 0) {
    return (
      <Card title="Entries">
        <Empty title={outcome ? `No slot is ${SLOT_OUTCOMES[outcome].word.toLowerCase()} in this period` : "No slot was due in this period"} cli={`orc slot list --task ${task}`}>
          Every time a schedule is due, it gets one entry here: a run, or the reason why there was none.
        </Empty>
      </Card>
    );
  }
  return (
    <Card title="Entries" hint={`Newest first, in your time zone (${viewerZone()}); missed slots in a row are one entry.`} flush>
      <ul className="divide-y divide-line border-t border-line">
        {slots.map((slot) => (
          <li key={`${slot.schedule_id}${slot.first_at}`} className="flex flex-wrap items-center gap-x-4 gap-y-0.5 px-4 py-2 text-sm">
            <span className="w-24 max-sm:-order-2">
              <OutcomeBadge outcome={slot.outcome} />
            </span>
            <Stretch slot={slot} />
            <span className="min-w-0 text-muted max-sm:basis-full sm:flex-1">
              {reasonWords(slot)} <LateMark lateness={slot.lateness} short />
            </span>
            {slot.run_id && (
              <Link {...paths.run(slot.run_id)} className="text-accent hover:underline max-sm:-order-1 max-sm:ml-auto">
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
  if (slot.count <= 1) return <span className="sm:w-56">{absoluteTime(slot.scheduled_for)}</span>;
  return (
    <span className="sm:min-w-56">
      {absoluteTime(slot.first_at)} to {absoluteTime(slot.last_at)}, {plural(slot.count, "slot")}
    </span>
  );
}
