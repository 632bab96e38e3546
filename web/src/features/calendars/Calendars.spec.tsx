import { screen, waitFor } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import type { CalendarImport } from "@/api/generated";
import { taskSummary } from "@/mocks/data";
import { problem } from "@/mocks/handlers";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";
import { wholeCalendar } from "@/mocks/timeHandlers";

describe("calendars", () => {
  it("shows the effect of a change, and saves it on the version it began with", async () => {
    let match: string | null = null;
    server.use(
      http.put("*/api/v1/calendars/:calendar", ({ request }) => {
        match = request.headers.get("if-match");
        return HttpResponse.json(wholeCalendar("holidays-de"));
      }),
    );
    const { user, router } = renderPage("/calendars/holidays-de/edit");
    await user.click(await screen.findByRole("button", { name: "Save the calendar" }));
    await screen.findByText(/14 slots appear/);
    // Only one task is hit, and still it is named: a calendar is not of one task.
    expect(screen.getAllByText(taskSummary(0).name).length).toBeGreaterThan(0);
    expect(match).toBeNull();
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/calendars/holidays-de"));
    expect(match).toBe('"1"');
  });

  it("does not offer to delete a calendar that is in use, and says why", async () => {
    const { user } = renderPage("/calendars/holidays-de");
    await screen.findByText("Public holidays");
    await user.click(screen.getByRole("button", { name: "Delete" }));
    const button = await screen.findByRole("button", { name: "Delete the calendar" });
    expect(button.getAttribute("aria-disabled")).toBe("true");
    screen.getByText(/^In use by .*\. Remove it from them first\.$/);
  });

  it("looks at a file before it is saved, and says what is wrong with it", async () => {
    const asked: boolean[] = [];
    server.use(
      http.post("*/api/v1/calendars/import", ({ request }) => {
        asked.push(new URL(request.url).searchParams.get("dry_run") === "true");
        return problem(422, { title: "Invalid", detail: "1 field is wrong.", code: "invalid", fields: [{ pointer: "/ics", message: "line 3: DTSTART is not a date" }] });
      }),
    );
    const { user } = renderPage("/calendars");
    await user.click(await screen.findByRole("button", { name: "Import a file" }));
    await user.type(screen.getByRole("textbox", { name: "Name" }), "closed");
    await user.click(screen.getByRole("textbox", { name: "Text" }));
    await user.paste("BEGIN:VCALENDAR");
    await user.click(screen.getByRole("button", { name: "Show the dates" }));
    await screen.findByText("line 3: DTSTART is not a date");
    expect(asked).toEqual([true]);
  });

  it("sends the zone and the bytes of a file, and names what was read differently", async () => {
    let sent: CalendarImport | undefined;
    server.use(
      http.post("*/api/v1/calendars/import", async ({ request }) => {
        sent = (await request.json()) as CalendarImport;
        const text = 'line 8: "Inventory" (2026-12-10) is cancelled and left out';
        const warnings = [{ code: "cancelled", args: {}, line: 8, title: "Inventory", date: "2026-12-10", text }];
        return HttpResponse.json({ calendar: wholeCalendar("closed-days"), date_count: 1, timezone: "Europe/Berlin", encoding: "windows-1252", warnings });
      }),
    );
    const { user } = renderPage("/calendars");
    await user.click(await screen.findByRole("button", { name: "Import a file" }));
    await user.upload(screen.getByLabelText("File"), new File([new Uint8Array([0x42, 0xfc])], "Closed days.ics"));
    await screen.findByText("Closed days.ics is not UTF-8. The server finds out its encoding.");
    await user.type(screen.getByRole("combobox", { name: "Time zone" }), "Europe/Berlin");
    await user.click(screen.getByRole("button", { name: "Show the dates" }));
    await screen.findByText(/is cancelled and left out$/);
    screen.getByText("Read as windows-1252. Times of day are those of Europe/Berlin.");
    expect(sent).toMatchObject({ name: "closed-days", ics: "", ics_base64: "Qvw=", timezone: "Europe/Berlin" });
  });
});
