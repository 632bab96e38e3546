import { useMutation } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { apiError } from "@/api/errors";
import { triggerRotate, type TriggerSecret, type TriggerStatus, type TriggerWebhook } from "@/api/generated";
import { UNDECLARED } from "@/api/undeclared";
import { WEBHOOK_SENDERS } from "@/lib/words/webhookWords";
import { useDenied } from "@/shared/access/session";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/fields/Field";
import { Confirm, Dialog } from "@/ui/layers/Dialog";
import { FormDialog } from "@/ui/layers/FormDialog";
import { CommandLine } from "@/ui/layout/Empty";
import { DateTime } from "@/ui/text/Time";
import { heartbeatLines } from "../heartbeat/lines";

interface HookProps {
  task: string;
  trigger: TriggerWebhook;
  status: TriggerStatus;
  /** Whether a job elsewhere calls it, to tell how it goes. */
  heartbeat?: boolean;
}

/** The address and secret of a webhook: making them, giving those of the sender, and what to enter there. */
export function HookAddress({ task, trigger, status, heartbeat = false }: HookProps) {
  const changed = useAskAgain("triggerList");
  const denied = useDenied("define");
  const [asking, setAsking] = useState<"replace" | "give" | null>(null);
  const [fresh, setFresh] = useState<TriggerSecret | null>(null);
  const signed = trigger.proof === "signature";
  const words = WEBHOOK_SENDERS[trigger.sender ?? UNDECLARED.sender];
  const given = signed && words.secret === "given";
  const what = signed ? "secret" : "address";
  const rotate = useMutation({
    mutationFn: async (secret: string | null) => (await triggerRotate({ path: { task, trigger: status.key }, body: { secret }, throwOnError: true })).data,
    onSuccess: async (made) => {
      setFresh(made);
      await changed();
    },
  });
  const make = () => (status.rotated_at ? setAsking("replace") : rotate.mutate(null));
  return (
    <>
      <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1">
        {!given && (
          <Button icon={<KeyRound size={14} aria-hidden />} busy={rotate.isPending && asking === null} disabledReason={denied} onClick={make}>
            {status.rotated_at ? `New ${what}…` : `Create the ${what}`}
          </Button>
        )}
        {signed && (
          <Button icon={given ? <KeyRound size={14} aria-hidden /> : undefined} disabledReason={denied} onClick={() => setAsking("give")}>
            {given ? `Enter the secret of ${words.word}…` : "Enter a secret…"}
          </Button>
        )}
        {status.rotated_at && (
          <span className="text-xs text-muted">
            made <DateTime at={status.rotated_at} plain />
          </span>
        )}
      </div>
      {heartbeat ? <HowToPing /> : <SetUp trigger={trigger} status={status} />}
      <Confirm
        question={asking === "replace" ? { title: `Replace the ${what} of ${task}?`, text: `The current ${what} stops working at once. Every caller needs the new one.`, verb: `Replace the ${what}`, keep: `Keep the current ${what}`, onYes: () => rotate.mutateAsync(null) } : null}
        onClose={() => setAsking(null)}
      />
      {asking === "give" && <GiveSecret field={words.secretField} replaces={status.rotated_at !== null} rotate={rotate} onClose={() => setAsking(null)} />}
      <Dialog open={fresh !== null} onClose={() => setFresh(null)} title={`The ${what} of ${task}`} hint={fresh?.secret || !signed ? "Copy it now. Orc cannot show it again." : "Orc keeps it sealed and cannot show it again."} footer={<Button look="primary" onClick={() => setFresh(null)}>{fresh?.secret || !signed ? "I have copied it" : "Close"}</Button>}>
        {fresh && <Shown made={fresh} url={fresh.url ?? status.url} trigger={trigger} heartbeat={heartbeat} />}
      </Dialog>
    </>
  );
}

type Rotate = ReturnType<typeof useMutation<TriggerSecret, Error, string | null>>;

function GiveSecret({ field, replaces, rotate, onClose }: { field: string | undefined; replaces: boolean; rotate: Rotate; onClose: () => void }) {
  const [secret, setSecret] = useState("");
  const failure = apiError(rotate.error);
  const submit = () => rotate.mutate(secret, { onSuccess: onClose });
  return (
    <FormDialog title="The secret for signatures" hint={replaces ? "The current secret stops working at once." : undefined} verb="Save the secret" busy={rotate.isPending} failure={failure} fields={["/secret"]} onSubmit={submit} onClose={onClose}>
      <TextField label="Secret" hint={field && `At the sender: ${field}.`} type="password" autoComplete="off" mono value={secret} error={failure?.fields.find(({ pointer }) => pointer === "/secret")?.message} onText={setSecret} />
    </FormDialog>
  );
}

/** What to enter at the sender. */
function SetUp({ trigger, status }: { trigger: TriggerWebhook; status: TriggerStatus }) {
  const words = WEBHOOK_SENDERS[trigger.sender ?? UNDECLARED.sender];
  const signed = trigger.proof === "signature";
  const address = status.url ? new URL(status.url, location.origin).href : "";
  return (
    <details className="mt-1">
      <summary className="cursor-pointer py-1 text-sm font-medium">{trigger.sender && trigger.sender !== "orc" ? `How to set it up at ${trigger.sender === "generic" ? "the sender" : words.word}` : "How to call it"}</summary>
      <dl className="grid gap-x-3 gap-y-1 text-xs sm:grid-cols-[auto_minmax(0,1fr)]">
        <dt className="text-muted">Where</dt>
        <dd>{words.where}</dd>
        <dt className="text-muted first-letter:uppercase">{words.address}</dt>
        <dd className="min-w-0">{signed ? <CommandLine text={address} label="Copy the address" /> : "The secret address that Orc showed when it was made."}</dd>
        <dt className="text-muted">Content type</dt>
        <dd>application/json</dd>
        {signed && (
          <>
            <dt className="text-muted">Secret</dt>
            <dd>{words.secret === "given" ? `The sender makes it: ${words.secretField}. Enter it here.` : `Enter the secret of this trigger in the field: ${words.secretField}.`}</dd>
          </>
        )}
        {words.more && (
          <>
            <dt className="text-muted">Note</dt>
            <dd>{words.more}</dd>
          </>
        )}
      </dl>
    </details>
  );
}

/** What to paste into the job, with a word in place of the address, which is shown only once. */
function HowToPing() {
  return (
    <details className="mt-1">
      <summary className="cursor-pointer py-1 text-sm font-medium">How the job calls it</summary>
      <Lines address="ADDRESS" />
      <p className="mt-2 text-xs text-muted">
        After the address, /start tells that the job begins, nothing that it succeeded, /fail that it failed, /3 its exit code, and /log adds to the log. What it sends becomes the log. Add ?rid= and the same UUID to start and end if the
        job may run several times at once.
      </p>
    </details>
  );
}

function Lines({ address }: { address: string }) {
  return heartbeatLines(address).map(({ title, text }) => <Copyable key={title} title={title} text={text} label={`Copy: ${title}`} />);
}

function Shown({ made, url, trigger, heartbeat }: { made: TriggerSecret; url: string | null; trigger: TriggerWebhook; heartbeat: boolean }) {
  const address = url ? new URL(url, location.origin).href : "";
  const orc = (trigger.sender ?? UNDECLARED.sender) === "orc";
  return (
    <div className="flex flex-col gap-3 text-sm">
      {url && <Copyable title="Address" text={address} label="Copy the address" />}
      {made.secret && <Copyable title="Secret" text={made.secret} label="Copy the secret" />}
      {made.verify_token && <Copyable title="Verify token" text={made.verify_token} label="Copy the verify token" />}
      {made.secret && orc && <p className="text-xs text-muted">Each call carries X-Orc-Timestamp (seconds since 1970) and X-Orc-Signature: sha256= and the HMAC-SHA256 of timestamp, a full stop and the body, in hex.</p>}
      {heartbeat && <Lines address={address} />}
      {url && !heartbeat && trigger.proof !== "signature" && <Copyable title="Try it" text={`curl -X POST ${address} -H "Content-Type: application/json" -d '{}'`} label="Copy the curl line" />}
    </div>
  );
}

function Copyable({ title, text, label }: { title: string; text: string; label: string }) {
  return (
    <div>
      <p className="font-medium">{title}</p>
      <CommandLine text={text} label={label} />
    </div>
  );
}
