import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Import, Pencil, Plus, RefreshCw, Trash2 } from "lucide-react";
import { useState } from "react";
import { type Credential, credentialDelete } from "@/api/generated";
import { credentialListInfiniteOptions, credentialUsageOptions } from "@/api/generated/@tanstack/react-query.gen";
import { PAGED } from "@/api/pages";
import { paths } from "@/paths";
import { useDenied } from "@/shared/access/session";
import { Pages } from "@/shared/core/Pages";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { CREDENTIAL_KINDS } from "@/shared/credentials/kinds";
import { Button, IconButton } from "@/ui/Button";
import { Confirm } from "@/ui/layers/Dialog";
import { say } from "@/ui/layers/toasts";
import { Card } from "@/ui/layout/Card";
import { Empty } from "@/ui/layout/Empty";
import { Page } from "@/ui/layout/Page";
import { Badge } from "@/ui/text/Badge";
import { DateTime, useNow } from "@/ui/text/Time";
import { EditCredential, NewCredential, RotateCredential } from "./CredentialDialogs";
import { ImportDialog } from "./ImportDialog";
import { VaultCard } from "./VaultCard";

/** Credentials: named secrets that tasks use. Their values go in and never come out. */
export default function CredentialsPage() {
  const credentials = useInfiniteQuery({ ...credentialListInfiniteOptions(), ...PAGED, staleTime: 0 });
  const denied = useDenied("credentials:write");
  const deniedImport = useDenied("admin");
  const [adding, setAdding] = useState(false);
  const [importing, setImporting] = useState(false);
  const add = (
    <Button look="primary" icon={<Plus size={15} aria-hidden />} disabledReason={denied} onClick={() => setAdding(true)}>
      New credential
    </Button>
  );
  return (
    <Page
      title="Credentials"
      hint="Passwords, tokens and keys that tasks use. Orc stores them encrypted, masks them in logs, and never shows them."
      actions={
        <>
          <Button icon={<Import size={15} aria-hidden />} disabledReason={deniedImport} onClick={() => setImporting(true)}>
            Import
          </Button>
          {add}
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <VaultCard />
        <Card title="Credentials" flush>
          <Pages list={credentials} rows={4}>
            {(items) =>
              items.length === 0 ? (
                <Empty title="No credentials yet" cli="orc credential create --name shop-db --kind login -f values.yaml" action={add}>
                  A task names the credentials that it needs. Its process gets them as a variable, a private file or on standard input.
                </Empty>
              ) : (
                <ul className="divide-y divide-line border-t border-line text-sm">
                  {items.map((credential) => (
                    <Row key={credential.id} credential={credential} />
                  ))}
                </ul>
              )
            }
          </Pages>
        </Card>
      </div>
      {adding && <NewCredential onClose={() => setAdding(false)} />}
      {importing && <ImportDialog onClose={() => setImporting(false)} />}
    </Page>
  );
}

function Row({ credential }: { credential: Credential }) {
  const changed = useAskAgain("credentialList");
  const denied = useDenied("credentials:write");
  const [asking, setAsking] = useState<"edit" | "rotate" | "delete" | null>(null);
  const usage = useQuery(credentialUsageOptions({ path: { credential: credential.id } })).data;
  const remove = useMutation({
    mutationFn: async () => {
      await credentialDelete({ path: { credential: credential.id }, headers: { "If-Match": `"${credential.version}"` }, throwOnError: true });
    },
    onSuccess: async () => {
      say(`The credential ${credential.name} is deleted.`);
      await changed();
    },
  });
  const tasks = usage?.tasks ?? [];
  const channels = usage?.channels ?? [];
  const close = () => setAsking(null);
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-1 px-4 py-2">
      <div className="min-w-0 flex-1 basis-56">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-medium break-all">{credential.name}</span>
          <Badge>{CREDENTIAL_KINDS[credential.kind].word}</Badge>
          <Expiry at={credential.expires_at} />
        </p>
        {credential.description && <p className="text-xs text-muted">{credential.description}</p>}
      </div>
      <div className="min-w-0 flex-1 basis-64 text-xs text-muted">
        <p>
          {usage && tasks.length + channels.length === 0 && "Nothing uses it."}
          {tasks.length + channels.length > 0 && "Used by "}
          {tasks.map(({ task }, at) => (
            <span key={task}>
              {at > 0 && ", "}
              <Link {...paths.task(task)} className="text-text underline-offset-2 hover:underline">
                {task}
              </Link>
            </span>
          ))}
          {channels.length > 0 && (
            <>
              {tasks.length > 0 && ", "}
              <Link {...paths.channels()} className="text-text underline-offset-2 hover:underline">
                {channels.length === 1 ? `channel ${channels[0]}` : `channels ${channels.join(", ")}`}
              </Link>
            </>
          )}
        </p>
        <p>
          {credential.last_used_at ? <>last used <DateTime at={credential.last_used_at} plain /></> : "never used"} · value {credential.value_version} given <DateTime at={credential.rotated_at} plain /> · changed by{" "}
          {credential.changed_by}
        </p>
      </div>
      <div className="flex">
        <IconButton label={`Rotate ${credential.name}`} icon={<RefreshCw size={15} aria-hidden />} disabledReason={denied} onClick={() => setAsking("rotate")} />
        <IconButton label={`Edit ${credential.name}`} icon={<Pencil size={15} aria-hidden />} disabledReason={denied} onClick={() => setAsking("edit")} />
        <IconButton label={`Delete ${credential.name}`} icon={<Trash2 size={15} aria-hidden />} disabledReason={denied ?? (tasks.length + channels.length > 0 ? "It is used. Change what uses it first." : undefined)} onClick={() => setAsking("delete")} />
      </div>
      {asking === "edit" && <EditCredential credential={credential} onClose={close} />}
      {asking === "rotate" && <RotateCredential credential={credential} onClose={close} />}
      <Confirm
        question={asking === "delete" ? { title: `Delete the credential ${credential.name}?`, text: "Its value is gone for good. This cannot be undone.", verb: "Delete the credential", keep: "Keep the credential", onYes: () => remove.mutateAsync() } : null}
        onClose={close}
      />
    </li>
  );
}

/** Two weeks, in milliseconds: a credential that expires sooner should be renewed. */
const SOON = 14 * 86_400_000;

function Expiry({ at }: { at: string | null | undefined }) {
  const now = useNow();
  if (!at) return null;
  const left = new Date(at).getTime() - now;
  if (left < 0) return <Badge tone="fail">expired</Badge>;
  return <Badge tone={left < SOON ? "warn" : "idle"}>{`valid until ${at.slice(0, 10)}`}</Badge>;
}
