import { useMutation } from "@tanstack/react-query";
import { FolderInput, Play, Power, PowerOff, Tag, Trash2, X } from "lucide-react";
import { useState } from "react";
import { type BulkAction, taskBulk, type TaskBulkResult, type TaskSummary } from "@/api/generated";
import { count, plural } from "@/lib/numbers";
import { useDenied } from "@/shared/access/session";
import { useTasksChanged } from "@/shared/tasks/taskActions";
import { Button, IconButton } from "@/ui/Button";
import { FormDialog } from "@/ui/layers/FormDialog";
import { TextField } from "@/ui/fields/Field";
import { Foot } from "@/ui/layout/Foot";
import { say, sayFailure } from "@/ui/layers/toasts";
import { DeleteQuestion } from "../TaskMenu";

const DONE: Record<BulkAction, string> = { enable: "enabled", disable: "disabled", run: "started", delete: "deleted", move: "moved", tag: "tagged" };

function tell(action: BulkAction, { items }: TaskBulkResult): void {
  const failed = items.filter((item) => !item.ok);
  if (failed.length < items.length) say(`${plural(items.length - failed.length, "task")} ${DONE[action]}.`);
  if (failed.length === 0) return;
  const shown = failed.slice(0, 4).map((item) => `${item.task}: ${item.detail ?? item.code ?? "refused"}`);
  sayFailure(`${plural(failed.length, "task")} not ${DONE[action]}`, shown.join(" · "));
}

/** Actions on the selected tasks, at the lower edge of the page. `more` means that all loaded tasks are selected and the server has more. */
export function BulkBar({ tasks, more, onDone }: { tasks: TaskSummary[]; more?: boolean; onDone: () => void }) {
  const [asking, setAsking] = useState<"delete" | "move" | "tag" | null>(null);
  const cannotDefine = useDenied("define");
  const cannotRun = useDenied("run");
  const changed = useTasksChanged();
  const bulk = useMutation({
    mutationFn: async (body: { action: BulkAction; folder?: string; tag?: string }) => {
      const { data } = await taskBulk({ body: { ...body, tasks: tasks.map((task) => task.name) }, throwOnError: true });
      return data;
    },
    onSuccess: async (result, { action }) => {
      tell(action, result);
      onDone();
      await changed();
    },
  });
  if (tasks.length === 0) return null;
  return (
    <Foot>
      <div role="group" aria-label="Selected tasks" className="flex flex-wrap items-center gap-2">
        <b className="mr-1 text-sm">{more ? `${count(tasks.length)} loaded tasks selected. More exist.` : `${count(tasks.length)} selected`}</b>
        <Button icon={<Play size={14} aria-hidden />} busy={bulk.isPending} disabledReason={cannotRun} onClick={() => bulk.mutate({ action: "run" })}>
          Run
        </Button>
        <Button icon={<Power size={14} aria-hidden />} disabledReason={cannotDefine} onClick={() => bulk.mutate({ action: "enable" })}>
          Enable
        </Button>
        <Button icon={<PowerOff size={14} aria-hidden />} disabledReason={cannotDefine} onClick={() => bulk.mutate({ action: "disable" })}>
          Disable
        </Button>
        <Button icon={<FolderInput size={14} aria-hidden />} disabledReason={cannotDefine} onClick={() => setAsking("move")}>
          Move…
        </Button>
        <Button icon={<Tag size={14} aria-hidden />} disabledReason={cannotDefine} onClick={() => setAsking("tag")}>
          Tag…
        </Button>
        <Button icon={<Trash2 size={14} aria-hidden />} className="text-fail" disabledReason={cannotDefine} onClick={() => setAsking("delete")}>
          Delete…
        </Button>
        <IconButton className="ml-auto" label="Clear the selection" icon={<X size={15} aria-hidden />} onClick={onDone} />
        {asking === "delete" && <DeleteQuestion names={tasks.map((task) => task.name)} onClose={() => setAsking(null)} onDeleted={onDone} />}
        {(asking === "move" || asking === "tag") && (
          <Ask
            what={asking}
            count={tasks.length}
            onClose={() => setAsking(null)}
            onText={(text) => {
              setAsking(null);
              bulk.mutate(asking === "move" ? { action: "move", folder: text } : { action: "tag", tag: text });
            }}
          />
        )}
      </div>
    </Foot>
  );
}

function Ask({ what, count, onClose, onText }: { what: "move" | "tag"; count: number; onClose: () => void; onText: (text: string) => void }) {
  const [text, setText] = useState("");
  const move = what === "move";
  return (
    <FormDialog title={move ? `Move ${plural(count, "task")}` : `Tag ${plural(count, "task")}`} verb={move ? "Move" : "Tag"} onSubmit={() => onText(text.trim())} onClose={onClose}>
      <TextField
        label={move ? "Folder" : "Tag"}
        value={text}
        onText={setText}
        required={!move}
        hint={move ? "Put / between folder names. Leave it empty for the top level." : "The tag is added to those that each task has."}
      />
    </FormDialog>
  );
}
