import { screen, waitFor } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import type { Effect } from "@/api/generated";
import { problem } from "@/mocks/handlers";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";
import { wholeCalendar } from "@/mocks/timeHandlers";

const FAULTS = [
  { pointer: "/name", message: "must not look like an id (UUID)" },
  { pointer: "/entries/0/date", message: "is not a date: write it as 2026-12-31" },
];

describe("the form of a calendar", () => {
  it("says what is wrong at the fields only, goes to the first, and forgets it when it is written anew", async () => {
    server.use(http.post("*/api/v1/calendars/:calendar/effect", () => problem(422, { title: "Unprocessable Entity", detail: "2 fields cannot be accepted", code: "invalid", fields: FAULTS })));
    const { user } = renderPage("/calendars/new");
    const name = await screen.findByRole("textbox", { name: "Name" });
    await user.type(name, "Bad Name");
    await user.click(screen.getByRole("button", { name: "Add an entry" }));
    await user.click(screen.getByRole("button", { name: "Save the calendar" }));
    expect((await screen.findByRole("alert")).textContent).toContain("2 fields need a change");
    expect(screen.getByLabelText("Date").getAttribute("aria-invalid")).toBe("true");
    await waitFor(() => expect(document.activeElement).toBe(name));
    expect(document.body.textContent).not.toMatch(/\/entries\/0/);
    expect(screen.getAllByText("is not a date: write it as 2026-12-31")).toHaveLength(1);
    await user.click(screen.getByRole("button", { name: "Remove entry 1" }));
    await user.click(screen.getByRole("button", { name: "Add an entry" }));
    expect(screen.queryByText("is not a date: write it as 2026-12-31")).toBeNull();
  });

  it("names schedules of which a change leaves nothing, though no slot of the next days moves", async () => {
    const effect: Effect = { from_at: "2026-05-01T00:00:00Z", until_at: "2026-06-30T00:00:00Z", appear_count: 0, vanish_count: 0, move_count: 0, truncated: false, tasks: [], warnings: [{ code: "schedule_silenced", args: { task: "backup", schedule: "cron", never: { code: "all_skipped", args: { calendars: ["closed"] } } }, text: "backup, schedule cron, never fires: skipping \"closed\" leaves no date" }] };
    let saved = false;
    server.use(
      http.post("*/api/v1/calendars/:calendar/effect", () => HttpResponse.json<Effect>(effect)),
      http.put("*/api/v1/calendars/:calendar", () => {
        saved = true;
        return HttpResponse.json(wholeCalendar("holidays-de"));
      }),
    );
    const { user } = renderPage("/calendars/holidays-de/edit");
    await user.click(await screen.findByRole("button", { name: "Remove entry 1" }));
    await user.click(screen.getByRole("button", { name: "Save the calendar" }));
    await screen.findByText("backup, schedule cron, never fires: skipping \"closed\" leaves no date.");
    expect(saved).toBe(false);
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(saved).toBe(true));
  });

  it("asks before what was changed is lost", async () => {
    const { user, router } = renderPage("/calendars/holidays-de/edit");
    await user.type(await screen.findByRole("textbox", { name: "Description" }), "!");
    void router.navigate({ to: "/tasks", search: {} });
    await screen.findByRole("alertdialog", { name: "Leave without saving?" });
    expect(router.state.location.pathname).toBe("/calendars/holidays-de/edit");
    await user.click(screen.getByRole("button", { name: "Leave" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/tasks"));
  });

  it("says when somebody deleted it meanwhile", async () => {
    let there = true;
    server.use(
      http.get("*/api/v1/calendars/:calendar", () => (there ? HttpResponse.json(wholeCalendar("holidays-de")) : problem(404, { title: "Not Found", code: "not_found", detail: "there is no calendar \"holidays-de\"" }))),
      http.put("*/api/v1/calendars/:calendar", () => problem(412, { title: "Precondition Failed", code: "changed", detail: "It is at version 2." })),
    );
    const { user } = renderPage("/calendars/holidays-de/edit");
    await user.type(await screen.findByRole("textbox", { name: "Name" }), "-2");
    there = false;
    await user.click(screen.getByRole("button", { name: "Save the calendar" }));
    await user.click(await screen.findByRole("button", { name: "Save" }));
    await screen.findByText("Somebody deleted this while you were editing.");
    expect(screen.getByRole<HTMLInputElement>("textbox", { name: "Name" }).value).toBe("holidays-de-2");
  });

  it("lets the reader choose when somebody else saved meanwhile", async () => {
    const matches: (string | null)[] = [];
    let version = 1;
    server.use(
      http.get("*/api/v1/calendars/:calendar", () => HttpResponse.json({ ...wholeCalendar("holidays-de"), version, description: `of ${version}` })),
      http.put("*/api/v1/calendars/:calendar", ({ request }) => {
        matches.push(request.headers.get("if-match"));
        return matches.length === 1 ? problem(412, { title: "Precondition Failed", code: "changed", detail: "It is at version 2." }) : HttpResponse.json(wholeCalendar("holidays-de"));
      }),
    );
    const { user, router } = renderPage("/calendars/holidays-de/edit");
    await user.type(await screen.findByRole("textbox", { name: "Name" }), "-2");
    version = 2;
    await user.click(screen.getByRole("button", { name: "Save the calendar" }));
    await user.click(await screen.findByRole("button", { name: "Save" }));
    await screen.findByText("They changed: description.");
    await user.click(screen.getByRole("button", { name: "Overwrite with mine" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/calendars/holidays-de"));
    expect(matches).toEqual(['"1"', '"2"']);
  });
});
