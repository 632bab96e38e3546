/** The fields with which somebody chooses tasks for a rule, a silence or a report. */
import type { RuleScope } from "@/api/generated";
import { TaskPicker } from "@/shared/tasks/TaskPicker";
import { TagEditor } from "@/ui/fields/Lists";

/** Props of ScopeFields. */
export interface ScopeFieldsProps {
  label: string;
  /** What chooses the tasks, as the subject of a sentence: “the rule”. */
  whose: string;
  /** A further sentence. */
  also?: string;
  scope: RuleScope;
  error: string | undefined;
  onScope: (scope: RuleScope) => void;
}

/** Tasks by name, folder, tag and owner. */
export function ScopeFields({ label, whose, also = "", scope, error, onScope }: ScopeFieldsProps) {
  const set = (part: RuleScope) => onScope({ ...scope, ...part });
  return (
    <>
      <TaskPicker label={label} hint={`Without task, folder, tag and owner ${whose} is about all tasks. ${also}`.trim()} names={scope.tasks ?? []} error={error} onNames={(tasks) => set({ tasks })} />
      <div className="grid gap-3 sm:grid-cols-3">
        <TagEditor label="Or in these folders" tags={scope.folders ?? []} onTags={(folders) => set({ folders })} />
        <TagEditor label="Or with these tags" tags={scope.tags ?? []} onTags={(tags) => set({ tags })} />
        <TagEditor label="Or of these owners" hint="Under whom tasks were applied from files." tags={scope.owners ?? []} onTags={(owners) => set({ owners })} />
      </div>
    </>
  );
}
