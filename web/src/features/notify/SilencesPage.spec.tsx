import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import { silence } from "@/mocks/data";
import { problem } from "@/mocks/handlers";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

describe("silences", () => {
  it("say about which tasks, why and until when, and are ended by a person", async () => {
    let ended = 0;
    server.use(
      http.post("*/api/v1/silences/:silence/end", () => {
        ended += 1;
        return HttpResponse.json(silence("upgrade of the database", { state: "ended" }));
      }),
    );
    const { user } = renderPage("/incidents/silences");
    await screen.findByText("upgrade of the database");
    screen.getByText(/About tag etl/);
    await user.click(screen.getByRole("button", { name: "End it now" }));
    await waitFor(() => expect(ended).toBe(1));
  });

  it("are made for an hour unless somebody says otherwise, and name what is refused", async () => {
    const sent: { until_at: string; from_at: string | null; reason: string }[] = [];
    server.use(
      http.post("*/api/v1/silences", async ({ request }) => {
        sent.push((await request.json()) as (typeof sent)[number]);
        if (sent.length === 1) return problem(422, { code: "invalid", fields: [{ pointer: "/until_at", message: "must be in the future" }] });
        return HttpResponse.json(silence("upgrade"), { status: 201 });
      }),
    );
    const { user } = renderPage("/incidents/silences");
    await user.click((await screen.findAllByRole("button", { name: "New silence" }))[0] as HTMLElement);
    const dialog = within(await screen.findByRole("dialog"));
    await user.type(dialog.getByRole("textbox", { name: /^Reason/ }), "upgrade");
    await user.click(dialog.getByRole("button", { name: "Save the silence" }));
    await dialog.findByText("must be in the future");
    await user.click(dialog.getByRole("button", { name: "Save the silence" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    const [first] = sent;
    expect([first?.reason, first?.from_at]).toEqual(["upgrade", null]);
    const minutes = (Date.parse(first?.until_at ?? "") - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(57);
    expect(minutes).toBeLessThan(61);
  });
});
