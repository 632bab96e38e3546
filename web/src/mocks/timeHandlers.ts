/** Answers of what looks ahead and back: effects, the ledger in figures, triggers, backfills, imports. */
import { http, HttpResponse } from "msw";
import type { Backfill, Calendar, CalendarDates, CalendarPage, CalendarSummary, Effect, Feed, FeedPage, FeedSummary, PlanDays, PlanDayTask, PlanPage, Simulation, SimulationDefinition, SlotSummary, TaskDefinition, TaskImportResult, TriggerCall, TriggerCallPage, TriggerStatus } from "@/api/generated";
import { datesBetween } from "@/lib/time/dates";
import { at, taskSummary } from "./data";
import { slotPreviews } from "./time";

const api = (path: string) => `*/api/v1${path}`;

/** The effect of a changed schedule. */
export function effect(task: string): Effect {
  const slots = slotPreviews("cron");
  const [first, second, third, fourth, fifth] = slots as [(typeof slots)[0], (typeof slots)[0], (typeof slots)[0], (typeof slots)[0], (typeof slots)[0]];
  return { from_at: at(0), until_at: at(14 * 86_400), appear_count: 14, vanish_count: 3, move_count: 1, truncated: false, warnings: [], tasks: [{ task, may_wait: false, appear: [second, third], vanish: [first, fourth], moved: [{ from: fourth, to: fifth }] }] };
}

/** A backfill. */
export function backfill(more: Partial<Backfill> = {}): Backfill {
  return {
    id: "0197-backfill", task: taskSummary(0).name, schedule_key: "cron", from_at: at(-7 * 86_400), until_at: at(-86_400), state: "running", reason: null, at_once: 2,
    slot_count: 1728, made_count: 700, open_count: 2, succeeded_count: 690, failed_count: 8, created_at: at(-600), created_by: "ada", finished_at: null, ...more,
  };
}

/** The ledger in figures. */
export function summary(more: Partial<SlotSummary> = {}): SlotSummary {
  const counts = { expected: 288, ran: 280, skipped: 5, missed: 3, pending: 0, unaccounted: 0, surplus: 0 };
  return { from_at: at(-86_400), until_at: at(0), ...counts, schedules: [{ schedule_key: "cron", words: "every 5 minutes", ...counts, problem: null }], ...more };
}

const TRIGGERS: TriggerStatus[] = [
  { key: "webhook", kind: "webhook", enabled: true, id: "01jd0w7q", url: "/hooks/01jd0w7q", rotated_at: at(-86_400 * 3), last_run_at: at(-1800), problem: null },
  { key: "file", kind: "file", enabled: true, id: "01jd0w7r", url: null, rotated_at: null, last_run_at: null, problem: { code: "file_unreadable", args: { path: "/srv/inbox", problem: "permission denied" }, text: "/srv/inbox cannot be read: permission denied" } },
];

const CALLS: TriggerCall[] = [
  { called_at: at(-60), address: "140.82.115.10", sender: "github", verdict: "started", run_id: "0197-run", delivery: "72d3162e-cc78-11e3-81ab-4c9367dc0958", body_bytes: 6615, count: 1 },
  { called_at: at(-300), address: "140.82.115.10", sender: "github", verdict: "filtered", run_id: null, delivery: "82d3162e", body_bytes: 6610, count: 1 },
  { called_at: at(-900), address: "192.0.2.66", sender: "github", verdict: "wrong_proof", run_id: null, delivery: null, body_bytes: 2, count: 12 },
];

const definition = (name: string, line: string, expression: string): TaskDefinition => ({ name, run: { kind: "shell", line, shell: null }, schedules: [{ kind: "cron", expression, timezone: "Europe/Berlin" }] });

/** What a crontab of three good lines and one bad becomes. */
export function imported(saved: boolean): TaskImportResult {
  return {
    saved,
    form: "user",
    encoding: "UTF-8",
    tasks: [
      { line: 4, definition: definition("backup", "/usr/local/bin/backup --full", "30 2 * * *"), skipped: false, words: ["at 02:30 on every day"], next_slots: slotPreviews("cron").slice(1, 4), warnings: [] },
      { line: 5, definition: definition("report", "python3 /opt/report.py", "0 8 * * 1-5"), skipped: false, words: ["at 08:00 on Monday to Friday"], next_slots: slotPreviews("cron").slice(2, 5), warnings: [{ code: "output_not_mailed", args: { mail: "ops@example.com" }, text: "MAILTO: output is not mailed to ops@example.com; it is kept as the run's log" }] },
    ],
    problems: saved ? [] : [{ line: 7, position: 4, message: 'hour: "25" is out of range 0-23 (at character 4)' }],
    notes: [{ code: "overlap_skipped", args: {}, text: "a task is not started again while it is running" }],
  };
}

const calendar = (name: string, entry_count: number): CalendarSummary => ({ id: `cal-${name}`, name, description: "", version: 1, updated_at: at(-86_400), entry_count, maintenance: false, problem: null, used_by_count: 1, next_date: "2026-12-25" });

/** The whole calendar behind a row. */
const feed: FeedSummary = { id: "01980000-0000-7000-8000-000000000901", name: "Nights", task: null, folder: "etl", days: 30, created_by: "ada", created_at: "2026-11-20T08:00:00Z", rotated_at: "2026-11-20T08:00:00Z" };

export const wholeCalendar = (name: string): Calendar => ({
  id: `cal-${name}`, version: 1, created_at: at(-86_400), updated_at: at(-86_400), problem: null, used_by: [taskSummary(0).name], contained_in: [], warnings: [], name, description: "Public holidays",
  entries: [{ kind: "yearly", month: 12, day: 25, title: "Christmas Day" }, { kind: "date", date: "2027-03-26", until: "2027-03-29", title: "Easter" }, { kind: "weekdays", weekdays: ["sunday"] }],
  except: [{ kind: "date", date: "2027-03-28" }],
  maintenance: null,
});

/** What all schedules together do: a crowded hour, and a better minute for one of them. */
export function simulation({ days = 7, timezone }: SimulationDefinition): Simulation {
  const begin = Math.floor(new Date(at(0)).getTime() / 3_600_000) * 3_600_000;
  const hours = Array.from({ length: days * 24 + 1 }, (_, step) => {
    const slots = step % 24 === 2 ? 80 : step % 5 === 0 ? 0 : 12 + (step % 7);
    return { hour_at: new Date(begin + step * 3_600_000).toISOString(), slots, peak: Math.ceil(slots / 8) };
  });
  const schedule = { kind: "cron" as const, expression: "17 * * * *", key: "cron", timezone: "Europe/Berlin" };
  return {
    from_at: at(0), until_at: at(days * 86_400), timezone: timezone ?? "Europe/Berlin", task_count: 240, may_wait: [], left_out: [], slot_count: 14_210, skipped_count: 12, hours, computed_seconds: 0.21,
    busiest: [{ at: at(7200), slots: 40, tasks: [0, 1, 2].map((number) => taskSummary(number).name) }],
    overlaps: [{ task: taskSummary(1).name, skipped: 12, waited: 3, wait_seconds_max: 90 }],
    waits: [{ pool: "database", capacity: 4, waited: 31, wait_seconds_mean: 12.5, wait_seconds_max: 140, peak: 4, hours: hours.map(({ hour_at, peak }, step) => ({ hour_at, peak: Math.min(4, peak), waiting: step === 2 ? 9 : 0 })) }],
    limit: { capacity: 64, waited: 3, wait_seconds_mean: 20, wait_seconds_max: 45 },
    proposals: [{ task: taskSummary(0).name, schedule_key: "cron", words_before: "every 5 minutes", words_after: "at minute 17 of every hour", schedule, collisions_before: 168, collisions_after: 0, reason: { code: "better_minute", args: { slots: 168, collisions: 168, minute: 17, collisions_there: 0 }, text: "its 168 slots meet 168 others in the same minutes; at minute 17 of the hour none" } }],
  };
}

const dayTasks = (date: string): PlanDayTask[] => {
  const task = (number: number, planned: number, skipped: number) => ({ task: taskSummary(number).name, planned, skipped, first_at: `${date}T02:30:00Z`, last_at: `${date}T20:30:00Z` });
  return [task(0, 10, 0), task(1, 1, 0), task(2, 0, 3)];
};

/** Handlers by operation. */
export const timeHandlers = [
  http.get(api("/plan/days"), ({ request }) => {
    const { searchParams } = new URL(request.url);
    const today = at(0).slice(0, 10);
    const days = datesBetween(searchParams.get("from") ?? today, searchParams.get("until") ?? today).map((date, step) => {
      const past = date < today;
      return { date, planned: date >= today ? 12 : 0, skipped: step % 9 === 4 ? 3 : 0, succeeded: past ? 11 : date === today ? 4 : 0, failed: past && step % 4 === 1 ? 2 : 0, missed: past && step % 7 === 3 ? 1 : 0, past_skipped: past && step % 5 === 2 ? 2 : 0, calendars: step % 9 === 4 ? ["holidays-de"] : [], maintenance: step % 11 === 5 ? ["patch-night"] : [], task_count: 4, tasks: searchParams.has("by_task") && date >= today ? dayTasks(date) : [] };
    });
    return HttpResponse.json<PlanDays>({ timezone: "Europe/Berlin", days, truncated: false });
  }),
  http.get(api("/plan"), ({ request }) => {
    const from = Math.max(Date.now(), new Date(new URL(request.url).searchParams.get("from_at") ?? at(0)).getTime());
    const items = Array.from({ length: 12 }, (_, step) => {
      const instant = new Date(from + (step + 1) * 3_000_000).toISOString();
      return { task: taskSummary(step).name, folder: taskSummary(step).folder, schedule_key: "cron", scheduled_for: instant, scheduled_local: instant.replace("Z", "+00:00"), expected_duration_seconds: step % 3 === 0 ? null : 600 * step, may_wait: step % 5 === 0, skipped: step === 4, notes: step === 4 ? [{ code: "skipped_on" as const, args: { calendar: "holidays-de", title: "" }, text: "skipped by calendar holidays-de" }] : [] };
    });
    return HttpResponse.json<PlanPage>({ items, next_cursor: null });
  }),
  http.post(api("/simulations"), async ({ request }) => HttpResponse.json(simulation((await request.json()) as SimulationDefinition))),
  http.get(api("/feeds"), () => HttpResponse.json<FeedPage>({ items: [feed], next_cursor: null })),
  http.post(api("/feeds"), () => HttpResponse.json<Feed>({ ...feed, url: "/feeds/Zr7xTnYb4sJk3.ics" }, { status: 201 })),
  http.get(api("/calendars"), () => HttpResponse.json<CalendarPage>({ items: [calendar("holidays-de", 12), calendar("business-days", 2)], next_cursor: null })),
  http.get(api("/calendars/:calendar/dates"), ({ request }) => {
    const year = new URL(request.url).searchParams.get("from")?.slice(0, 4) ?? "2026";
    return HttpResponse.json<CalendarDates>({ dates: [{ date: `${year}-01-01`, title: "New Year" }, { date: `${year}-05-01`, title: "Labour Day" }, { date: `${year}-12-25`, title: "Christmas Day" }, { date: `${year}-12-26`, title: "Second day of Christmas" }] });
  }),
  http.get(api("/calendars/:calendar"), ({ params }) => HttpResponse.json(wholeCalendar(String(params["calendar"])))),
  http.put(api("/calendars/:calendar"), ({ params }) => HttpResponse.json(wholeCalendar(String(params["calendar"])))),
  http.post(api("/calendars/:calendar/effect"), () => HttpResponse.json(effect(taskSummary(0).name))),
  http.get(api("/tasks/export"), () => HttpResponse.json({ tasks: [] })),
  http.post(api("/tasks/import"), ({ request }) => HttpResponse.json(imported(!new URL(request.url).searchParams.has("dry_run")))),
  http.post(api("/tasks/:task/effect"), ({ params }) => HttpResponse.json(effect(String(params["task"])))),
  http.get(api("/slots/summary"), () => HttpResponse.json(summary())),
  http.get(api("/tasks/:task/triggers"), () => HttpResponse.json({ items: TRIGGERS, next_cursor: null })),
  http.post(api("/tasks/:task/triggers/:trigger/rotate"), () => HttpResponse.json({ url: "https://orc.example.com/hooks/01jd0w7q.sJk3_8fq0m2Zr7xTnYb4", secret: null, verify_token: null })),
  http.get(api("/tasks/:task/triggers/:trigger/calls"), () => HttpResponse.json<TriggerCallPage>({ items: CALLS, next_cursor: null })),
  http.get(api("/backfills"), () => HttpResponse.json({ items: [backfill(), backfill({ id: "b2", state: "finished", made_count: 1728, open_count: 0, succeeded_count: 1728, failed_count: 0, finished_at: at(-60) })], next_cursor: null })),
  http.post(api("/backfills/:backfill/cancel"), () => HttpResponse.json(backfill({ state: "cancelled" }))),
  http.post(api("/tasks/:task/backfills"), ({ request }) => HttpResponse.json(backfill({ made_count: 0, open_count: 0, succeeded_count: 0, failed_count: 0 }), { status: new URL(request.url).searchParams.has("dry_run") ? 200 : 201 })),
];
