import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { taskSummary } from "@/mocks/data";
import { renderPage } from "@/mocks/render";

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
});
