import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { it } from "vitest";
import { taskSummary } from "@/mocks/data";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

it("says that only what is loaded is chosen where the server has more", async () => {
  server.use(
    http.get("*/api/v1/tasks", ({ request }) => {
      if (new URL(request.url).searchParams.get("cursor")) return new Promise<never>(() => {});
      return HttpResponse.json({ items: [taskSummary(0), taskSummary(1)], next_cursor: "more" });
    }),
  );
  const { user } = renderPage("/tasks");
  await user.click(await screen.findByRole("checkbox", { name: "Select all" }));
  await screen.findByText("2 loaded tasks selected. More exist.");
});
