import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import { system } from "@/mocks/data";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

describe("a clock that jumped", () => {
  it("is told, and confirmed with one click", async () => {
    let clock = { trusted: false, machine_at: "2036-05-01T12:00:00Z", planning_at: "2026-05-01T12:00:00Z", doubted_since_at: "2026-05-01T11:59:00Z" as string | null };
    server.use(
      http.get("*/api/v1/system", () => HttpResponse.json({ ...system, clock })),
      http.post("*/api/v1/system/clock", () => {
        clock = { ...clock, trusted: true, doubted_since_at: null };
        return HttpResponse.json(clock);
      }),
    );
    renderPage("/");
    expect(await screen.findByText("The machine's clock jumped")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "The new time is correct" }));
    await expect.poll(() => screen.queryByText("The machine's clock jumped")).toBeNull();
  });
});
