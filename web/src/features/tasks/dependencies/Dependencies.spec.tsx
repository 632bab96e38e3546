import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import type { TaskDefinition, TaskDependency, TaskProbe } from "@/api/generated";
import { task, taskSummary, waitsFor } from "@/mocks/data";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";
import { dependencyOf } from "./DependenciesPart";

const TASK = `/tasks/${taskSummary(0).name}`;

describe("the dependencies of a task", () => {
  it("show what would be seen now", async () => {
    const file: TaskDependency = { ...dependencyOf("file", "file"), kind: "file", path: "/srv/inbox/*.csv" };
    const { key, words, met } = waitsFor();
    const item = { key, kind: "file", words, met, seen: { code: "file_absent" as const, args: {}, text: "there is no /srv/inbox/*.csv" }, looked_at: "2026-11-29T10:00:00Z" };
    server.use(
      http.get("*/api/v1/tasks/:task", () => HttpResponse.json({ ...task(0), dependencies: [file] })),
      http.post("*/api/v1/tasks/:task/probe", () => HttpResponse.json<TaskProbe>({ met: false, items: [item] })),
    );
    const { user } = renderPage(TASK);
    await screen.findByText("/srv/inbox/*.csv");
    await user.click(await screen.findByRole("button", { name: "Look now" }));
    await screen.findByText(/there is no \/srv\/inbox\/\*\.csv/);
  });

  it("are added in the form and sent as they were chosen", async () => {
    let saved: TaskDefinition | undefined;
    server.use(
      http.put("*/api/v1/tasks/:task", async ({ request }) => {
        if (!new URL(request.url).searchParams.has("dry_run")) saved = (await request.json()) as TaskDefinition;
        return HttpResponse.json(task(0));
      }),
    );
    const { user } = renderPage(`${TASK}/edit`);
    await user.click(await screen.findByRole("button", { name: "Add a dependency" }));
    await user.selectOptions(screen.getByRole("combobox", { name: "Waits for" }), "tcp");
    await user.type(screen.getByRole("textbox", { name: "Host" }), "db.example");
    await user.selectOptions(screen.getByRole("combobox", { name: "While it does not hold" }), "skip");
    await user.click(screen.getByRole("button", { name: "Save" }));
    const wanted = { kind: "tcp", host: "db.example", port: 443, timeout_seconds: 10, key: null, on_unmet: { kind: "skip" } };
    await waitFor(() => expect(saved?.dependencies).toEqual([wanted]));
  });

  it("give params, which may then be left out of a run by hand", async () => {
    const source: TaskDependency = { ...dependencyOf("task", "import"), kind: "task", task: "import", params: { day: "${dependency.result.day}" } };
    const params = [{ kind: "date" as const, name: "day", description: "", required: true, default: null }];
    let saved: TaskDefinition | undefined;
    server.use(
      http.get("*/api/v1/tasks/:task", () => HttpResponse.json({ ...task(0), params, dependencies: [source] })),
      http.put("*/api/v1/tasks/:task", async ({ request }) => {
        if (!new URL(request.url).searchParams.has("dry_run")) saved = (await request.json()) as TaskDefinition;
        return HttpResponse.json(task(0));
      }),
    );
    const { user } = renderPage(TASK);
    await screen.findByText("day = ${dependency.result.day}");
    await user.click(await screen.findByRole("button", { name: /^Run now/ }));
    const dialog = within(await screen.findByRole("dialog"));
    await dialog.findByLabelText("day");
    dialog.getByText("Taken from the run of import, unless you give a value.");
    await user.click(dialog.getByRole("button", { name: "Cancel" }));

    await user.click(await screen.findByRole("link", { name: /^Edit/ }));
    const taken = within(await screen.findByRole("group", { name: "Params from the other run" }));
    await user.clear(taken.getByRole("textbox", { name: /NAME} 1$/ }));
    await user.click(taken.getByRole("textbox", { name: /NAME} 1$/ }));
    await user.paste("${dependency.params.date}");
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(saved?.dependencies?.at(0)).toMatchObject({ params: { day: "${dependency.params.date}" } }));
  });
});
