import { useMutation, useQuery } from "@tanstack/react-query";
import { ArrowRight } from "lucide-react";
import { apiError } from "@/api/errors";
import { type SimulationProposal, taskEffect, taskUpdate, taskView } from "@/api/generated";
import { EffectList, effectWords } from "@/shared/forecast/EffectList";
import { useTasksChanged } from "@/shared/tasks/taskActions";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/layers/Dialog";
import { Failure } from "@/ui/layout/Empty";
import { Skeleton } from "@/ui/layout/Skeleton";
import { say } from "@/ui/layers/toasts";
import { withProposal } from "./proposed";

/** Days that are looked ahead. */
const DAYS = 14;

/** Shows what a proposal does to the slots of its task and applies it to that version of the task. */
export function ProposalDialog({ proposal, onClose, onApplied }: { proposal: SimulationProposal; onClose: () => void; onApplied: () => void }) {
  const changed = useTasksChanged();
  const look = useQuery({
    queryKey: ["proposalEffect", proposal],
    queryFn: async ({ signal }) => {
      const { data: task } = await taskView({ path: { task: proposal.task }, signal, throwOnError: true });
      const definition = withProposal(task, proposal);
      if (!definition) return null;
      const { data: effect } = await taskEffect({ path: { task: task.name }, body: definition, query: { days: DAYS }, signal, throwOnError: true });
      return { task, definition, effect };
    },
    // Exactly what is shown gets applied, so the query never refreshes by itself.
    staleTime: "static",
    gcTime: 0,
    refetchInterval: false,
    refetchOnWindowFocus: false,
    retry: false,
  });
  const { data } = look;
  const apply = useMutation({
    meta: { quiet: true },
    mutationFn: async () => {
      if (!data) throw new Error("there is nothing to apply");
      const { task, definition } = data;
      return (await taskUpdate({ path: { task: task.id }, headers: { "If-Match": `"${task.version}"` }, body: definition, throwOnError: true })).data;
    },
    onSuccess: async (saved) => {
      say(`${saved.name} is saved as version ${saved.version}.`);
      onApplied();
      await changed(["taskList", "taskView", "taskVersionList", "planList", "planDays"]);
    },
  });
  const failure = apiError(look.error) ?? apiError(apply.error);
  const again = () => {
    apply.reset();
    void look.refetch();
  };
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={`${proposal.task}: what this changes in the next ${DAYS} days`}
      hint={data ? effectWords(data.effect) : "Comparing the slots before and after the change."}
      footer={
        <>
          <Button onClick={onClose}>Keep the schedule</Button>
          <Button look="primary" busy={apply.isPending} disabledReason={data && !look.isFetching ? undefined : "There is nothing to apply yet."} onClick={() => apply.mutate()}>
            Apply
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <p className="flex flex-wrap items-center gap-x-2 text-sm">
          <span className="text-muted line-through">{proposal.words_before}</span>
          <ArrowRight size={13} className="text-muted" role="img" aria-label="to" />
          <strong>{proposal.words_after}</strong>
        </p>
        {failure && <Failure title={failure.title} detail={failure.message} requestId={failure.requestId} onRetry={again} />}
        {data === null && <p className="rounded-md bg-warn-soft px-3 py-2 text-sm">The schedule has changed since the simulation. Simulate again.</p>}
        {data === undefined && !failure && <Skeleton rows={6} />}
        {data && <EffectList effect={data.effect} />}
      </div>
    </Dialog>
  );
}
