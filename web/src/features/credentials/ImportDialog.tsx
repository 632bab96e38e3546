import { useMutation } from "@tanstack/react-query";
import { type ComponentProps, useState } from "react";
import { apiError, messagesAt } from "@/api/errors";
import { type CredentialImported, type CredentialImportResult, credentialImport, type ImportOutcome } from "@/api/generated";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { SelectField, TextArea, TextField } from "@/ui/fields/Field";
import { FormDialog } from "@/ui/layers/FormDialog";
import { say } from "@/ui/layers/toasts";
import { Badge } from "@/ui/text/Badge";

type Source = "database" | "export";

const SOURCES: readonly (readonly [Source, string])[] = [
  ["database", "Its database on the server"],
  ["export", "A text: JSON or CSV"],
];

const OUTCOMES: Record<ImportOutcome, { word: string; tone: NonNullable<ComponentProps<typeof Badge>["tone"]> }> = {
  imported: { word: "can be imported", tone: "ok" },
  present: { word: "there already", tone: "idle" },
  name_refused: { word: "needs another name", tone: "warn" },
  unreadable: { word: "unreadable", tone: "fail" },
};

const count = (all: readonly CredentialImported[], outcome: ImportOutcome) => all.filter((one) => one.outcome === outcome).length;

/** Brings over the credentials of Task Python Orchestrator: first a look at what would come, then the import. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const changed = useAskAgain("credentialList", "vaultView");
  const [source, setSource] = useState<Source>("database");
  const [database, setDatabase] = useState("");
  const [text, setText] = useState("");
  const [host, setHost] = useState("");
  const [password, setPassword] = useState("");
  const [names, setNames] = useState<Record<string, string>>({});
  const [found, setFound] = useState<CredentialImportResult | null>(null);
  const send = useMutation({
    meta: { quiet: true },
    mutationFn: async (dry_run: boolean) => {
      const from = source === "database" ? { database: database.trim() } : { export: text };
      const given = Object.fromEntries(Object.entries(names).filter(([original]) => found?.credentials.some((one) => one.original === original)));
      return (await credentialImport({ query: { dry_run }, body: { ...from, host_name: host.trim() || null, password: password || null, names: given }, throwOnError: true })).data;
    },
    onSuccess: async (result, dry) => {
      setFound(result);
      if (dry) return;
      const imported = count(result.credentials, "imported");
      say(imported === 1 ? "One credential is imported." : `${imported} credentials are imported.`);
      onClose();
      await changed();
    },
  });
  /** A source that changed must be looked at again. */
  const fresh = <T,>(set: (value: T) => void) => (value: T) => {
    set(value);
    setFound(null);
  };
  const failure = apiError(send.error);
  const at = (pointer: string) => messagesAt(failure, pointer);
  const ready = found ? count(found.credentials, "imported") : 0;
  const importing = found !== null && ready > 0;
  return (
    <FormDialog
      title="Import from Task Python Orchestrator"
      hint="Orc only reads the original and leaves it as it is. Credentials that exist here already stay too."
      wide
      verb={importing ? `Import ${ready} ${ready === 1 ? "credential" : "credentials"}` : "Look"}
      failure={failure}
      fields={["/database", "/export", "/host_name", "/password"]}
      busy={send.isPending}
      onSubmit={() => send.mutate(!importing)}
      onClose={onClose}
    >
      <SelectField label="Where they are" value={source} options={SOURCES} onValue={fresh(setSource)} />
      {source === "database" ? (
        <TextField label="Path of the database" required hint="On the machine of the server, such as /opt/orchestrator/data/orchestrator.db." value={database} onText={fresh(setDatabase)} error={at("/database")} />
      ) : (
        <TextArea label="Export" required mono rows={5} autoComplete="off" hint='CSV with the columns name and value, or JSON such as {"db_user": "ada"}.' value={text} onText={fresh(setText)} error={at("/export")} />
      )}
      <TextField label="Host name" hint="Of the machine on which the original ran, as the command hostname prints it there. Sealed values need it." value={host} onText={fresh(setHost)} error={at("/host_name")} />
      <TextField label="Master password" type="password" autoComplete="off" hint="Of the original. Plain values need none." value={password} onText={fresh(setPassword)} error={at("/password")} />
      {found && <Found all={found.credentials} names={names} onName={(original, name) => setNames({ ...names, [original]: name })} onLook={() => send.mutate(true)} />}
    </FormDialog>
  );
}

function Found({ all, names, onName, onLook }: { all: readonly CredentialImported[]; names: Record<string, string>; onName: (original: string, name: string) => void; onLook: () => void }) {
  return (
    <ul aria-label="Credentials of the original" className="divide-y divide-line rounded border border-line text-sm">
      {all.map((one) => (
        <li key={one.original} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
          <span className="font-medium break-all">{one.original}</span>
          <Badge tone={OUTCOMES[one.outcome].tone}>{OUTCOMES[one.outcome].word}</Badge>
          {one.problem && <p className="basis-full text-xs text-muted">{one.problem}</p>}
          {(one.outcome === "name_refused" || names[one.original] !== undefined) && (
            <TextField label={`Name of ${one.original} in Orc`} value={names[one.original] ?? ""} onText={(name) => onName(one.original, name)} onBlur={onLook} className="basis-full" />
          )}
        </li>
      ))}
    </ul>
  );
}
