import { screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import type { RunPage, TaskPage } from "@/api/generated";
import { at, run, taskSummary } from "@/mocks/data";
import { problem } from "@/mocks/handlers";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

const card = async (name: string) => within((await screen.findByRole("heading", { name })).closest("section") as HTMLElement);

describe("the overview", () => {
  it("shows the figures of a day, and each leads to its runs", async () => {
    renderPage("/");
    const failed = await screen.findByRole("link", { name: /^Failed, 24 h/ });
    await within(failed).findByText("22");
    within(failed).getByText("including 2 timed out, 1 lost");
    expect(failed.getAttribute("href")).toContain("state=failed");
    expect((await screen.findByRole("link", { name: /^Running now/ })).getAttribute("href")).toContain("state=running");
  });

  it("lists open runs, those that run before those that wait", async () => {
    const states = ["queued", "running", "waiting"] as const;
    const items = states.map((state, number) => Object.assign(run(number), { state, task: Object.assign(run(number).task, { name: `is-${state}` }) }));
    server.use(http.get("*/api/v1/runs", ({ request }) => HttpResponse.json<RunPage>({ items: new URL(request.url).searchParams.get("state")?.startsWith("running") ? items : [], next_cursor: null })));
    renderPage("/");
    const now = await card("Running now");
    await now.findByText("is-running");
    expect(now.getAllByText(/^is-/).map((name) => name.textContent)).toEqual(["is-running", "is-queued", "is-waiting"]);
    (await card("Recent failures")).getByText("No run failed.");
  });

  it("never says that nothing waits while a run waits for a dependency", async () => {
    const items = [Object.assign(run(1), { state: "waiting" as const })];
    server.use(http.get("*/api/v1/runs", ({ request }) => HttpResponse.json<RunPage>({ items: new URL(request.url).searchParams.get("state")?.startsWith("running") ? items : [], next_cursor: null })));
    renderPage("/");
    const figure = await screen.findByRole("link", { name: /^Queued and waiting/ });
    await within(figure).findByText(/^oldest from/);
    expect(within(figure).queryByText("nothing is waiting")).toBeNull();
  });

  it("lists the next slots by time, and says when it does not know all tasks", async () => {
    const items = [3600, 60, 600].map((seconds, number) => Object.assign(taskSummary(number), { name: `in-${seconds}`, next_slot_at: at(seconds) }));
    server.use(http.get("*/api/v1/tasks", () => HttpResponse.json<TaskPage>({ items, next_cursor: "more" })));
    renderPage("/");
    const next = await card("Next slots");
    await next.findByText("in-60");
    expect(next.getAllByText(/^in-\d/).map((name) => name.textContent)).toEqual(["in-60", "in-600", "in-3600"]);
    next.getByText(/first 3 enabled tasks/);
  });

  it("teaches the first step where there is no task", async () => {
    server.use(http.get("*/api/v1/tasks", () => HttpResponse.json<TaskPage>({ items: [], next_cursor: null })));
    renderPage("/");
    await screen.findByText("Create your first task");
    screen.getByRole("link", { name: "New task" });
  });

  it("keeps the other cards where one cannot be loaded", async () => {
    server.use(http.get("*/api/v1/runs/stats", () => problem(500, { title: "Internal Server Error", detail: "Look into the log.", request_id: "abc" })));
    renderPage("/");
    expect((await screen.findAllByText("The server has an internal error")).length).toBeGreaterThan(0);
    await (await card("Running now")).findAllByRole("link");
  });
});
