import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { useState } from "react";
import { allAt, apiError, messagesAt } from "@/api/errors";
import { type TaskImport, taskImport } from "@/api/generated";
import { taskImportDefaults } from "@/api/generated/contract.gen";
import { plural } from "@/lib/numbers";
import { useRested } from "@/lib/useRested";
import { useTasksChanged } from "@/shared/tasks/taskActions";
import { useDenied } from "@/shared/access/session";
import { paths } from "@/paths";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/layout/Card";
import { Empty, Failure } from "@/ui/layout/Empty";
import { Foot } from "@/ui/layout/Foot";
import { Page } from "@/ui/layout/Page";
import { Skeleton } from "@/ui/layout/Skeleton";
import { say } from "@/ui/layers/toasts";
import { ImportForm, type ImportDraft } from "./ImportForm";
import { ImportProblems, ImportTasks } from "./ImportResult";

const START: ImportDraft = { ...taskImportDefaults, form: "", timezone: "", text: "", text_base64: null };

function bodyOf({ text, text_base64, form, timezone, folder, prefix, enabled }: ImportDraft): TaskImport {
  return { kind: "crontab", text, text_base64, form: form || null, timezone: timezone || null, folder: folder.trim(), prefix: prefix.trim(), enabled };
}

/** Fields of the form. */
const FIELDS = ["/text", "/form", "/timezone", "/folder", "/prefix"];

const read = async (body: TaskImport, dry_run: boolean) => (await taskImport({ body, query: dry_run ? { dry_run } : {}, throwOnError: true })).data;

/** Makes tasks from a crontab: shows them first, then saves all of them or none. */
export default function ImportPage() {
  const [draft, setDraft] = useState(START);
  const navigate = useNavigate();
  const changed = useTasksChanged();
  const denied = useDenied("define");
  const rested = useRested(bodyOf(draft), 400);
  const given = Boolean(rested.text?.trim() || rested.text_base64);
  const look = useQuery({ queryKey: ["taskImport", rested], queryFn: () => read(rested, true), enabled: given, placeholderData: (old) => old, refetchInterval: false, retry: false, gcTime: 0 });
  const save = useMutation({
    mutationFn: () => read(bodyOf(draft), false),
    onSuccess: async (result) => {
      if (!result.saved) {
        await look.refetch();
        return;
      }
      say(`${plural(result.tasks.filter((task) => !task.skipped).length, "task")} saved.`);
      await changed();
      void navigate(paths.tasks(draft.folder ? { folder: draft.folder.trim() } : {}));
    },
  });
  const failure = apiError(look.error);
  const result = given && !failure ? look.data : undefined;
  const fresh = result?.tasks.filter((task) => !task.skipped).length ?? 0;
  return (
    <Page title="Import a crontab" hint="Each line becomes a task. You see the result before anything is saved.">
      <div className="grid items-start gap-3 lg:grid-cols-2">
        <Card title="The crontab">
          <ImportForm draft={draft} onDraft={(change) => setDraft((old) => ({ ...old, ...change }))} at={(pointer) => messagesAt(failure, pointer)} />
        </Card>
        <div className="flex min-w-0 flex-col gap-3">
          {!given && (
            <Card title="Result">
              <Empty title="Nothing to show yet" cli="crontab -l | orc task import --dry-run">
                Paste a crontab or choose a file. The tasks made from it appear here with their next slots.
              </Empty>
            </Card>
          )}
          {given && failure && !allAt(failure, FIELDS) && <Failure title={failure.title} detail={failure.message} requestId={failure.requestId} />}
          {given && allAt(failure, FIELDS) && (
            <p role="status" className="text-sm text-muted">
              No result yet. The fields that are marked need a change.
            </p>
          )}
          {given && !failure && !result && <Skeleton rows={6} />}
          {result && <ImportProblems problems={result.problems} text={rested.text ?? ""} />}
          {result && <ImportTasks tasks={result.tasks} form={result.form} notes={result.notes} />}
        </div>
      </div>
      <Foot>
        <div className="flex flex-wrap items-center justify-end gap-2">
          <span role="status" className="mr-auto text-sm text-muted">
            {result ? `${plural(result.tasks.length, "task")}${result.problems.length > 0 ? `, ${plural(result.problems.length, "problem")}` : ""}` : ""}
          </span>
          <Button onClick={() => void navigate(paths.tasks())}>Cancel</Button>
          <Button
            look="primary"
            icon={<Download size={15} aria-hidden />}
            busy={save.isPending}
            disabledReason={denied ?? (!result ? "There is nothing to save yet." : result.problems.length > 0 ? "Some lines have problems. Either all lines are saved or none." : fresh === 0 ? "No line makes a new task." : undefined)}
            onClick={() => save.mutate()}
          >
            {fresh > 0 ? `Save ${fresh === 1 ? "the task" : `all ${fresh} tasks`}` : "Save all"}
          </Button>
        </div>
      </Foot>
    </Page>
  );
}
