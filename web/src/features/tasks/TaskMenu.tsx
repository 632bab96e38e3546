import { useNavigate } from "@tanstack/react-router";
import { Copy, Ellipsis, Pencil, Power, Trash2 } from "lucide-react";
import { useState } from "react";
import type { TaskAction } from "@/api/generated";
import { useDenied } from "@/shared/access/session";
import { useDelete, useEnable, whyNot } from "@/shared/tasks/taskActions";
import { paths } from "@/paths";
import { buttonClass } from "@/ui/Button";
import { Confirm, type Question } from "@/ui/layers/Dialog";
import { CheckField } from "@/ui/fields/Field";
import { Menu } from "@/ui/layers/Menu";

/** What the menu needs to know of a task. */
export interface MenuTask {
  name: string;
  enabled: boolean;
  actions: TaskAction[];
}

/** Edit, clone, enable or disable, delete. */
export function TaskMenu({ task, onDeleted }: { task: MenuTask; onDeleted?: () => void }) {
  const navigate = useNavigate();
  const denied = useDenied("define");
  const enable = useEnable();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Menu
        trigger={
          <button type="button" aria-label={`More for ${task.name}`} className={buttonClass("quiet", "min-w-8 px-0!")}>
            <Ellipsis size={16} aria-hidden />
          </button>
        }
        items={[
          { label: "Edit", icon: <Pencil size={14} />, disabledReason: whyNot(task, "update", denied), onSelect: () => void navigate(paths.taskEdit(task.name)) },
          { label: "Clone", icon: <Copy size={14} />, disabledReason: denied, onSelect: () => void navigate(paths.taskClone(task.name)) },
          {
            label: task.enabled ? "Disable" : "Enable",
            icon: <Power size={14} />,
            disabledReason: whyNot(task, task.enabled ? "disable" : "enable", denied),
            onSelect: () => enable.mutate({ name: task.name, enabled: !task.enabled }),
          },
          null,
          { label: "Delete…", icon: <Trash2 size={14} />, danger: true, disabledReason: whyNot(task, "delete", denied), onSelect: () => setAsking(true) },
        ]}
      />
      {asking && <DeleteQuestion names={[task.name]} onClose={() => setAsking(false)} onDeleted={onDeleted} />}
    </>
  );
}

/** Asks before tasks are deleted, naming them. */
export function DeleteQuestion({ names, onClose, onDeleted }: { names: string[]; onClose: () => void; onDeleted?: (() => void) | undefined }) {
  const remove = useDelete();
  const [cancelRuns, setCancelRuns] = useState(false);
  const question: Question = {
    title: names.length === 1 ? `Delete ${names[0]}?` : `Delete ${names.length} tasks?`,
    text: (
      <>
        {names.length > 1 && <p className="mb-2 font-mono text-xs">{names.slice(0, 8).join(", ")}{names.length > 8 ? ` and ${names.length - 8} more` : ""}</p>}
        <p>This deletes the definition and frees the name. Past runs and the ledger stay.</p>
      </>
    ),
    verb: names.length === 1 ? "Delete the task" : `Delete ${names.length} tasks`,
    keep: names.length === 1 ? "Keep the task" : "Keep the tasks",
    children: <CheckField className="mt-1" label="Cancel open runs" hint="Unless you tick this, a task with an open run is not deleted." checked={cancelRuns} onChecked={setCancelRuns} />,
    onYes: async () => {
      for (const name of names) await remove.mutateAsync({ name, cancelRuns });
      onDeleted?.();
    },
  };
  return <Confirm question={question} onClose={onClose} />;
}
