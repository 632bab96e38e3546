/** A definition as the form edits it: every field there, maps as ordered pairs, each kind of run with its own memory. */
import type { ParamSpec, RunCommand, RunHttp, RunScript, RunShell, RunSpec, Schedule, Task, TaskDefinition, TaskTrigger } from "@/api/generated";
import type { Pairs } from "@/ui/fields/Lists";

/** Kinds of what a task runs. */
export type RunKind = RunSpec["kind"];

/** The form's state. */
export interface Draft {
  name: string;
  title: string;
  description: string;
  folder: string;
  tags: string[];
  enabled: boolean;
  kind: RunKind;
  command: Required<RunCommand>;
  shell: RunShell;
  script: Required<RunScript>;
  http: Omit<Required<RunHttp>, "headers" | "expected_codes"> & { headers: Pairs; expected_codes: string };
  working_directory: string;
  environment: Pairs;
  params: ParamSpec[];
  schedules: Schedule[];
  triggers: TaskTrigger[];
  overlap: NonNullable<TaskDefinition["overlap"]>;
  /** Empty: none. */
  pool: string;
  pool_weight: number | null;
  priority: number | null;
  timeout_seconds: number | null;
  attempt_timeout_seconds: number | null;
  grace_seconds: number | null;
  success_codes: string;
  retry: {
    max_attempts: number | null;
    delay_seconds: number | null;
    kind: "fixed" | "exponential";
    factor: number | null;
    max_delay_seconds: number | null;
    jitter: boolean;
    retry_on: ("failed" | "timed_out" | "lost")[];
    exit_codes: string;
    never_exit_codes: string;
  };
  log_max_mb: number | null;
  retention_days: number | null;
  retention_runs: number | null;
  on_server_stop: "keep" | "cancel";
}

/** What the server gives a task that says nothing. */
export const DEFAULT_PRIORITY = 50;

/** A new, empty task. */
export function emptyDraft(): Draft {
  return {
    name: "",
    title: "",
    description: "",
    folder: "",
    tags: [],
    enabled: true,
    kind: "shell",
    command: { kind: "command", program: "", arguments: [] },
    shell: { kind: "shell", line: "", shell: null },
    script: { kind: "script", interpreter: "bash", text: "", arguments: [] },
    http: { kind: "http", method: "GET", url: "", headers: [], body: null, expected_codes: "", body_contains: null },
    working_directory: "",
    environment: [],
    params: [],
    schedules: [],
    triggers: [],
    overlap: { kind: "skip" },
    pool: "",
    pool_weight: 1,
    priority: DEFAULT_PRIORITY,
    timeout_seconds: null,
    attempt_timeout_seconds: null,
    grace_seconds: 10,
    success_codes: "0",
    retry: { max_attempts: 1, delay_seconds: 30, kind: "fixed", factor: 2, max_delay_seconds: 3600, jitter: true, retry_on: ["failed", "timed_out", "lost"], exit_codes: "", never_exit_codes: "" },
    log_max_mb: 16,
    retention_days: 90,
    retention_runs: 1000,
    on_server_stop: "keep",
  };
}

/** The draft of a task that exists. */
export function draftOf(task: Task): Draft {
  const draft = emptyDraft();
  const { retry } = task;
  const exponential = retry.backoff?.kind === "exponential" ? retry.backoff : null;
  return {
    ...draft,
    ...runDraft(draft, task.run),
    name: task.name,
    title: task.title,
    description: task.description,
    folder: task.folder,
    tags: task.tags,
    enabled: task.enabled,
    working_directory: task.working_directory ?? "",
    environment: Object.entries(task.environment),
    params: task.params,
    schedules: task.schedules,
    triggers: task.triggers,
    overlap: task.overlap,
    pool: task.pool ?? "",
    pool_weight: task.pool_weight,
    priority: task.priority,
    timeout_seconds: task.timeout_seconds ?? null,
    attempt_timeout_seconds: task.attempt_timeout_seconds ?? null,
    grace_seconds: task.grace_seconds,
    success_codes: task.success_codes.join(", "),
    retry: {
      max_attempts: retry.max_attempts ?? 1,
      delay_seconds: retry.delay_seconds ?? 30,
      kind: exponential ? "exponential" : "fixed",
      factor: exponential?.factor ?? 2,
      max_delay_seconds: exponential?.max_delay_seconds ?? 3600,
      jitter: retry.jitter ?? true,
      retry_on: retry.retry_on ?? draft.retry.retry_on,
      exit_codes: (retry.exit_codes ?? []).join(", "),
      never_exit_codes: (retry.never_exit_codes ?? []).join(", "),
    },
    log_max_mb: (task.log.max_bytes ?? 16_777_216) / 1_048_576,
    retention_days: task.retention.days ?? 90,
    retention_runs: task.retention.runs ?? 1000,
    on_server_stop: task.on_server_stop,
  };
}

function runDraft(draft: Draft, run: RunSpec): Partial<Draft> {
  switch (run.kind) {
    case "command":
      return { kind: run.kind, command: { ...draft.command, ...run } };
    case "shell":
      return { kind: run.kind, shell: run };
    case "script":
      return { kind: run.kind, script: { ...draft.script, ...run } };
    case "http": {
      const { headers, expected_codes, ...rest } = run;
      return { kind: run.kind, http: { ...draft.http, ...rest, headers: Object.entries(headers ?? {}), expected_codes: (expected_codes ?? []).join(", ") } };
    }
  }
}

/** Whole numbers separated by commas or blanks; what is none stays a text, and the server says what is wrong with it. */
export function codes(text: string): number[] {
  return text
    .split(/[\s,]+/)
    .filter((part) => part !== "")
    .map((part) => (/^-?\d+$/.test(part) ? Number(part) : (part as unknown as number)));
}

function runOf(draft: Draft): RunSpec {
  switch (draft.kind) {
    case "command":
      return draft.command;
    case "shell":
      return { ...draft.shell, shell: draft.shell.shell || null };
    case "script":
      return draft.script;
    case "http":
      return {
        ...draft.http,
        headers: Object.fromEntries(draft.http.headers.filter(([name]) => name !== "")),
        expected_codes: codes(draft.http.expected_codes),
        body: draft.http.body || null,
        body_contains: draft.http.body_contains || null,
      };
  }
}

/** The request body. */
export function definitionOf(draft: Draft): TaskDefinition {
  const { retry } = draft;
  return {
    name: draft.name.trim(),
    title: draft.title,
    description: draft.description,
    folder: draft.folder.trim(),
    tags: draft.tags,
    enabled: draft.enabled,
    run: runOf(draft),
    working_directory: draft.working_directory.trim() || null,
    environment: Object.fromEntries(draft.environment.filter(([name]) => name !== "")),
    params: draft.params,
    schedules: draft.schedules,
    triggers: draft.triggers,
    overlap: draft.overlap,
    pool: draft.pool || null,
    pool_weight: draft.pool_weight ?? 1,
    priority: draft.priority ?? DEFAULT_PRIORITY,
    timeout_seconds: draft.timeout_seconds,
    attempt_timeout_seconds: draft.attempt_timeout_seconds,
    grace_seconds: draft.grace_seconds ?? 10,
    success_codes: codes(draft.success_codes),
    retry: {
      max_attempts: retry.max_attempts ?? 1,
      delay_seconds: retry.delay_seconds ?? 0,
      backoff: retry.kind === "fixed" ? { kind: "fixed" } : { kind: "exponential", factor: retry.factor ?? 2, max_delay_seconds: retry.max_delay_seconds ?? 3600 },
      jitter: retry.jitter,
      retry_on: retry.retry_on,
      exit_codes: codes(retry.exit_codes),
      never_exit_codes: codes(retry.never_exit_codes),
    },
    log: { max_bytes: Math.round((draft.log_max_mb ?? 16) * 1_048_576) },
    retention: { days: draft.retention_days ?? 90, runs: draft.retention_runs ?? 1000 },
    on_server_stop: draft.on_server_stop,
  };
}
