import { CheckField, TextArea, TextField } from "@/ui/fields/Field";
import { TagEditor } from "@/ui/fields/Lists";
import { Part, type PartProps, Row } from "./FormParts";

/** Name, title, description, folder, tags. */
export function BasicsPart({ draft, set, at }: PartProps) {
  return (
    <Part id="basics" title="Basics" hint="What people see in lists.">
      <Row>
        <TextField
          label="Name"
          hint="The key people use: a-z, 0-9, . _ -"
          required
          mono
          autoCapitalize="none"
          maxLength={100}
          value={draft.name}
          error={at("/name")}
          onText={(name) => set({ name })}
        />
        <TextField label="Title" hint="Shown beside the name; may stay empty." maxLength={200} value={draft.title} error={at("/title")} onText={(title) => set({ title })} />
      </Row>
      <TextArea label="Description" rows={2} value={draft.description} error={at("/description")} onText={(description) => set({ description })} />
      <Row>
        <TextField label="Folder" hint="Names separated by /." value={draft.folder} error={at("/folder")} onText={(folder) => set({ folder })} />
        <TagEditor label="Tags" hint="Enter or comma adds one." tags={draft.tags} onTags={(tags) => set({ tags })} />
      </Row>
      <CheckField label="Enabled" hint="Nothing starts a task that is not enabled." checked={draft.enabled} onChecked={(enabled) => set({ enabled })} />
    </Part>
  );
}
