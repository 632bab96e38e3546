import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { RunSummary, SlotPreview, Task } from "@/api/generated";
import { noteWords } from "@/lib/words/notes";
import { problemWords, runReason } from "@/lib/words/reasons";
import { runListOptions, runStatsOptions } from "@/api/generated/@tanstack/react-query.gen";
import { overlapQueueDefaults, taskDefinitionDefaults } from "@/api/generated/contract.gen";
import { count, percent, plural } from "@/lib/numbers";
import { duration, sameClock, wallTime, zoneTime } from "@/lib/time/time";
import { OVERLAPS } from "@/lib/words/timeWords";
import { Loaded } from "@/shared/core/Loaded";
import { RunDuration, triggerWords } from "@/shared/runs/runColumns";
import { paths } from "@/paths";
import { Badge, StateBadge } from "@/ui/text/Badge";
import { Card, Facts } from "@/ui/layout/Card";
import { CommandLine, Empty } from "@/ui/layout/Empty";
import { DateTime } from "@/ui/text/Time";
import { runWords } from "../describe";
import { RecentBars } from "../RecentBars";
import { Schedules } from "../schedules/Schedules";
import { Dependencies } from "../dependencies/Dependencies";
import { Heartbeat } from "../heartbeat/Heartbeat";
import { Triggers } from "../triggers/Triggers";
import { Audience } from "./Audience";

/** How the task stands: what it does, recent runs, when it comes next. */
export function Outlook({ task }: { task: Task }) {
  const runs = useQuery(runListOptions({ query: { task: task.id, limit: 30 } }));
  const next = task.next_slots.find(({ skipped }) => !skipped);
  // Orc does not start the job of a heartbeat, so nothing here says how or when it would.
  const elsewhere = task.run.kind === "heartbeat";
  return (
    <div className="grid items-start gap-3 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
      <div className="flex min-w-0 flex-col gap-3">
        <Card title="Recent runs">
          <Loaded query={runs}>
            {({ items }) =>
              items.length === 0 ? (
                <Empty title={elsewhere ? "Its job has not called yet" : "It has never run"} cli={elsewhere ? undefined : `orc task run ${task.name} --follow`}>
                  {next ? (
                    <>
                      Next slot: <DateTime at={next.scheduled_for} />
                    </>
                  ) : (
                    whyNever(task)
                  )}
                </Empty>
              ) : (
                <>
                  <RecentBars runs={items} />
                  <ul className="mt-3 divide-y divide-line border-t border-line">
                    {items.slice(0, 6).map((run) => (
                      <RecentRun key={run.id} run={run} />
                    ))}
                  </ul>
                </>
              )
            }
          </Loaded>
        </Card>
        <Card title="What it runs">
          {task.description && <p className="mb-3 max-w-prose text-sm whitespace-pre-line">{task.description}</p>}
          <pre className="overflow-x-auto rounded-md bg-bg p-3 font-mono text-xs whitespace-pre-wrap">{runWords(task.run)}</pre>
          {!elsewhere && (
            <>
              <CommandLine text={`orc task run ${task.name} --follow`} />
              <CommandLine text={`curl -X POST ${location.origin}/api/v1/tasks/${task.name}/runs -H "Authorization: Bearer $ORC_TOKEN" -H "Content-Type: application/json" -d '{}'`} label="Copy the curl line" />
            </>
          )}
        </Card>
      </div>
      <div className="flex min-w-0 flex-col gap-3">
        <Numbers task={task} />
        {elsewhere ? <Heartbeat task={task} /> : <Starts task={task} />}
        <Audience task={task} />
        {!elsewhere && <NextSlots task={task} />}
      </div>
    </div>
  );
}

/** What starts the task, and what its runs wait for. */
function Starts({ task }: { task: Task }) {
  return (
    <>
      <Schedules task={task} />
      <Triggers task={task} />
      <Dependencies task={task} />
    </>
  );
}

function NextSlots({ task }: { task: Task }) {
  return (
    <>
      <Card title="Overlap and pool">
        <Facts items={togetherFacts(task)} />
      </Card>
      <Card title="Next slots">
        {task.next_slots.length === 0 && <p className="text-sm text-muted">{task.enabled ? whyNone(task) : "None, because the task is disabled."}</p>}
        <ol className="flex flex-col gap-1 text-sm">
          {task.next_slots.slice(0, 6).map((slot) => (
            <NextSlot key={`${slot.schedule_key}${slot.scheduled_for}`} slot={slot} />
          ))}
        </ol>
      </Card>
    </>
  );
}

/** A slot on its schedule's clock, and on the viewer's where that shows another time. */
function NextSlot({ slot }: { slot: SlotPreview }) {
  const { day, time, offset } = wallTime(slot.scheduled_local);
  return (
    <li className="grid grid-cols-[6.5rem_1fr] items-baseline gap-x-2 tabular-nums">
      <DateTime at={slot.scheduled_for} className="font-medium" />
      <span>
        <span className={slot.skipped ? "text-muted line-through" : undefined}>
          {day}, {time}
        </span>{" "}
        <span className="text-xs text-muted">{offset}</span> {slot.skipped && <Badge tone="warn">skipped</Badge>}
        {!sameClock(slot.scheduled_local) && <span className="block text-xs text-muted">{zoneTime(slot.scheduled_for)} for you</span>}
        {slot.notes.length > 0 && <span className="block text-xs text-warn">{noteWords(slot.notes)}</span>}
      </span>
    </li>
  );
}

/** How many runs may be open, and which go first. */
function togetherFacts(task: Task): [string, string][] {
  const { overlap } = task;
  const number = overlap.kind === "allow" ? ` (at most ${overlap.max})` : overlap.kind === "queue" ? ` (at most ${overlap.max_waiting ?? overlapQueueDefaults.max_waiting} waiting)` : "";
  const facts: [string, string][] = [["When due again", OVERLAPS[overlap.kind].word + number]];
  if (task.pool) facts.push(["Pool", `${task.pool}, ${plural(task.pool_weight, "place")} per run`]);
  if (task.priority !== taskDefinitionDefaults.priority) facts.push(["Priority", String(task.priority)]);
  return facts;
}

function whyNever(task: Task): string {
  if (task.run.kind === "heartbeat") return "It calls the address of this task when it begins and ends.";
  if (!task.enabled) return "The task is disabled, so nothing starts it.";
  if (task.schedules.length === 0) return task.triggers.length > 0 ? "Only its triggers start it." : "The task has no schedule. Start it with “Run now”.";
  return whyNone(task);
}

function whyNone({ schedules }: Task): string {
  return schedules.some(problemWords) ? "No slot is planned, because a schedule is invalid." : "No slot is planned.";
}

function RecentRun({ run }: { run: RunSummary }) {
  return (
    <li>
      <Link {...paths.run(run.id)} className="-mx-4 flex min-h-9 items-center gap-x-3 px-4 text-sm max-sm:flex-wrap max-sm:py-1.5 hover:bg-hover focus-visible:-outline-offset-2">
        <span className="shrink-0 sm:w-28">
          <StateBadge state={run.state} />
        </span>
        <span className="min-w-0 flex-1 truncate text-muted max-sm:order-last max-sm:basis-full">{runReason(run) || triggerWords(run)}</span>
        <DateTime at={run.created_at} plain className="shrink-0 text-muted max-sm:ml-auto" />
        <span className="shrink-0 text-right sm:w-16">
          <RunDuration run={run} />
        </span>
      </Link>
    </li>
  );
}

function Numbers({ task }: { task: Task }) {
  const stats = useQuery(runStatsOptions({ query: { task: task.id } }));
  return (
    <Card title="Figures" hint="Over all finished runs that are kept.">
      <Loaded query={stats}>
        {({ total }) => (
          <Facts
            items={[
              ["Success", percent(total.success_rate)],
              ["Finished", count(total.succeeded_count + total.failed_count + total.timed_out_count + total.lost_count + total.cancelled_count)],
              ["Failed", count(total.failed_count + total.timed_out_count + total.lost_count)],
              ["Median", duration(total.p50_seconds)],
              ["95 % within", duration(total.p95_seconds)],
            ]}
          />
        )}
      </Loaded>
    </Card>
  );
}
