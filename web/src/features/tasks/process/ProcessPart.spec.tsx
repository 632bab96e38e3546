import { screen, waitFor } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, it } from "vitest";
import type { TaskDefinition } from "@/api/generated";
import { system, task } from "@/mocks/data";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

const field = (name: string) => screen.getByRole<HTMLInputElement>("spinbutton", { name });

it("says for each limit what this server does about it, and sends what is filled in", async () => {
  let sent: TaskDefinition | undefined;
  server.use(
    http.post("*/api/v1/tasks", async ({ request }) => {
      const body = (await request.json()) as TaskDefinition;
      if (!new URL(request.url).searchParams.has("dry_run")) sent = body;
      return HttpResponse.json({ ...task(0), name: body.name }, { status: 201 });
    }),
  );
  const { user } = renderPage("/tasks/new");
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "hello");
  await user.type(screen.getByRole("textbox", { name: "Line" }), "echo hello");
  await waitFor(() => expect(field("Processor").disabled).toBe(true));
  screen.getByText(/^This server cannot hold it: that needs a cgroup/);
  expect(screen.getAllByText(/^Advisory: the runner looks once a second/)).toHaveLength(2);
  screen.getByText("Enforced: the kernel holds it for each process.");
  await user.type(field("Memory"), "512");
  await user.type(field("Niceness"), "10");
  await user.type(screen.getByRole("textbox", { name: "Run as user" }), "backup");
  await user.click(screen.getByRole("button", { name: "Create task" }));
  await waitFor(() => expect(sent?.limits).toEqual({ memory_bytes: 536_870_912, cpu_percent: null, processes: null, open_files: null, niceness: 10 }));
  expect(sent?.run_as).toBe("backup");
});

it("says why no other user can be chosen where the server is not root", async () => {
  server.use(http.get("*/api/v1/system", () => HttpResponse.json({ ...system, abilities: { ...system.abilities, account: "orc", task_user: "orc", run_as: false } })));
  renderPage("/tasks/new");
  await screen.findByText("Only a server that runs as root can choose another user. Tasks run as orc.");
  expect(screen.getByRole<HTMLInputElement>("textbox", { name: "Run as user" }).disabled).toBe(true);
});
