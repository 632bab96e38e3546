/** A believable small server: typed by the contract, so that a changed contract does not compile here. */
import type { Pool, Reason, RunState, RunSummary, Session, Slot, System, Task, TaskSummary } from "@/api/generated";

const NOW = Date.now();
/** An instant so many seconds from now. */
export const at = (seconds: number): string => new Date(NOW + seconds * 1000).toISOString();
const id = (kind: number, number: number): string => `0193${kind.toString(16).padStart(4, "0")}-0000-7000-8000-${number.toString(16).padStart(12, "0")}`;

/** Who is asking. */
export const session: Session = {
  name: "ada",
  role: "admin",
  permissions: ["read", "own", "run", "define", "admin"],
  via: "user",
  expires_at: null,
};

const NAMES = ["orders-export", "tickets-rotate", "certs-digest", "invoices-report", "dns-cleanup", "stock-import", "customers-probe", "mail-sync", "payroll-snapshot", "backup-nightly"];
const FOLDERS = ["finance", "etl/load", "backup", "", "reports", "web"];
const WORDS = ["every 5 minutes", "at 02:00", "at 06:15 on Monday to Friday", "every hour", "at 07:30 on the 1st of each month"];
const STATES: RunState[] = ["succeeded", "succeeded", "running", "succeeded", "failed", "succeeded", "backing_off", "succeeded", "queued", "timed_out", "cancelled", "waiting", "skipped", "lost"];

/** A row of the list of tasks. */
export function taskSummary(number: number): TaskSummary {
  const state = STATES[number % STATES.length] ?? "succeeded";
  const name = `${NAMES[number % NAMES.length]}-${String(number).padStart(4, "0")}`;
  const enabled = number % 9 !== 5;
  return {
    id: id(1, number),
    name,
    title: number % 4 === 3 ? "Invoices of the day as one report" : "",
    folder: FOLDERS[number % FOLDERS.length] ?? "",
    tags: number % 3 === 0 ? ["nightly", "db"] : [],
    enabled,
    version: 1 + (number % 7),
    run_kind: ["command", "shell", "script", "http"][number % 4] ?? "shell",
    schedules: number % 6 === 4 ? [] : [{ words: WORDS[number % WORDS.length] ?? "", problem: null }],
    next_slot_at: enabled && number % 6 !== 4 ? at(90 + number * 47) : null,
    updated_at: at(-86_400 * (1 + (number % 20))),
    problem: null,
    last_run: number % 13 === 12 ? null : { id: id(2, number), state, started_at: at(-number * 31 - 62), finished_at: state === "running" ? null : at(-number * 31 - 4), duration_seconds: state === "running" ? null : 8.9 + (number % 60) },
    actions: enabled ? ["run", "disable", "update", "delete"] : ["enable", "update", "delete"],
  };
}

/** The whole task behind a row. */
export function task(number: number): Task {
  const summary = taskSummary(number);
  return {
    id: summary.id,
    version: summary.version,
    created_at: at(-86_400 * 30),
    updated_at: summary.updated_at,
    owner: null,
    problem: null,
    next_slots: [1, 2, 3, 4, 5].map((step) => ({ scheduled_for: at(step * 300), scheduled_local: at(step * 300).replace("Z", "+00:00"), schedule_key: "cron", skipped: false, notes: step === 3 ? [{ code: "gap_moved" as const, args: { intended: "2027-03-28T02:30:00" }, text: "02:30:00 does not exist on that day (the clock is set forward); runs at the first moment after it" }] : [] })),
    last_run: summary.last_run,
    mended: [],
    actions: summary.actions,
    name: summary.name,
    title: summary.title,
    description: "Exports yesterday's orders as one CSV file and puts it where the finance people look for it.",
    folder: summary.folder,
    tags: summary.tags,
    enabled: summary.enabled,
    run: { kind: "shell", line: "python3 export.py --day ${ORC_PARAM_DAY} | gzip > orders.csv.gz", shell: null },
    working_directory: "/srv/export",
    environment: { PGHOST: "db.internal", TZ: "UTC" },
    umask: "027",
    leave_behind: false,
    params: [
      { kind: "date", name: "day", description: "Day to export.", required: false, default: null },
      { kind: "choice", name: "mode", description: "How much.", required: true, default: "full", choices: ["full", "delta"] },
      { kind: "boolean", name: "verbose", description: "", required: false, default: false },
    ],
    schedules: [
      { kind: "cron", expression: "*/5 * * * *", key: "cron", enabled: true, timezone: "Europe/Berlin", start_at: null, end_at: null, gap: "run_after", fold: "first", catch_up: { kind: "latest" }, id: id(3, number), words: "every 5 minutes" },
    ],
    triggers: [
      { kind: "webhook", proof: "secret_url", params: { day: "/event/day" }, key: "webhook", enabled: true },
      { kind: "file", pattern: "/srv/inbox/*.csv", change: "settled", settle_seconds: 2, key: "file", enabled: true },
    ],
    overlap: { kind: "skip" },
    pool: "database",
    pool_weight: 1,
    priority: 50,
    timeout_seconds: 3600,
    attempt_timeout_seconds: null,
    grace_seconds: 10,
    success_codes: [0],
    retry: { max_attempts: 3, delay_seconds: 30, backoff: { kind: "exponential", factor: 2, max_delay_seconds: 3600 }, jitter: true, retry_on: ["failed", "timed_out", "lost"], exit_codes: [], never_exit_codes: [2] },
    log: { max_bytes: 16_777_216 },
    retention: { days: 90, runs: 1000 },
    on_server_stop: "keep",
  };
}

const PREVIOUS_RUN_OPEN: Reason = { code: "previous_run_open", args: {}, text: "the run before was still open" };

const REASONS: Partial<Record<RunState, Reason>> = {
  failed: { code: "exit_code", args: { exit_code: 1 }, text: "exit code 1" },
  timed_out: { code: "run_timed_out", args: { limit_milliseconds: 3_600_000 }, text: "ran longer than 1 h" },
  skipped: PREVIOUS_RUN_OPEN,
  lost: { code: "runner_gone", args: {}, text: "the machine restarted" },
};

/** A run. */
export function run(number: number): RunSummary {
  const state = STATES[number % STATES.length] ?? "succeeded";
  const open = ["running", "queued", "waiting", "backing_off"].includes(state);
  const started = state === "queued" || state === "waiting" || state === "skipped" ? null : at(-number * 31 - 62);
  return {
    id: id(2, number),
    task: { id: id(1, number % 40), name: taskSummary(number % 40).name, version: 1 + (number % 7) },
    state,
    trigger: { kind: number % 5 === 0 ? "manual" : "schedule", by: number % 5 === 0 ? "ada" : null, schedule_key: number % 5 === 0 ? null : "cron", rerun_of: null },
    scheduled_for: number % 5 === 0 ? null : at(-number * 31 - 64),
    created_at: at(-number * 31 - 64),
    queued_at: at(-number * 31 - 63),
    started_at: started,
    finished_at: open ? null : at(-number * 31 - 4),
    duration_seconds: started ? 8.9 + (number % 60) : null,
    next_attempt_at: state === "backing_off" ? at(25) : null,
    cancel_requested_at: null,
    attempt_count: state === "backing_off" ? 2 : started ? 1 : 0,
    params: { day: "2026-11-22", mode: "full" },
    result: state === "succeeded" ? { rows: 4812, file: "orders.csv.gz" } : null,
    reason: REASONS[state] ?? null,
    waiting_on: state === "waiting" ? [{ reason: { code: "earlier_run", args: {}, text: "waits for an earlier run of the task to end" } }] : [],
    node: "local",
    log: { bytes: 48_120, lines: 612, truncated: false },
    actions: open ? ["cancel"] : ["rerun", "delete"],
  };
}

/** An entry of the ledger. */
export function slot(number: number): Slot {
  const outcome = number % 6 === 3 ? "skipped" : number % 11 === 10 ? "missed" : "run";
  return {
    schedule_id: id(3, 0),
    schedule_key: "cron",
    task: taskSummary(0).name,
    scheduled_for: at(-300 * number),
    scheduled_local: at(-300 * number).replace("Z", "+00:00"),
    outcome,
    reason: outcome === "run" ? null : outcome === "missed" ? { code: "catch_up_off", args: {}, text: "the server was down" } : PREVIOUS_RUN_OPEN,
    run_id: outcome === "run" ? id(2, number) : null,
    first_at: at(-300 * number),
    last_at: at(-300 * number),
    count: outcome === "missed" ? 14 : 1,
  };
}

/** A pool. */
export function pool(name: string, capacity: number, used: number): Pool {
  return { id: id(5, capacity), version: 1, created_at: at(-86_400), updated_at: at(-86_400), used, waiting_count: used === capacity ? 2 : 0, used_by: [taskSummary(0).name], name, description: "", capacity };
}

/** The server. */
export const system: System = {
  version: "0.1.0",
  node: "local",
  platform: "linux x86_64",
  started_at: at(-273_600),
  uptime_seconds: 273_600,
  now_at: at(0),
  clock: { trusted: true, machine_at: at(0), planning_at: at(0), doubted_since_at: null },
  invalid_schedule_count: 0,
  timezone: "Europe/Berlin",
  timezone_data: "2026b",
  run_limit: 8,
  database: { kind: "sqlite", size_bytes: 48_234_496, wal_bytes: 4_194_304, schema_version: "m0001_begin" },
  disk: { total_bytes: 512_000_000_000, free_bytes: 201_000_000_000, guard: "ok" },
  hold: null,
  warnings: [],
};
