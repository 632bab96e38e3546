import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { useState } from "react";
import { apiError, messagesAt } from "@/api/errors";
import { type ParamSpec, type Run, type Task, taskRun } from "@/api/generated";
import { taskViewOptions } from "@/api/generated/@tanstack/react-query.gen";
import { askAgain } from "@/api/queries";
import { uniqueKey } from "@/lib/copy";
import { stringifyExact } from "@/lib/exactJson";
import { paths } from "@/paths";
import { Dialog } from "@/ui/layers/Dialog";
import { FormDialog } from "@/ui/layers/FormDialog";
import { CommandLine, Failure } from "@/ui/layout/Empty";
import { Skeleton } from "@/ui/layout/Skeleton";
import { say } from "@/ui/layers/toasts";
import { paramBody, ParamFields, type ParamValues } from "./ParamFields";

/** Asks for params where a task has some, and starts a run. */
export function RunNow({ task, onClose }: { task: string; onClose: () => void }) {
  const view = useQuery({ ...taskViewOptions({ path: { task } }), refetchInterval: false });
  const failure = apiError(view.error);
  if (view.data) return <RunForm task={view.data} onClose={onClose} />;
  return (
    <Dialog open onClose={onClose} title={`Run ${task}`}>
      {failure ? <Failure title={failure.title} detail={failure.message} /> : <Skeleton />}
    </Dialog>
  );
}

/** The params as the form asks for them: what comes from a dependency may be left out. */
function withTaken(task: Task): ParamSpec[] {
  return task.params.map((spec) => {
    const from = task.dependencies.find((dependency) => dependency.kind === "task" && spec.name in (dependency.params ?? {}));
    if (from?.kind !== "task") return spec;
    return { ...spec, required: false, default: null, description: `${spec.description} Taken from the run of ${from.task}, unless you give a value.`.trim() };
  });
}

/** The flag of the command line for each value. */
function cli(task: Task, body: ParamValues): string {
  const flags = Object.entries(body).map(([name, value]) => {
    const text = typeof value === "string" ? value : stringifyExact(value);
    return ` --param ${/^[\w.:/-]*$/.test(text) ? `${name}=${text}` : `'${name}=${text.replaceAll("'", String.raw`'\''`)}'`}`;
  });
  return `orc task run ${task.name}${flags.join("")} --follow`;
}

function RunForm({ task, onClose }: { task: Task; onClose: () => void }) {
  const [values, setValues] = useState<ParamValues>({});
  const [key] = useState(uniqueKey);
  const start = useRunNow(onClose, true);
  const failure = apiError(start.error);
  const body = paramBody(task.params, values);
  const specs = withTaken(task);
  return (
    <FormDialog
      title={`Run ${task.name}`}
      hint={task.params.length === 0 ? "The task has no params." : undefined}
      verb="Run now"
      icon={<Play size={15} aria-hidden />}
      failure={failure}
      fields={task.params.map(({ name }) => `/params/${name}`)}
      busy={start.isPending}
      onSubmit={() => start.mutate({ task: task.name, params: body, key })}
      onClose={onClose}
    >
      <ParamFields specs={specs} values={values} onValues={setValues} errorAt={(name) => messagesAt(failure, `/params/${name}`)} />
      <CommandLine text={cli(task, body)} />
    </FormDialog>
  );
}

/** Starts a run and offers a link to it. The key turns a double click into one run. */
export function useRunNow(onDone?: (run: Run) => void, quiet = false) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    meta: { quiet },
    mutationFn: async ({ task, params, key }: { task: string; params: ParamValues; key: string }) =>
      (await taskRun({ path: { task }, body: { params }, headers: { "Idempotency-Key": key }, throwOnError: true })).data,
    onSuccess: async (run) => {
      say(`A run of ${run.task.name} was started.`, { label: "Show", onClick: () => void navigate(paths.run(run.id)) });
      onDone?.(run);
      await askAgain(queries, "runList");
    },
  });
}
