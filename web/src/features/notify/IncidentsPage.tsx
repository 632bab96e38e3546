import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { BellOff, BellRing } from "lucide-react";
import { useState } from "react";
import type { IncidentState, IncidentSummary } from "@/api/generated";
import { incidentListInfiniteOptions } from "@/api/generated/@tanstack/react-query.gen";
import { PAGED } from "@/api/pages";
import { type IncidentsSearch, paths } from "@/paths";
import { Pages } from "@/shared/core/Pages";
import { INCIDENT_STATES, incidentCount, incidentTitle, isSnoozed } from "@/shared/notify/incidents";
import { Button, buttonClass } from "@/ui/Button";
import { SelectField } from "@/ui/fields/Field";
import { Card } from "@/ui/layout/Card";
import { Empty } from "@/ui/layout/Empty";
import { Page } from "@/ui/layout/Page";
import { Badge } from "@/ui/text/Badge";
import { DateTime } from "@/ui/text/Time";
import { IncidentDialog } from "./IncidentDialog";

const route = getRouteApi("/app/incidents");
const NOT_OVER = "open,acknowledged";
const STATES: [string, string][] = [[NOT_OVER, "Not over"], ...(Object.keys(INCIDENT_STATES) as IncidentState[]).map((state): [string, string] => [state, INCIDENT_STATES[state].word]), ["any", "Any state"]];

/** Incidents: what is wrong with tasks and with the server now, and who takes care of it. */
export default function IncidentsPage() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const setSearch = (next: IncidentsSearch) => void navigate({ to: "/incidents", search: next, replace: true });
  const state = search.state ?? NOT_OVER;
  const asked = { ...(search.task && { task: search.task }), ...(state !== "any" && { state }) };
  const list = useInfiniteQuery({ ...incidentListInfiniteOptions({ query: asked }), ...PAGED, placeholderData: keepPreviousData });
  const [shown, setShown] = useState<string | null>(null);
  const filtered = search.task !== undefined || search.state !== undefined;
  return (
    <Page
      title="Incidents"
      hint="What is wrong with tasks and with the server, newest first. However many runs of a task fail, it is one incident until a run succeeds."
      actions={
        <>
          <Link {...paths.silences()} className={buttonClass()}>
            <BellOff size={15} aria-hidden />
            Silences
          </Link>
          <Link {...paths.rules()} className={buttonClass()}>
            <BellRing size={15} aria-hidden />
            Rules
          </Link>
        </>
      }
    >
      <search className="mb-3 flex flex-wrap items-center gap-2">
        <SelectField hideLabel label="State" value={state} options={STATES} onValue={(next) => setSearch({ ...search, state: next === NOT_OVER ? undefined : next })} />
        {search.task !== undefined && <Button onClick={() => setSearch({ ...search, task: undefined })}>Only {search.task}: show all tasks</Button>}
      </search>
      <Card title="Incidents" flush>
        <Pages list={list} rows={5}>
          {(items) =>
            items.length === 0 ? (
              <Empty title={filtered ? "No incident matches these filters." : "Nothing is wrong"} cli={filtered ? undefined : "orc incident list"} action={filtered && <Button onClick={() => setSearch({})}>Clear the filters</Button>}>
                {!filtered && "An incident appears here when a run fails, exceeds its time limit, is lost, is skipped, looks wrong or is late, and when something is wrong with the server itself."}
              </Empty>
            ) : (
              <ul className="divide-y divide-line border-t border-line text-sm">
                {items.map((incident) => (
                  <Row key={incident.id} incident={incident} onOpen={() => setShown(incident.id)} />
                ))}
              </ul>
            )
          }
        </Pages>
      </Card>
      {shown !== null && <IncidentDialog id={shown} onClose={() => setShown(null)} />}
    </Page>
  );
}

function Row({ incident, onOpen }: { incident: IncidentSummary; onOpen: () => void }) {
  const { word, tone } = INCIDENT_STATES[incident.state];
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-1 px-4 py-2">
      <div className="min-w-0 flex-1 basis-64">
        <p className="flex flex-wrap items-center gap-2">
          <button type="button" className="min-w-0 text-left font-medium break-words hover:underline" onClick={onOpen}>
            {incidentTitle(incident)}
          </button>
          <Badge tone={tone}>{word}</Badge>
        </p>
        <p className="text-xs text-muted">
          {incidentCount(incident) === "" ? "Since" : `${incidentCount(incident)}, since`} <DateTime at={incident.opened_at} plain />
          {incident.run_count > 1 && (
            <>
              , last <DateTime at={incident.seen_at} plain />
            </>
          )}
        </p>
      </div>
      <div className="min-w-0 flex-1 basis-64 text-xs break-words text-muted">
        {incident.reason && <p>{incident.reason.text}</p>}
        {incident.acknowledged_by && (
          <p>
            {incident.acknowledged_by} takes care of it{incident.note && `: ${incident.note}`}
          </p>
        )}
        {incident.snoozed_until && isSnoozed(incident) && (
          <p>
            {incident.snoozed_by} snoozed it, which ends <DateTime at={incident.snoozed_until} plain />
          </p>
        )}
        {incident.last_run && (
          <Link {...paths.run(incident.last_run)} className="text-accent hover:underline">
            Newest of these runs
          </Link>
        )}
      </div>
    </li>
  );
}
