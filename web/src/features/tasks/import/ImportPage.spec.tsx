import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import type { TaskImport } from "@/api/generated";
import { problem } from "@/mocks/handlers";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";
import { imported } from "@/mocks/timeHandlers";

const TEXT = "\n\n\n30 2 * * * /usr/local/bin/backup\n0 8 * * 1-5 python3 /opt/report.py\n\n0 25 * * * echo never";

describe("the import of a crontab", () => {
  it("shows tasks, warnings and the place of each problem, and saves nothing while there is one", async () => {
    const { user } = renderPage("/tasks/import");
    await user.click(await screen.findByRole("textbox", { name: "Text" }));
    await user.paste(TEXT);
    const problems = await screen.findByRole("region", { name: "Problems (1)" });
    expect(problems.textContent).toContain('Line 7: hour: "25" is out of range');
    expect(problems.querySelector("mark")?.textContent).toBe("5");
    const tasks = screen.getByRole("region", { name: "Tasks (2)" });
    within(tasks).getByText("backup");
    within(tasks).getByText(/output is not mailed to ops@example.com/);
    expect(screen.getByRole("button", { name: "Save all 2 tasks" }).getAttribute("aria-disabled")).toBe("true");
  });

  it("says what is wrong with a field there only", async () => {
    server.use(http.post("*/api/v1/tasks/import", () => problem(422, { title: "Unprocessable Entity", detail: "/timezone: there is no such zone", code: "invalid", fields: [{ pointer: "/timezone", message: "there is no such zone" }] })));
    const { user } = renderPage("/tasks/import");
    await user.type(await screen.findByRole("combobox", { name: "Time zone" }), "Mars/X");
    await user.click(screen.getByRole("textbox", { name: "Text" }));
    await user.paste(TEXT);
    await screen.findByText("there is no such zone");
    expect(screen.queryByText(/\/timezone/)).toBeNull();
    screen.getByText(/No result yet/);
  });

  it("saves all together and shows them", async () => {
    let sent: TaskImport | undefined;
    server.use(
      http.post("*/api/v1/tasks/import", async ({ request }) => {
        const dry = new URL(request.url).searchParams.has("dry_run");
        if (!dry) sent = (await request.json()) as TaskImport;
        return HttpResponse.json({ ...imported(!dry), problems: [] });
      }),
    );
    const { user, router } = renderPage("/tasks/import");
    await user.type(await screen.findByRole("textbox", { name: "Folder" }), "cron");
    await user.click(screen.getByRole("textbox", { name: "Text" }));
    await user.paste("30 2 * * * backup");
    await user.selectOptions(screen.getByRole("combobox", { name: "Form" }), "user");
    await user.click(await screen.findByRole("button", { name: "Save all 2 tasks" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/tasks"));
    expect(router.state.location.search).toMatchObject({ folder: "cron" });
    expect(sent).toMatchObject({ kind: "crontab", text: "30 2 * * * backup", form: "user", folder: "cron", enabled: true });
  });
});
