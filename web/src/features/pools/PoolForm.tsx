import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { apiError, messagesAt } from "@/api/errors";
import { type Pool, poolCreate, type PoolDefinition, poolUpdate } from "@/api/generated";
import { poolListQueryKey } from "@/api/generated/@tanstack/react-query.gen";
import { NotSaved } from "@/shared/core/NotSaved";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/layers/Dialog";
import { NumberField, TextField } from "@/ui/fields/Field";
import { say } from "@/ui/layers/toasts";

/** A new pool, or a change of one. */
export function PoolForm({ pool, onClose }: { pool: Pool | null; onClose: () => void }) {
  const queries = useQueryClient();
  // What arrives while one types changes nothing: the version of the beginning goes with the change.
  const [held] = useState(pool);
  const [draft, setDraft] = useState<PoolDefinition>({ name: held?.name ?? "", description: held?.description ?? "", capacity: held?.capacity ?? 1 });
  const set = (change: Partial<PoolDefinition>) => setDraft((old) => ({ ...old, ...change }));
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: async () =>
      held
        ? (await poolUpdate({ path: { pool: held.id }, headers: { "If-Match": `"${held.version}"` }, body: draft, throwOnError: true })).data
        : (await poolCreate({ body: draft, throwOnError: true })).data,
    onSuccess: async (saved) => {
      say(`The pool ${saved.name} is saved.`);
      await queries.invalidateQueries({ queryKey: poolListQueryKey({ query: { limit: 500 } }) });
      onClose();
    },
  });
  const failure = apiError(save.error);
  return (
    <Dialog open onClose={onClose} title={held ? `Pool ${held.name}` : "New pool"} hint="Tasks name their pool in their definition; each run takes as many places as its weight.">
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        {failure && failure.fields.length === 0 && <NotSaved failure={failure} />}
        <TextField label="Name" hint="a-z, 0-9, . _ -" required maxLength={100} value={draft.name} onText={(name) => set({ name })} error={messagesAt(failure, "/name")} />
        <TextField label="Description" value={draft.description ?? ""} onText={(description) => set({ description })} error={messagesAt(failure, "/description")} />
        <NumberField label="Places" required min={0} step={1} hint="0 closes the pool: nothing new starts in it." value={draft.capacity} onNumber={(capacity) => set({ capacity })} error={messagesAt(failure, "/capacity")} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Not now</Button>
          <Button type="submit" look="primary" busy={save.isPending}>
            Save the pool
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
