import { useMutation } from "@tanstack/react-query";
import { Send } from "lucide-react";
import { useState } from "react";
import { apiError, messagesAt } from "@/api/errors";
import { type Channel, channelCreate, type ChannelDefinition, type ChannelKind, channelProbe, channelUpdate, type MailSecurity } from "@/api/generated";
import { useRested } from "@/lib/useRested";
import { NameField } from "@/shared/core/NameField";
import { NameSearch } from "@/shared/core/NameSearch";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { useCredentials } from "@/shared/credentials/CredentialField";
import { CHANNEL_KINDS, CHANNEL_OPTIONS, type TargetField } from "@/shared/notify/channels";
import { Button } from "@/ui/Button";
import { NumberField, SelectField, TextArea, TextField } from "@/ui/fields/Field";
import { KeyValueEditor, ListEditor, type Pairs } from "@/ui/fields/Lists";
import { FormDialog } from "@/ui/layers/FormDialog";
import { say } from "@/ui/layers/toasts";
import { Conversation } from "./Conversation";
import { blank, type Draft, draftOf, SECURITIES, targetOf, type Value } from "./target";

/** A new channel, or a change of one. It can be tested before it is saved. */
export function ChannelForm({ channel, onClose }: { channel: Channel | null; onClose: () => void }) {
  const changed = useAskAgain("channelList", "channelView", "credentialUsage");
  // What arrives while one types changes nothing: the version of the beginning goes with the change.
  const [held] = useState(channel);
  const [name, setName] = useState(held?.name ?? "");
  const [description, setDescription] = useState(held?.description ?? "");
  const [kind, setKind] = useState<ChannelKind>(held?.kind ?? "mail");
  const [draft, setDraft] = useState<Draft>(() => (held ? draftOf(held.target) : blank("mail")));
  const definition = (): ChannelDefinition => ({ name: name.trim(), description, enabled: held?.enabled ?? true, target: targetOf(kind, draft) });
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: async () =>
      held
        ? (await channelUpdate({ path: { channel: held.id }, headers: { "If-Match": `"${held.version}"` }, body: definition(), throwOnError: true })).data
        : (await channelCreate({ body: definition(), throwOnError: true })).data,
    onSuccess: async (saved) => {
      say(saved.health === "unproven" ? `The channel ${saved.name} is saved. Nothing has been sent through it yet.` : `The channel ${saved.name} is saved.`);
      onClose();
      await changed();
    },
  });
  const attempt = useMutation({
    meta: { quiet: true },
    mutationFn: async () => (await channelProbe({ body: definition(), throwOnError: true })).data,
  });
  const failure = apiError(save.error) ?? apiError(attempt.error);
  const fields = CHANNEL_KINDS[kind].fields;
  const forget = () => {
    save.reset();
    attempt.reset();
  };
  return (
    <FormDialog
      title={held ? `Channel ${held.name}` : "New channel"}
      hint="Where notifications go. Secrets are credentials; a channel only names them."
      wide
      verb="Save the channel"
      failure={failure}
      fields={["/name", "/description", ...fields.map((field) => `/target/${field.name}`)]}
      busy={save.isPending}
      onSubmit={() => {
        attempt.reset();
        save.mutate();
      }}
      onClose={onClose}
    >
      <NameField value={name} onText={setName} error={messagesAt(failure, "/name")} />
      <SelectField
        label="Kind"
        value={kind}
        options={CHANNEL_OPTIONS}
        onValue={(next) => {
          forget();
          setKind(next);
          setDraft(held?.kind === next ? draftOf(held.target) : blank(next));
        }}
      />
      {fields.map((field) => (
        <Field key={field.name} field={field} value={draft[field.name] ?? ""} onValue={(value) => setDraft((old) => ({ ...old, [field.name]: value }))} at={(pointer) => messagesAt(failure, pointer)} />
      ))}
      <TextField label="Description" hint="What the channel is for." value={description} onText={setDescription} error={messagesAt(failure, "/description")} />
      <div className="flex flex-col gap-2 rounded-md border border-line p-3">
        <Button
          className="self-start"
          icon={<Send size={14} aria-hidden />}
          busy={attempt.isPending}
          onClick={() => {
            save.reset();
            attempt.mutate();
          }}
        >
          Send a test now
        </Button>
        {attempt.data ? <Conversation test={attempt.data} /> : <p className="text-xs text-muted">The test goes out as the form stands. Nothing is saved.</p>}
      </div>
    </FormDialog>
  );
}

function Field({ field, value, onValue, at }: { field: TargetField; value: Value; onValue: (value: Value) => void; at: (pointer: string) => string | undefined }) {
  const pointer = `/target/${field.name}`;
  const { label, hint, required, placeholder } = field;
  switch (field.type) {
    case "number":
      return required ? (
        <NumberField label={label} required hint={hint} min={1} max={65_535} step={1} value={value as number} onNumber={onValue} error={at(pointer)} />
      ) : (
        <NumberField label={label} optional hint={hint} min={1} step={1} value={value === "" ? null : (value as number)} onNumber={(next) => onValue(next ?? "")} error={at(pointer)} />
      );
    case "security":
      return <SelectField label={label} value={value as MailSecurity} options={SECURITIES} onValue={onValue} error={at(pointer)} />;
    case "credential":
      return <CredentialField field={field} value={value as string} onValue={onValue} error={at(pointer)} />;
    case "list":
      return (
        <div className="flex flex-col gap-1">
          <ListEditor label={label} items={value as string[]} onItems={onValue} addLabel={field.add ?? "Add"} {...(placeholder ? { placeholder } : {})} errorAt={(place) => at(`${pointer}/${place}`)} />
          {hint && <p className="text-xs text-muted">{hint}</p>}
          {at(pointer) && <p className="text-xs font-medium text-fail">{at(pointer)}</p>}
        </div>
      );
    case "pairs":
      return <KeyValueEditor label={label} pairs={value as Pairs} onPairs={onValue} addLabel="Add a header" errorAt={(name) => at(`${pointer}/${name}`)} />;
    case "lines":
      return <TextArea label={label} mono rows={4} hint={hint} value={value as string} onText={onValue} error={at(pointer)} />;
    case "text":
      return <TextField label={label} required={required} hint={hint} placeholder={placeholder} value={value as string} onText={onValue} error={at(pointer)} />;
  }
}

function CredentialField({ field: { label, hint, required }, value, onValue, error }: { field: TargetField; value: string; onValue: (value: string) => void; error: string | undefined }) {
  const found = useCredentials(useRested(value.trim(), 200)).data?.items ?? [];
  return <NameSearch label={label} required={required} hint={hint} placeholder="Search for a credential" names={found.map(({ name }) => name)} value={value} error={error} onText={(text) => onValue(text.trim())} />;
}
