import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Ellipsis, KeyRound, Plus, Power, Shield, Trash2 } from "lucide-react";
import { useState } from "react";
import { apiError, messagesAt } from "@/api/errors";
import { type Role, type User, type UserUpdate, userCreate, userDelete, userUpdate } from "@/api/generated";
import { userListOptions, userListQueryKey } from "@/api/generated/@tanstack/react-query.gen";
import { Loaded } from "@/shared/core/Loaded";
import { useSession } from "@/shared/access/session";
import { Badge } from "@/ui/text/Badge";
import { Button, buttonClass } from "@/ui/Button";
import { Card } from "@/ui/layout/Card";
import { Confirm, Dialog } from "@/ui/layers/Dialog";
import { Failure } from "@/ui/layout/Empty";
import { SelectField, TextField } from "@/ui/fields/Field";
import { Menu } from "@/ui/layers/Menu";
import { DateTime } from "@/ui/text/Time";
import { say } from "@/ui/layers/toasts";
import { ROLES } from "./roles";

const LIST = { query: { limit: 500 } };

function useUsersChanged() {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: userListQueryKey(LIST) });
}

/** All users; new ones, their role, their password. */
export function Users() {
  const users = useQuery(userListOptions(LIST));
  const [adding, setAdding] = useState(false);
  return (
    <Card
      title="Users"
      flush
      actions={
        <Button look="primary" icon={<Plus size={15} aria-hidden />} onClick={() => setAdding(true)}>
          New user
        </Button>
      }
    >
      <Loaded query={users} rows={4}>
        {(page) => (
          <ul className="divide-y divide-line border-t border-line text-sm">
            {page.items.map((user) => (
              <Row key={user.id} user={user} />
            ))}
          </ul>
        )}
      </Loaded>
      {adding && <NewUser onClose={() => setAdding(false)} />}
    </Card>
  );
}

function Row({ user }: { user: User }) {
  const session = useSession();
  const changed = useUsersChanged();
  const [asking, setAsking] = useState<"role" | "password" | "delete" | null>(null);
  const update = useMutation({
    mutationFn: async (body: UserUpdate) => (await userUpdate({ path: { user: user.id }, body, throwOnError: true })).data,
    onSuccess: changed,
  });
  const remove = useMutation({
    mutationFn: async () => {
      await userDelete({ path: { user: user.id }, throwOnError: true });
    },
    onSuccess: async () => {
      say(`${user.name} is deleted.`);
      await changed();
    },
  });
  const self = session.via === "user" && session.name === user.name;
  const notSelf = self ? "This is you." : undefined;
  return (
    <li className="flex min-h-12 flex-wrap items-center gap-x-4 gap-y-0.5 px-4 py-1.5">
      <span className="w-40 min-w-0 truncate font-medium">{user.name}</span>
      <Badge tone={user.role === "admin" ? "run" : "idle"}>{user.role}</Badge>
      {user.disabled && <Badge tone="warn">may not log in</Badge>}
      {self && <span className="text-xs text-muted">you</span>}
      <span className="flex-1" />
      <span className="text-xs text-muted">{user.last_login_at ? <>last login <DateTime at={user.last_login_at} plain /></> : "never logged in"}</span>
      <Menu
        trigger={
          <button type="button" aria-label={`More for ${user.name}`} className={buttonClass("quiet", "min-w-8 px-0!")}>
            <Ellipsis size={16} aria-hidden />
          </button>
        }
        items={[
          { label: "Change the role…", icon: <Shield size={14} />, disabledReason: notSelf, onSelect: () => setAsking("role") },
          { label: "Set a new password…", icon: <KeyRound size={14} />, onSelect: () => setAsking("password") },
          {
            label: user.disabled ? "Let log in" : "Do not let log in",
            icon: <Power size={14} />,
            disabledReason: notSelf,
            onSelect: () => update.mutate({ disabled: !user.disabled }),
          },
          null,
          { label: "Delete…", icon: <Trash2 size={14} />, danger: true, disabledReason: notSelf, onSelect: () => setAsking("delete") },
        ]}
      />
      {asking === "role" && <RoleDialog user={user} onClose={() => setAsking(null)} onRole={(role) => update.mutateAsync({ role })} />}
      {asking === "password" && <PasswordDialog user={user} onClose={() => setAsking(null)} />}
      <Confirm
        question={asking === "delete" ? { title: `Delete ${user.name}?`, text: "Their sessions end at once. What they did stays in the audit.", verb: "Delete the user", onYes: () => remove.mutateAsync() } : null}
        onClose={() => setAsking(null)}
      />
    </li>
  );
}

function RoleDialog({ user, onClose, onRole }: { user: User; onClose: () => void; onRole: (role: Role) => Promise<unknown> }) {
  const [role, setRole] = useState(user.role);
  return (
    <Dialog open onClose={onClose} title={`Role of ${user.name}`}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void onRole(role).then(onClose, () => undefined);
        }}
      >
        <SelectField label="Role" value={role} options={ROLES} onValue={setRole} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Not now</Button>
          <Button type="submit" look="primary">
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function PasswordDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const [password, setPassword] = useState("");
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: async () => (await userUpdate({ path: { user: user.id }, body: { password }, throwOnError: true })).data,
    onSuccess: () => {
      say(`${user.name} has a new password; their sessions have ended.`);
      onClose();
    },
  });
  const failure = apiError(save.error);
  return (
    <Dialog open onClose={onClose} title={`New password for ${user.name}`} hint="All their sessions end.">
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        {failure && failure.fields.length === 0 && <Failure title={failure.title} detail={failure.message} />}
        <TextField label="Password" type="password" autoComplete="new-password" required minLength={10} hint="At least 10 characters." value={password} onText={setPassword} error={messagesAt(failure, "/password")} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Not now</Button>
          <Button type="submit" look="primary" busy={save.isPending}>
            Set it
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function NewUser({ onClose }: { onClose: () => void }) {
  const changed = useUsersChanged();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [password, setPassword] = useState("");
  const create = useMutation({
    meta: { quiet: true },
    mutationFn: async () => (await userCreate({ body: { name: name.trim(), role, password }, throwOnError: true })).data,
    onSuccess: async (user) => {
      say(`${user.name} can log in.`);
      onClose();
      await changed();
    },
  });
  const failure = apiError(create.error);
  return (
    <Dialog open onClose={onClose} title="New user">
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        {failure && failure.fields.length === 0 && <Failure title={failure.title} detail={failure.message} />}
        <TextField label="Name" required hint="Small letters, digits, . _ - @" autoCapitalize="none" value={name} onText={setName} error={messagesAt(failure, "/name")} />
        <SelectField label="Role" value={role} options={ROLES} onValue={setRole} error={messagesAt(failure, "/role")} />
        <TextField label="First password" type="password" autoComplete="new-password" required minLength={10} hint="At least 10 characters; tell it to them on another way." value={password} onText={setPassword} error={messagesAt(failure, "/password")} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Not now</Button>
          <Button type="submit" look="primary" busy={create.isPending}>
            Create the user
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
