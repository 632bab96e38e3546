import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import type { PoolDefinition } from "@/api/generated";
import { pool } from "@/mocks/data";
import { problem } from "@/mocks/handlers";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

describe("pools", () => {
  it("says how many places are taken", async () => {
    renderPage("/pools");
    const meter = await screen.findByRole("meter", { name: "Places of database" });
    expect(meter.getAttribute("aria-valuetext")).toBe("3 of 4");
  });

  it("saves a change on the version it began with, and a refused deletion stays a question", async () => {
    let sent: { body: PoolDefinition; match: string | null } | undefined;
    server.use(
      http.put("*/api/v1/pools/:pool", async ({ request }) => {
        sent = { body: (await request.json()) as PoolDefinition, match: request.headers.get("if-match") };
        return HttpResponse.json(pool("database", 6, 3));
      }),
      http.delete("*/api/v1/pools/:pool", () => problem(409, { title: "Pool in use", detail: "orders-export-0000 is in it.", code: "pool_in_use" })),
    );
    const { user } = renderPage("/pools");
    await user.click(await screen.findByRole("button", { name: "Edit database" }));
    const places = screen.getByRole("spinbutton", { name: "Places" });
    await user.clear(places);
    await user.type(places, "6");
    await user.click(screen.getByRole("button", { name: "Save the pool" }));
    await waitFor(() => expect(sent).toMatchObject({ body: { name: "database", capacity: 6 }, match: '"1"' }));
    await user.click(await screen.findByRole("button", { name: "Delete database" }));
    const dialog = await screen.findByRole("alertdialog");
    await user.click(within(dialog).getByRole("button", { name: "Delete the pool" }));
    await screen.findByText("orders-export-0000 is in it.");
    screen.getByRole("alertdialog");
  });
});
