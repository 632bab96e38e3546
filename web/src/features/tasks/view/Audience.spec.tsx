import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import { rule, silence } from "@/mocks/data";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

describe("who hears of a task", () => {
  it("is each rule that means it, with the reason, and the silence that keeps it from telling", async () => {
    const because = [
      { kind: "folder", name: "finance" },
      { kind: "tag", name: "nightly" },
    ];
    server.use(http.get("*/api/v1/tasks/:task/audience", () => HttpResponse.json({ rules: [{ rule: rule("on-call", { enabled: false }), because }], silences: [silence("upgrade")] })));
    renderPage("/tasks/orders-export-0000");
    await screen.findByText("on-call");
    expect(screen.getByText(/Because it names the folder finance, it names the tag nightly\./).textContent).toContain("Tells ops at once: failed, recovered.");
    expect(screen.getByText(/ada silenced it \(upgrade\)/).textContent).toMatch(/^Nobody now: .* which ends /);
  });

  it("is nobody without a rule", async () => {
    server.use(http.get("*/api/v1/tasks/:task/audience", () => HttpResponse.json({ rules: [], silences: [] })));
    renderPage("/tasks/orders-export-0000");
    await screen.findByText(/Nobody: no rule means this task/);
  });
});
