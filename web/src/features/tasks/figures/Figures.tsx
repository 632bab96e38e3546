import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Task, TaskBand } from "@/api/generated";
import { taskBandsOptions } from "@/api/generated/@tanstack/react-query.gen";
import { paths } from "@/paths";
import { Loaded } from "@/shared/core/Loaded";
import { Card } from "@/ui/layout/Card";
import { Empty } from "@/ui/layout/Empty";
import { DateTime } from "@/ui/text/Time";
import { BandChart } from "./BandChart";
import { measureWords, usualWords, valueWords } from "./measures";

/** What the runs of a task usually take, log and report: a small chart for each measure. */
export function Figures({ task }: { task: Task }) {
  const view = useQuery(taskBandsOptions({ path: { task: task.id } }));
  return (
    <Loaded query={view} rows={6}>
      {({ items, marking, least_count }) =>
        items.length === 0 ? (
          <Empty title="No run has succeeded yet" cli={`orc task bands ${task.name}`}>
            After some runs that succeeded, Orc shows here how long they take, how much they log, and the numbers that they write to ORC_RESULT_FILE.
          </Empty>
        ) : (
          <>
            <p className="mb-3 max-w-prose text-sm text-muted">
              {marking
                ? "Learnt from the newest runs that succeeded. A run far outside is marked as suspicious."
                : "Learnt from the newest runs that succeeded. The task does not mark unusual runs."}
            </p>
            <div className="grid gap-3 md:grid-cols-2 xl:grid-cols-3">
              {items.map((band) => (
                <Figure key={band.measure} band={band} least={least_count} />
              ))}
            </div>
          </>
        )
      }
    </Loaded>
  );
}

function Figure({ band, least }: { band: TaskBand; least: number }) {
  const name = measureWords(band.measure);
  const newest = band.values.at(-1);
  return (
    <Card title={name} hint={usualWords(band, least)} actions={newest && <span className="text-lg font-semibold tabular-nums">{valueWords(band.measure, newest.value)}</span>}>
      {band.values.length > 0 && <BandChart band={band} least={least} />}
      <details className="mt-2 text-sm">
        <summary className="cursor-pointer text-muted">As a table</summary>
        <div className="mt-1 max-h-56 overflow-auto" tabIndex={0} role="group" aria-label={`${name} of the newest runs`}>
          <table className="w-full text-xs">
            <thead>
              <tr className="text-left text-muted">
                <th scope="col" className="py-1 font-normal">
                  Ended
                </th>
                <th scope="col" className="py-1 text-right font-normal">
                  {name}
                </th>
              </tr>
            </thead>
            <tbody>
              {band.values.toReversed().map((value) => (
                <tr key={value.run_id} className="border-t border-line">
                  <td className="py-1">
                    <Link {...paths.run(value.run_id)} className="hover:underline">
                      <DateTime at={value.finished_at} />
                    </Link>
                  </td>
                  <td className={value.outside ? "py-1 text-right font-medium text-warn" : "py-1 text-right"}>
                    {valueWords(band.measure, value.value)}
                    {value.outside && " (unusual)"}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </Card>
  );
}
