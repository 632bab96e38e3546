import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { RotateCw } from "lucide-react";
import { useState } from "react";
import { apiError, messagesAt } from "@/api/errors";
import { type ParamSpec, runRerun, type RunSummary } from "@/api/generated";
import { taskVersionViewOptions, taskViewOptions } from "@/api/generated/@tanstack/react-query.gen";
import { runRerunDefaults } from "@/api/generated/contract.gen";
import { uniqueKey } from "@/lib/copy";
import { isExact, stringifyExact } from "@/lib/exactJson";
import { paramBody, ParamFields, type ParamValues } from "@/shared/runs/ParamFields";
import { paths } from "@/paths";
import { CheckField } from "@/ui/fields/Field";
import { FormDialog } from "@/ui/layers/FormDialog";
import { Failure } from "@/ui/layout/Empty";
import { Skeleton } from "@/ui/layout/Skeleton";
import { useRunsChanged } from "./useRunsChanged";

const text = (value: unknown) => (typeof value === "string" || isExact(value) ? value : stringifyExact(value, 1));

/** The run's params as its form shows them: JSON as text. */
function shown(specs: ParamSpec[], params: ParamValues): ParamValues {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, specs.some((spec) => spec.name === name && spec.kind === "json") ? text(value) : value]));
}

/** Whether two sets of values are the same for the server. */
const same = (left: ParamValues, right: ParamValues): boolean => {
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => stringifyExact(left[name] ?? null) === stringifyExact(right[name] ?? null));
};

/** Runs again, with the same params or others, with its own version of the task or the newest. */
export function Rerun({ run, onClose }: { run: RunSummary; onClose: () => void }) {
  const [newest, setNewest] = useState(runRerunDefaults.newest_version);
  const [edits, setEdits] = useState<ParamValues | null>(null);
  const task = useQuery({ ...taskViewOptions({ path: { task: run.task.id } }), refetchInterval: false });
  const old = useQuery({ ...taskVersionViewOptions({ path: { task: run.task.id, version: run.task.version } }), refetchInterval: false });
  const specs = (newest ? task.data?.params : old.data?.definition.params) ?? [];
  const values = edits ?? shown(specs, run.params);
  const body = paramBody(specs, values);
  const { rerun, failure } = useRerun(run, newest, same(body, run.params) ? null : body, onClose);
  const unread = apiError(newest ? task.error : old.error);
  const latest = task.data?.version;
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
      <p className="text-sm">{newest ? `Version ${latest ?? "…"} runs, the newest.` : `Version ${run.task.version} runs, as it did the first time.`}</p>
      {unread && <Failure title={unread.title} detail={unread.message} />}
      {(newest ? task : old).isPending ? (
        <Skeleton />
      ) : (
        <ParamFields specs={specs} values={values} onValues={setEdits} errorAt={(name) => messagesAt(failure, `/params/${name}`)} />
      )}
      {latest !== undefined && latest !== run.task.version && (
        <CheckField label="Use the newest version of the task" hint={`That is version ${latest}. Otherwise version ${run.task.version} runs.`} checked={newest} onChecked={setNewest} />
      )}
    </FormDialog>
  );
}

function useRerun(run: RunSummary, newest: boolean, params: ParamValues | null, onClose: () => void) {
  const navigate = useNavigate();
  const changed = useRunsChanged();
  const [key] = useState(uniqueKey);
  const rerun = useMutation({
    meta: { quiet: true },
    mutationFn: async () => (await runRerun({ path: { run: run.id }, body: { params, newest_version: newest }, headers: { "Idempotency-Key": key }, throwOnError: true })).data,
    onSuccess: async (made) => {
      onClose();
      await navigate(paths.run(made.id));
      await changed();
    },
  });
  return { rerun, failure: apiError(rerun.error) };
}
