/** Answers of a small server, for tests and for looking at pages without one. */
import { http, HttpResponse } from "msw";
import type {
  PoolPage,
  Problem,
  Run,
  RunPage,
  RunStats,
  SchedulePreview,
  SchedulePreviewRequest,
  SettingList,
  SlotPage,
  Task,
  TaskBulk,
  TaskBulkResult,
  TaskDefinition,
  TaskPage,
  TaskVersionPage,
  TokenPage,
  UserPage,
  WorkerList,
  ChannelPage, CredentialPage, CredentialUsage, Delivery, DeliveryPage, Incident, IncidentPage, NetworkPage, NetworkSight, NetworkSurvey, Report, ReportPage, ReportPreview, RulePage, SilencePage, TaskAudience, TaskBands, Vault
} from "@/api/generated";
import { nameRule } from "@/api/generated/contract.gen";
import { preview } from "./time";
import { timeHandlers } from "./timeHandlers";
import { at, band, changes, channel, credential, delivery, incident, messageLink, network, pool, report, reportPreview, rule, run, session, silence, slot, system, task, taskSummary, waitsFor } from "./data";

const DEAD = delivery("backup failed", { state: "dead", attempt_count: 30, delivered_at: null, answer: null, problem: { code: "request_failed", args: {}, text: "smtp.example.org port 587: no answer" }, text: "Task: backup\n\nthe disk is full" });
const TASKS = Array.from({ length: 240 }, (_, number) => taskSummary(number));
const RUNS = Array.from({ length: 300 }, (_, number) => run(number));
const api = (path: string) => `*/api/v1${path}`;

/** A problem as the server says it. */
export function problem(status: number, body: Partial<Problem>): HttpResponse<never> {
  const whole: Problem = { type: "about:blank", title: "Problem", status, detail: "", code: "problem", request_id: "01jd-test", fields: [], ...body };
  return HttpResponse.json(whole, { status, headers: { "content-type": "application/problem+json" } }) as unknown as HttpResponse<never>;
}

function page<T>(items: T[], url: URL): { items: T[]; next_cursor: string | null } {
  const from = Number(url.searchParams.get("cursor") ?? 0);
  const limit = Number(url.searchParams.get("limit") ?? 50);
  return { items: items.slice(from, from + limit), next_cursor: from + limit < items.length ? String(from + limit) : null };
}

function find(name: unknown): Task | null {
  const number = TASKS.findIndex((each) => each.name === name || each.id === name);
  return number === -1 ? null : task(number);
}

const missing = () => problem(404, { title: "Not found", detail: "There is no such thing.", code: "not_found" });

/** Handlers by operation. */
export const handlers = [
  ...timeHandlers,
  http.get(api("/session"), () => HttpResponse.json(session)),
  http.post(api("/session"), () => HttpResponse.json(session, { status: 201 })),
  http.delete(api("/session"), () => new HttpResponse(null, { status: 204 })),
  http.put(api("/session/password"), () => new HttpResponse(null, { status: 204 })),
  http.get(api("/setup"), () => HttpResponse.json({ required: false })),
  http.post(api("/setup"), () => HttpResponse.json(session, { status: 201 })),
  http.get(api("/system"), () => HttpResponse.json(system)),
  http.get(api("/system/settings"), () =>
    HttpResponse.json<SettingList>({
      items: [
        { name: "listen", value: "127.0.0.1:5000", source: "default", description: "Address and port." },
        { name: "run_limit", value: "8", source: "environment", description: "Maximum number of simultaneous runs." },
      ],
    }),
  ),
  http.get(api("/system/heartbeat"), () => HttpResponse.json({ url: null, every_seconds: null, last_success_at: null, last_failure_at: null, problem: null })),
  http.get(api("/system/workers"), () =>
    HttpResponse.json<WorkerList>({
      items: [
        { name: "scheduler", every_seconds: 60, round_count: 4211, running_since_at: null, last_at: at(-12), last_seconds: 0.003, last_summary: { code: "slots_booked", args: { entries: 2, runs: 2 }, text: "2 ledger entries written, 2 runs made" }, error: null },
        { name: "dispatcher", every_seconds: 5, round_count: 90_211, running_since_at: at(-1), last_at: at(-2), last_seconds: 0.001, last_summary: { code: "runs_started", args: { runs: 1 }, text: "1 run started" }, error: null },
        { name: "pruner", every_seconds: 3600, round_count: 76, running_since_at: null, last_at: at(-1900), last_seconds: 0.4, last_summary: null, error: { code: "round_failed", args: { problem: "disk is slow" }, text: "disk is slow" } },
      ],
    }),
  ),
  http.get(api("/tasks"), ({ request }) => {
    const url = new URL(request.url);
    const text = url.searchParams.get("text") ?? "";
    const enabled = url.searchParams.get("enabled");
    const found = TASKS.filter((each) => `${each.name} ${each.title}`.toLowerCase().includes(text.toLowerCase()) && (enabled === null || String(each.enabled) === enabled));
    return HttpResponse.json<TaskPage>(page(found, url));
  }),
  http.post(api("/tasks"), async ({ request }) => {
    const body = (await request.json()) as TaskDefinition;
    if (!new RegExp(nameRule.pattern).test(body.name)) {
      return problem(422, { title: "Invalid", detail: "1 field is wrong.", code: "invalid", fields: [{ pointer: "/name", message: nameRule.words }] });
    }
    return HttpResponse.json<Task>({ ...task(0), name: body.name }, { status: 201 });
  }),
  http.post(api("/tasks/bulk"), async ({ request }) => {
    const body = (await request.json()) as TaskBulk;
    return HttpResponse.json<TaskBulkResult>({ items: body.tasks.map((name) => ({ task: name, ok: true, code: null, detail: null, run_id: null })) });
  }),
  http.get(api("/tasks/:task"), ({ params }) => {
    const found = find(params["task"]);
    return found ? HttpResponse.json(found, { headers: { etag: `"${found.version}"` } }) : missing();
  }),
  http.put(api("/tasks/:task"), ({ params }) => {
    const found = find(params["task"]);
    return found ? HttpResponse.json(found) : missing();
  }),
  http.delete(api("/tasks/:task"), () => new HttpResponse(null, { status: 204 })),
  http.post(api("/tasks/:task/enable"), ({ params }) => HttpResponse.json(find(params["task"]))),
  http.post(api("/tasks/:task/disable"), ({ params }) => HttpResponse.json(find(params["task"]))),
  http.post(api("/tasks/:task/runs"), () => HttpResponse.json(run(2), { status: 201 })),
  http.get(api("/tasks/:task/versions"), ({ params }) => {
    const found = find(params["task"]) ?? task(0);
    return HttpResponse.json<TaskVersionPage>({
      items: [2, 1].map((version) => ({
        version,
        created_at: at(-86_400 * (3 - version)),
        created_by: "ada",
        differences: version === 1 ? [] : [{ pointer: "/timeout_seconds", before: null, after: 3600 }],
        definition: { name: found.name, run: found.run },
      })),
      next_cursor: null,
    });
  }),
  http.get(api("/tasks/:task/audience"), () => HttpResponse.json<TaskAudience>({ rules: [{ rule: rule("on-call"), because: [{ kind: "tag", name: "nightly" }] }], silences: [] })),
  http.get(api("/tasks/:task/bands"), () => HttpResponse.json<TaskBands>({ marking: true, least_count: 10, items: [band("duration", 900), band("log", 3_200_000), band("result.rows", 5000)] })),
  http.post(api("/schedules/preview"), async ({ request }) => {
    const body = (await request.json()) as SchedulePreviewRequest;
    if (body.schedule.kind === "cron" && body.schedule.expression.startsWith("61")) {
      const message = 'minute: "61" is out of range 0-59 (at character 1)';
      return problem(422, { title: "Invalid", detail: "1 field is wrong.", code: "invalid", fields: [{ pointer: "/schedule/expression", message }] });
    }
    return HttpResponse.json<SchedulePreview>(preview(body));
  }),
  http.get(api("/slots"), ({ request }) => HttpResponse.json<SlotPage>(page(Array.from({ length: 30 }, (_, number) => slot(number)), new URL(request.url)))),
  http.get(api("/runs"), ({ request }) => {
    const url = new URL(request.url);
    const states = url.searchParams.get("state")?.split(",");
    const name = url.searchParams.get("task");
    const found = RUNS.filter((each) => (!states || states.includes(each.state)) && (!name || each.task.name === name || each.task.id === name));
    return HttpResponse.json<RunPage>(page(found, url));
  }),
  http.get(api("/runs/stats"), () =>
    HttpResponse.json<RunStats>({
      running_count: 7,
      queued_count: 3,
      waiting_count: 2,
      total: { from_at: at(-86_400), succeeded_count: 1043, failed_count: 19, timed_out_count: 2, cancelled_count: 4, skipped_count: 12, lost_count: 1, success_rate: 0.978, p50_seconds: 8.2, p95_seconds: 44 },
      points: Array.from({ length: 30 }, (_, day) => ({
        from_at: at(-86_400 * (29 - day)),
        succeeded_count: 900 + ((day * 131) % 420),
        failed_count: (day * 17) % 60,
        timed_out_count: day % 9,
        cancelled_count: day % 4,
        skipped_count: day % 11,
        lost_count: day === 12 ? 5 : 0,
        success_rate: 0.97,
        p50_seconds: 8 + (day % 5),
        p95_seconds: 30 + ((day * 7) % 22),
      })),
    }),
  ),
  http.get(api("/runs/:run"), ({ params }) => {
    const found = RUNS.find((each) => each.id === params["run"]);
    if (!found) return missing();
    return HttpResponse.json<Run>({
      ...found,
      dependencies: found.state === "waiting" ? [waitsFor()] : [],
      attempts: Array.from({ length: found.attempt_count }, (_, number) => ({
        number: number + 1,
        outcome: number + 1 < found.attempt_count ? "failed" : found.state === "running" ? null : "succeeded",
        node: "local",
        pid: 4711 + number,
        started_at: at(-120 + number * 40),
        finished_at: found.state === "running" ? null : at(-90 + number * 40),
        duration_seconds: 31.4,
        exit_code: number + 1 < found.attempt_count ? 1 : found.state === "running" ? null : 0,
        signal: null,
        reason: number + 1 < found.attempt_count ? { code: "exit_code", args: { exit_code: 1 }, text: "exit code 1" } : null,
        cpu_seconds: 12.31,
        peak_memory_bytes: 84_213_760,
        disk_read_bytes: 12_582_912,
        disk_written_bytes: 3_145_728,
        limits: [{ kind: "memory", value: 536_870_912, answer: "advisory", means: "watched", passed: false }],
        log: found.log,
        leaked_output: false,
        survivor_count: 0,
        left_behind: [],
        credentials: [],
      })),
    });
  }),
  http.get(api("/runs/:run/changes"), ({ params }) => {
    const found = RUNS.find((each) => each.id === params["run"]);
    return found ? HttpResponse.json(changes(found, RUNS[0] ?? found)) : missing();
  }),
  http.post(api("/runs/:run/acknowledge"), () => HttpResponse.json(run(0))),
  http.post(api("/runs/:run/cancel"), () => HttpResponse.json(run(2))),
  http.post(api("/runs/:run/rerun"), () => HttpResponse.json(run(2), { status: 201 })),
  http.delete(api("/runs/:run"), () => new HttpResponse(null, { status: 204 })),
  http.get(api("/pools"), () => HttpResponse.json<PoolPage>({ items: [pool("database", 4, 3), pool("licences", 2, 0)], next_cursor: null })),
  http.get(api("/networks"), () => HttpResponse.json<NetworkPage>({ items: [network("office", { description: "The office, through the VPN" })], next_cursor: null })),
  http.post(api("/networks/:network/probe"), () =>
    HttpResponse.json<NetworkSight>({ holds: false, rules: [{ met: false, seen: { code: "interfaces_unfit", args: {}, text: "wg0 (wireguard) is down" } }], looked_at: at(0) }),
  ),
  http.get(api("/network-interfaces"), () =>
    HttpResponse.json<NetworkSurvey>({
      interfaces: [
        { interface: "eth0", kind: "other", state: "up", addresses: ["192.168.1.10/24"] },
        { interface: "wg0", kind: "wireguard", state: "up", addresses: ["10.8.0.2/24"] },
      ],
      suggestion: { name: "vpn", description: "wg0 is up.", match: "all", rules: [{ kind: "interface", interface: "wg*", tunnel: "wireguard", address: "10.8.0.0/24" }] },
    }),
  ),
  http.get(api("/credentials"), () =>
    HttpResponse.json<CredentialPage>({ items: [credential("shop-db", { description: "Database of the shop", last_used_at: at(-600), last_used_by: "orders-export-0000" }), credential("deploy-key", { kind: "ssh_key", fields: ["value"] })], next_cursor: null }),
  ),
  http.get(api("/rules"), () => HttpResponse.json<RulePage>({ items: [rule("on-call")], next_cursor: null })),
  http.get(api("/reports"), () => HttpResponse.json<ReportPage>({ items: [report("morning")], next_cursor: null })),
  http.get(api("/reports/:report"), ({ params }) => HttpResponse.json<Report>(report(String(params["report"])))),
  http.get(api("/reports/:report/contents"), () => HttpResponse.json<ReportPreview>(reportPreview())),
  http.get(api("/reports/:report/html"), () => new HttpResponse("<p>A report</p>", { headers: { "Content-Type": "text/html" } })),
  http.get(api("/incidents"), () => {
    const shown = [incident("backup"), incident("mail-sync", { kind: "suspicious", state: "acknowledged", acknowledged_by: "ada", acknowledged_at: at(-60), note: "looks at it after lunch" })];
    return HttpResponse.json<IncidentPage>({ items: shown.map(({ tellings: _tellings, ...summary }) => summary), next_cursor: null });
  }),
  http.get(api("/incidents/:incident"), () => HttpResponse.json<Incident>(incident("backup"))),
  http.get(api("/links/:link"), () => HttpResponse.json(messageLink("backup"))),
  http.get(api("/silences"), () => HttpResponse.json<SilencePage>({ items: [silence("upgrade of the database")], next_cursor: null })),
  http.get(api("/deliveries"), () => {
    const shown = [delivery("nightly failed"), DEAD].map(({ key: _key, happened_at: _at, text: _text, unreached: _unreached, ...summary }) => summary);
    return HttpResponse.json<DeliveryPage>({ items: shown, next_cursor: null });
  }),
  http.get(api("/deliveries/:delivery"), () => HttpResponse.json<Delivery>(DEAD)),
  http.get(api("/channels"), () =>
    HttpResponse.json<ChannelPage>({
      items: [
        channel("chat", { kind: "slack", target: { kind: "slack", credential: "shop-db" }, health: "working", accepted_at: at(-600) }),
        channel("ops", { kind: "mail", description: "Those on call", target: { kind: "mail", host: "smtp.example.org", port: 587, security: "starttls", credential: "shop-db", ca_file: null, from: "orc@example.org", reply_to: null, to: ["ada@example.org"] }, health: "failing", refused_count: 3, refused_at: at(-60), problem: { code: "request_failed", args: {}, text: "the login: permanent error (535)" } }),
      ],
      next_cursor: null,
    }),
  ),
  http.get(api("/credentials/:credential/usage"), () =>
    HttpResponse.json<CredentialUsage>({
      channels: ["ops"],
      tasks: [{ task: "orders-export-0000", uses: [{ name: "shop-db", field: null, inject: { kind: "env", variable: "PGPASSWORD" } }] }],
      last_used_at: at(-600),
      last_used_by: "orders-export-0000",
      changed_by: "ada",
      updated_at: at(-86_400),
    }),
  ),
  http.get(api("/vault"), () => HttpResponse.json<Vault>({ state: "open", problem: null, key_kind: "file", key_file: "/var/lib/orc/keys/master-0123456789abcdef.key", created_at: at(-86_400) })),
  http.get(api("/users"), () =>
    HttpResponse.json<UserPage>({
      items: [
        { id: "0193", name: "ada", role: "admin", grants: [], disabled: false, created_at: at(-8_640_000), last_login_at: at(-600) },
        { id: "0194", name: "grace", role: "operator", grants: [], disabled: false, created_at: at(-864_000), last_login_at: null },
      ],
      next_cursor: null,
    }),
  ),
  http.get(api("/tokens"), () =>
    HttpResponse.json<TokenPage>({
      items: [{ id: "0195", name: "deploy", role: "editor", grants: [], created_by: "ada", created_at: at(-864_000), expires_at: at(8_640_000), last_used_at: at(-60) }],
      next_cursor: null,
    }),
  ),
];
