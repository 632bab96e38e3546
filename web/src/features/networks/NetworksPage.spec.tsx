import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import type { NetworkPage, NetworkSight } from "@/api/generated";
import { at, network, session } from "@/mocks/data";
import { problem } from "@/mocks/handlers";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

describe("networks", () => {
  it("shows what the server sees of each rule, and warns of what is no proof", async () => {
    const { user } = renderPage("/networks");
    const card = (await screen.findByRole("heading", { name: "office" })).closest("li") as HTMLElement;
    within(card).getByText(/does not prove that a host behind it can be reached/);
    await user.click(within(card).getByRole("button", { name: "Look now" }));
    await within(card).findByText("does not hold now");
    within(card).getByText("wg0 (wireguard) is down");
    within(card).getByRole("img", { name: "not met" });
    await user.click(within(card).getByRole("button", { name: "Stop looking" }));
    expect(within(card).queryByText("does not hold now")).toBeNull();
  });

  it("begins with the tunnel that is up, tries the rules, and shows faults at their fields", async () => {
    const tried: unknown[] = [];
    const saved: unknown[] = [];
    const sight: NetworkSight = { holds: true, rules: [{ met: true, seen: { code: "interface_up", args: {}, text: "wg0 (wireguard) is up with 10.8.0.2/24" } }], looked_at: at(0) };
    server.use(
      http.post("*/api/v1/network-probes", async ({ request }) => {
        tried.push(await request.json());
        return HttpResponse.json(sight);
      }),
      http.post("*/api/v1/networks", async ({ request }) => {
        saved.push(await request.json());
        if (saved.length === 1) return problem(422, { title: "Invalid", detail: "One field is wrong.", code: "invalid", fields: [{ pointer: "/rules/0/address", message: "\"10.8.0.0/99\" is not a network" }] });
        return HttpResponse.json(network("vpn"), { status: 201 });
      }),
    );
    const { user } = renderPage("/networks");
    await user.click(await screen.findByRole("button", { name: "New network profile" }));
    const dialog = await screen.findByRole("dialog");
    await user.click(await within(dialog).findByRole("button", { name: "Begin with it" }));
    expect(within(dialog).getByRole<HTMLInputElement>("textbox", { name: "Address in" }).value).toBe("10.8.0.0/24");
    await user.click(within(dialog).getByRole("button", { name: "Try these rules now" }));
    await within(dialog).findByText("wg0 (wireguard) is up with 10.8.0.2/24");
    expect(tried).toEqual([{ match: "all", rules: [{ kind: "interface", interface: "wg*", tunnel: "wireguard", address: "10.8.0.0/24" }] }]);
    await user.click(within(dialog).getByRole("button", { name: "Save the profile" }));
    await within(dialog).findByText("\"10.8.0.0/99\" is not a network");
    await user.click(within(dialog).getByRole("button", { name: "Save the profile" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(saved[1]).toMatchObject({ name: "vpn", match: "all" });
  });

  it("says which tasks need it, and keeps it for them", async () => {
    server.use(http.get("*/api/v1/networks", () => HttpResponse.json<NetworkPage>({ items: [network("office", { used_by: ["report"] })], next_cursor: null })));
    renderPage("/networks");
    await screen.findByRole("link", { name: "report" });
    expect(screen.getByRole("button", { name: "Delete office" }).getAttribute("aria-disabled")).toBe("true");
  });

  it("lets a viewer see the rules, but neither look nor change", async () => {
    server.use(http.get("*/api/v1/session", () => HttpResponse.json({ ...session, role: "viewer", permissions: ["read", "own"] })));
    renderPage("/networks");
    const card = (await screen.findByRole("heading", { name: "office" })).closest("li") as HTMLElement;
    for (const name of ["Look now", "Edit office", "Delete office"]) {
      expect(within(card).getByRole("button", { name }).getAttribute("aria-disabled")).toBe("true");
    }
    await screen.findByText("wg0");
  });
});
