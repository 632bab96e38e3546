import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { mendWords } from "@/lib/words/mends";
import type { Task } from "@/api/generated";
import { taskViewOptions } from "@/api/generated/@tanstack/react-query.gen";
import { Loaded } from "@/shared/core/Loaded";
import { paths } from "@/paths";
import { Page } from "@/ui/layout/Page";
import { Skeleton } from "@/ui/layout/Skeleton";
import { say } from "@/ui/layers/toasts";
import { draftOf } from "../draft/draft";
import { TaskForm } from "./TaskForm";

const route = getRouteApi("/app/tasks/$task/edit");

/** The definition of a task, to be changed. */
export default function EditPage() {
  const { task: name } = route.useParams();
  const view = useQuery({ ...taskViewOptions({ path: { task: name } }), staleTime: 0, refetchInterval: false });
  return (
    <Page title={`Edit ${name}`} hint="Saving makes a new version. Open runs keep the version they started with. Ctrl+S saves.">
      {/* Editing begins with what is on the server now, not with what this page remembers. */}
      {view.isFetchedAfterMount || view.error ? <Loaded query={view}>{(task) => <Editor task={task} />}</Loaded> : <Skeleton rows={8} />}
    </Page>
  );
}

/** Keeps the version that editing began with. A newer version is a conflict when saving; it never changes the form while somebody types. */
function Editor({ task }: { task: Task }) {
  const navigate = useNavigate();
  const [held] = useState(task);
  return (
    <TaskForm
      start={draftOf(held)}
      task={held}
      onCancel={() => void navigate(paths.task(held.name))}
      onSaved={(saved) => {
        say(`${saved.name} is saved as version ${saved.version}.${mendWords(saved.mended)}`);
        void navigate(paths.task(saved.name));
      }}
    />
  );
}
