import { screen, waitFor } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import type { Task, TaskDefinition, TriggerStatus } from "@/api/generated";
import { task } from "@/mocks/data";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";
import { heartbeatLines } from "./lines";

const NAME = "nas-backup";

const heartbeat = (more: Partial<Task> = {}): Task => ({
  ...task(0),
  name: NAME,
  title: "",
  run: { kind: "heartbeat" },
  triggers: [{ kind: "webhook", key: "webhook", enabled: true, proof: "secret_url", sender: "orc" }],
  schedules: [],
  actions: ["disable", "update", "delete"],
  ...more,
});

const showing = (shown: Task, status: Partial<TriggerStatus> = {}) =>
  server.use(
    http.get("*/api/v1/tasks/:task", () => HttpResponse.json(shown)),
    http.get("*/api/v1/tasks/:task/triggers", () =>
      HttpResponse.json({ items: [{ id: "0197", key: "webhook", kind: "webhook", enabled: true, url: "/hooks/0197", rotated_at: null, last_run_at: null, problem: null, ...status }], next_cursor: null }),
    ),
  );

describe("a heartbeat", () => {
  it("does not say how to start what Orc cannot start", async () => {
    showing(heartbeat());
    server.use(http.get("*/api/v1/runs", () => HttpResponse.json({ items: [], next_cursor: null })));
    renderPage(`/tasks/${NAME}`);
    await screen.findByText("Its job has not called yet");
    await screen.findByRole("heading", { name: "Heartbeat" });
    expect(screen.queryByText(/orc task run/)).toBeNull();
    expect(screen.queryByRole("heading", { name: /Schedules|Next slots|Overlap/ })).toBeNull();
  });

  it("is set up with what Orc expects of the job, and sends nothing about starting it", async () => {
    let sent: TaskDefinition | undefined;
    server.use(
      http.post("*/api/v1/tasks", async ({ request }) => {
        const body = (await request.json()) as TaskDefinition;
        if (!new URL(request.url).searchParams.has("dry_run")) sent = body;
        return HttpResponse.json({ ...task(0), name: body.name }, { status: 201 });
      }),
    );
    const { user } = renderPage("/tasks/new");
    await user.type(await screen.findByRole("textbox", { name: "Name" }), NAME);
    await user.click(screen.getByRole("radio", { name: /^Heartbeat/ }));
    expect(screen.queryByRole("button", { name: "Add a trigger" })).toBeNull();
    await user.type(screen.getByRole("spinbutton", { name: /^Calls at least every/ }), "25");
    await user.click(screen.getByRole("button", { name: "Create task" }));
    await waitFor(() => expect(sent?.run).toEqual({ kind: "heartbeat" }));
    expect(sent?.triggers).toEqual([{ kind: "webhook", key: null, enabled: true, proof: "secret_url", sender: "orc", signature: null, params: {}, filters: [] }]);
    expect(sent?.expect?.at_least_every_seconds).toBe(90_000);
    expect(sent?.schedules).toEqual([]);
  });

  it("shows that the job runs, cannot be started, and gives the lines to paste with its address", async () => {
    const started_at = new Date(Date.now() - 300_000).toISOString();
    showing(heartbeat({ last_run: { id: "0197-run", state: "running", started_at, finished_at: null, duration_seconds: 300, suspicious: false } }), { last_run_at: started_at });
    server.use(http.post("*/api/v1/tasks/:task/triggers/:trigger/rotate", () => HttpResponse.json({ url: "/hooks/0197.secret", secret: null, verify_token: null })));
    const { user } = renderPage(`/tasks/${NAME}`);
    await screen.findByText(/and has not told its end/);
    expect(screen.getByRole("button", { name: "Run now" }).getAttribute("aria-disabled") ?? screen.getByRole("button", { name: "Run now" }).getAttribute("disabled")).not.toBeNull();
    await user.click(screen.getByRole("button", { name: "Create the address" }));
    const line = heartbeatLines(`${location.origin}/hooks/0197.secret`)[0]?.text ?? "";
    await screen.findByText(line);
  });

  it("says that nobody has called yet", async () => {
    showing(heartbeat({ last_run: null }));
    renderPage(`/tasks/${NAME}`);
    await screen.findByText("The job has not called yet.");
  });
});
