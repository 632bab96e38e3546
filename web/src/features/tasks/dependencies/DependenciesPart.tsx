import { Plus, Trash2 } from "lucide-react";
import type { OnUnmet, TaskDependency } from "@/api/generated";
import { dependencyCommandDefaults, dependencyFileDefaults, dependencyHostDefaults, dependencyTaskDefaults, dependencyTcpDefaults, dependencyUrlDefaults, onUnmetWaitDefaults } from "@/api/generated/contract.gen";
import { UNDECLARED } from "@/api/undeclared";
import { AFTER_DEADLINE, DEPENDENCY_KINDS, ON_UNMET } from "@/lib/words/dependencyWords";
import { options } from "@/lib/words/words";
import { Button, IconButton } from "@/ui/Button";
import { NumberField, SelectField, TextField } from "@/ui/fields/Field";
import { Part, type PartProps, Row } from "../form/FormParts";
import { DependencyFields } from "./DependencyFields";

/** How a run waits, unless somebody says otherwise. */
const WAIT: OnUnmet = { kind: "wait", ...onUnmetWaitDefaults, at_deadline: UNDECLARED.at_deadline };

/** A dependency of a kind, to begin with. */
export function dependencyOf(kind: TaskDependency["kind"], key?: string | null, on_unmet: OnUnmet = WAIT): TaskDependency {
  const common = { key: key ?? null, on_unmet };
  switch (kind) {
    case "task":
      return { kind, task: "", ...dependencyTaskDefaults, window: UNDECLARED.window, timezone: null, ...common };
    case "file":
      return { kind, path: "", ...dependencyFileDefaults, min_age_seconds: null, min_bytes: null, unchanged_seconds: null, ...common };
    case "url":
      return { kind, url: "", ...dependencyUrlDefaults, body_contains: null, ...common };
    case "command":
      return { kind, program: "", ...dependencyCommandDefaults, ...common };
    case "tcp":
      return { kind, host: "", port: 443, ...dependencyTcpDefaults, ...common };
    case "vpn":
      return { kind, network: "", ...common };
    case "host":
      return { kind, ...dependencyHostDefaults, disk_path: null, disk_free_bytes: null, memory_free_bytes: null, load_max: 1, idle_seconds: null, ...common };
  }
}

/** What must hold before a run may start. */
export function DependenciesPart({ draft, set, at }: PartProps) {
  const change = (place: number, dependency: TaskDependency) => set({ dependencies: draft.dependencies.map((old, each) => (each === place ? dependency : old)) });
  return (
    <Part id="dependencies" title="Dependencies" hint={draft.dependencies.length === 0 ? "None. A run starts as soon as it is due." : "What must hold before a run starts."}>
      {draft.dependencies.map((dependency, place) => (
        // oxlint-disable-next-line react/no-array-index-key -- new dependencies have no key yet; the place is what stays
        <fieldset key={place} className="flex min-w-0 flex-col gap-3 rounded-md border border-line p-3">
          <legend className="sr-only">Dependency {place + 1}</legend>
          <div className="flex flex-wrap items-end gap-2">
            <SelectField
              className="w-44"
              label="Waits for"
              value={dependency.kind}
              options={options(DEPENDENCY_KINDS)}
              error={at(`/dependencies/${place}/kind`)}
              onValue={(kind) => change(place, dependencyOf(kind, null, dependency.on_unmet))}
            />
            <span className="ml-auto">
              <IconButton label={`Remove dependency ${place + 1}`} icon={<Trash2 size={15} />} onClick={() => set({ dependencies: draft.dependencies.filter((_, each) => each !== place) })} />
            </span>
          </div>
          <DependencyFields dependency={dependency} self={draft.name} at={(pointer, deep) => at(`/dependencies/${place}${pointer}`, deep)} onDependency={(next) => change(place, next)} />
          <Unmet value={dependency.on_unmet ?? WAIT} at={(pointer, deep) => at(`/dependencies/${place}/on_unmet${pointer}`, deep)} onValue={(on_unmet) => change(place, { ...dependency, on_unmet })} />
          <TextField
            className="sm:max-w-72"
            label="Key"
            hint="By this name a run says what it waits for. Empty means that Orc makes one."
            mono
            value={dependency.key ?? ""}
            error={at(`/dependencies/${place}/key`) ?? at(`/dependencies/${place}`)}
            onText={(key) => change(place, { ...dependency, key: key || null })}
          />
        </fieldset>
      ))}
      <Button className="self-start" icon={<Plus size={14} aria-hidden />} onClick={() => set({ dependencies: [...draft.dependencies, dependencyOf("file")] })}>
        Add a dependency
      </Button>
    </Part>
  );
}

function Unmet({ value, at, onValue }: { value: OnUnmet; at: PartProps["at"]; onValue: (value: OnUnmet) => void }) {
  const wait = value.kind === "wait" ? { ...onUnmetWaitDefaults, at_deadline: UNDECLARED.at_deadline, ...value } : null;
  return (
    <>
      <SelectField className="sm:max-w-72" label="While it does not hold" value={value.kind} options={options(ON_UNMET)} error={at("/kind")} onValue={(kind) => onValue(kind === "wait" ? WAIT : { kind })} />
      {wait && (
        <Row three>
          <NumberField label="At most" unit="s" min={1} value={wait.deadline_seconds} error={at("/deadline_seconds")} onNumber={(deadline_seconds) => onValue({ ...wait, deadline_seconds })} />
          <NumberField label="Looks every" unit="s" min={1} value={wait.every_seconds} error={at("/every_seconds")} onNumber={(every_seconds) => onValue({ ...wait, every_seconds })} />
          <SelectField label="At the deadline" value={wait.at_deadline} options={options(AFTER_DEADLINE)} error={at("/at_deadline")} onValue={(at_deadline) => onValue({ ...wait, at_deadline })} />
        </Row>
      )}
    </>
  );
}
