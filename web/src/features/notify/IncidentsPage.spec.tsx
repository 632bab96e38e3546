import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import { incident } from "@/mocks/data";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

describe("incidents", () => {
  it("say what is wrong and who was told, and are taken care of with a note", async () => {
    const notes: unknown[] = [];
    server.use(
      http.post("*/api/v1/incidents/:incident/acknowledge", async ({ request }) => {
        notes.push(await request.json());
        return HttpResponse.json(incident("backup", { state: "acknowledged" }));
      }),
    );
    const { user } = renderPage("/incidents");
    await screen.findByText("ada takes care of it: looks at it after lunch");
    expect(screen.getAllByText("exit code 3")).toHaveLength(2);
    await user.click(screen.getByRole("button", { name: "backup fails" }));
    const dialog = within(await screen.findByRole("dialog"));
    await dialog.findByText(/Rule on-call: failed/);
    await user.type(dialog.getByRole("textbox", { name: "Note for others" }), "I call the vendor");
    await user.click(dialog.getByRole("button", { name: "I take care of it" }));
    await waitFor(() => expect(notes).toEqual([{ note: "I call the vendor" }]));
  });

  it("about the server name what is wrong, and end when Orc sees that", async () => {
    const stuck = incident("x", { task: null, part: "herald", kind: "worker_stuck", run_count: 0, first_run: null, last_run: null, last_state: null, reason: { code: "worker_fails", args: {}, text: "the herald fails" } });
    server.use(
      http.get("*/api/v1/incidents", () => HttpResponse.json({ items: [stuck], next_cursor: null })),
      http.get("*/api/v1/incidents/:incident", () => HttpResponse.json(stuck)),
    );
    const { user } = renderPage("/incidents");
    await user.click(await screen.findByRole("button", { name: "The worker herald is stuck" }));
    const dialog = within(await screen.findByRole("dialog"));
    await dialog.findByText(/When Orc sees that it is over/);
    expect(dialog.getByRole("link", { name: "Show it" }).getAttribute("href")).toBe("/system");
    dialog.getByRole("button", { name: "I take care of it" });
    expect(dialog.queryByRole("button", { name: "It is over" })).toBeNull();
    expect(dialog.queryByRole("button", { name: "Run it again" })).toBeNull();
  });

  it("are resolved by a person who knows that they are over", async () => {
    let resolved = 0;
    server.use(
      http.post("*/api/v1/incidents/:incident/resolve", () => {
        resolved += 1;
        return HttpResponse.json(incident("backup", { state: "resolved" }));
      }),
    );
    const { user } = renderPage("/incidents");
    await user.click(await screen.findByRole("button", { name: "backup fails" }));
    await user.click(await screen.findByRole("button", { name: "It is over" }));
    await waitFor(() => expect(resolved).toBe(1));
  });

  it("show the last lines of the log, and what failed runs again in place", async () => {
    const again: string[] = [];
    server.use(
      http.post("*/api/v1/runs/:run/rerun", ({ params }) => {
        again.push(String(params["run"]));
        return HttpResponse.json({}, { status: 201 });
      }),
    );
    const { user } = renderPage("/incidents");
    await user.click(await screen.findByRole("button", { name: "backup fails" }));
    const dialog = within(await screen.findByRole("dialog"));
    expect((await dialog.findByLabelText("Last lines of the log")).textContent).not.toBe("");
    await user.click(dialog.getByRole("button", { name: "Run it again" }));
    await waitFor(() => expect(again).toEqual([incident("backup").last_run]));
  });

  it("are snoozed for some time, and waked up again", async () => {
    const minutes: unknown[] = [];
    const until = new Date(Date.now() + 3_600_000).toISOString();
    let shown = incident("backup");
    server.use(
      http.get("*/api/v1/incidents/:incident", () => HttpResponse.json(shown)),
      http.post("*/api/v1/incidents/:incident/snooze", async ({ request }) => {
        minutes.push(await request.json());
        shown = incident("backup", { snoozed_until: until, snoozed_by: "ada" });
        return HttpResponse.json(shown);
      }),
    );
    const { user } = renderPage("/incidents");
    await user.click(await screen.findByRole("button", { name: "backup fails" }));
    await user.click(await screen.findByRole("button", { name: "Snooze" }));
    await user.click(await screen.findByRole("menuitem", { name: "For 4 hours" }));
    await user.click(await screen.findByRole("button", { name: "Wake it up" }));
    await waitFor(() => expect(minutes).toEqual([{ minutes: 240 }, { minutes: 0 }]));
  });

  it("that are over are shown when asked for", async () => {
    const asked: string[] = [];
    server.use(
      http.get("*/api/v1/incidents", ({ request }) => {
        asked.push(decodeURIComponent(new URL(request.url).search));
        return HttpResponse.json({ items: [], next_cursor: null });
      }),
    );
    const { user } = renderPage("/incidents");
    await screen.findByText("Nothing is wrong");
    expect(asked.at(-1)).toContain("state=open,acknowledged");
    await user.selectOptions(screen.getByRole("combobox", { name: "State" }), "Any state");
    await screen.findByText("No incident matches these filters.");
    expect(asked.at(-1)).not.toContain("state=");
  });
});
