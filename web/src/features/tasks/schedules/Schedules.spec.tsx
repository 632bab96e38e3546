import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import { task } from "@/mocks/data";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

describe("the schedules of a task", () => {
  it("say why one of them does not fire", async () => {
    const fault = 'minute: "61" is out of range 0-59';
    const problem = { code: "schedule_invalid" as const, args: { problem: fault }, text: `it does not fire: ${fault}` };
    const broken = { ...task(0).schedules[0], kind: "cron" as const, expression: "61 * * * *", words: null, problem };
    server.use(http.get("*/api/v1/tasks/:task", () => HttpResponse.json({ ...task(0), schedules: [broken] })));
    renderPage(`/tasks/${task(0).name}`);
    expect((await screen.findByText(/It does not fire: minute: "61" is out of range 0-59/)).closest("[role=alert]")).toBeTruthy();
  });
});
