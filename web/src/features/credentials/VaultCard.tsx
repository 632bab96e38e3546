import { useMutation, useQuery } from "@tanstack/react-query";
import { KeyRound, LockOpen } from "lucide-react";
import { useState } from "react";
import { apiError, messagesAt } from "@/api/errors";
import { type Vault, vaultRotate, vaultUnseal } from "@/api/generated";
import { vaultViewOptions } from "@/api/generated/@tanstack/react-query.gen";
import { sentence } from "@/lib/words/sentence";
import { useDenied } from "@/shared/access/session";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { Button } from "@/ui/Button";
import { CheckField, TextField } from "@/ui/fields/Field";
import { FormDialog } from "@/ui/layers/FormDialog";
import { say } from "@/ui/layers/toasts";
import { Card } from "@/ui/layout/Card";
import { Badge } from "@/ui/text/Badge";

/** The vault: whether credentials can be used, and where its key comes from. */
export function VaultCard() {
  const vault = useQuery(vaultViewOptions()).data;
  const denied = useDenied("admin");
  const [dialog, setDialog] = useState<"unseal" | "rotate" | "forget" | null>(null);
  if (!vault || vault.key_kind === null || vault.key_kind === undefined) return null;
  const open = vault.state === "open";
  return (
    <Card
      title={
        <span className="flex items-center gap-2">
          Vault <Badge tone={open ? "ok" : "fail"}>{open ? "open" : vault.state}</Badge>
        </span>
      }
      actions={
        <>
          {vault.state === "sealed" && (
            <Button look="primary" icon={<LockOpen size={15} aria-hidden />} disabledReason={denied} onClick={() => setDialog("unseal")}>
              Unseal
            </Button>
          )}
          <Button icon={<KeyRound size={15} aria-hidden />} disabledReason={denied} onClick={() => setDialog(open ? "rotate" : "forget")}>
            {open ? "Change the key" : "The key is lost"}
          </Button>
        </>
      }
    >
      {vault.problem && <p className="mb-2 text-sm font-medium text-fail">{sentence(vault.problem.text)} Runs that need a credential wait.</p>}
      <p className="text-sm text-muted">{keyWords(vault)}</p>
      {dialog === "unseal" && <Unseal onClose={() => setDialog(null)} />}
      {(dialog === "rotate" || dialog === "forget") && <Rotate forget={dialog === "forget"} onClose={() => setDialog(null)} />}
    </Card>
  );
}

function keyWords(vault: Vault) {
  if (vault.key_kind === "passphrase") return "The key is made from a passphrase. Somebody gives it after each start of the server.";
  return (
    <>
      The key is in the file <code className="break-all">{vault.key_file}</code> on the server. Keep a copy of it apart from your backups: without it, nobody can read the credentials.
    </>
  );
}

function Unseal({ onClose }: { onClose: () => void }) {
  const changed = useAskAgain("vaultView", "runList");
  const [passphrase, setPassphrase] = useState("");
  const unseal = useMutation({
    meta: { quiet: true },
    mutationFn: async () => (await vaultUnseal({ body: { passphrase }, throwOnError: true })).data,
    onSuccess: async () => {
      say("The vault is open. Runs that waited for it start.");
      onClose();
      await changed();
    },
  });
  const failure = apiError(unseal.error);
  return (
    <FormDialog title="Unseal the vault" verb="Unseal" failure={failure} fields={["/passphrase"]} busy={unseal.isPending} onSubmit={() => unseal.mutate()} onClose={onClose}>
      <TextField label="Passphrase" type="password" autoComplete="off" required value={passphrase} onText={setPassphrase} error={messagesAt(failure, "/passphrase")} />
    </FormDialog>
  );
}

/** A new key. If the present one is lost, the values that only it opens are given up. */
function Rotate({ forget, onClose }: { forget: boolean; onClose: () => void }) {
  const changed = useAskAgain("vaultView", "runList");
  const [own, setOwn] = useState(false);
  const [passphrase, setPassphrase] = useState("");
  const [again, setAgain] = useState("");
  const rotate = useMutation({
    meta: { quiet: true },
    mutationFn: async () => (await vaultRotate({ body: { passphrase: own ? passphrase : null, forget_values: forget }, throwOnError: true })).data,
    onSuccess: async () => {
      say(forget ? "The vault has a new key. Give each credential a new value." : "The vault has a new key.");
      onClose();
      await changed();
    },
  });
  const failure = apiError(rotate.error);
  const differs = own && again !== "" && again !== passphrase ? "The two are not the same." : undefined;
  return (
    <FormDialog
      title={forget ? "Give up the values of all credentials?" : "Change the vault's key"}
      hint={
        forget
          ? "Only if the key is lost for good. The credentials stay, but each needs a new value, and runs that need one fail until then. This cannot be undone."
          : "All credentials are sealed with the new key at once. Older backups still need the old one, so its file stays."
      }
      verb={forget ? "Give up the values" : "Change the key"}
      look={forget ? "danger" : "primary"}
      failure={failure}
      fields={["/passphrase"]}
      busy={rotate.isPending}
      onSubmit={() => {
        if (!own || again === passphrase) rotate.mutate();
      }}
      onClose={onClose}
    >
      <CheckField label="Use a passphrase" hint="The server then starts sealed: runs that need a credential wait until somebody gives the passphrase." checked={own} onChecked={setOwn} />
      {own && (
        <>
          <TextField label="Passphrase" type="password" autoComplete="new-password" required minLength={12} hint="At least 12 characters. Nobody can recover it." value={passphrase} onText={setPassphrase} error={messagesAt(failure, "/passphrase")} />
          <TextField label="The same again" type="password" autoComplete="new-password" required value={again} onText={setAgain} error={differs} />
        </>
      )}
    </FormDialog>
  );
}
