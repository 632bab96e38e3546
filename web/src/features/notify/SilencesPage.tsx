import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowLeft, BellOff } from "lucide-react";
import { useState } from "react";
import { apiError, messagesAt } from "@/api/errors";
import { type Silence, silenceCreate, silenceEnd, type SilenceNew } from "@/api/generated";
import { silenceListInfiniteOptions } from "@/api/generated/@tanstack/react-query.gen";
import { PAGED } from "@/api/pages";
import { fromLocalInput, localInput } from "@/lib/time/time";
import { paths } from "@/paths";
import { useDenied } from "@/shared/access/session";
import { Pages } from "@/shared/core/Pages";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { SILENCE_STATES } from "@/shared/notify/incidents";
import { scopeWords } from "@/shared/notify/rules";
import { ScopeFields } from "@/shared/notify/ScopeFields";
import { Button, buttonClass } from "@/ui/Button";
import { TextField } from "@/ui/fields/Field";
import { FormDialog } from "@/ui/layers/FormDialog";
import { say } from "@/ui/layers/toasts";
import { Card } from "@/ui/layout/Card";
import { Empty } from "@/ui/layout/Empty";
import { Page } from "@/ui/layout/Page";
import { Badge } from "@/ui/text/Badge";
import { DateTime } from "@/ui/text/Time";

/** Silences: times in which nobody is told about some tasks. */
export default function SilencesPage() {
  const silences = useInfiniteQuery({ ...silenceListInfiniteOptions(), ...PAGED, staleTime: 0 });
  const denied = useDenied("run");
  const [adding, setAdding] = useState(false);
  const add = (
    <Button look="primary" icon={<BellOff size={15} aria-hidden />} disabledReason={denied} onClick={() => setAdding(true)}>
      New silence
    </Button>
  );
  return (
    <Page
      title="Silences"
      hint="While a silence holds, no rule tells about its tasks. What is still wrong at its end is told then."
      actions={
        <>
          <Link {...paths.incidents()} className={buttonClass()}>
            <ArrowLeft size={15} aria-hidden />
            Incidents
          </Link>
          {add}
        </>
      }
    >
      <Card title="Silences" flush>
        <Pages list={silences} rows={3}>
          {(items) =>
            items.length === 0 ? (
              <Empty title="No silences" cli="orc silence create --what.tasks backup --until-at 2027-01-02T06:00:00Z --reason upgrade" action={add}>
                A silence keeps people undisturbed during planned work.
              </Empty>
            ) : (
              <ul className="divide-y divide-line border-t border-line text-sm">
                {items.map((silence) => (
                  <Row key={silence.id} silence={silence} denied={denied} />
                ))}
              </ul>
            )
          }
        </Pages>
      </Card>
      {adding && <SilenceForm onClose={() => setAdding(false)} />}
    </Page>
  );
}

function Row({ silence, denied }: { silence: Silence; denied: string | undefined }) {
  const changed = useAskAgain("silenceList", "silenceView");
  const { word, tone } = SILENCE_STATES[silence.state];
  const end = useMutation({
    mutationFn: async () => await silenceEnd({ path: { silence: silence.id }, throwOnError: true }),
    onSuccess: async () => {
      say("The silence is over. What is still wrong is told now.");
      await changed();
    },
  });
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-1 px-4 py-2">
      <div className="min-w-0 flex-1 basis-64">
        <p className="flex flex-wrap items-center gap-2">
          <span className="min-w-0 font-medium break-words">{silence.reason}</span>
          <Badge tone={tone}>{word}</Badge>
        </p>
        <p className="text-xs break-words text-muted">
          About {scopeWords(silence.what)}. Begin: <DateTime at={silence.from_at} plain />. End: <DateTime at={silence.until_at} plain />.
        </p>
        <p className="text-xs text-muted">
          By {silence.created_by}
          {silence.ended_at && (
            <>
              , ended early by {silence.ended_by} <DateTime at={silence.ended_at} plain />
            </>
          )}
        </p>
      </div>
      {silence.state !== "ended" && (
        <Button busy={end.isPending} disabledReason={denied} onClick={() => end.mutate()}>
          End it now
        </Button>
      )}
    </li>
  );
}

const FIELDS = ["/what/tasks", "/from_at", "/until_at", "/reason"];
const HOUR = 3_600_000;

function SilenceForm({ onClose }: { onClose: () => void }) {
  const changed = useAskAgain("silenceList", "silenceView");
  const [what, setWhat] = useState<SilenceNew["what"]>({});
  const [from, setFrom] = useState("");
  const [until, setUntil] = useState(() => localInput(new Date(Date.now() + HOUR).toISOString()));
  const [reason, setReason] = useState("");
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: async () => await silenceCreate({ body: { what, from_at: fromLocalInput(from) ?? null, until_at: fromLocalInput(until) ?? "", reason }, throwOnError: true }),
    onSuccess: async () => {
      say("The silence is saved.");
      onClose();
      await changed();
    },
  });
  const failure = apiError(save.error);
  const at = (pointer: string, inside = false) => messagesAt(failure, pointer, inside);
  return (
    <FormDialog title="New silence" hint="For planned work: incidents are still opened and shown, but nobody is told." wide verb="Save the silence" failure={failure} fields={FIELDS} busy={save.isPending} onSubmit={() => save.mutate()} onClose={onClose}>
      <TextField label="Reason" hint="For others, who will ask." required maxLength={500} value={reason} error={at("/reason")} onText={setReason} />
      <ScopeFields label="Only of these tasks" whose="the silence" scope={what ?? {}} error={at("/what/tasks", true)} onScope={setWhat} />
      <div className="grid gap-3 sm:grid-cols-2">
        <TextField label="From" type="datetime-local" hint="In your time zone. Empty: now." value={from} error={at("/from_at")} onText={setFrom} />
        <TextField label="Until" type="datetime-local" hint="In your time zone." required value={until} error={at("/until_at")} onText={setUntil} />
      </div>
    </FormDialog>
  );
}
