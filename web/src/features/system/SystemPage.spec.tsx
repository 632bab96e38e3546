import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import type { System } from "@/api/generated";
import { session, system } from "@/mocks/data";
import { problem } from "@/mocks/handlers";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

describe("the system", () => {
  it("shows workers with what they did last, and what failed", async () => {
    renderPage("/system");
    const scheduler = (await screen.findByText("scheduler")).closest("li") as HTMLElement;
    within(scheduler).getByText("2 ledger entries written, 2 runs made");
    const dispatcher = screen.getByText("dispatcher").closest("li") as HTMLElement;
    within(dispatcher).getByText("running");
    within(dispatcher).getByText(/running since/);
    const pruner = screen.getByText("pruner").closest("li") as HTMLElement;
    within(pruner).getByText("failed");
    within(pruner).getByText("disk is slow");
  });

  it("names the source of each setting", async () => {
    renderPage("/system");
    const setting = (await screen.findByText("run_limit")).closest("li") as HTMLElement;
    within(setting).getByText("environment");
  });

  it("keeps settings from those who are not administrators, and says why", async () => {
    server.use(http.get("*/api/v1/session", () => HttpResponse.json({ ...session, role: "operator", permissions: ["read", "own", "run"] })));
    renderPage("/system");
    await screen.findByText(/Only administrators see the settings/);
    expect(screen.queryByText("run_limit")).toBeNull();
    expect((await screen.findByRole("button", { name: "Hold everything" })).getAttribute("aria-disabled")).toBe("true");
  });

  it("says which runs a full disk stops", async () => {
    server.use(http.get("*/api/v1/system", () => HttpResponse.json<System>({ ...system, disk: { total_bytes: 1000, free_bytes: 10, guard: "runs_stopped" } })));
    renderPage("/system");
    await screen.findByText("No run starts: less than 2 % is free");
  });

  it("puts everything on hold with a reason, and keeps the dialog open when that is refused", async () => {
    const sent: unknown[] = [];
    server.use(
      http.post("*/api/v1/system/hold", async ({ request }) => {
        sent.push(await request.json());
        return sent.length === 1 ? problem(409, { title: "Conflict", detail: "It is on hold already.", code: "on_hold" }) : HttpResponse.json({ ...system, hold: { reason: "move", by: "ada", since_at: system.now_at } });
      }),
    );
    const { user } = renderPage("/system");
    await user.click(await screen.findByRole("button", { name: "Hold everything" }));
    const dialog = await screen.findByRole("dialog");
    const send = () => within(dialog).getByRole("button", { name: "Hold everything" });
    expect(send().getAttribute("aria-disabled")).toBe("true");
    await user.type(within(dialog).getByRole("textbox", { name: "Reason" }), "move");
    await user.click(send());
    await within(dialog).findByText("It is on hold already.");
    await user.click(send());
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(sent).toEqual([{ reason: "move" }, { reason: "move" }]);
  });
});
