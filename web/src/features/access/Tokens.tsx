import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { apiError, messagesAt } from "@/api/errors";
import { type Grant, type Role, type Token, tokenCreate, tokenRevoke, type TokenSummary } from "@/api/generated";
import { tokenListInfiniteOptions } from "@/api/generated/@tanstack/react-query.gen";
import { PAGED } from "@/api/pages";
import { Pages } from "@/shared/core/Pages";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { useSession } from "@/shared/access/session";
import { Badge } from "@/ui/text/Badge";
import { Button, IconButton } from "@/ui/Button";
import { Card } from "@/ui/layout/Card";
import { Confirm, Dialog } from "@/ui/layers/Dialog";
import { FormDialog } from "@/ui/layers/FormDialog";
import { CommandLine, Empty } from "@/ui/layout/Empty";
import { SelectField, TextField } from "@/ui/fields/Field";
import { DateTime } from "@/ui/text/Time";
import { say } from "@/ui/layers/toasts";
import { GrantFields, grantsWith } from "./GrantFields";
import { GRANTS, ROLES, roleRank } from "./roles";

const ENDS: [string, string][] = [
  ["30", "in 30 days"],
  ["90", "in 90 days"],
  ["365", "in a year"],
  ["", "never"],
];

/** Tokens for programs: one's own, or all of them for administrators. */
export function Tokens() {
  const tokens = useInfiniteQuery({ ...tokenListInfiniteOptions(), ...PAGED });
  const [adding, setAdding] = useState(false);
  const add = (
    <Button look="primary" icon={<Plus size={15} aria-hidden />} onClick={() => setAdding(true)}>
      New token
    </Button>
  );
  return (
    <Card title="Tokens" hint="For programs, for curl, and for orc on other machines." flush actions={add}>
      <Pages list={tokens} rows={4}>
        {(items) =>
          items.length === 0 ? (
            <Empty title="No tokens yet" cli="orc token create --name deploy --role operator">
              A program with a token may do what the token's role may do, until it expires or somebody revokes it.
            </Empty>
          ) : (
            <ul className="divide-y divide-line border-t border-line text-sm">
              {items.map((token) => (
                <Row key={token.id} token={token} />
              ))}
            </ul>
          )
        }
      </Pages>
      {adding && <NewToken onClose={() => setAdding(false)} />}
    </Card>
  );
}

function Row({ token }: { token: TokenSummary }) {
  const changed = useAskAgain("tokenList");
  const [asking, setAsking] = useState(false);
  const revoke = useMutation({
    mutationFn: async () => {
      await tokenRevoke({ path: { token: token.id }, throwOnError: true });
    },
    onSuccess: async () => {
      say(`The token ${token.name} is revoked.`);
      await changed();
    },
  });
  return (
    <li className="flex min-h-12 flex-wrap items-center gap-x-4 gap-y-0.5 px-4 py-1.5">
      <span className="w-40 min-w-0 truncate font-medium">{token.name}</span>
      <Badge tone={token.role === "admin" ? "run" : "idle"}>{token.role}</Badge>
      <span className="min-w-0 flex-1 basis-48 text-xs text-muted">
        by {token.created_by}, <DateTime at={token.created_at} plain /> · {token.last_used_at ? <>used <DateTime at={token.last_used_at} plain /></> : "never used"} ·{" "}
        {token.expires_at ? <>expires <DateTime at={token.expires_at} plain /></> : "never expires"}
      </span>
      <IconButton label={`Revoke ${token.name}`} icon={<Trash2 size={15} aria-hidden />} onClick={() => setAsking(true)} />
      <Confirm
        question={asking ? { title: `Revoke ${token.name}?`, text: "The server refuses it from now on. This cannot be undone.", verb: "Revoke the token", keep: "Keep the token", onYes: () => revoke.mutateAsync() } : null}
        onClose={() => setAsking(false)}
      />
    </li>
  );
}

function NewToken({ onClose }: { onClose: () => void }) {
  const session = useSession();
  const changed = useAskAgain("tokenList");
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("operator");
  const [grants, setGrants] = useState<Grant[]>([]);
  const [ends, setEnds] = useState("90");
  const mayGrant = GRANTS.map(([grant]) => grant).filter((grant) => session.permissions.includes(grant));
  const mine = ROLES.filter(([each]) => roleRank(each) <= roleRank(session.role));
  const create = useMutation({
    meta: { quiet: true },
    mutationFn: async () =>
      (await tokenCreate({ body: { name: name.trim(), role: roleRank(role) > roleRank(session.role) ? session.role : role, grants: grantsWith(role, grants), expires_days: ends === "" ? null : Number(ends) }, throwOnError: true })).data,
    onSuccess: () => changed(),
  });
  if (create.data) return <Made made={create.data} onClose={onClose} />;
  const failure = apiError(create.error);
  return (
    <FormDialog
      title="New token"
      verb="Create the token"
      failure={failure}
      fields={["/name", "/role", "/grants", "/expires_days"]}
      busy={create.isPending}
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      <TextField label="Name" required maxLength={100} hint="What it is for." value={name} onText={setName} error={messagesAt(failure, "/name")} />
      <SelectField label="Role" value={role} options={mine} onValue={setRole} error={messagesAt(failure, "/role")} />
      <GrantFields role={role} grants={grants} mine={mayGrant} onGrants={setGrants} />
      <SelectField label="Expires" value={ends} options={ENDS} onValue={setEnds} error={messagesAt(failure, "/expires_days")} />
    </FormDialog>
  );
}

function Made({ made, onClose }: { made: Token; onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} title={`Token ${made.name}`} hint="Copy it now. Orc cannot show it again." footer={<Button look="primary" onClick={onClose}>I have copied it</Button>}>
      <CommandLine text={made.secret} label="Copy the token" />
      <p className="mt-4 mb-1 text-sm text-muted">To try it:</p>
      <CommandLine text={`curl -H "Authorization: Bearer ${made.secret}" ${location.origin}/api/v1/tasks`} />
    </Dialog>
  );
}
