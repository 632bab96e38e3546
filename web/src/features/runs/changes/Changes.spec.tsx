import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, it } from "vitest";
import type { RunChanges, RunRerun, TaskVersion } from "@/api/generated";
import { run, task } from "@/mocks/data";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

/** A run of the mocks that failed. */
const failed = run(4);
const definition = (day: string) => ({ name: failed.task.name, run: task(0).run, params: [{ kind: "string" as const, name: "day", description: day, required: false, default: null, max_length: null }] });

it("shows how a failed run differs from the last one that worked", async () => {
  const { user } = renderPage(`/runs/${failed.id}`);
  const card = await screen.findByRole("region", { name: "What changed since it last worked" });
  const part = await within(card).findByRole("region", { name: "Definition" });
  expect(part.textContent).toContain("/run/line");
  expect(within(card).getByRole("region", { name: "The log of this run ended with" }).textContent).toContain("no such table: orders");
  await user.click(within(card).getByRole("link", { name: "Last worked" }));
});

it("says so when there is nothing to compare with", async () => {
  server.use(
    http.get("*/api/v1/runs/:run/changes", () => {
      const side = { id: failed.id, state: failed.state, version: 1, created_at: failed.created_at, duration_seconds: null, attempt_count: 0, exit_code: null, signal: null, reason: null, log: failed.log, result: null, log_tail: [] };
      return HttpResponse.json<RunChanges>({ run: side, before: null, changes: [], problems: [{ code: "never_worked", args: {}, text: "no earlier run of the task succeeded" }] });
    }),
  );
  renderPage(`/runs/${failed.id}`);
  await screen.findByText("No earlier run of the task succeeded.");
});

it("asks for the params of the version that will run, and sends only what was edited", async () => {
  const bodies: RunRerun[] = [];
  server.use(
    http.get("*/api/v1/tasks/:task/versions/:version", () => HttpResponse.json<TaskVersion>({ version: failed.task.version, created_at: failed.created_at, created_by: "ada", differences: [], definition: definition("old") })),
    http.get("*/api/v1/tasks/:task", () => HttpResponse.json({ ...task(0), version: 99, params: definition("new").params })),
    http.post("*/api/v1/runs/:run/rerun", async ({ request }) => {
      bodies.push((await request.json()) as RunRerun);
      return HttpResponse.json(run(2), { status: 201 });
    }),
  );
  const { user } = renderPage(`/runs/${failed.id}`);
  await user.click(await screen.findByRole("button", { name: "Rerun" }));
  const dialog = await screen.findByRole("dialog");
  await within(dialog).findByText(`Version ${failed.task.version} runs, as it did the first time.`);
  await within(dialog).findByText("old");
  await user.click(within(dialog).getByRole("checkbox", { name: /newest version/ }));
  await within(dialog).findByText("Version 99 runs, the newest.");
  await within(dialog).findByText("new");
  const day = within(dialog).getByRole<HTMLInputElement>("textbox", { name: "day" });
  expect(day.value).toBe(failed.params["day"]);
  await user.clear(day);
  await user.type(day, "tue");
  await user.click(within(dialog).getByRole("button", { name: "Rerun" }));
  await waitFor(() => expect(bodies).toEqual([{ params: { day: "tue" }, newest_version: true }]));
});
