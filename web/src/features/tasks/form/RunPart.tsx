import { cx } from "@/lib/cx";
import { NumberFieldRow } from "./LimitsPart";
import { CheckField, SelectField, TextArea, TextField } from "@/ui/fields/Field";
import { KeyValueEditor, ListEditor } from "@/ui/fields/Lists";
import type { RunKind } from "../draft/draft";
import { HeartbeatFields } from "../heartbeat/HeartbeatFields";
import { Part, type PartProps, Row } from "./FormParts";

const KINDS: [RunKind, string, string][] = [
  ["shell", "Shell line", "One line for the shell, with pipes and variables."],
  ["command", "Command", "A program and its arguments, without a shell."],
  ["script", "Script", "A text for bash, Python, Node or another interpreter."],
  ["http", "HTTP request", "Calls a web address and checks the answer."],
  ["heartbeat", "Heartbeat", "A job elsewhere that calls Orc when it begins and ends."],
];

const INTERPRETERS = ["bash", "sh", "python", "node", "pwsh", "powershell", "cmd"];
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];

/** What is run: the kind and its fields. */
export function RunPart(props: PartProps) {
  const { draft, set, at } = props;
  return (
    <Part id="run" title="What to run" hint={draft.kind === "heartbeat" ? "Orc only hears of this job." : "The run finds its params in ORC_PARAM_* variables."}>
      <div role="radiogroup" aria-label="Kind" className="grid grid-cols-2 gap-2 xl:grid-cols-5">
        {KINDS.map(([kind, word, hint]) => (
          <label
            key={kind}
            className={cx(
              "flex cursor-pointer flex-col rounded-md border px-3 py-2 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
              draft.kind === kind ? "border-accent bg-accent-soft" : "border-line-strong hover:bg-hover",
            )}
          >
            <span className="flex items-center gap-2 text-sm font-medium">
              <input type="radio" name="kind" value={kind} checked={draft.kind === kind} onChange={() => set({ kind })} className="accent-(--accent-strong)" />
              {word}
            </span>
            <span className="text-xs text-muted">{hint}</span>
          </label>
        ))}
      </div>
      {draft.kind === "shell" && <Shell {...props} />}
      {draft.kind === "command" && <Command {...props} />}
      {draft.kind === "script" && <Script {...props} />}
      {draft.kind === "http" && <Http {...props} />}
      {draft.kind === "heartbeat" && <HeartbeatFields {...props} />}
      {draft.kind !== "http" && draft.kind !== "heartbeat" && (
        <>
          <TextField
            label="Working directory"
            hint="Empty means a scratch folder for each attempt."
            mono
            value={draft.working_directory}
            error={at("/working_directory")}
            onText={(working_directory) => set({ working_directory })}
          />
          <KeyValueEditor
            label="Environment"
            addLabel="Add a variable"
            pairs={draft.environment}
            onPairs={(environment) => set({ environment })}
            errorAt={(name) => at(`/environment/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`)}
          />
          {at("/environment") && <p className="text-xs font-medium text-fail">{at("/environment")}</p>}
          <Row three>
            <NumberFieldRow {...props} />
            <TextField label="Umask" hint="Rights that new files do not get, such as 027. Empty means the server's setting." mono value={draft.umask} error={at("/umask")} onText={(umask) => set({ umask })} />
          </Row>
          <CheckField
            label="Leave programs running"
            hint="For tasks that start a daemon. What goes on after the command is listed with the run and nothing stops it. Otherwise Orc stops it."
            checked={draft.leave_behind}
            onChecked={(leave_behind) => set({ leave_behind })}
          />
        </>
      )}
    </Part>
  );
}

function Shell({ draft, set, at }: PartProps) {
  const change = (more: Partial<typeof draft.shell>) => set({ shell: { ...draft.shell, ...more } });
  return (
    <>
      <TextArea label="Line" rows={2} mono value={draft.shell.line} error={at("/run/line")} onText={(line) => change({ line })} placeholder="pg_dump app | gzip > app.sql.gz" />
      <TextField label="Shell" hint="Empty means /bin/sh, or cmd on Windows." mono value={draft.shell.shell ?? ""} error={at("/run/shell")} onText={(shell) => change({ shell })} className="sm:max-w-72" />
    </>
  );
}

function Command({ draft, set, at }: PartProps) {
  const change = (more: Partial<typeof draft.command>) => set({ command: { ...draft.command, ...more } });
  return (
    <>
      <TextField label="Program" hint="A path, or a name that is looked up in PATH." mono value={draft.command.program} error={at("/run/program")} onText={(program) => change({ program })} />
      <ListEditor
        label="Arguments"
        addLabel="Add an argument"
        placeholder={"--day=${params.day}"}
        items={draft.command.arguments}
        onItems={(items) => change({ arguments: items })}
        errorAt={(place) => at(`/run/arguments/${place}`)}
      />
      <p className="text-xs text-muted">Orc passes each argument as it is and never splits it at blanks. It replaces ${"{params.name}"} with the value of a param.</p>
    </>
  );
}

function Script({ draft, set, at }: PartProps) {
  const change = (more: Partial<typeof draft.script>) => set({ script: { ...draft.script, ...more } });
  return (
    <>
      <TextField label="Interpreter" hint="A name, or a path." mono list="interpreters" value={draft.script.interpreter} error={at("/run/interpreter")} onText={(interpreter) => change({ interpreter })} className="sm:max-w-72" />
      <datalist id="interpreters">
        {INTERPRETERS.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </datalist>
      <TextArea label="Text" rows={12} mono value={draft.script.text} error={at("/run/text")} onText={(text) => change({ text })} />
      <ListEditor label="Arguments" addLabel="Add an argument" items={draft.script.arguments} onItems={(items) => change({ arguments: items })} errorAt={(place) => at(`/run/arguments/${place}`)} />
    </>
  );
}

function Http({ draft, set, at }: PartProps) {
  const { http } = draft;
  const change = (more: Partial<typeof http>) => set({ http: { ...http, ...more } });
  return (
    <>
      <div className="grid gap-3 sm:grid-cols-[8rem_minmax(0,1fr)]">
        <SelectField label="Method" value={http.method} options={[...new Set([...METHODS, http.method])].map((method) => [method, method] as const)} error={at("/run/method")} onValue={(method) => change({ method })} />
        <TextField label="Address" mono inputMode="url" placeholder="https://example.com/health" value={http.url} error={at("/run/url")} onText={(url) => change({ url })} />
      </div>
      <KeyValueEditor label="Headers" addLabel="Add a header" pairs={http.headers} onPairs={(headers) => change({ headers })} errorAt={(name) => at(`/run/headers/${name}`)} />
      <TextArea label="Body" rows={3} mono value={http.body ?? ""} error={at("/run/body")} onText={(body) => change({ body })} />
      <Row>
        <TextField label="Codes that mean success" hint="Empty means 200 to 299." mono value={http.expected_codes} error={at("/run/expected_codes", true)} onText={(expected_codes) => change({ expected_codes })} />
        <TextField label="The answer must contain" hint="Empty means that any answer will do." value={http.body_contains ?? ""} error={at("/run/body_contains")} onText={(body_contains) => change({ body_contains })} />
      </Row>
      <Row>
        <TextField label="Proxy" hint="Such as http://proxy.example:3128. Write direct for none. Empty means the server's setting." mono inputMode="url" value={http.proxy ?? ""} error={at("/run/proxy")} onText={(proxy) => change({ proxy })} />
        <TextField label="File of authorities" hint="Certificates (PEM) on the server, trusted in addition to those of the system." mono placeholder="/etc/ssl/company-ca.pem" value={http.ca_file ?? ""} error={at("/run/ca_file")} onText={(ca_file) => change({ ca_file })} />
      </Row>
      <ListEditor label="Hosts without the proxy" addLabel="Add a host" placeholder="*.intranet.example" items={http.no_proxy} onItems={(no_proxy) => change({ no_proxy })} errorAt={(place) => at(`/run/no_proxy/${place}`)} />
    </>
  );
}
