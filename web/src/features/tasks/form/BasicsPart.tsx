import { NameField } from "@/shared/core/NameField";
import { CheckField, TextArea, TextField } from "@/ui/fields/Field";
import { TagEditor } from "@/ui/fields/Lists";
import { Part, type PartProps, Row } from "./FormParts";

/** Name, title, description, folder, tags. */
export function BasicsPart({ draft, set, at }: PartProps) {
  return (
    <Part id="basics" title="Basics" hint="What people see in lists.">
      <Row>
        <NameField hint="People and programs use it to name the task." mono value={draft.name} error={at("/name")} onText={(name) => set({ name })} />
        <TextField label="Title" hint="Shown beside the name. Optional." maxLength={200} value={draft.title} error={at("/title")} onText={(title) => set({ title })} />
      </Row>
      <TextArea label="Description" rows={2} value={draft.description} error={at("/description")} onText={(description) => set({ description })} />
      <Row>
        <TextField label="Folder" hint="Put / between folder names." value={draft.folder} error={at("/folder")} onText={(folder) => set({ folder })} />
        <TagEditor label="Tags" hint="Press Enter or a comma to add one." tags={draft.tags} onTags={(tags) => set({ tags })} />
      </Row>
      <CheckField label="Enabled" hint="Nothing starts a disabled task." checked={draft.enabled} onChecked={(enabled) => set({ enabled })} />
    </Part>
  );
}
