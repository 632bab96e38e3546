import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import type { IncidentPage, PlanPage, TaskPage } from "@/api/generated";
import { at, incident, run, taskSummary } from "@/mocks/data";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

const slot = (task: string) => ({ task, schedule_key: "cron", scheduled_for: at(3600), scheduled_local: at(3600), expected_duration_seconds: 60, may_wait: false, skipped: false, notes: [] });

describe("the timeline", () => {
  it("has one row per task with runs and slots, one stop of the Tab key each, and finds tasks by name", async () => {
    const name = taskSummary(0).name;
    // The same slots however often the page asks.
    const items = [600, 4200, 7800].map((seconds) => ({ task: name, schedule_key: "cron", scheduled_for: at(seconds), scheduled_local: at(seconds), expected_duration_seconds: 60, may_wait: false, skipped: false, notes: [] }));
    server.use(http.get("*/api/v1/plan", () => HttpResponse.json<PlanPage>({ items, next_cursor: null })));
    const { user } = renderPage("/timeline");
    const row = await screen.findByRole("list", { name: `Runs and slots of ${name}` });
    const links = within(row).getAllByRole("link");
    expect(links.filter((item) => item.tabIndex === 0)).toHaveLength(1);
    within(row).getAllByRole("link", { name: new RegExp(`^${name}: Succeeded`) });
    within(row).getAllByRole("link", { name: new RegExp(`^${name}: Planned`) });
    links[0]?.focus();
    await user.keyboard("{End}");
    expect(document.activeElement).toBe(links.at(-1));
    await user.keyboard("{ArrowLeft}");
    expect(document.activeElement).toBe(links.at(-2));
    await user.type(screen.getByRole("searchbox"), name);
    await waitFor(() => expect(screen.getAllByRole("list", { name: /^Runs and slots of/ })).toHaveLength(1));
    screen.getByRole("meter", { name: "Places of database" });
  });

  it("marks a task that is late now, and says why", async () => {
    const name = taskSummary(0).name;
    const late = incident(name, { kind: "late", reason: { code: "start_late", args: {}, text: "it should have started by 02:00" } });
    const other = incident(taskSummary(1).name);
    server.use(
      http.get("*/api/v1/plan", () => HttpResponse.json<PlanPage>({ items: [slot(name), slot(taskSummary(1).name)], next_cursor: null })),
      http.get("*/api/v1/incidents", () => HttpResponse.json<IncidentPage>({ items: [late, other], next_cursor: null })),
    );
    renderPage("/timeline");
    await screen.findByRole("list", { name: `Runs and slots of ${name}` });
    await screen.findByText("it should have started by 02:00");
    expect(screen.getAllByTitle("it should have started by 02:00")).toHaveLength(1);
  });

  it("shows how full the pools will be, hour by hour, and where runs wait", async () => {
    const { user } = renderPage("/timeline");
    const load = within(await screen.findByRole("list", { name: "Expected load of database" }));
    const crowded = load.getByRole("link", { name: /^database: .*: at most 4 of 4 places taken, up to 9 runs wait$/ });
    const first = load.getAllByRole("link").find((item) => item.tabIndex === 0);
    first?.focus();
    await user.keyboard("{ArrowRight}");
    expect(load.getAllByRole("link")).toContain(document.activeElement);
    crowded.focus();
    await screen.findByText(/up to 9 runs wait$/);
    // The mouse speaks over the focus, and gives it the word back.
    if (first) await user.hover(first);
    expect(screen.queryByText(/up to 9 runs wait$/)).toBeNull();
    if (first) await user.unhover(first);
    await screen.findByText(/up to 9 runs wait$/);
  });

  it("asks for what is open since before the period, once each", async () => {
    const old = { ...run(2), created_at: new Date(Date.now() - 86_400_000).toISOString(), started_at: new Date(Date.now() - 86_400_000).toISOString() };
    server.use(
      http.get("*/api/v1/runs", ({ request }) => HttpResponse.json({ items: new URL(request.url).searchParams.has("state") ? [old, run(6)] : [run(6)], next_cursor: null })),
      http.get("*/api/v1/plan", () => HttpResponse.json({ items: [], next_cursor: null })),
    );
    renderPage("/timeline");
    await screen.findByRole("link", { name: new RegExp(`^${old.task.name}: Running`) });
    expect(screen.getAllByRole("link", { name: new RegExp(`^${run(6).task.name}: `) })).toHaveLength(1);
  });

  it("looks among all tasks where more are planned than were asked for, before it says that none has a name", async () => {
    const far = { ...taskSummary(0), name: "zebra", next_slot_at: at(7200) };
    server.use(
      http.get("*/api/v1/runs", () => HttpResponse.json({ items: [], next_cursor: null })),
      http.get("*/api/v1/plan", ({ request }) => {
        const task = new URL(request.url).searchParams.get("task");
        return HttpResponse.json<PlanPage>({ items: [slot(task ?? "early")], next_cursor: task ? null : "more" });
      }),
      http.get("*/api/v1/tasks", ({ request }) => {
        const text = new URL(request.url).searchParams.get("text");
        const items = text === null ? [{ ...far, name: "early" }] : [far].filter(({ name }) => name.includes(text));
        return HttpResponse.json<TaskPage>({ items, next_cursor: text === null ? "more" : null });
      }),
    );
    const { user } = renderPage("/timeline");
    await screen.findByText(/More tasks exist than are listed here/);
    const filter = screen.getByRole("searchbox");
    await user.type(filter, "zeb");
    const row = await screen.findByRole("list", { name: "Runs and slots of zebra" });
    await within(row).findByRole("link", { name: /^zebra: Planned/ });
    expect(within(row).queryByText("More slots than are drawn")).toBeNull();
    await user.type(filter, "q");
    expect(screen.queryByText(/^No task/)).toBeNull();
    await screen.findByText("Searching all tasks …");
    await screen.findByText("No task in this period matches the filter.");
  });

  it("says so when there is nothing", async () => {
    server.use(
      http.get("*/api/v1/runs", () => HttpResponse.json({ items: [], next_cursor: null })),
      http.get("*/api/v1/plan", () => HttpResponse.json({ items: [], next_cursor: null })),
    );
    renderPage("/timeline");
    await screen.findByText("Nothing ran and nothing is planned");
  });
});
