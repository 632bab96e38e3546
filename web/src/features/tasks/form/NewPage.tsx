import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { mendWords } from "@/lib/words/mends";
import { taskViewOptions } from "@/api/generated/@tanstack/react-query.gen";
import { Loaded } from "@/shared/core/Loaded";
import { paths } from "@/paths";
import { Page } from "@/ui/layout/Page";
import { say } from "@/ui/layers/toasts";
import { draftOf, emptyDraft } from "../draft/draft";
import { TaskForm } from "./TaskForm";

const route = getRouteApi("/app/tasks/new");

/** A new task, empty or as a copy. */
export default function NewPage() {
  const { clone } = route.useSearch();
  const navigate = useNavigate();
  const source = useQuery({ ...taskViewOptions({ path: { task: clone ?? "" } }), enabled: clone !== undefined, refetchInterval: false });
  const form = (start: ReturnType<typeof emptyDraft>) => (
    <TaskForm
      start={start}
      onCancel={() => void navigate(paths.tasks())}
      onSaved={(task) => {
        say(`${task.name} is created.${mendWords(task.mended)}`);
        void navigate(paths.task(task.name));
      }}
    />
  );
  return (
    <Page title={clone ? `Clone ${clone}` : "New task"} hint="What to run, and when. Ctrl+S saves.">
      {clone === undefined ? (
        form(emptyDraft())
      ) : (
        <Loaded query={source} rows={8}>
          {(task) => form({ ...draftOf(task), name: `${task.name}-copy`, enabled: false, schedules: task.schedules.map(({ id: _id, words: _words, ...schedule }) => schedule) })}
        </Loaded>
      )}
    </Page>
  );
}
