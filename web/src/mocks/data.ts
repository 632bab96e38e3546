/** A believable small server: typed by the contract, so that a changed contract does not compile here. */
import type { Channel, Credential, Delivery, Incident, LimitAbility, Link, Network, Pool, Reason, Report, ReportPreview, Rule, RunChanges, RunDependency, RunSide, RunState, RunSummary, Session, Silence, Slot, System, Task, TaskBand, TaskSummary } from "@/api/generated";

const NOW = Date.now();
/** An instant so many seconds from now. */
export const at = (seconds: number): string => new Date(NOW + seconds * 1000).toISOString();
const id = (kind: number, number: number): string => `0193${kind.toString(16).padStart(4, "0")}-0000-7000-8000-${number.toString(16).padStart(12, "0")}`;

/** Who is asking. */
export const session: Session = {
  name: "ada",
  role: "admin",
  permissions: ["read", "own", "run", "define", "credentials:use", "credentials:write", "tasks:run_as", "admin"],
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
    last_run: number % 13 === 12 ? null : { id: id(2, number), state, started_at: at(-number * 31 - 62), finished_at: state === "running" ? null : at(-number * 31 - 4), duration_seconds: state === "running" ? null : 8.9 + (number % 60), suspicious: false },
    lateness: number === 3 ? { kind: "start", since_at: at(-300), over_at: null, reason: { code: "start_late", args: {}, text: "the run of 02:00 had not started by 02:05" } } : null,
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
    lateness: summary.lateness,
    mended: [],
    limits_held: ABILITIES.filter(({ kind }) => kind === "memory" || kind === "niceness"),
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
    limits: { memory_bytes: 536_870_912, cpu_percent: null, processes: null, open_files: null, niceness: 10 },
    run_as: null,
    credentials: [],
    params: [
      { kind: "date", name: "day", description: "Day to export.", required: false, default: null },
      { kind: "choice", name: "mode", description: "How much.", required: true, default: "full", choices: ["full", "delta"] },
      { kind: "boolean", name: "verbose", description: "", required: false, default: false },
    ],
    schedules: [
      { kind: "cron", expression: "*/5 * * * *", key: "cron", enabled: true, timezone: "Europe/Berlin", start_at: null, end_at: null, gap: "run_after", fold: "first", catch_up: { kind: "latest" }, id: id(3, number), words: "every 5 minutes" },
    ],
    dependencies: [],
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
    mark_suspicious: true,
    expect: { start_within_seconds: 300, finish_by: { within_seconds: null, at: "06:00" }, at_least_every_seconds: null, usual_times: null, wait_within_seconds: null },
  };
}

const PREVIOUS_RUN_OPEN: Reason = { code: "previous_run_open", args: {}, text: "the run before was still open" };

const REASONS: Partial<Record<RunState, Reason>> = {
  failed: { code: "exit_code", args: { exit_code: 1 }, text: "exit code 1" },
  timed_out: { code: "run_timed_out", args: { limit_milliseconds: 3_600_000 }, text: "ran longer than 1 h" },
  skipped: PREVIOUS_RUN_OPEN,
  lost: { code: "runner_gone", args: {}, text: "the machine restarted" },
};

const WATCHED = "the runner looks once a second at all processes of the attempt, and stops them when they pass it";

/** What the server does about each kind of limit. */
const ABILITIES: LimitAbility[] = [
  { kind: "memory", answer: "advisory", means: "watched", text: WATCHED },
  { kind: "cpu", answer: "refused", means: "none", text: "this server cannot hold it: that needs a cgroup of version 2 with the controller \"cpu\" (under systemd: Delegate=yes and DelegateSubgroup=server in the service's unit)" },
  { kind: "processes", answer: "advisory", means: "watched", text: WATCHED },
  { kind: "open_files", answer: "enforced", means: "process", text: "the kernel holds it for each process" },
  { kind: "niceness", answer: "enforced", means: "process", text: "the kernel holds it for each process" },
];

/** A run. */
export function run(number: number): RunSummary {
  const state = STATES[number % STATES.length] ?? "succeeded";
  const open = ["running", "queued", "waiting", "backing_off"].includes(state);
  const started = state === "queued" || state === "waiting" || state === "skipped" ? null : at(-number * 31 - 62);
  return {
    id: id(2, number),
    task: { id: id(1, number % 40), name: taskSummary(number % 40).name, version: 1 + (number % 7) },
    state,
    trigger: { kind: number % 5 === 0 ? "manual" : "schedule", by: number % 5 === 0 ? "ada" : null, schedule_key: number % 5 === 0 ? null : "cron", rerun_of: null, edited_params: [] },
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
    suspicious: number === 7 ? [{ code: "duration_unusual", args: {}, text: "took 2 s, usually 14 min to 18 min" }] : [],
    reason: REASONS[state] ?? null,
    waiting_on: state === "waiting" ? [{ reason: { code: "earlier_run", args: {}, text: "waits for an earlier run of the task to end" } }] : [],
    node: "local",
    log: { bytes: 48_120, lines: 612, truncated: false },
    actions: state === "waiting" ? ["start", "cancel"] : open ? ["cancel"] : ["rerun", "delete"],
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
    lateness: number === 1 ? { kind: "finish", since_at: at(-290), over_at: at(-280), reason: { code: "end_late", args: {}, text: "the run had not ended by 02:05" } } : null,
  };
}

/** A network profile that asks only for an interface. */
export function network(name: string, more: Partial<Network> = {}): Network {
  return {
    id: id(9, name.length),
    name,
    description: "",
    match: "all",
    rules: [{ kind: "interface", interface: "wg*", tunnel: "wireguard", address: null }],
    version: 1,
    created_at: at(-86_400),
    updated_at: at(-86_400),
    used_by: [],
    warnings: [{ code: "only_interface", args: {}, text: "an interface that is up does not prove that a host behind it can be reached" }],
    ...more,
  };
}

/** A rule. */
export function rule(name: string, more: Partial<Rule> = {}): Rule {
  return { id: id(15, name.length), version: 2, created_at: at(-7200), updated_at: at(-7200), name, description: "", enabled: true, when: ["failed", "recovered"], what: { tags: ["nightly"] }, who: ["ops"], how: { kind: "at_once" }, in_a_row: 1, quiet_hours: null, skip_reasons: [], remind_minutes: null, escalation: null, ...more };
}

/** A report. */
export function report(name: string, more: Partial<Report> = {}): Report {
  return { id: id(16, name.length), version: 3, created_at: at(-7200), updated_at: at(-7200), next_at: at(7200), sent_at: at(-79_200), name, description: "", enabled: true, period: { kind: "daily" }, at: "07:00", timezone: "Europe/Berlin", what: { folders: ["shop"] }, who: ["ops"], when_empty: "send", ...more };
}

/** What a report says. */
export function reportPreview(): ReportPreview {
  const figures = { run_count: 100, succeeded_count: 90, failed_count: 10, cancelled_count: 0, skipped_count: 0, success_rate: 0.9, mean_seconds: 12, p95_seconds: 24 };
  return {
    subject: "morning, Sun 29 Nov 2026: 10 of 100 runs failed",
    html: "<p>A report</p>",
    text: "A report",
    csv: "part,name,field,value",
    contents: {
      report: "morning",
      from_at: at(-172_800),
      until_at: at(-86_400),
      first_day: "2026-11-29",
      last_day: "2026-11-29",
      timezone: "Europe/Berlin",
      made_at: at(0),
      empty: false,
      notes: [],
      figures,
      figures_before: figures,
      failures: [], missed: [], late: [], flapping: [], durations: [], changed: [], disabled: [], unowned: [], credentials: [], days: [], pools: [],
      storage: { database_bytes: 1, disk_bytes: 2, free_bytes: 1 },
    },
  };
}

/** An incident. */
export function incident(task: string, more: Partial<Incident> = {}): Incident {
  return {
    id: id(14, task.length),
    task,
    part: null,
    kind: "failing",
    state: "open",
    opened_at: at(-7200),
    seen_at: at(-600),
    run_count: 3,
    first_run: id(2, 1),
    last_run: id(2, 4),
    last_state: "failed",
    reason: { code: "exit_code", args: { code: 3 }, text: "exit code 3" },
    acknowledged_at: null,
    acknowledged_by: null,
    note: "",
    resolved_at: null,
    resolved_by: null,
    snoozed_until: null,
    snoozed_by: null,
    tellings: [{ rule: "on-call", event: "failed", step: "event", happened_at: at(-7200), due_at: at(-7200), told_at: at(-7199), muted: null, muted_until: null }],
    ...more,
  };
}

/** What the link of a message is about. */
export function messageLink(task: string, more: Partial<Link> = {}): Link {
  return { task, part: null, kind: "failing", state: "open", opened_at: at(-7200), run_count: 3, acknowledged_by: null, snoozed_until: null, used_at: null, expires_at: at(500_000), ...more };
}

/** A silence. */
export function silence(reason: string, more: Partial<Silence> = {}): Silence {
  return { id: id(16, reason.length), state: "active", what: { tags: ["etl"] }, from_at: at(-600), until_at: at(3000), reason, created_at: at(-600), created_by: "ada", ended_at: null, ended_by: null, ...more };
}

/** A delivery. */
export function delivery(subject: string, more: Partial<Delivery> = {}): Delivery {
  return {
    id: id(8, subject.length),
    channel: "ops",
    state: "delivered",
    subject,
    level: "critical",
    created_at: at(-300),
    attempt_count: 1,
    attempted_at: at(-299),
    due_at: null,
    delivered_at: at(-299),
    answer: "250 2.0.0 taken",
    problem: null,
    key: "task nightly failed",
    happened_at: at(-301),
    text: "Task: nightly",
    unreached: [],
    ...more,
  };
}

/** A channel. */
export function channel(name: string, more: Partial<Channel> = {}): Channel {
  return {
    id: id(9, name.length),
    name,
    kind: "ntfy",
    description: "",
    enabled: true,
    target: { kind: "ntfy", server: "https://ntfy.sh", topic: "orc", credential: null },
    version: 1,
    created_at: at(-86_400),
    updated_at: at(-86_400),
    health: "unproven",
    accepted_at: null,
    refused_at: null,
    refused_count: 0,
    problem: null,
    ...more,
  };
}

/** A credential. */
export function credential(name: string, more: Partial<Credential> = {}): Credential {
  const made = at(-86_400);
  return {
    id: id(8, name.length),
    name,
    kind: "login",
    description: "",
    fields: ["password", "username"],
    version: 1,
    value_version: 1,
    expires_at: null,
    created_at: made,
    updated_at: made,
    changed_by: "ada",
    rotated_at: made,
    last_used_at: null,
    last_used_by: null,
    warnings: [],
    actions: ["update", "rotate", "delete"],
    ...more,
  };
}

function side(of: RunSummary, exit_code: number, log_tail: string[]): RunSide {
  const { id: key, state, created_at, duration_seconds, attempt_count, reason, log, result } = of;
  return { id: key, state, version: of.task.version, created_at, duration_seconds, attempt_count, exit_code, signal: null, reason, log, result, log_tail };
}

/** A run beside an earlier one. */
export function changes(now: RunSummary, before: RunSummary): RunChanges {
  return {
    run: side(now, 1, ["Traceback (most recent call last):", "sqlite3.OperationalError: no such table: orders"]),
    before: side(before, 0, ["exported 4,211 orders"]),
    changes: [
      { part: "definition", name: "/run/line", before: "python3 export.py --all", after: "python3 export.py" },
      { part: "file", name: "/srv/export/export.py", before: "4211 bytes", after: "4219 bytes" },
    ],
    problems: [],
  };
}

/** The values of a measure around a middle value. */
export function band(measure: string, middle: number): TaskBand {
  const values = Array.from({ length: 40 }, (_, place) => ({ run_id: id(2, place), finished_at: at((place - 40) * 3600), value: place === 33 ? 0 : Math.round(middle * (0.92 + ((place * 37) % 16) / 100)), outside: place === 33 }));
  return { measure, usual: { median: middle, low: middle * 0.93, high: middle * 1.06, suspicious_below: middle * 0.4, suspicious_above: middle * 1.6 }, values };
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
  abilities: { account: "root", task_user: "root", run_as: true, cgroup: true, limits: ABILITIES },
  warnings: [],
};

/** A file that a run waits for. */
export function waitsFor(): RunDependency {
  const path = "/srv/inbox/*.csv";
  return {
    key: "file",
    kind: "file",
    words: `${path} exists`,
    met: false,
    seen: { code: "file_absent", args: { path }, text: `there is no ${path}` },
    looked_at: at(-20),
    next_look_at: at(10),
    deadline_at: at(3_000),
    waived_by: null,
  };
}
