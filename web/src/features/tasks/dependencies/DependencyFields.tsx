import type { DependencyCommand, DependencyFile, DependencyHost, DependencyTask, DependencyTcp, DependencyUrl, RunState, TaskDependency } from "@/api/generated";
import { dependencyCommandDefaults, dependencyFileDefaults, dependencyHostDefaults, dependencyTaskDefaults, dependencyTcpDefaults, dependencyUrlDefaults } from "@/api/generated/contract.gen";
import { UNDECLARED } from "@/api/undeclared";
import { WINDOWS } from "@/lib/words/dependencyWords";
import { options, RUN_STATE_NAMES, RUN_STATES } from "@/lib/words/words";
import { NetworkField } from "@/shared/networks/NetworkField";
import { TaskPicker } from "@/shared/tasks/TaskPicker";
import { CheckField, NumberField, SelectField, TextField } from "@/ui/fields/Field";
import { ListEditor } from "@/ui/fields/Lists";
import { Toggles } from "@/ui/fields/Toggles";
import { codesOf, codesText } from "../draft/codes";
import { type PartProps, Row } from "../form/FormParts";
import { TakenParams } from "../triggers/TakenParams";

interface FieldsProps<T extends TaskDependency = TaskDependency> {
  dependency: T;
  at: PartProps["at"];
  onDependency: (dependency: TaskDependency) => void;
}

/** The fields of one dependency. */
export function DependencyFields({ dependency, self, ...rest }: FieldsProps & { self: string }) {
  switch (dependency.kind) {
    case "task":
      return <TaskFields dependency={dependency} self={self} {...rest} />;
    case "file":
      return <FileFields dependency={dependency} {...rest} />;
    case "url":
      return <UrlFields dependency={dependency} {...rest} />;
    case "command":
      return <CommandFields dependency={dependency} {...rest} />;
    case "tcp":
      return <TcpFields dependency={dependency} {...rest} />;
    case "vpn":
      return <NetworkField className="sm:max-w-72" value={dependency.network} error={rest.at("/network")} onText={(network) => rest.onDependency({ ...dependency, network })} />;
    case "host":
      return <HostFields dependency={dependency} {...rest} />;
  }
}

const FINAL = RUN_STATE_NAMES.filter((state) => !RUN_STATES[state].open).map((state): [RunState, string] => [state, RUN_STATES[state].word]);

function TaskFields({ dependency, self, at, onDependency }: FieldsProps<DependencyTask> & { self: string }) {
  const window = dependency.window ?? UNDECLARED.window;
  return (
    <>
      <TaskPicker label="A run of" hint="Its newest run that has ended decides." except={self} names={dependency.task === "" ? [] : [dependency.task]} error={at("/task")} onNames={(names) => onDependency({ ...dependency, task: names.at(-1) ?? "" })} />
      <Toggles label="That ended as" options={FINAL} values={dependency.states ?? dependencyTaskDefaults.states} error={at("/states", true)} onValues={(states) => onDependency({ ...dependency, states })} />
      <Row>
        <SelectField label="When" value={window.kind} options={options(WINDOWS)} error={at("/window")} onValue={(kind) => onDependency({ ...dependency, window: kind === "within" ? { kind, seconds: 86_400 } : { kind } })} />
        {window.kind === "within" && <NumberField label="Seconds" unit="s" min={1} value={window.seconds} error={at("/window/seconds")} onNumber={(seconds) => onDependency({ ...dependency, window: { kind: "within", seconds } })} />}
        {(window.kind === "today" || window.kind === "same_slot_day") && (
          <TextField label="Time zone of the day" hint="Empty: that of the task's first schedule." value={dependency.timezone ?? ""} error={at("/timezone")} onText={(timezone) => onDependency({ ...dependency, timezone: timezone || null })} />
        )}
      </Row>
      <TakenParams origin="dependency" params={dependency.params ?? {}} at={at} onParams={(params) => onDependency({ ...dependency, params })} />
    </>
  );
}

function FileFields({ dependency, at, onDependency }: FieldsProps<DependencyFile>) {
  const absent = dependency.absent ?? dependencyFileDefaults.absent;
  return (
    <>
      <TextField label="File" hint="An absolute path on the server. It may contain *, ?, [...] and **." mono placeholder="/srv/inbox/*.csv" value={dependency.path} error={at("/path")} onText={(path) => onDependency({ ...dependency, path })} />
      <CheckField
        label="No such file may exist"
        checked={absent}
        onChecked={(checked) => onDependency({ ...dependency, absent: checked, min_age_seconds: null, min_bytes: null, unchanged_seconds: null })}
      />
      {!absent && (
        <Row three>
          <NumberField optional label="Unchanged for" unit="s" hint="So that its writer is done." min={0.1} value={dependency.unchanged_seconds ?? null} error={at("/unchanged_seconds")} onNumber={(unchanged_seconds) => onDependency({ ...dependency, unchanged_seconds })} />
          <NumberField optional label="At least" unit="bytes" min={0} value={dependency.min_bytes ?? null} error={at("/min_bytes")} onNumber={(min_bytes) => onDependency({ ...dependency, min_bytes })} />
          <NumberField optional label="Older than" unit="s" min={0} value={dependency.min_age_seconds ?? null} error={at("/min_age_seconds")} onNumber={(min_age_seconds) => onDependency({ ...dependency, min_age_seconds })} />
        </Row>
      )}
    </>
  );
}

function UrlFields({ dependency, at, onDependency }: FieldsProps<DependencyUrl>) {
  return (
    <>
      <TextField label="Address" mono placeholder="https://intranet.example/health" value={dependency.url} error={at("/url")} onText={(url) => onDependency({ ...dependency, url })} />
      <Row three>
        <SelectField label="Method" value={dependency.method ?? dependencyUrlDefaults.method} options={[["GET", "GET"], ["HEAD", "HEAD"]]} error={at("/method")} onValue={(method) => onDependency({ ...dependency, method })} />
        <TextField label="Expected codes" hint="Empty: 200 to 299." value={codesText(dependency.expected_codes ?? [])} error={at("/expected_codes", true)} onText={(text) => onDependency({ ...dependency, expected_codes: codesOf(text) })} />
        <NumberField label="Time limit" unit="s" min={0.1} value={dependency.timeout_seconds ?? dependencyUrlDefaults.timeout_seconds} error={at("/timeout_seconds")} onNumber={(timeout_seconds) => onDependency({ ...dependency, timeout_seconds })} />
      </Row>
      <TextField label="Text in the answer" hint="Empty: any answer counts." value={dependency.body_contains ?? ""} error={at("/body_contains")} onText={(text) => onDependency({ ...dependency, body_contains: text || null })} />
    </>
  );
}

function CommandFields({ dependency, at, onDependency }: FieldsProps<DependencyCommand>) {
  return (
    <>
      <TextField label="Program" mono placeholder="/usr/local/bin/is-ready" value={dependency.program} error={at("/program")} onText={(program) => onDependency({ ...dependency, program })} />
      <ListEditor label="Arguments" addLabel="Add an argument" items={dependency.arguments ?? []} errorAt={(place) => at(`/arguments/${place}`)} onItems={(items) => onDependency({ ...dependency, arguments: items })} />
      <NumberField className="sm:max-w-72" label="Time limit" unit="s" min={0.1} value={dependency.timeout_seconds ?? dependencyCommandDefaults.timeout_seconds} error={at("/timeout_seconds")} onNumber={(timeout_seconds) => onDependency({ ...dependency, timeout_seconds })} />
    </>
  );
}

function TcpFields({ dependency, at, onDependency }: FieldsProps<DependencyTcp>) {
  return (
    <Row three>
      <TextField label="Host" mono placeholder="db.example" value={dependency.host} error={at("/host")} onText={(host) => onDependency({ ...dependency, host })} />
      <NumberField label="Port" min={1} max={65_535} value={dependency.port} error={at("/port")} onNumber={(port) => onDependency({ ...dependency, port })} />
      <NumberField label="Time limit" unit="s" min={0.1} value={dependency.timeout_seconds ?? dependencyTcpDefaults.timeout_seconds} error={at("/timeout_seconds")} onNumber={(timeout_seconds) => onDependency({ ...dependency, timeout_seconds })} />
    </Row>
  );
}

function HostFields({ dependency, at, onDependency }: FieldsProps<DependencyHost>) {
  return (
    <>
      <Row>
        <TextField label="Disk of the path" mono placeholder="/srv" value={dependency.disk_path ?? ""} error={at("/disk_path")} onText={(path) => onDependency({ ...dependency, disk_path: path || null })} />
        <NumberField optional label="Free on that disk" unit="bytes" min={0} value={dependency.disk_free_bytes ?? null} error={at("/disk_free_bytes")} onNumber={(disk_free_bytes) => onDependency({ ...dependency, disk_free_bytes })} />
      </Row>
      <Row three>
        <NumberField optional label="Free memory" unit="bytes" min={0} value={dependency.memory_free_bytes ?? null} error={at("/memory_free_bytes")} onNumber={(memory_free_bytes) => onDependency({ ...dependency, memory_free_bytes })} />
        <NumberField optional label="Load at most" hint="Per processor." min={0} value={dependency.load_max ?? null} error={at("/load_max")} onNumber={(load_max) => onDependency({ ...dependency, load_max })} />
        <NumberField optional label="Nobody typed for" unit="s" min={1} value={dependency.idle_seconds ?? null} error={at("/idle_seconds")} onNumber={(idle_seconds) => onDependency({ ...dependency, idle_seconds })} />
      </Row>
      <CheckField label="On mains power" checked={dependency.on_ac_power ?? dependencyHostDefaults.on_ac_power} onChecked={(on_ac_power) => onDependency({ ...dependency, on_ac_power })} />
    </>
  );
}
