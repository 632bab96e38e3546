import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Ban, RotateCw, Trash2 } from "lucide-react";
import { useState } from "react";
import { apiError, messagesAt } from "@/api/errors";
import { type RunAction, runCancel, runDelete, runRerun, type RunSummary } from "@/api/generated";
import { taskViewOptions } from "@/api/generated/@tanstack/react-query.gen";
import { runRerunDefaults } from "@/api/generated/contract.gen";
import { askAgain } from "@/api/queries";
import { uniqueKey } from "@/lib/copy";
import { paramBody, ParamFields, type ParamValues } from "@/shared/runs/ParamFields";
import { useDenied } from "@/shared/access/session";
import { paths } from "@/paths";
import { Button, IconButton } from "@/ui/Button";
import { Confirm } from "@/ui/layers/Dialog";
import { FormDialog } from "@/ui/layers/FormDialog";
import { CheckField } from "@/ui/fields/Field";
import { say } from "@/ui/layers/toasts";

const WHY: Record<RunAction, string> = {
  cancel: "The run has ended.",
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
  const again = run.cancel_requested_at !== null;
  return (
    <>
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

function useRunsChanged() {
  const queries = useQueryClient();
  return () => askAgain(queries, "runView", "runList", "runStats");
}

/** Runs again, with the same params or others, with its own version of the task or the newest. */
function Rerun({ run, onClose }: { run: RunSummary; onClose: () => void }) {
  const navigate = useNavigate();
  const changed = useRunsChanged();
  const [newest, setNewest] = useState(runRerunDefaults.newest_version);
  const [values, setValues] = useState<ParamValues>(run.params);
  const [key] = useState(uniqueKey);
  const task = useQuery({ ...taskViewOptions({ path: { task: run.task.id } }), refetchInterval: false });
  const specs = task.data?.params ?? [];
  const rerun = useMutation({
    meta: { quiet: true },
    mutationFn: async () => {
      const params = values === run.params ? null : paramBody(specs, values);
      return (await runRerun({ path: { run: run.id }, body: { params, newest_version: newest }, headers: { "Idempotency-Key": key }, throwOnError: true })).data;
    },
    onSuccess: async (made) => {
      onClose();
      await navigate(paths.run(made.id));
      await changed();
    },
  });
  const failure = apiError(rerun.error);
  return (
    <FormDialog
      title={`Run ${run.task.name} again`}
      hint="This starts a new run; the old one stays in the history."
      verb="Rerun"
      icon={<RotateCw size={14} aria-hidden />}
      failure={failure}
      fields={specs.map(({ name }) => `/params/${name}`)}
      busy={rerun.isPending}
      onSubmit={() => rerun.mutate()}
      onClose={onClose}
    >
      <ParamFields specs={specs} values={values} onValues={setValues} errorAt={(name) => messagesAt(failure, `/params/${name}`)} />
      <CheckField label="Use the newest version of the task" hint={`Otherwise version ${run.task.version} runs, as it did the first time.`} checked={newest} onChecked={setNewest} />
    </FormDialog>
  );
}
