import { Search } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import type { TaskSummary } from "@/api/generated";
import { RUN_STATE_NAMES, RUN_STATES } from "@/lib/words/words";
import type { TasksSearch } from "@/paths";
import { SelectField } from "@/ui/fields/Field";

/** Text, folder, tag, state of the newest run, enabled or not. */
export function Filters({ search, onSearch, tasks }: { search: TasksSearch; onSearch: (next: TasksSearch) => void; tasks: TaskSummary[] }) {
  const folders = useMemo(() => [...new Set([search.folder ?? "", ...tasks.map((task) => task.folder)])].filter(Boolean).toSorted(), [tasks, search.folder]);
  const tags = useMemo(() => [...new Set([search.tag ?? "", ...tasks.flatMap((task) => task.tags)])].filter(Boolean).toSorted(), [tasks, search.tag]);
  const set = (change: Partial<TasksSearch>) => onSearch({ ...search, ...change });
  const all: [string, string] = ["", "All"];
  return (
    <search className="flex flex-wrap items-center gap-2 max-sm:grid max-sm:grid-cols-2">
      <FilterText value={search.text ?? ""} label="Filter by name, title or tag" onValue={(text) => set({ text: text === "" ? undefined : text })} />
      <SelectField
        hideLabel
        label="State of the last run"
        value={search.last_state ?? ""}
        options={[["", "Any state"], ...RUN_STATE_NAMES.map((state) => [state, RUN_STATES[state].word] as const)]}
        onValue={(value) => set({ last_state: value || undefined })}
      />
      <SelectField
        hideLabel
        label="Enabled or disabled"
        value={search.enabled === undefined ? "" : String(search.enabled)}
        options={[["", "Enabled or disabled"], ["true", "Enabled"], ["false", "Disabled"]]}
        onValue={(value) => set({ enabled: value === "" ? undefined : value === "true" })}
      />
      {folders.length > 0 && (
        <SelectField hideLabel label="Folder" value={search.folder ?? ""} options={[[all[0], "All folders"], ...folders.map((folder) => [folder, folder] as const)]} onValue={(value) => set({ folder: value || undefined })} />
      )}
      {tags.length > 0 && <SelectField hideLabel label="Tag" value={search.tag ?? ""} options={[[all[0], "All tags"], ...tags.map((tag) => [tag, tag] as const)]} onValue={(value) => set({ tag: value || undefined })} />}
    </search>
  );
}

/** A text filter that waits until the typing pauses. It never overwrites the field while that has the focus. */
export function FilterText({ value, label, onValue }: { value: string; label: string; onValue: (value: string) => void }) {
  const [text, setText] = useState(value);
  const field = useRef<HTMLInputElement>(null);
  const [seen, setSeen] = useState(value);
  if (value !== seen) {
    setSeen(value);
    if (value === "" || document.activeElement !== field.current) setText(value);
  }
  const latest = useRef(onValue);
  useEffect(() => {
    latest.current = onValue;
  });
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => latest.current(text), 250);
    return () => clearTimeout(timer);
    // Only what is typed counts: an answer that arrives must not restart the wait.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [text]);
  return (
    <div className="relative min-w-48 flex-1 max-sm:col-span-2 sm:max-w-72">
      <Search size={15} aria-hidden className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-muted" />
      <input ref={field} data-filter type="search" aria-label={label} placeholder="Filter" value={text} onChange={(event) => setText(event.target.value)} className="control w-full pl-8!" />
    </div>
  );
}
