import { X } from "lucide-react";
import type { RunState } from "@/api/generated";
import { RUN_STATE_NAMES, RUN_STATES, TRIGGERS } from "@/lib/words/words";
import type { RunsSearch } from "@/paths";
import { Button } from "@/ui/Button";
import { SelectField, TextField } from "@/ui/fields/Field";

const OPEN = "waiting,queued,running,backing_off";
const BAD = "failed,timed_out,lost";
const RANGES: [string, string][] = [
  ["", "Any time"],
  ["1h", "Last hour"],
  ["24h", "Last 24 hours"],
  ["7d", "Last 7 days"],
  ["30d", "Last 30 days"],
];

/** The instant a range begins at; whole minutes, so that asking again is the same question. */
export function sinceOf(range: string | undefined): string | undefined {
  const match = /^(\d+)([hd])$/.exec(range ?? "");
  if (!match) return undefined;
  const length = Number(match[1]) * (match[2] === "h" ? 3_600_000 : 86_400_000);
  return new Date(Math.floor((Date.now() - length) / 60_000) * 60_000).toISOString();
}

/** State, task, trigger, time. */
export function Filters({ search, onSearch }: { search: RunsSearch; onSearch: (next: RunsSearch) => void }) {
  const set = (change: Partial<RunsSearch>) => onSearch({ ...search, ...change });
  const states: [string, string][] = [["", "Any state"], [OPEN, "Open"], [BAD, "Failed, timed out or lost"], ...RUN_STATE_NAMES.map((state): [string, string] => [state, RUN_STATES[state].word])];
  if (search.state && !states.some(([key]) => key === search.state)) {
    const words = search.state.split(",").map((state) => RUN_STATES[state as RunState]?.word ?? state);
    states.push([search.state, words.join(", ")]);
  }
  return (
    <search className="flex flex-wrap items-center gap-2 max-sm:grid max-sm:grid-cols-2">
      <TaskFilter key={search.task ?? ""} task={search.task} onTask={(task) => set({ task })} />
      <SelectField hideLabel label="State" value={search.state ?? ""} options={states} onValue={(value) => set({ state: value || undefined })} />
      <SelectField
        hideLabel
        label="Trigger"
        value={search.trigger ?? ""}
        options={[["", "Any trigger"], ...Object.entries(TRIGGERS)]}
        onValue={(value) => set({ trigger: value || undefined })}
      />
      <SelectField
        hideLabel
        label="Mark"
        value={search.suspicious ? "suspicious" : ""}
        options={[
          ["", "Marked or not"],
          ["suspicious", "Suspicious"],
        ]}
        onValue={(value) => set({ suspicious: value === "" ? undefined : true })}
      />
      <SelectField hideLabel label="Time" value={search.from ?? ""} options={RANGES} onValue={(value) => set({ from: value || undefined })} />
    </search>
  );
}

function TaskFilter({ task, onTask }: { task: string | undefined; onTask: (task: string | undefined) => void }) {
  if (task) {
    return (
      <Button icon={<X size={14} aria-hidden />} aria-label={`Only ${task}; show all tasks`} onClick={() => onTask(undefined)}>
        {task}
      </Button>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const name = new FormData(event.currentTarget).get("task");
        if (typeof name === "string" && name.trim() !== "") onTask(name.trim());
      }}
    >
      <TaskName />
    </form>
  );
}

function TaskName() {
  return <TextField hideLabel label="Name of a task, then Enter" name="task" placeholder="Task, then Enter" data-filter onText={() => undefined} className="sm:w-44" />;
}
