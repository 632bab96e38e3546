import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Check, HandHelping } from "lucide-react";
import { type ReactNode, useState } from "react";
import { type Incident, incidentAcknowledge, incidentResolve } from "@/api/generated";
import { incidentViewOptions } from "@/api/generated/@tanstack/react-query.gen";
import { paths } from "@/paths";
import { useDenied } from "@/shared/access/session";
import { Loaded } from "@/shared/core/Loaded";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { EVENT_KINDS, INCIDENT_KINDS, INCIDENT_STATES, incidentCount } from "@/shared/notify/incidents";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/fields/Field";
import { Dialog } from "@/ui/layers/Dialog";
import { say } from "@/ui/layers/toasts";
import { Badge } from "@/ui/text/Badge";
import { DateTime } from "@/ui/text/Time";

/** One incident: what is wrong, who was told, and what a person can do about it. */
export function IncidentDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useQuery(incidentViewOptions({ path: { incident: id } }));
  const changed = useAskAgain("incidentList", "incidentView");
  const denied = useDenied("run");
  const [note, setNote] = useState("");
  const acknowledge = useMutation({
    mutationFn: async () => await incidentAcknowledge({ path: { incident: id }, body: { note }, throwOnError: true }),
    onSuccess: async () => {
      say("You take care of it. No further rule tells that it is there.");
      await changed();
    },
  });
  const resolve = useMutation({
    mutationFn: async () => await incidentResolve({ path: { incident: id }, throwOnError: true }),
    onSuccess: async () => {
      say("The incident is over.");
      await changed();
    },
  });
  const incident = query.data;
  const open = incident !== undefined && incident.state !== "resolved";
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={incident ? `${incident.task} ${INCIDENT_KINDS[incident.kind]}` : "Incident"}
      footer={
        <>
          {open && (
            <Button icon={<Check size={14} aria-hidden />} busy={resolve.isPending} disabledReason={denied} onClick={() => resolve.mutate()}>
              It is over
            </Button>
          )}
          {open && (
            <Button icon={<HandHelping size={14} aria-hidden />} busy={acknowledge.isPending} disabledReason={denied} onClick={() => acknowledge.mutate()}>
              {incident.state === "open" ? "I take care of it" : "Change the note"}
            </Button>
          )}
          <Button onClick={onClose}>Close</Button>
        </>
      }
    >
      <Loaded query={query} rows={4}>
        {(shown) => <Facts incident={shown} />}
      </Loaded>
      {open && <TextField className="mt-3" label="Note for others" hint="Such as who does what until when. It is stored when you take care of it." maxLength={2000} value={note} onText={setNote} />}
    </Dialog>
  );
}

function Facts({ incident }: { incident: Incident }) {
  const { word, tone } = INCIDENT_STATES[incident.state];
  return (
    <div className="flex flex-col gap-3 text-sm">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        <Fact label="State">
          <Badge tone={tone}>{word}</Badge>
        </Fact>
        <Fact label="Since">
          <DateTime at={incident.opened_at} />
        </Fact>
        <Fact label={incident.kind === "late" || incident.kind === "missed" ? "Slots" : "Runs"}>
          {incidentCount(incident)}, last <DateTime at={incident.seen_at} />
        </Fact>
        {incident.reason && <Fact label="Reason">{incident.reason.text}</Fact>}
        {incident.last_run && (
          <Fact label="Newest run">
            <Link {...paths.run(incident.last_run)} className="text-accent hover:underline">
              Show its log
            </Link>
          </Fact>
        )}
        {incident.acknowledged_by && incident.acknowledged_at && (
          <Fact label="Taken care of">
            by {incident.acknowledged_by}, <DateTime at={incident.acknowledged_at} />
            {incident.note && `: ${incident.note}`}
          </Fact>
        )}
        {incident.resolved_at && (
          <Fact label="Over">
            <DateTime at={incident.resolved_at} />
            {incident.resolved_by && `, said ${incident.resolved_by}`}
          </Fact>
        )}
      </dl>
      <section aria-label="Who was told">
        <h3 className="font-medium">Who was told</h3>
        {incident.tellings.length === 0 ? (
          <p className="text-muted">Nobody: no rule is about it.</p>
        ) : (
          <ul className="flex flex-col gap-1">
            {incident.tellings.map((telling) => (
              <li key={`${telling.rule} ${telling.event} ${telling.happened_at}`} className="break-words">
                Rule {telling.rule}: {EVENT_KINDS[telling.event]}.{" "}
                <span className="text-muted">
                  {telling.muted ? (
                    `Not told: ${telling.muted.text}`
                  ) : telling.told_at ? (
                    <>
                      Told <DateTime at={telling.told_at} plain />
                    </>
                  ) : (
                    <>
                      Will be told <DateTime at={telling.due_at} plain />
                    </>
                  )}
                </span>
              </li>
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{label}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}
