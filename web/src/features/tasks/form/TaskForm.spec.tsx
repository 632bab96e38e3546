import { screen, waitFor, within } from "@testing-library/react";
import { delay, http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import type { TaskDefinition } from "@/api/generated";
import { nameRule } from "@/api/generated/contract.gen";
import { task, taskSummary } from "@/mocks/data";
import { problem } from "@/mocks/handlers";
import { renderPage } from "@/mocks/render";
import { effect } from "@/mocks/timeHandlers";
import { server } from "@/mocks/setup";

const EDIT = `/tasks/${taskSummary(0).name}/edit`;

describe("the form of a task", () => {
  it("sends what was filled in, and goes to the task", async () => {
    let sent: TaskDefinition | undefined;
    server.use(
      http.post("*/api/v1/tasks", async ({ request }) => {
        const body = (await request.json()) as TaskDefinition;
        if (!new URL(request.url).searchParams.has("dry_run")) sent = body;
        return HttpResponse.json({ ...task(0), name: body.name }, { status: 201 });
      }),
    );
    const { user, router } = renderPage("/tasks/new");
    await user.type(await screen.findByRole("textbox", { name: "Name" }), "hello");
    await user.type(screen.getByRole("textbox", { name: "Line" }), "echo hello");
    await user.click(screen.getByRole("button", { name: "Create task" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/tasks/hello"));
    expect(sent?.name).toBe("hello");
    expect(sent?.run).toEqual({ kind: "shell", line: "echo hello", shell: null });
  });

  it("shows what the server says beside the field, and puts the focus there", async () => {
    const { user } = renderPage("/tasks/new");
    const name = await screen.findByRole("textbox", { name: "Name" });
    await user.type(name, "Not Good");
    await user.click(screen.getByRole("button", { name: "Create task" }));
    await waitFor(() => expect(name.getAttribute("aria-invalid")).toBe("true"));
    expect(screen.getByText(nameRule.words)).toBeTruthy();
    await waitFor(() => expect(document.activeElement).toBe(name));
  });

  it("keeps a code that is no number in its field and does not send it", async () => {
    let sent = 0;
    server.use(http.post("*/api/v1/tasks", ({ request }) => {
      if (!new URL(request.url).searchParams.has("dry_run")) sent += 1;
      return HttpResponse.json(task(0), { status: 201 });
    }));
    const { user } = renderPage("/tasks/new");
    await user.type(await screen.findByRole("textbox", { name: "Name" }), "hello");
    const codes = screen.getByRole("textbox", { name: "Exit codes that mean success" });
    await user.type(codes, ", ok");
    await user.click(screen.getByRole("button", { name: "Create task" }));
    await waitFor(() => expect(document.activeElement).toBe(codes));
    screen.getByText("ok: not a whole number");
    expect(sent).toBe(0);
  });

  it("says of a save that got no answer that nothing was saved, at the top and at the foot, and goes there", async () => {
    server.use(http.post("*/api/v1/tasks", ({ request }) => (new URL(request.url).searchParams.has("dry_run") ? HttpResponse.json(task(0)) : HttpResponse.error())));
    const { user } = renderPage("/tasks/new");
    await user.type(await screen.findByRole("textbox", { name: "Name" }), "hello");
    await user.click(screen.getByRole("button", { name: "Create task" }));
    const alert = await screen.findByRole("alert");
    within(alert).getByText(/Your input is still here/);
    expect(screen.getAllByText("Not saved: the server cannot be reached")).toHaveLength(2);
    await waitFor(() => expect(document.activeElement).toBe(alert));
  });

  it("sends one request however often Ctrl+S is pressed", async () => {
    let sent = 0;
    server.use(
      http.post("*/api/v1/tasks", async ({ request }) => {
        if (!new URL(request.url).searchParams.has("dry_run")) sent += 1;
        await delay(150);
        return HttpResponse.json({ ...task(0), name: "hello" }, { status: 201 });
      }),
    );
    const { user, router } = renderPage("/tasks/new");
    await user.type(await screen.findByRole("textbox", { name: "Name" }), "hello");
    await user.keyboard("{Control>}s{/Control}");
    await waitFor(() => expect(sent).toBe(1));
    await user.keyboard("{Control>}s{/Control}");
    await waitFor(() => expect(router.state.location.pathname).toBe("/tasks/hello"));
    expect(sent).toBe(1);
  });

  it("shows what a new name moves, since H fields and spreads are made of it", async () => {
    const { user } = renderPage(EDIT);
    await user.type(await screen.findByRole("textbox", { name: "Name", description: /to name the task/ }), "2");
    await user.click(screen.getByRole("button", { name: "Save" }));
    await within(await screen.findByRole("dialog")).findByText(/1 slot moves/);
  });

  it("tells of a newer version and saves over it only when told to", async () => {
    const matches: (string | null)[] = [];
    server.use(
      http.put("*/api/v1/tasks/:task", ({ request }) => {
        if (new URL(request.url).searchParams.has("dry_run")) return HttpResponse.json(task(0));
        matches.push(request.headers.get("if-match"));
        return matches.length === 1 ? problem(412, { title: "Stale version", code: "stale_version" }) : HttpResponse.json(task(0));
      }),
    );
    const { user, router } = renderPage(EDIT);
    await user.type(await screen.findByRole("textbox", { name: "Title" }), "x");
    server.use(http.get("*/api/v1/tasks/:task", () => HttpResponse.json({ ...task(0), version: 9, description: "theirs" })));
    await user.click(screen.getByRole("button", { name: "Save" }));
    const alert = await screen.findByRole("alert");
    await within(alert).findByText(/version 9/);
    await within(alert).findByText(/They changed: description/);
    await user.click(within(alert).getByRole("button", { name: "Overwrite with mine" }));
    await waitFor(() => expect(router.state.location.pathname).toBe(`/tasks/${taskSummary(0).name}`));
    expect(matches).toEqual([`"${task(0).version}"`, '"9"']);
  });

  it("shows which slots a change of the schedule moves, and saves only then", async () => {
    let saved: TaskDefinition | undefined;
    server.use(
      http.put("*/api/v1/tasks/:task", async ({ request }) => {
        if (!new URL(request.url).searchParams.has("dry_run")) saved = (await request.json()) as TaskDefinition;
        return HttpResponse.json(task(0));
      }),
    );
    const { user, router } = renderPage(EDIT);
    await user.click(await screen.findByRole("button", { name: "Weekdays at 08:00" }));
    await user.click(screen.getByRole("button", { name: "Save" }));
    const dialog = await screen.findByRole("dialog");
    await within(dialog).findByText("14 slots appear, 3 slots vanish, 1 slot moves.");
    expect(within(dialog).getByRole("region", { name: "Appear: 14" }).textContent).toContain("and 12 more");
    expect(saved).toBeUndefined();
    await user.click(within(dialog).getByRole("button", { name: "Save" }));
    await waitFor(() => expect(router.state.location.pathname).toBe(`/tasks/${taskSummary(0).name}`));
    expect(saved?.schedules?.[0]).toMatchObject({ kind: "calendar_rule", times: ["08:00"], key: "cron", timezone: "Europe/Berlin" });
  });

  it("saves at once when no slot changes", async () => {
    server.use(http.post("*/api/v1/tasks/:task/effect", () => HttpResponse.json({ ...effect("x"), appear_count: 0, vanish_count: 0, move_count: 0, tasks: [] })));
    const { user, router } = renderPage(EDIT);
    await user.click(await screen.findByRole("button", { name: "Weekdays at 08:00" }));
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(router.state.location.pathname).toBe(`/tasks/${taskSummary(0).name}`));
  });

  it("marks the character of an expression that is wrong", async () => {
    const { user } = renderPage(EDIT);
    const expression = await screen.findByRole("textbox", { name: "Expression" });
    await user.clear(expression);
    await user.type(expression, "61 * * * *");
    await waitFor(() => expect(document.querySelector("[data-fault='0'] mark")?.textContent).toBe("6"));
  });

  it("asks before unsaved work is left", async () => {
    const { user, router } = renderPage(EDIT);
    await user.type(await screen.findByRole("textbox", { name: "Title" }), "x");
    await user.click(screen.getByRole("button", { name: "Cancel" }));
    const question = await screen.findByRole("alertdialog");
    expect(router.state.location.pathname).toBe(EDIT);
    await user.click(within(question).getByRole("button", { name: "Leave" }));
    await waitFor(() => expect(router.state.location.pathname).toBe(`/tasks/${taskSummary(0).name}`));
  });
});
