import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { apiError, messagesAt } from "@/api/errors";
import { type Role, type User, userCreate, userUpdate } from "@/api/generated";
import { loginNameRule } from "@/api/generated/contract.gen";
import { NameField } from "@/shared/core/NameField";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { SelectField, TextField } from "@/ui/fields/Field";
import { FormDialog } from "@/ui/layers/FormDialog";
import { say } from "@/ui/layers/toasts";
import { ROLES } from "./roles";

/** Another role for a user. */
export function RoleDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const changed = useAskAgain("userList");
  const [role, setRole] = useState(user.role);
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: async () => (await userUpdate({ path: { user: user.id }, body: { role }, throwOnError: true })).data,
    onSuccess: async () => {
      onClose();
      await changed();
    },
  });
  const failure = apiError(save.error);
  return (
    <FormDialog title={`Role of ${user.name}`} verb="Save the role" failure={failure} fields={["/role"]} busy={save.isPending} onSubmit={() => save.mutate()} onClose={onClose}>
      <SelectField label="Role" value={role} options={ROLES} onValue={setRole} error={messagesAt(failure, "/role")} />
    </FormDialog>
  );
}

/** A new password for a user who has lost theirs. */
export function PasswordDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const [password, setPassword] = useState("");
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: async () => (await userUpdate({ path: { user: user.id }, body: { password }, throwOnError: true })).data,
    onSuccess: () => {
      say(`${user.name} has a new password and is logged out everywhere.`);
      onClose();
    },
  });
  const failure = apiError(save.error);
  return (
    <FormDialog
      title={`New password for ${user.name}`}
      hint="This logs them out everywhere."
      verb="Set the password"
      failure={failure}
      fields={["/password"]}
      busy={save.isPending}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <TextField label="Password" type="password" autoComplete="new-password" required minLength={10} hint="At least 10 characters." value={password} onText={setPassword} error={messagesAt(failure, "/password")} />
    </FormDialog>
  );
}

/** A new user. */
export function NewUserDialog({ onClose }: { onClose: () => void }) {
  const changed = useAskAgain("userList");
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
    <FormDialog
      title="New user"
      verb="Create the user"
      failure={failure}
      fields={["/name", "/role", "/password"]}
      busy={create.isPending}
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      <NameField rule={loginNameRule} value={name} onText={setName} error={messagesAt(failure, "/name")} />
      <SelectField label="Role" value={role} options={ROLES} onValue={setRole} error={messagesAt(failure, "/role")} />
      <TextField
        label="First password"
        type="password"
        autoComplete="new-password"
        required
        minLength={10}
        hint="At least 10 characters. Pass it on in person or by phone; they can change it under Account."
        value={password}
        onText={setPassword}
        error={messagesAt(failure, "/password")}
      />
    </FormDialog>
  );
}
