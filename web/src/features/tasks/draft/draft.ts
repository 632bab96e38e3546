/** A definition as the form edits it: every field is present, maps are ordered pairs, and each kind of run keeps its own input. */
import {
  backoffExponentialDefaults,
  logRulesDefaults,
  retentionDefaults,
  retryDefaults,
  runCommandDefaults,
  runHttpDefaults,
  runScriptDefaults,
  taskDefinitionDefaults,
} from "@/api/generated/contract.gen";
import type { CredentialUse, Expect, Limits, ParamSpec, Retry, RunCommand, RunHttp, RunScript, RunShell, RunSpec, Schedule, Task, TaskDefinition, TaskDependency, TaskTrigger } from "@/api/generated";
import { UNDECLARED } from "@/api/undeclared";
import type { Pairs } from "@/ui/fields/Lists";
import { codesOf, codesText } from "./codes";

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
  /** Empty: a scratch folder. */
  working_directory: string;
  environment: Pairs;
  /** Octal digits; empty: the server's setting. */
  umask: string;
  leave_behind: boolean;
  limits: { memory_mb: number | null; cpu_percent: number | null; processes: number | null; open_files: number | null; niceness: number | null };
  /** Empty: the server's setting. */
  run_as: string;
  credentials: CredentialUse[];
  params: ParamSpec[];
  schedules: Schedule[];
  triggers: TaskTrigger[];
  dependencies: TaskDependency[];
  overlap: NonNullable<TaskDefinition["overlap"]>;
  /** Empty: none. */
  pool: string;
  pool_weight: number;
  priority: number;
  timeout_seconds: number | null;
  attempt_timeout_seconds: number | null;
  grace_seconds: number;
  success_codes: string;
  retry: {
    max_attempts: number;
    delay_seconds: number;
    kind: "fixed" | "exponential";
    factor: number;
    max_delay_seconds: number;
    jitter: boolean;
    retry_on: ("failed" | "timed_out" | "lost")[];
    exit_codes: string;
    never_exit_codes: string;
  };
  log_max_mb: number;
  retention_days: number;
  retention_runs: number;
  on_server_stop: "keep" | "cancel";
  mark_suspicious: boolean;
  /** Null or "any": nothing is expected. */
  expect: { start_minutes: number | null; finish: "any" | "within" | "at"; finish_minutes: number | null; finish_at: string; every_hours: number | null; usual_times: number | null; wait_minutes: number | null };
}

const MEBIBYTE = 1_048_576;
const LOG_MAX_MB = logRulesDefaults.max_bytes / MEBIBYTE;

/** A new, empty task: what the server assumes for fields that are left out, and a shell line to begin with. */
export function emptyDraft(): Draft {
  return {
    ...taskDefinitionDefaults,
    name: "",
    kind: "shell",
    command: { kind: "command", program: "", ...runCommandDefaults },
    shell: { kind: "shell", line: "", shell: null },
    script: { kind: "script", interpreter: "bash", text: "", ...runScriptDefaults },
    http: { kind: "http", method: runHttpDefaults.method, url: "", headers: [], body: null, expected_codes: codesText(runHttpDefaults.expected_codes), body_contains: null, proxy: null, no_proxy: runHttpDefaults.no_proxy, ca_file: null },
    working_directory: "",
    environment: [],
    umask: "",
    limits: limitsDraft({}),
    run_as: "",
    overlap: UNDECLARED.overlap,
    pool: "",
    timeout_seconds: null,
    attempt_timeout_seconds: null,
    success_codes: codesText(taskDefinitionDefaults.success_codes),
    retry: retryDraft({}),
    log_max_mb: LOG_MAX_MB,
    retention_days: retentionDefaults.days,
    retention_runs: retentionDefaults.runs,
    on_server_stop: UNDECLARED.on_server_stop,
    expect: expectDraft({}),
  };
}

/** The draft of a task that exists. */
export function draftOf(task: Task): Draft {
  const draft = emptyDraft();
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
    umask: task.umask ?? "",
    leave_behind: task.leave_behind,
    limits: limitsDraft(task.limits),
    run_as: task.run_as ?? "",
    credentials: task.credentials,
    params: task.params,
    schedules: task.schedules,
    triggers: task.triggers,
    dependencies: task.dependencies,
    overlap: task.overlap,
    pool: task.pool ?? "",
    pool_weight: task.pool_weight,
    priority: task.priority,
    timeout_seconds: task.timeout_seconds ?? null,
    attempt_timeout_seconds: task.attempt_timeout_seconds ?? null,
    grace_seconds: task.grace_seconds,
    success_codes: codesText(task.success_codes),
    retry: retryDraft(task.retry),
    log_max_mb: (task.log.max_bytes ?? logRulesDefaults.max_bytes) / MEBIBYTE,
    retention_days: task.retention.days ?? retentionDefaults.days,
    retention_runs: task.retention.runs ?? retentionDefaults.runs,
    on_server_stop: task.on_server_stop,
    mark_suspicious: task.mark_suspicious,
    expect: expectDraft(task.expect),
  };
}

function expectDraft({ start_within_seconds, finish_by, at_least_every_seconds, usual_times, wait_within_seconds }: Expect): Draft["expect"] {
  const [within, at] = [finish_by?.within_seconds ?? null, finish_by?.at ?? null];
  return {
    start_minutes: over(start_within_seconds, 60),
    finish: at !== null ? "at" : within !== null ? "within" : "any",
    finish_minutes: over(within, 60),
    finish_at: at ?? "",
    every_hours: over(at_least_every_seconds, 3600),
    usual_times: usual_times ?? null,
    wait_minutes: over(wait_within_seconds, 60),
  };
}

/** Seconds in a larger unit, with as many digits as bring the same seconds back. */
const over = (seconds: number | null | undefined, unit: number): number | null => (seconds == null ? null : Number((seconds / unit).toFixed(5)));

const secondsOf = (value: number | null, unit: number): number | null => (value === null ? null : Math.round(value * unit));

function expectOf({ start_minutes, finish, finish_minutes, finish_at, every_hours, usual_times, wait_minutes }: Draft["expect"]): Expect {
  const finish_by = finish === "any" ? null : finish === "at" ? { within_seconds: null, at: finish_at.trim() } : { within_seconds: secondsOf(finish_minutes ?? 60, 60), at: null };
  return { start_within_seconds: secondsOf(start_minutes, 60), finish_by, at_least_every_seconds: secondsOf(every_hours, 3600), usual_times, wait_within_seconds: secondsOf(wait_minutes, 60) };
}

function limitsDraft({ memory_bytes, cpu_percent, processes, open_files, niceness }: Limits): Draft["limits"] {
  return { memory_mb: memory_bytes ? memory_bytes / MEBIBYTE : null, cpu_percent: cpu_percent ?? null, processes: processes ?? null, open_files: open_files ?? null, niceness: niceness ?? null };
}

function limitsOf({ memory_mb, ...rest }: Draft["limits"]): Limits {
  return { memory_bytes: memory_mb === null ? null : Math.round(memory_mb * MEBIBYTE), ...rest };
}

function retryDraft(retry: Retry): Draft["retry"] {
  const { backoff, exit_codes, never_exit_codes, ...rest } = { ...retryDefaults, ...retry };
  const { factor, max_delay_seconds } = { ...backoffExponentialDefaults, ...(backoff.kind === "exponential" ? backoff : {}) };
  return { ...rest, kind: backoff.kind, factor, max_delay_seconds, exit_codes: codesText(exit_codes), never_exit_codes: codesText(never_exit_codes) };
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
      return { kind: run.kind, http: { ...draft.http, ...rest, headers: Object.entries(headers ?? {}), expected_codes: codesText(expected_codes) } };
    }
    case "heartbeat":
      return { kind: run.kind };
  }
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
        expected_codes: codesOf(draft.http.expected_codes),
        body: draft.http.body || null,
        body_contains: draft.http.body_contains || null,
        proxy: draft.http.proxy?.trim() || null,
        no_proxy: draft.http.no_proxy.map((host) => host.trim()).filter((host) => host !== ""),
        ca_file: draft.http.ca_file?.trim() || null,
      };
    case "heartbeat":
      return { kind: draft.kind };
  }
}

/** The request body. */
export function definitionOf(draft: Draft): TaskDefinition {
  const definition = everythingOf(draft);
  return draft.kind === "heartbeat" ? heartbeatOf(definition) : definition;
}

/** A task that Orc does not start has the address that its job calls, and nothing that is about starting. */
function heartbeatOf(definition: TaskDefinition): TaskDefinition {
  const address = definition.triggers?.find((trigger) => trigger.kind === "webhook");
  return {
    ...definition,
    triggers: [{ kind: "webhook", key: address?.key ?? null, enabled: address?.enabled ?? true, proof: "secret_url", sender: "orc", signature: null, params: {}, filters: [] }],
    working_directory: null,
    environment: {},
    umask: null,
    leave_behind: false,
    limits: {},
    run_as: null,
    params: [],
    schedules: [],
    dependencies: [],
    pool: null,
    attempt_timeout_seconds: null,
    retry: { ...definition.retry, max_attempts: 1 },
    expect: { ...definition.expect, start_within_seconds: null, finish_by: null, wait_within_seconds: null },
  };
}

function everythingOf(draft: Draft): TaskDefinition {
  const { kind, factor, max_delay_seconds, exit_codes, never_exit_codes, ...retry } = draft.retry;
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
    umask: draft.umask.trim() || null,
    leave_behind: draft.leave_behind,
    limits: draft.kind === "http" ? {} : limitsOf(draft.limits),
    run_as: draft.kind === "http" ? null : draft.run_as.trim() || null,
    credentials: draft.kind === "http" ? [] : draft.credentials,
    params: draft.params,
    schedules: draft.schedules,
    triggers: draft.triggers,
    dependencies: draft.dependencies,
    overlap: draft.overlap,
    pool: draft.pool || null,
    pool_weight: draft.pool_weight,
    priority: draft.priority,
    timeout_seconds: draft.timeout_seconds,
    attempt_timeout_seconds: draft.attempt_timeout_seconds,
    grace_seconds: draft.grace_seconds,
    success_codes: codesOf(draft.success_codes),
    retry: {
      ...retry,
      backoff: kind === "fixed" ? { kind } : { kind, factor, max_delay_seconds },
      exit_codes: codesOf(exit_codes),
      never_exit_codes: codesOf(never_exit_codes),
    },
    log: { max_bytes: Math.round(draft.log_max_mb * MEBIBYTE) },
    retention: { days: draft.retention_days, runs: draft.retention_runs },
    on_server_stop: draft.on_server_stop,
    mark_suspicious: draft.mark_suspicious,
    expect: expectOf(draft.expect),
  };
}
