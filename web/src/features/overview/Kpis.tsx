import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { RunStats, RunSummary } from "@/api/generated";
import { cx } from "@/lib/cx";
import { count, percent, plural } from "@/lib/numbers";
import { paths, type RunsSearch } from "@/paths";
import { DateTime, Duration } from "@/ui/text/Time";

/** Four figures, coloured only when something needs attention. */
export function Kpis({ day, open }: { day: RunStats | undefined; open: RunSummary[] | undefined }) {
  const total = day?.total;
  const failed = total ? total.failed_count + total.timed_out_count + total.lost_count : undefined;
  const ended = total && failed !== undefined ? total.succeeded_count + failed : undefined;
  const longest = oldest(open, ["running"], (run) => run.started_at);
  const waiting = oldest(open, ["queued", "waiting", "backing_off"], (run) => run.queued_at ?? run.created_at);
  const rate = total?.success_rate;
  return (
    <div className="grid grid-cols-2 gap-3 lg:grid-cols-4">
      <Kpi name="Success, 24 h" value={total && percent(rate)} tone={rate !== null && rate !== undefined && rate < 0.9 ? "text-fail" : ""} search={{ from: "24h" }}>
        {ended !== undefined && `of ${plural(ended, "finished run")}`}
      </Kpi>
      <Kpi name="Failed, 24 h" value={failed !== undefined ? count(failed) : undefined} tone={failed ? "text-fail" : ""} search={{ state: "failed,timed_out,lost", from: "24h" }}>
        {total && failed !== undefined && (failed === 0 ? "none" : failedWords(total))}
      </Kpi>
      <Kpi name="Running now" value={day && count(day.running_count)} tone={day?.running_count ? "text-run" : ""} search={{ state: "running" }}>
        {day && (longest ? <>longest <Duration since={longest} /></> : "nothing is running")}
      </Kpi>
      <Kpi name="Queued and waiting" value={day && count(day.queued_count + day.waiting_count)} tone="" search={{ state: "waiting,queued,backing_off" }}>
        {day && (waiting ? <>oldest from <DateTime at={waiting} plain /></> : day.queued_count + day.waiting_count === 0 && "nothing is waiting")}
      </Kpi>
    </div>
  );
}

function failedWords(total: RunStats["total"]): string {
  const parts = [total.timed_out_count > 0 ? `${count(total.timed_out_count)} timed out` : "", total.lost_count > 0 ? `${count(total.lost_count)} lost` : ""].filter(Boolean);
  return parts.length > 0 ? `including ${parts.join(", ")}` : "listed below";
}

function oldest(runs: RunSummary[] | undefined, states: RunSummary["state"][], at: (run: RunSummary) => string | null | undefined): string | undefined {
  const times = (runs ?? []).filter((run) => states.includes(run.state)).map((run) => at(run) ?? "");
  return times.filter(Boolean).toSorted()[0];
}

function Kpi({ name, value, tone, search, children }: { name: string; value: string | undefined; tone: string; search: RunsSearch; children: ReactNode }) {
  return (
    <Link {...paths.runs(search)} className="flex min-h-24 min-w-0 flex-col rounded-lg border border-line bg-surface px-4 py-3 hover:border-line-strong">
      <span className="text-xs text-muted">{name}</span>
      <span className={cx("text-[24px] leading-8 font-semibold", tone)}>{value ?? <span className="text-muted">–</span>}</span>
      <span className="line-clamp-2 min-h-4 text-xs text-muted max-sm:min-h-8">{children}</span>
    </Link>
  );
}
