import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import { taskSummary } from "@/mocks/data";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

describe("the calendar", () => {
  it("moves by arrows, comes back with t, and keeps its view in the address", async () => {
    const { user, router } = renderPage("/calendar?view=month&date=2026-11-23");
    await screen.findByRole("heading", { name: "November 2026" });
    await user.keyboard("{ArrowRight}");
    await screen.findByRole("heading", { name: "December 2026" });
    expect(router.state.location.search).toMatchObject({ view: "month", date: "2026-12-23" });
    await user.keyboard("t");
    await waitFor(() => expect(router.state.location.search).not.toHaveProperty("date"));
  });

  it("keeps the focus at its place when another month comes; at its heading if that has fewer weeks", async () => {
    const { user } = renderPage("/calendar?view=month&date=2026-10-10");
    (await screen.findByRole("button", { name: /^Mon(day)?,? 5 Oct/ })).focus();
    await user.keyboard("{ArrowRight}");
    const next = await screen.findByRole("button", { name: /^Mon(day)?,? 2 Nov/ });
    await waitFor(() => expect(document.activeElement).toBe(next));
    (await screen.findByRole("button", { name: /^Sun(day)?,? 6 Dec/ })).focus();
    await user.keyboard("{ArrowRight}");
    const heading = await screen.findByRole("heading", { name: "December 2026" });
    await waitFor(() => expect(document.activeElement).toBe(heading));
  });

  it("takes no date from the address that there is not", async () => {
    const { router } = renderPage("/calendar?view=month&date=2026-02-30&day=2026-13-45");
    await screen.findByRole("button", { name: /, today$/ });
    expect(router.state.location.search).not.toHaveProperty("day");
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("gives an address for calendar programs, shown once", async () => {
    const { user } = renderPage("/calendar");
    await user.click(await screen.findByRole("button", { name: "Subscribe" }));
    await screen.findByText("Nights");
    await user.type(screen.getByRole("textbox", { name: "Name" }), "All of it");
    await user.click(screen.getByRole("button", { name: "Create the address" }));
    await screen.findByText(/\/feeds\/Zr7xTnYb4sJk3\.ics$/);
    await user.click(screen.getByRole("button", { name: "Close" }));
    await waitFor(() => expect(document.body.textContent).not.toContain("Zr7xTnYb4sJk3"));
  });

  it("names in a week what is planned: the seldom ones by time, the frequent ones by number", async () => {
    renderPage("/calendar?view=week");
    const today = await screen.findByRole("button", { name: /, today$/ });
    const [often, once, skipped] = [0, 1, 2].map((number) => taskSummary(number).name);
    await waitFor(() => expect(today.textContent).toMatch(new RegExp(`\\d\\d:30${once}\\d\\d:30${skipped}\\(skipped\\)10 ×${often}and 1 more task`)));
  });

  it("opens a day with what ran and what is planned", async () => {
    const { user } = renderPage("/calendar?view=week");
    await user.click(await screen.findByRole("button", { name: /, today$/ }));
    await screen.findByRole("region", { name: "What ran" });
    await screen.findByRole("region", { name: "What is planned" });
  });

  it("says of a stretch that reaches over the day from when to when it is, and that its count is of all of it", async () => {
    const slot = { schedule_id: "s", schedule_key: "cron", scheduled_for: "2026-11-28T16:30:00Z", scheduled_local: "2026-11-28T17:30:00+01:00", outcome: "missed", reason: { code: "catch_up_off", args: {}, text: "The server was down." }, run_id: null };
    server.use(
      http.get("*/api/v1/plan/days", ({ request }) => {
        const date = new URL(request.url).searchParams.get("from") ?? "";
        return HttpResponse.json({ timezone: "Europe/Berlin", truncated: false, days: [{ date, planned: 0, skipped: 0, succeeded: 0, failed: 0, missed: 5, past_skipped: 0, calendars: [], maintenance: [], tasks: [] }] });
      }),
      http.get("*/api/v1/slots", () =>
        HttpResponse.json({
          next_cursor: null,
          items: [
            { ...slot, task: "over", first_at: "2026-11-28T15:30:00Z", last_at: "2026-12-01T15:30:00Z", count: 2163 },
            { ...slot, task: "within", first_at: "2026-12-01T08:00:00Z", last_at: "2026-12-01T09:00:00Z", count: 3 },
          ],
        }),
      ),
    );
    renderPage("/calendar?view=month&date=2026-12-01&day=2026-12-01");
    const rows = within(await screen.findByRole("region", { name: "What was missed" })).getAllByRole("listitem");
    expect(rows[0]?.textContent).toBe("Sat 28 Nov 16:30 – Tue 1 Dec 16:30over2,163 slots in all, also on other daysThe server was down.");
    expect(rows[1]?.textContent).toBe("09:00 – 10:00within3 slotsThe server was down.");
  });
});
