import { screen, waitFor } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
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
    expect(match).toBeNull();
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/calendars/holidays-de"));
    expect(match).toBe('"1"');
  });

  it("says what is wrong at the field, goes there, and asks before a change is left", async () => {
    server.use(
      http.post("*/api/v1/calendars/:calendar/effect", () =>
        problem(422, { title: "Unprocessable Entity", detail: "1 field is wrong.", code: "invalid", fields: [{ pointer: "/name", message: "may have a-z" }] }),
      ),
    );
    const { user, router } = renderPage("/calendars/holidays-de/edit");
    const name = await screen.findByRole("textbox", { name: "Name" });
    await user.type(name, "Ä");
    await user.click(screen.getByRole("button", { name: "Save the calendar" }));
    await screen.findByText("may have a-z");
    await waitFor(() => expect(document.activeElement).toBe(name));
    expect(name.getAttribute("aria-invalid")).toBe("true");
    expect(screen.queryByText(/\/name/)).toBeNull();
    await user.click(screen.getByRole("button", { name: "Cancel" }));
    await screen.findByText("Leave without saving?");
    expect(router.state.location.pathname).toBe("/calendars/holidays-de/edit");
    await user.click(screen.getByRole("button", { name: "Leave" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/calendars/holidays-de"));
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
    await user.click(screen.getByRole("button", { name: "Look at it" }));
    await screen.findByText("line 3: DTSTART is not a date");
    expect(asked).toEqual([true]);
  });
});
