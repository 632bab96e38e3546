import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { Ellipsis, KeyRound, Plus, Power, Shield, Trash2 } from "lucide-react";
import { useState } from "react";
import { type User, type UserUpdate, userDelete, userUpdate } from "@/api/generated";
import { userListInfiniteOptions } from "@/api/generated/@tanstack/react-query.gen";
import { PAGED } from "@/api/pages";
import { Pages } from "@/shared/core/Pages";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { useSession } from "@/shared/access/session";
import { Badge } from "@/ui/text/Badge";
import { Button, buttonClass } from "@/ui/Button";
import { Card } from "@/ui/layout/Card";
import { Confirm } from "@/ui/layers/Dialog";
import { Menu } from "@/ui/layers/Menu";
import { DateTime } from "@/ui/text/Time";
import { say } from "@/ui/layers/toasts";
import { NewUserDialog, PasswordDialog, RoleDialog } from "./UserDialogs";

/** All users; new ones, their role, their password. */
export function Users() {
  const users = useInfiniteQuery({ ...userListInfiniteOptions(), ...PAGED });
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
      <Pages list={users} rows={4}>
        {(items) => (
          <ul className="divide-y divide-line border-t border-line text-sm">
            {items.map((user) => (
              <Row key={user.id} user={user} />
            ))}
          </ul>
        )}
      </Pages>
      {adding && <NewUserDialog onClose={() => setAdding(false)} />}
    </Card>
  );
}

function Row({ user }: { user: User }) {
  const session = useSession();
  const changed = useAskAgain("userList");
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
      {user.disabled && <Badge tone="warn">cannot log in</Badge>}
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
            label: user.disabled ? "Allow to log in" : "Block from logging in",
            icon: <Power size={14} />,
            disabledReason: notSelf,
            onSelect: () => update.mutate({ disabled: !user.disabled }),
          },
          null,
          { label: "Delete…", icon: <Trash2 size={14} />, danger: true, disabledReason: notSelf, onSelect: () => setAsking("delete") },
        ]}
      />
      {asking === "role" && <RoleDialog user={user} onClose={() => setAsking(null)} />}
      {asking === "password" && <PasswordDialog user={user} onClose={() => setAsking(null)} />}
      <Confirm
        question={asking === "delete" ? { title: `Delete ${user.name}?`, text: "This logs them out at once. The audit log keeps what they did.", verb: "Delete the user", keep: "Keep the user", onYes: () => remove.mutateAsync() } : null}
        onClose={() => setAsking(null)}
      />
    </li>
  );
}
