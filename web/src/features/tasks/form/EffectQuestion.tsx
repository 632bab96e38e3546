import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { apiError } from "@/api/errors";
import { type TaskDefinition, taskEffect } from "@/api/generated";
import { EffectDialog } from "@/shared/forecast/EffectDialog";
import { Failure } from "@/ui/layout/Empty";
import { Skeleton } from "@/ui/layout/Skeleton";

/** Days that are looked ahead. */
const DAYS = 14;

/** Shows which slots a change adds, drops and moves before it is saved. A change that moves nothing is saved at once. */
export function EffectQuestion({ task, definition, onSave, onClose }: { task: string; definition: TaskDefinition; onSave: () => void; onClose: () => void }) {
  const effect = useQuery({
    queryKey: ["taskEffect", task, definition],
    queryFn: async ({ signal }) => (await taskEffect({ path: { task }, body: definition, query: { days: DAYS }, signal, throwOnError: true })).data,
    staleTime: 0,
    gcTime: 0,
    refetchInterval: false,
    retry: false,
  });
  const failure = apiError(effect.error);
  const { data } = effect;
  const nothing = data && data.appear_count + data.vanish_count + data.move_count === 0;
  // Saving a wrong definition fails and shows the faults beside the fields.
  const passes = nothing || failure?.status === 422;
  const saved = useRef(false);
  useEffect(() => {
    if (!passes || saved.current) return;
    saved.current = true;
    onSave();
  }, [passes, onSave]);
  if (passes) return null;
  return (
    <EffectDialog
      days={DAYS}
      effect={failure ? undefined : data}
      word={failure ? "Save without comparing" : "Save"}
      disabledReason={data || failure ? undefined : "Still comparing the slots."}
      onSave={onSave}
      onClose={onClose}
    >
      {failure ? <Failure title={failure.title} detail={failure.message} requestId={failure.requestId} onRetry={() => void effect.refetch()} /> : <Skeleton rows={6} />}
    </EffectDialog>
  );
}
