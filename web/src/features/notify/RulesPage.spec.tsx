import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import type { RuleDefinition, RuleSimulation } from "@/api/generated";
import { rule } from "@/mocks/data";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

describe("rules", () => {
  it("say what they do, and are switched off with the version that was read", async () => {
    const asked: unknown[] = [];
    server.use(
      http.put("*/api/v1/rules/:rule", async ({ request }) => {
        asked.push([request.headers.get("If-Match"), ((await request.json()) as RuleDefinition).enabled]);
        return HttpResponse.json(rule("on-call", { enabled: false }));
      }),
    );
    const { user } = renderPage("/incidents/rules");
    await screen.findByText("Failed, recovered: tag nightly. Tells ops at once.");
    await user.click(screen.getByRole("switch", { name: "on-call enabled" }));
    await waitFor(() => expect(asked).toEqual([['"2"', false]]));
  });

  it("about the server say so, whatever tasks they name", async () => {
    server.use(
      http.get("*/api/v1/rules", () =>
        HttpResponse.json({ items: [rule("both", { when: ["failed", "disk_full", "recovered"] }), rule("server", { when: ["worker_stuck", "recovered"] })], next_cursor: null }),
      ),
    );
    renderPage("/incidents/rules");
    await screen.findByText("Failed, recovered: tag nightly. Disk nearly full: the server. Tells ops at once.");
    screen.getByText("Worker stuck, recovered: the server. Tells ops at once.");
  });

  it("are simulated and saved as the form stands, and show faults at their fields", async () => {
    const simulated: RuleDefinition[] = [];
    const created: RuleDefinition[] = [];
    const simulation: RuleSimulation = {
      from_at: "2026-10-31T00:00:00Z",
      run_count: 1200,
      message_count: 1,
      reminder_count: 6,
      escalation_count: 0,
      messages: [{ at: "2026-11-20T02:00:00Z", event_count: 1, events: [{ task: "backup", part: null, event: "failed", run: "0193", at: "2026-11-20T02:00:00Z" }] }],
    };
    server.use(
      http.post("*/api/v1/rules/simulate", async ({ request }) => {
        simulated.push((await request.json()) as RuleDefinition);
        return HttpResponse.json(simulation);
      }),
      http.post("*/api/v1/rules", async ({ request }) => {
        created.push((await request.json()) as RuleDefinition);
        const problem = { pointer: "/quiet_hours/from", message: "must be a time such as 22:00" };
        if (created.length === 1) return HttpResponse.json({ type: "urn:orc:problem:invalid", title: "Unprocessable Entity", status: 422, detail: "wrong", code: "invalid", request_id: "r", fields: [problem] }, { status: 422 });
        return HttpResponse.json(rule("night"), { status: 201 });
      }),
    );
    const { user } = renderPage("/incidents/rules");
    await user.click((await screen.findAllByRole("button", { name: "New rule" }))[0] as HTMLElement);
    const form = within(await screen.findByRole("dialog"));
    await user.type(form.getByRole("textbox", { name: /^Name/ }), "night");
    await user.click(form.getByRole("button", { name: "Lost" }));
    await user.click(form.getByRole("button", { name: "Worker stuck" }));
    await user.selectOptions(form.getByRole("combobox", { name: "Tells" }), "grouped");
    await user.click(form.getByRole("checkbox", { name: /^Quiet hours/ }));
    await user.click(form.getByRole("button", { name: "Simulate the last 30 days" }));
    await form.findByText(/each channel would have got 1 message.*If nobody had taken anything up, 6 reminders would have followed/);
    form.getByText(/backup failed/);
    await user.click(form.getByRole("button", { name: "Save the rule" }));
    await form.findByText("must be a time such as 22:00");
    await user.click(form.getByRole("button", { name: "Save the rule" }));
    await waitFor(() => expect(created).toHaveLength(2));
    expect(simulated[0]).toEqual(created[0]);
    expect(created[1]).toMatchObject({ name: "night", when: ["failed", "timed_out", "recovered", "worker_stuck"], who: [], how: { kind: "grouped", minutes: 10 }, in_a_row: 1, quiet_hours: { from: "22:00", to: "06:00" } });
  });
});
