import { useQuery } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import type { CredentialUse } from "@/api/generated";
import { credentialViewOptions } from "@/api/generated/@tanstack/react-query.gen";
import { useRested } from "@/lib/useRested";
import { useDenied } from "@/shared/access/session";
import { CredentialField, useCredentials } from "@/shared/credentials/CredentialField";
import { CREDENTIAL_KINDS } from "@/shared/credentials/kinds";
import { Button, IconButton } from "@/ui/Button";
import { SelectField, TextField } from "@/ui/fields/Field";
import { Part, type PartProps, Row } from "./FormParts";

type InjectKind = CredentialUse["inject"]["kind"];

const WAYS: [InjectKind, string][] = [
  ["env", "As a variable"],
  ["file", "As a private file"],
  ["stdin", "On standard input"],
];

/** A variable that fits the name of a credential. */
const variableOf = (name: string): string => name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, "_").replace(/^(?=[0-9])/, "_");

const injectOf = (kind: InjectKind, variable: string): CredentialUse["inject"] => (kind === "stdin" ? { kind } : { kind, variable });

/** The credentials that the process gets. An http task mentions them in its request. */
export function CredentialsPart({ draft, set, at }: PartProps) {
  const first = useCredentials("").data?.items[0];
  const denied = useDenied("credentials:use");
  const change = (place: number, use: CredentialUse) => set({ credentials: draft.credentials.map((old, each) => (each === place ? use : old)) });
  if (draft.kind === "http") {
    return (
      <Part id="credentials" title="Credentials" hint="Passwords, tokens and keys from Orc's vault.">
        <p className="text-sm text-muted">
          Write <code>{"${credential.NAME}"}</code> or <code>{"${credential.NAME:FIELD}"}</code> into the address, a header or the body. Orc puts the value in its place when it sends the request, and masks it in the log.
        </p>
        {at("/credentials") && <p className="text-xs font-medium text-fail">{at("/credentials")}</p>}
      </Part>
    );
  }
  return (
    <Part id="credentials" title="Credentials" hint="Passwords, tokens and keys from Orc's vault. Only this task's process gets them, and its log masks them.">
      {draft.credentials.map((use, place) => (
        // oxlint-disable-next-line react/no-array-index-key -- one credential may be there twice, in two fields
        <Use key={place} use={use} place={place} at={at} onUse={(next) => change(place, next)} onRemove={() => set({ credentials: draft.credentials.filter((_, each) => each !== place) })} />
      ))}
      <Button
        className="self-start"
        icon={<Plus size={14} aria-hidden />}
        disabledReason={denied ?? (first ? undefined : "There is no credential yet. Create one under Credentials.")}
        onClick={() => first && set({ credentials: [...draft.credentials, { name: first.name, field: null, inject: injectOf("env", variableOf(first.name)) }] })}
      >
        Add a credential
      </Button>
    </Part>
  );
}

function Use({ use, place, at, onUse, onRemove }: { use: CredentialUse; place: number; at: PartProps["at"]; onUse: (use: CredentialUse) => void; onRemove: () => void }) {
  // A name that is half typed belongs to no credential, and that is no failure.
  const rested = useRested(use.name, 300);
  const credential = useQuery({ ...credentialViewOptions({ path: { credential: rested } }), enabled: rested !== "", retry: false, refetchInterval: false }).data;
  const fields = credential?.name === use.name ? CREDENTIAL_KINDS[credential.kind].fields : [];
  const variable = use.inject.kind === "stdin" ? "" : use.inject.variable;
  return (
    <div className="flex flex-col gap-3 rounded-md border border-line p-3">
      <div className="flex items-end gap-2">
        <CredentialField
          className="flex-1"
          value={use.name}
          error={at(`/credentials/${place}/name`)}
          onText={(name) => onUse({ name, field: null, inject: injectOf(use.inject.kind, variable === variableOf(use.name) ? variableOf(name) : variable) })}
        />
        {fields.length > 1 && (
          <SelectField
            className="w-40"
            label="Field"
            value={use.field ?? "password"}
            options={fields.map(({ name, label }) => [name, label])}
            error={at(`/credentials/${place}/field`)}
            onValue={(field) => onUse({ ...use, field })}
          />
        )}
        <IconButton label={`Remove credential ${use.name}`} icon={<Trash2 size={15} aria-hidden />} onClick={onRemove} />
      </div>
      <Row>
        <SelectField label="How the process gets it" value={use.inject.kind} options={WAYS} error={at(`/credentials/${place}/inject`)} onValue={(kind) => onUse({ ...use, inject: injectOf(kind, variable || variableOf(use.name)) })} />
        {use.inject.kind !== "stdin" && (
          <TextField
            label={use.inject.kind === "file" ? "Variable with the file's path" : "Variable"}
            mono
            value={variable}
            error={at(`/credentials/${place}/inject/variable`)}
            onText={(text) => onUse({ ...use, inject: injectOf(use.inject.kind, text) })}
          />
        )}
      </Row>
    </div>
  );
}
