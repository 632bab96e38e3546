import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { apiError, messagesAt } from "@/api/errors";
import { type Credential, credentialCreate, type CredentialKind, credentialRotate, credentialUpdate } from "@/api/generated";
import { NameField } from "@/shared/core/NameField";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { CREDENTIAL_KINDS, KIND_OPTIONS, valuesOf } from "@/shared/credentials/kinds";
import { SelectField, TextField } from "@/ui/fields/Field";
import { FormDialog } from "@/ui/layers/FormDialog";
import { say } from "@/ui/layers/toasts";
import { ValueFields } from "./ValueFields";

/** The instant at the end of a chosen day in UTC; null if none was chosen. */
const endOf = (day: string): string | null => (day === "" ? null : `${day}T23:59:59Z`);
const dayOf = (at: string | null | undefined): string => at?.slice(0, 10) ?? "";

function told(saved: Credential) {
  say(saved.warnings.length === 0 ? `The credential ${saved.name} is saved.` : `The credential ${saved.name} is saved. ${saved.warnings.map(({ text }) => text).join(" ")}`);
}

/** A new credential. */
export function NewCredential({ onClose }: { onClose: () => void }) {
  const changed = useAskAgain("credentialList", "vaultView");
  const [name, setName] = useState("");
  const [kind, setKind] = useState<CredentialKind>("generic");
  const [description, setDescription] = useState("");
  const [expires, setExpires] = useState("");
  const [values, setValues] = useState<Record<string, string>>({});
  const create = useMutation({
    meta: { quiet: true },
    mutationFn: async () => (await credentialCreate({ body: { name: name.trim(), kind, description, expires_at: endOf(expires), ...valuesOf(kind, values) }, throwOnError: true })).data,
    onSuccess: async (saved) => {
      told(saved);
      onClose();
      await changed();
    },
  });
  const failure = apiError(create.error);
  const pointers = CREDENTIAL_KINDS[kind].fields.map(({ name: field }) => (CREDENTIAL_KINDS[kind].fields.length === 1 ? "/value" : `/values/${field}`));
  return (
    <FormDialog
      title="New credential"
      hint="Orc stores the value encrypted. Tasks can use it; nobody can read it here again."
      verb="Save the credential"
      failure={failure}
      fields={["/name", "/kind", "/description", "/expires_at", ...pointers]}
      busy={create.isPending}
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      <NameField value={name} onText={setName} error={messagesAt(failure, "/name")} />
      <SelectField label="Kind" value={kind} options={KIND_OPTIONS} onValue={setKind} error={messagesAt(failure, "/kind")} />
      <ValueFields kind={kind} values={values} onValues={setValues} at={(pointer) => messagesAt(failure, pointer)} />
      <TextField label="Description" hint="What it is for." value={description} onText={setDescription} error={messagesAt(failure, "/description")} />
      <TextField label="Valid until" type="date" hint="If you know when it has to be renewed." value={expires} onText={setExpires} error={messagesAt(failure, "/expires_at")} />
    </FormDialog>
  );
}

/** Another name, description or expiry. The value stays. */
export function EditCredential({ credential, onClose }: { credential: Credential; onClose: () => void }) {
  const changed = useAskAgain("credentialList", "credentialView");
  const [held] = useState(credential);
  const [name, setName] = useState(held.name);
  const [description, setDescription] = useState(held.description);
  const [expires, setExpires] = useState(dayOf(held.expires_at));
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: async () => {
      const expires_at = expires === dayOf(held.expires_at) ? (held.expires_at ?? null) : endOf(expires);
      return (await credentialUpdate({ path: { credential: held.id }, headers: { "If-Match": `"${held.version}"` }, body: { name: name.trim(), description, expires_at }, throwOnError: true })).data;
    },
    onSuccess: async (saved) => {
      told(saved);
      onClose();
      await changed();
    },
  });
  const failure = apiError(save.error);
  return (
    <FormDialog title={`Credential ${held.name}`} hint="The value stays. To change it, rotate the credential." verb="Save the credential" failure={failure} fields={["/name", "/description", "/expires_at"]} busy={save.isPending} onSubmit={() => save.mutate()} onClose={onClose}>
      <NameField hint="A credential that tasks use cannot be renamed." value={name} onText={setName} error={messagesAt(failure, "/name")} />
      <TextField label="Description" value={description} onText={setDescription} error={messagesAt(failure, "/description")} />
      <TextField label="Valid until" type="date" value={expires} onText={setExpires} error={messagesAt(failure, "/expires_at")} />
    </FormDialog>
  );
}

/** A new value. */
export function RotateCredential({ credential, onClose }: { credential: Credential; onClose: () => void }) {
  const changed = useAskAgain("credentialList", "credentialView");
  const [held] = useState(credential);
  const [values, setValues] = useState<Record<string, string>>({});
  const [expires, setExpires] = useState("");
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: async () =>
      (await credentialRotate({ path: { credential: held.id }, headers: { "If-Match": `"${held.version}"` }, body: { ...valuesOf(held.kind, values), expires_at: endOf(expires) }, throwOnError: true })).data,
    onSuccess: async (saved) => {
      told(saved);
      onClose();
      await changed();
    },
  });
  const failure = apiError(save.error);
  const fields = CREDENTIAL_KINDS[held.kind].fields;
  return (
    <FormDialog
      title={`New value for ${held.name}`}
      hint="Runs that start from now on use it. Runs in progress keep the value that they have."
      verb="Save the new value"
      failure={failure}
      fields={["/expires_at", ...fields.map(({ name }) => (fields.length === 1 ? "/value" : `/values/${name}`))]}
      busy={save.isPending}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <ValueFields kind={held.kind} values={values} onValues={setValues} at={(pointer) => messagesAt(failure, pointer)} />
      <TextField label="Valid until" type="date" hint="If you know when it has to be renewed." value={expires} onText={setExpires} error={messagesAt(failure, "/expires_at")} />
    </FormDialog>
  );
}
