import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import type { Reason, SimulationDefinition, TaskDefinition } from "@/api/generated";
import { task } from "@/mocks/data";
import { problem } from "@/mocks/handlers";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";
import { simulation } from "@/mocks/timeHandlers";

describe("the simulation", () => {
  it("is asked for only when somebody says so, and keeps its questions in the address", async () => {
    const asked: SimulationDefinition[] = [];
    server.use(
      http.post("*/api/v1/simulations", async ({ request }) => {
        const body = (await request.json()) as SimulationDefinition;
        asked.push(body);
        return HttpResponse.json(simulation(body));
      }),
    );
    const { user, router } = renderPage("/simulate");
    await screen.findByText("Nothing is simulated yet");
    expect(asked).toEqual([]);
    await user.type(screen.getByRole("textbox", { name: "Folder" }), "etl");
    await user.click(screen.getByRole("button", { name: "Simulate" }));
    await screen.findByRole("table", { name: /Slots due in each hour/ });
    expect(asked).toEqual([{ days: 7, timezone: null, folder: "etl" }]);
    expect(router.state.location.search).toMatchObject({ days: 7, folder: "etl" });
    expect(screen.getAllByRole("cell", { name: "80 slots, at most 10 runs at once" })).toHaveLength(7);
    expect(screen.getByText(/The server runs at most 64 runs at once/).textContent).toContain("3 runs wait, 20 s on average, up to 45 s.");
  });

  it("names the tasks and schedules that could not take part", async () => {
    const invalid: Reason = { code: "schedule_invalid", args: { problem: "five fields" }, text: "it does not fire: five fields" };
    const damaged: Reason = { code: "task_damaged", args: { problem: "no JSON" }, text: "no JSON" };
    const left_out = [
      { task: "backup", schedule_key: "cron", reason: invalid },
      { task: "old", schedule_key: null, reason: damaged },
    ];
    server.use(http.post("*/api/v1/simulations", async ({ request }) => HttpResponse.json({ ...simulation((await request.json()) as SimulationDefinition), left_out })));
    renderPage("/simulate?days=3");
    const lines = within(await screen.findByRole("list", { name: "Left out" })).getAllByRole("listitem");
    expect(lines.map((line) => line.textContent)).toEqual(["Left out: backup, schedule cron: it does not fire: five fields", "Left out: old: no JSON"]);
  });

  it("says which tasks may wait for something that it does not know", async () => {
    const may_wait = ["import", "report", "mail", "bill", "backup", "sync", "index"];
    server.use(http.post("*/api/v1/simulations", async ({ request }) => HttpResponse.json({ ...simulation((await request.json()) as SimulationDefinition), may_wait })));
    renderPage("/simulate?days=3");
    const line = await screen.findByLabelText("May wait");
    expect(line.textContent).toBe("7 tasks may wait for dependencies first; these figures start the runs at once: import, report, mail, bill, backup and 2 more.");
  });

  it("says what is wrong beside the field", async () => {
    server.use(http.post("*/api/v1/simulations", () => problem(422, { title: "Not valid", detail: "One field is wrong.", fields: [{ pointer: "/timezone", message: "there is no such zone" }] })));
    renderPage("/simulate?days=3&timezone=Mars");
    await screen.findByText("there is no such zone");
    expect(screen.queryByText("One field is wrong.")).toBeNull();
    expect(screen.queryByText(/^request /)).toBeNull();
  });

  it("shows the effect of a proposal, applies it on the version looked at, and says when that is old", async () => {
    const sent: { body: TaskDefinition; match: string | null }[] = [];
    server.use(
      http.put("*/api/v1/tasks/:task", async ({ request }) => {
        sent.push({ body: (await request.json()) as TaskDefinition, match: request.headers.get("if-match") });
        return sent.length === 1 ? problem(412, { title: "Changed meanwhile", detail: "The task is at version 9.", code: "version" }) : HttpResponse.json(task(0));
      }),
    );
    const { user } = renderPage("/simulate?days=7");
    const name = task(0).name;
    await user.click(await screen.findByRole("button", { name: `Show the effect on ${name}` }));
    const dialog = await screen.findByRole("dialog");
    await within(dialog).findByText(/14 slots appear/);
    expect(sent).toEqual([]);
    await user.click(within(dialog).getByRole("button", { name: "Apply" }));
    await within(dialog).findByText("The task is at version 9.");
    await user.click(within(dialog).getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(within(dialog).queryByText("The task is at version 9.")).toBeNull());
    await user.click(within(dialog).getByRole("button", { name: "Apply" }));
    const applied = await screen.findByText("Applied");
    await waitFor(() => expect(document.activeElement?.contains(applied) && document.activeElement !== document.body).toBe(true));
    expect(sent[1]?.match).toBe(`"${task(0).version}"`);
    expect(sent[1]?.body.schedules).toMatchObject([{ kind: "cron", expression: "17 * * * *", key: "cron" }]);
    expect(sent[1]?.body.run).toEqual(task(0).run);
    expect(sent[1]?.body).not.toHaveProperty("next_slots");
  });
});
