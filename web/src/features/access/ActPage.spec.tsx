import { screen, waitFor } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import { at, messageLink } from "@/mocks/data";
import { problem } from "@/mocks/handlers";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

describe("the link of a message", () => {
  it("changes nothing until somebody presses a button, and acts once", async () => {
    const sent: unknown[] = [];
    let shown = messageLink("backup");
    server.use(
      http.get("*/api/v1/links/:link", () => HttpResponse.json(shown)),
      http.post("*/api/v1/links/:link", async ({ request }) => {
        sent.push(await request.json());
        shown = messageLink("backup", { used_at: at(0), snoozed_until: at(28_800) });
        return HttpResponse.json(shown);
      }),
    );
    const { user } = renderPage("/act/orc_1_2");
    await screen.findByRole("heading", { name: "backup fails" });
    expect(sent).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Snooze for 8 hours" }));
    await screen.findByText(/It is snoozed, which ends/);
    expect(sent).toEqual([{ kind: "snooze", minutes: 480 }]);
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("takes care of it with a note", async () => {
    const sent: unknown[] = [];
    server.use(
      http.get("*/api/v1/links/:link", () => HttpResponse.json(messageLink("backup"))),
      http.post("*/api/v1/links/:link", async ({ request }) => {
        sent.push(await request.json());
        return HttpResponse.json(messageLink("backup", { state: "acknowledged", used_at: at(0) }));
      }),
    );
    const { user } = renderPage("/act/orc_1_2");
    await user.type(await screen.findByRole("textbox", { name: "Note for others" }), "on my way");
    await user.click(screen.getByRole("button", { name: "I take care of it" }));
    await waitFor(() => expect(sent).toEqual([{ kind: "acknowledge", note: "on my way" }]));
  });

  it("says so when it does not work any more", async () => {
    server.use(http.get("*/api/v1/links/:link", () => problem(404, { code: "not_found", title: "Not found", detail: "there is no such link" })));
    renderPage("/act/orc_1_2");
    await screen.findByRole("heading", { name: "This link does not work" });
    screen.getByRole("link", { name: "Open the incidents" });
  });
});
