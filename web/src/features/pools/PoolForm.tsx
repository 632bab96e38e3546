import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { apiError, messagesAt } from "@/api/errors";
import { type Pool, poolCreate, type PoolDefinition, poolUpdate } from "@/api/generated";
import { poolDefinitionDefaults } from "@/api/generated/contract.gen";
import { NameField } from "@/shared/core/NameField";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { NumberField, TextField } from "@/ui/fields/Field";
import { FormDialog } from "@/ui/layers/FormDialog";
import { say } from "@/ui/layers/toasts";

/** A new pool, or a change of one. */
export function PoolForm({ pool, onClose }: { pool: Pool | null; onClose: () => void }) {
  const changed = useAskAgain("poolList");
  // What arrives while one types changes nothing: the version of the beginning goes with the change.
  const [held] = useState(pool);
  const [draft, setDraft] = useState<PoolDefinition>({ name: held?.name ?? "", description: held?.description ?? poolDefinitionDefaults.description, capacity: held?.capacity ?? 1 });
  const set = (change: Partial<PoolDefinition>) => setDraft((old) => ({ ...old, ...change }));
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: async () =>
      held
        ? (await poolUpdate({ path: { pool: held.id }, headers: { "If-Match": `"${held.version}"` }, body: draft, throwOnError: true })).data
        : (await poolCreate({ body: draft, throwOnError: true })).data,
    onSuccess: async (saved) => {
      say(`The pool ${saved.name} is saved.`);
      onClose();
      await changed();
    },
  });
  const failure = apiError(save.error);
  return (
    <FormDialog
      title={held ? `Pool ${held.name}` : "New pool"}
      hint="A task names its pool in its definition. Each of its runs takes as many places as the task says."
      verb="Save the pool"
      failure={failure}
      fields={["/name", "/description", "/capacity"]}
      busy={save.isPending}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <NameField value={draft.name} onText={(name) => set({ name })} error={messagesAt(failure, "/name")} />
      <TextField label="Description" value={draft.description ?? ""} onText={(description) => set({ description })} error={messagesAt(failure, "/description")} />
      <NumberField label="Places" required min={0} step={1} hint="0 closes the pool: nothing new starts in it." value={draft.capacity} onNumber={(capacity) => set({ capacity })} error={messagesAt(failure, "/capacity")} />
    </FormDialog>
  );
}
