import { screen, waitFor } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { afterEach, describe, expect, it, vi } from "vitest";
import { problem } from "@/mocks/handlers";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

describe("the export of tasks", () => {
  afterEach(() => vi.restoreAllMocks());

  it("saves the tasks that the filters leave as a file", async () => {
    let asked = "";
    server.use(
      http.get("*/api/v1/tasks/export", ({ request }) => {
        asked = new URL(request.url).search;
        return HttpResponse.json({ tasks: [] });
      }),
    );
    const saved: { name: string; file: Blob | undefined }[] = [];
    let file: Blob | undefined;
    URL.createObjectURL = (made) => {
      file = made as Blob;
      return "blob:made";
    };
    URL.revokeObjectURL = () => undefined;
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
      saved.push({ name: this.download, file });
    });
    const { user } = renderPage("/tasks?folder=shop&enabled=true");
    await user.click(await screen.findByRole("button", { name: "Export" }));
    await waitFor(() => expect(saved).toHaveLength(1));
    expect(asked).toBe("?folder=shop&enabled=true");
    expect(saved[0]?.name).toBe("orc-tasks.json");
    expect(await saved[0]?.file?.text()).toBe('{\n  "tasks": []\n}\n');
  });

  it("says why there is no file", async () => {
    server.use(http.get("*/api/v1/tasks/export", () => problem(409, { title: "Conflict", detail: "more than 10000 tasks match; export them by folder or by tag", code: "too_many_tasks" })));
    const { user } = renderPage("/tasks");
    await user.click(await screen.findByRole("button", { name: "Export" }));
    await screen.findByText(/export them by folder or by tag/);
  });
});
