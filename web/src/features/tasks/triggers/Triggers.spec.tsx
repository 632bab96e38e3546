import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import type { TaskDefinition } from "@/api/generated";
import { task, taskSummary } from "@/mocks/data";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

const TASK = `/tasks/${taskSummary(0).name}`;

describe("the triggers of a task", () => {
  it("show a new address once, after a question", async () => {
    const { user } = renderPage(TASK);
    await user.click(await screen.findByRole("button", { name: "New address…" }));
    await user.click(within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Replace the address" }));
    const shown = await screen.findByText("https://orc.example.com/hooks/01jd0w7q.sJk3_8fq0m2Zr7xTnYb4");
    await user.click(screen.getByRole("button", { name: "I have copied it" }));
    await waitFor(() => expect(shown.isConnected).toBe(false));
    expect(document.body.textContent).not.toContain("sJk3_8fq0m2Zr7xTnYb4");
  });

  it("say what hinders one", async () => {
    renderPage(TASK);
    await screen.findByText(/\/srv\/inbox cannot be read: permission denied/);
  });

  it("say what becomes of what happens while the task is disabled", async () => {
    server.use(http.get("*/api/v1/tasks/:task", () => HttpResponse.json({ ...task(0), enabled: false })));
    renderPage(TASK);
    await screen.findByText(/While the task is disabled, calls are refused.*; files that arrive start it when it is enabled again\./);
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
    await user.click(await screen.findByRole("button", { name: "Add a trigger" }));
    await user.selectOptions(screen.getAllByRole("combobox", { name: "Started by" }).at(-1) as HTMLElement, "task");
    const chosen = taskSummary(203).name;
    // The server finds it by its name, wherever it stands in the list.
    await user.type(screen.getByRole("combobox", { name: "After a run of" }), chosen);
    await user.click(await screen.findByRole("option", { name: chosen }));
    await user.click(screen.getByRole("button", { name: "Failed" }));
    const bound = within(screen.getByRole("group", { name: "Params from the other run" }));
    await user.click(bound.getByRole("button", { name: "Add a param" }));
    await user.click(bound.getByRole("textbox", { name: /Param 1$/ }));
    await user.paste("day");
    await user.click(bound.getByRole("textbox", { name: /NAME} 1$/ }));
    await user.paste("${trigger.result.day}");
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(saved?.triggers?.at(-1)).toEqual({ kind: "task", tasks: [chosen], states: ["succeeded", "failed"], params: { day: "${trigger.result.day}" }, key: null, enabled: true }));
  });
});
