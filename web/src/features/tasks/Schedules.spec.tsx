import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import { task } from "@/mocks/data";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";
import { summary } from "@/mocks/timeHandlers";

describe("the schedules of a task", () => {
  it("say why one of them does not fire", async () => {
    const broken = { ...task(0).schedules[0], kind: "cron" as const, expression: "61 * * * *", words: null };
    const counts = { expected: 0, ran: 0, skipped: 0, missed: 0, pending: 0, unaccounted: 0, surplus: 0 };
    server.use(
      http.get("*/api/v1/tasks/:task", () => HttpResponse.json({ ...task(0), schedules: [broken] })),
      http.get("*/api/v1/slots/summary", () => HttpResponse.json(summary({ schedules: [{ schedule_key: "cron", words: "", ...counts, problem: 'minute: "61" is out of range 0-59' }] }))),
    );
    renderPage(`/tasks/${task(0).name}`);
    expect((await screen.findByText(/It does not fire: minute: "61" is out of range 0-59/)).closest("[role=alert]")).toBeTruthy();
  });
});
