import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Ban, Play, RotateCw, Trash2 } from "lucide-react";
import { useState } from "react";
import { type RunAction, runCancel, runDelete, runStart, type RunSummary } from "@/api/generated";
import { useDenied } from "@/shared/access/session";
import { paths } from "@/paths";
import { Button, IconButton } from "@/ui/Button";
import { Confirm } from "@/ui/layers/Dialog";
import { say } from "@/ui/layers/toasts";
import { Rerun } from "./Rerun";
import { useRunsChanged } from "./useRunsChanged";

const WHY: Record<RunAction, string> = {
  start: "The run does not wait for dependencies.",
  cancel: "The run has ended.",
  acknowledge: "The run is not marked as suspicious.",
  rerun: "It can be rerun when it has ended.",
  delete: "Only a run that has ended can be deleted.",
};

/** Cancel, rerun, delete: as the server offers them. */
export function RunActions({ run }: { run: RunSummary }) {
  const [asking, setAsking] = useState<RunAction | null>(null);
  const cannotRun = useDenied("run");
  const cannotDefine = useDenied("define");
  const why = (action: RunAction, denied: string | undefined) => denied ?? (run.actions.includes(action) ? undefined : WHY[action]);
  return (
    <>
      {run.actions.includes("start") && (
        <Button icon={<Play size={14} aria-hidden />} disabledReason={why("start", cannotRun)} onClick={() => setAsking("start")}>
          Start without waiting
        </Button>
      )}
      <Button icon={<RotateCw size={14} aria-hidden />} disabledReason={why("rerun", cannotRun)} onClick={() => setAsking("rerun")}>
        Rerun
      </Button>
      <Button
        look={run.actions.includes("cancel") ? "danger" : "plain"}
        icon={<Ban size={14} aria-hidden />}
        disabledReason={why("cancel", cannotRun)}
        onClick={() => setAsking("cancel")}
      >
        {run.cancel_requested_at && run.actions.includes("cancel") ? "Cancel now" : "Cancel"}
      </Button>
      <IconButton label="Delete the run" icon={<Trash2 size={15} aria-hidden />} disabledReason={why("delete", cannotDefine)} onClick={() => setAsking("delete")} />
      <Questions run={run} asking={asking} onClose={() => setAsking(null)} />
      {asking === "rerun" && <Rerun run={run} onClose={() => setAsking(null)} />}
    </>
  );
}

function Questions({ run, asking, onClose }: { run: RunSummary; asking: RunAction | null; onClose: () => void }) {
  const navigate = useNavigate();
  const changed = useRunsChanged();
  const cancel = useMutation({
    mutationFn: async () => (await runCancel({ path: { run: run.id }, throwOnError: true })).data,
    onSuccess: changed,
  });
  const remove = useMutation({
    mutationFn: async () => {
      await runDelete({ path: { run: run.id }, throwOnError: true });
    },
    onSuccess: async () => {
      say(`The run of ${run.task.name} is deleted.`);
      await navigate(paths.runs());
      await changed();
    },
  });
  const start = useMutation({
    mutationFn: async () => (await runStart({ path: { run: run.id }, throwOnError: true })).data,
    onSuccess: changed,
  });
  const again = run.cancel_requested_at !== null;
  return (
    <>
      <Confirm
        question={
          asking === "start"
            ? { title: `Start ${run.task.name} without waiting?`, text: "What the run waits for does not hold, or nobody knows yet whether it does. The run and the audit log say that you started it.", verb: "Start the run", keep: "Let it wait", onYes: () => start.mutateAsync() }
            : null
        }
        onClose={onClose}
      />
      <Confirm
        question={
          asking === "cancel"
            ? {
                title: `Cancel the run of ${run.task.name}?`,
                text: again
                  ? "The run was already asked to stop. Cancelling it again kills all its processes at once."
                  : "Orc asks its processes to stop and kills those that are left after the grace time. The run is not retried.",
                verb: again ? "Kill it now" : "Cancel the run",
                keep: "Let it run",
                onYes: () => cancel.mutateAsync(),
              }
            : null
        }
        onClose={onClose}
      />
      <Confirm
        question={
          asking === "delete"
            ? { title: `Delete this run of ${run.task.name}?`, text: "Its log, result and attempts are deleted too. This cannot be undone.", verb: "Delete the run", keep: "Keep the run", onYes: () => remove.mutateAsync() }
            : null
        }
        onClose={onClose}
      />
    </>
  );
}
