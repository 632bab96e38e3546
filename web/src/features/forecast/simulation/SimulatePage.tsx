import { dateTimeFormat } from "@/lib/locale";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { useState } from "react";
import { allAt, apiError, messagesAt } from "@/api/errors";
import { simulationDefinitionDefaults } from "@/api/generated/contract.gen";
import { type Simulation, simulationCreate } from "@/api/generated";
import { count, plural } from "@/lib/numbers";
import { duration } from "@/lib/time/time";
import { Loaded } from "@/shared/core/Loaded";
import { useDenied } from "@/shared/access/session";
import type { SimulateSearch } from "@/paths";
import { ZONE_NAMES, ZoneNames } from "@/shared/core/ZoneNames";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/layout/Card";
import { Empty } from "@/ui/layout/Empty";
import { NumberField, TextField } from "@/ui/fields/Field";
import { Page } from "@/ui/layout/Page";
import { Findings } from "./Findings";
import { HeatMap } from "./HeatMap";
import { Proposals } from "./Proposals";

const route = getRouteApi("/app/simulate");
/** Days, unless another number is asked for. */
const DAYS = simulationDefinitionDefaults.days;
const FIELDS = ["/days", "/timezone", "/folder"];

/** What all schedules together will do, before they do it. */
export default function SimulatePage() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const asked = search.days !== undefined;
  const simulation = useQuery({
    queryKey: ["simulation", search],
    queryFn: async ({ signal }) => (await simulationCreate({ body: { days: search.days ?? DAYS, timezone: search.timezone ?? null, folder: search.folder ?? null }, signal, throwOnError: true })).data,
    enabled: asked,
    // Only the button asks again, so that no event and no lost connection replaces what somebody reads.
    staleTime: "static",
    refetchInterval: false,
    refetchOnWindowFocus: false,
    retry: false,
  });
  const failure = apiError(simulation.error);
  const run = (next: SimulateSearch) => {
    if (JSON.stringify(next) === JSON.stringify({ days: search.days, timezone: search.timezone, folder: search.folder })) void simulation.refetch();
    else void navigate({ to: "/simulate", search: next });
  };
  return (
    <Page title="Simulation" hint="What all schedules will do together: busy minutes, tasks that overlap themselves, runs that wait for a place, and better minutes.">
      <Form search={search} busy={simulation.isFetching} failure={failure} onRun={run} />
      {allAt(failure, FIELDS) && !simulation.data ? (
        <p role="alert" className="text-sm text-muted">
          Nothing was simulated. The fields marked above need a change.
        </p>
      ) : asked ? (
        <Loaded query={simulation} rows={10}>
          {(found) => <Result key={simulation.dataUpdatedAt} simulation={found} />}
        </Loaded>
      ) : (
        <Empty title="Nothing is simulated yet" cli="orc simulation create --days 7">
          A simulation follows every schedule minute by minute, with calendars, overlaps, pools and the durations of past runs. It changes nothing.
        </Empty>
      )}
    </Page>
  );
}

function Form({ search, busy, failure, onRun }: { search: SimulateSearch; busy: boolean; failure: ReturnType<typeof apiError>; onRun: (search: SimulateSearch) => void }) {
  const [days, setDays] = useState(search.days ?? DAYS);
  const [timezone, setTimezone] = useState(search.timezone ?? "");
  const [folder, setFolder] = useState(search.folder ?? "");
  return (
    <form
      className="flex flex-wrap items-start gap-3"
      aria-label="What to simulate"
      onSubmit={(event) => {
        event.preventDefault();
        onRun({ days, timezone: timezone.trim() || undefined, folder: folder.trim() || undefined });
      }}
    >
      <NumberField label="Days" required min={1} max={366} step={1} value={days} onNumber={setDays} error={messagesAt(failure, "/days")} className="w-24" />
      <TextField label="Time zone" list={ZONE_NAMES} placeholder="The server's" value={timezone} onText={setTimezone} error={messagesAt(failure, "/timezone")} className="min-w-40 flex-1 basis-40 sm:max-w-60" />
      <ZoneNames />
      <TextField label="Folder" placeholder="All folders" value={folder} onText={setFolder} error={messagesAt(failure, "/folder")} className="min-w-40 flex-1 basis-40 sm:max-w-60" />
      <Button type="submit" look="primary" busy={busy} icon={<Play size={15} aria-hidden />} className="mt-[22px]">
        Simulate
      </Button>
    </form>
  );
}

function Result({ simulation }: { simulation: Simulation }) {
  const denied = useDenied("define");
  const { task_count, slot_count, skipped_count, timezone, computed_seconds } = simulation;
  const day = dateTimeFormat({ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: timezone });
  return (
    <div className="flex flex-col gap-3">
      <p className="text-sm" role="status">
        <strong>{plural(task_count, "task")}</strong>, <strong>{plural(slot_count, "slot")}</strong>
        {skipped_count > 0 && <>, {count(skipped_count)} more are skipped</>} from {day.format(new Date(simulation.from_at))} to {day.format(new Date(simulation.until_at))} in {timezone}.{" "}
        <span className="text-muted">Computed in {duration(computed_seconds)}.</span>
      </p>
      <MayWait tasks={simulation.may_wait} />
      {simulation.left_out.length > 0 && (
        <ul aria-label="Left out" className="rounded-md bg-fail-soft px-3 py-2 text-sm font-medium text-fail">
          {simulation.left_out.map(({ task, schedule_key, reason }) => (
            <li key={`${task} ${schedule_key ?? ""}`}>
              Left out: {task}
              {schedule_key !== null && `, schedule ${schedule_key}`}: {reason.text}
            </li>
          ))}
        </ul>
      )}
      <Proposals proposals={simulation.proposals} denied={denied} />
      <Card title="By hour">
        <HeatMap simulation={simulation} />
      </Card>
      <Findings simulation={simulation} />
    </div>
  );
}

/** How many names are shown before the rest is only counted. */
const SHOWN = 5;

/** What the figures leave out: nobody knows how long a file or another task is waited for. */
function MayWait({ tasks }: { tasks: string[] }) {
  if (tasks.length === 0) return null;
  const more = tasks.length - SHOWN;
  return (
    <p className="text-sm text-muted" aria-label="May wait">
      {plural(tasks.length, "task")} may wait for dependencies first; these figures start the runs at once: {tasks.slice(0, SHOWN).join(", ")}
      {more > 0 && ` and ${count(more)} more`}.
    </p>
  );
}
