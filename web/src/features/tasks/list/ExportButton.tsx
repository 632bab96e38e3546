import { useMutation } from "@tanstack/react-query";
import { FileOutput } from "lucide-react";
import { type TaskExport, taskExport } from "@/api/generated";
import type { TasksSearch } from "@/paths";
import { Button } from "@/ui/Button";
import { filterOf } from "./filter";
import { stringifyExact } from "@/lib/exactJson";

/** Saves the definitions of the tasks that are shown as a file that `orc task apply -f` takes. */
export function ExportButton({ search }: { search: TasksSearch }) {
  const load = useMutation({
    mutationFn: async () => (await taskExport({ query: filterOf(search), throwOnError: true })).data,
    onSuccess: saveFile,
  });
  return (
    <Button icon={<FileOutput size={15} aria-hidden />} busy={load.isPending} title="Downloads the definitions of the tasks in this list, for orc task apply -f" onClick={() => load.mutate()}>
      Export
    </Button>
  );
}

function saveFile(tasks: TaskExport): void {
  const url = URL.createObjectURL(new Blob([`${stringifyExact(tasks, 2)}\n`], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = "orc-tasks.json";
  link.click();
  // The browser has the file in hand only after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
