import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { AlarmClock, Check, HandHelping, RotateCcw } from "lucide-react";
import { type ReactNode, useState } from "react";
import { type Incident, incidentAcknowledge, type IncidentKind, incidentResolve, incidentSnooze, type IncidentTelling, runRerun } from "@/api/generated";
import { incidentViewOptions, runChangesOptions } from "@/api/generated/@tanstack/react-query.gen";
import { paths } from "@/paths";
import { useDenied } from "@/shared/access/session";
import { Loaded } from "@/shared/core/Loaded";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { EVENT_KINDS, INCIDENT_STATES, incidentCount, incidentTitle, isFoundByLooks, isSnoozed, TELL_STEPS } from "@/shared/notify/incidents";
import { minutesWords } from "@/shared/notify/rules";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/fields/Field";
import { Dialog } from "@/ui/layers/Dialog";
import { Menu } from "@/ui/layers/Menu";
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
  const snooze = useMutation({
    mutationFn: async (minutes: number) => await incidentSnooze({ path: { incident: id }, body: { minutes }, throwOnError: true }),
    onSuccess: async (_, minutes) => {
      say(minutes === 0 ? "Rules tell about it again." : `No rule tells about it for ${minutesWords(minutes)}.`);
      await changed();
    },
  });
  const again = useMutation({
    mutationFn: async (run: string) => await runRerun({ path: { run }, body: {}, throwOnError: true }),
    onSuccess: () => say("It runs again. If it succeeds, the incident is over."),
  });
  const incident = query.data;
  const open = incident !== undefined && incident.state !== "resolved";
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={incident ? incidentTitle(incident) : "Incident"}
      footer={
        <>
          {open && !isFoundByLooks(incident) && (
            <Button icon={<Check size={14} aria-hidden />} busy={resolve.isPending} disabledReason={denied} onClick={() => resolve.mutate()}>
              It is over
            </Button>
          )}
          {open && (
            <Button icon={<HandHelping size={14} aria-hidden />} busy={acknowledge.isPending} disabledReason={denied} onClick={() => acknowledge.mutate()}>
              {incident.state === "open" ? "I take care of it" : "Change the note"}
            </Button>
          )}
          {open && incident.last_run && (
            <Button icon={<RotateCcw size={14} aria-hidden />} busy={again.isPending} disabledReason={denied} onClick={() => again.mutate(incident.last_run ?? "")}>
              Run it again
            </Button>
          )}
          {open && <Snooze incident={incident} busy={snooze.isPending} denied={denied} onSnooze={snooze.mutate} />}
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

/** For how long an incident may be put off, in minutes. */
const LENGTHS = [60, 240, 1440, 10_080];

function Snooze({ incident, busy, denied, onSnooze }: { incident: Incident; busy: boolean; denied: string | undefined; onSnooze: (minutes: number) => void }) {
  if (isSnoozed(incident))
    return (
      <Button icon={<AlarmClock size={14} aria-hidden />} busy={busy} disabledReason={denied} onClick={() => onSnooze(0)}>
        Wake it up
      </Button>
    );
  return (
    <Menu
      trigger={
        <Button icon={<AlarmClock size={14} aria-hidden />} busy={busy} disabledReason={denied}>
          Snooze
        </Button>
      }
      items={LENGTHS.map((minutes) => ({ label: `For ${minutesWords(minutes)}`, disabledReason: denied, onSelect: () => onSnooze(minutes) }))}
    />
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
        {incidentCount(incident) !== "" && (
          <Fact label={incident.kind === "late" || incident.kind === "missed" ? "Slots" : "Runs"}>
            {incidentCount(incident)}, last <DateTime at={incident.seen_at} />
          </Fact>
        )}
        {incident.reason && <Fact label="Reason">{incident.reason.text}</Fact>}
        {isFoundByLooks(incident) && (
          <Fact label="Ends">
            When Orc sees that it is over.
            {incident.part !== null && (
              <>
                {" "}
                <Link {...partPath(incident.kind)} className="text-accent hover:underline">
                  Show it
                </Link>
              </>
            )}
          </Fact>
        )}
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
        {incident.snoozed_until && isSnoozed(incident) && (
          <Fact label="Snoozed">
            by {incident.snoozed_by}, ends <DateTime at={incident.snoozed_until} plain />
          </Fact>
        )}
        {incident.resolved_at && (
          <Fact label="Over">
            <DateTime at={incident.resolved_at} />
            {incident.resolved_by && `, said ${incident.resolved_by}`}
          </Fact>
        )}
      </dl>
      {incident.last_run && <LastLines run={incident.last_run} />}
      <section aria-label="Who was told">
        <h3 className="font-medium">Who was told</h3>
        {incident.tellings.length === 0 ? (
          <p className="text-muted">Nobody: no rule is about it.</p>
        ) : (
          <ul className="flex flex-col gap-1">
            {incident.tellings.map((telling) => (
              <li key={`${telling.rule} ${telling.event} ${telling.step} ${telling.happened_at}`} className="break-words">
                Rule {telling.rule}: {EVENT_KINDS[telling.event]}
                {TELL_STEPS[telling.step]}.{" "}
                <span className="text-muted">
                  <Outcome telling={telling} />
                </span>
              </li>
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}

/** The page that shows a part of the server. */
const partPath = (kind: IncidentKind) => (kind === "channel_failing" ? paths.channels() : kind === "credential_expiring" ? paths.credentials() : paths.system());

/** The last lines of the newest run's log. */
function LastLines({ run }: { run: string }) {
  const changes = useQuery(runChangesOptions({ path: { run } }));
  const lines = changes.data?.run.log_tail ?? [];
  if (lines.length === 0) return null;
  return (
    <pre aria-label="Last lines of the log" tabIndex={0} className="max-h-40 overflow-auto rounded-md bg-bg p-3 font-mono text-xs whitespace-pre-wrap">
      {lines.slice(-10).join("\n")}
    </pre>
  );
}

/** What became of something that a rule had to tell. */
function Outcome({ telling }: { telling: IncidentTelling }) {
  if (telling.muted && telling.muted_until)
    return (
      <>
        Put off: {telling.muted.text}. It is told <DateTime at={telling.muted_until} plain />, if it still holds.
      </>
    );
  if (telling.muted) return <>Not told: {telling.muted.text}</>;
  return telling.told_at ? (
    <>
      Told <DateTime at={telling.told_at} plain />
    </>
  ) : (
    <>
      Will be told <DateTime at={telling.due_at} plain />
    </>
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
