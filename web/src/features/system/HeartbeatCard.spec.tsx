import { screen, waitFor } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import type { SystemHeartbeat, SystemHeartbeatSet } from "@/api/generated";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

const showing = (more: Partial<SystemHeartbeat>) =>
  server.use(http.get("*/api/v1/system/heartbeat", () => HttpResponse.json({ url: null, every_seconds: null, last_success_at: null, last_failure_at: null, problem: null, ...more })));

describe("the heartbeat of the server", () => {
  it("is set with an address and how often it is called", async () => {
    let sent: SystemHeartbeatSet | undefined;
    server.use(
      http.put("*/api/v1/system/heartbeat", async ({ request }) => {
        sent = (await request.json()) as SystemHeartbeatSet;
        return HttpResponse.json({ ...sent, last_success_at: null, last_failure_at: null, problem: null });
      }),
    );
    showing({});
    const { user } = renderPage("/system");
    await user.click(await screen.findByRole("button", { name: "Set a heartbeat…" }));
    await user.type(screen.getByRole("textbox", { name: /^Address/ }), "https://hc-ping.com/1");
    await user.click(screen.getByRole("button", { name: "Save the heartbeat" }));
    await waitFor(() => expect(sent).toEqual({ url: "https://hc-ping.com/1", every_seconds: 60 }));
  });

  it("says why the newest call did not arrive", async () => {
    showing({ url: "https://hc-ping.com/1", every_seconds: 60, problem: { code: "beacon_failed", args: { problem: "the answer was 500" }, text: "the server's heartbeat did not arrive: the answer was 500" } });
    renderPage("/system");
    await screen.findByText(/did not arrive: the answer was 500/);
    screen.getByRole("button", { name: "Stop it" });
  });
});
