import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import { delivery } from "@/mocks/data";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

describe("deliveries", () => {
  it("says what became of each, and sends one again that was given up", async () => {
    const sent: string[] = [];
    server.use(
      http.post("*/api/v1/deliveries/:delivery/retry", ({ params }) => {
        sent.push(String(params["delivery"]));
        return HttpResponse.json(delivery("nightly failed"));
      }),
    );
    const { user } = renderPage("/channels/deliveries");
    await screen.findByText("250 2.0.0 taken");
    screen.getByText("smtp.example.org port 587: no answer");
    await user.click(screen.getByRole("button", { name: "backup failed" }));
    const dialog = await screen.findByRole("dialog");
    await within(dialog).findByText(/the disk is full/);
    await user.click(within(dialog).getByRole("button", { name: "Send again now" }));
    await waitFor(() => expect(sent).toHaveLength(1));
  });

  it("asks the server for what the filters name", async () => {
    const asked: string[] = [];
    server.use(
      http.get("*/api/v1/deliveries", ({ request }) => {
        asked.push(new URL(request.url).search);
        return HttpResponse.json({ items: [], next_cursor: null });
      }),
    );
    const { user } = renderPage("/channels/deliveries");
    await screen.findByText("No deliveries yet");
    await user.selectOptions(screen.getByRole("combobox", { name: "State" }), "Not delivered");
    await screen.findByText("No delivery matches these filters.");
    expect(decodeURIComponent(asked.at(-1) ?? "")).toContain("state=failed,dead,suppressed");
  });
});
