import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import { taskSummary } from "@/mocks/data";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";
import { backfill, summary } from "@/mocks/timeHandlers";
import { figureWords } from "./LedgerFigures";

const LEDGER = `/tasks/${taskSummary(0).name}?tab=ledger`;

describe("the accounts of the ledger", () => {
  it("say in one sentence that all is accounted for", async () => {
    renderPage(LEDGER);
    await screen.findByText("288 expected, 288 accounted for: 280 ran, 5 skipped, 3 missed");
    expect(screen.queryByText(/has no entry|have no entry/)).toBeNull();
  });

  it("raise an alarm for what has no entry", async () => {
    server.use(http.get("*/api/v1/slots/summary", () => HttpResponse.json(summary({ ran: 278, unaccounted: 2 }))));
    renderPage(LEDGER);
    await screen.findByText(/288 expected, 286 accounted for/);
    expect((await screen.findByRole("alert")).textContent).toContain("2 slots have no entry");
  });

  it("ask for the chosen period and outcome", async () => {
    const asked: URL[] = [];
    server.events.on("request:start", ({ request }) => {
      const url = new URL(request.url);
      if (url.pathname.endsWith("/slots")) asked.push(url);
    });
    const { user } = renderPage(LEDGER);
    await user.selectOptions(await screen.findByRole("combobox", { name: "Outcome" }), "missed");
    await user.selectOptions(screen.getByRole("combobox", { name: "Period" }), "week");
    await waitFor(() => {
      const last = asked.at(-1)?.searchParams;
      expect(last?.get("outcome")).toBe("missed");
      expect(Date.now() - Date.parse(last?.get("from_at") ?? "")).toBeGreaterThan(6.9 * 86_400_000);
    });
    server.events.removeAllListeners();
  });

  it("know what was not expected", () => expect(figureWords({ expected: 0, ran: 0, skipped: 0, missed: 0, pending: 0, unaccounted: 0, surplus: 1 })).toBe("No slot was expected in this period"));
});

describe("a backfill", () => {
  it("says how many runs it makes, and is started once", async () => {
    const bodies: unknown[] = [];
    server.use(
      http.post("*/api/v1/tasks/:task/backfills", async ({ request }) => {
        if (!new URL(request.url).searchParams.has("dry_run")) bodies.push(await request.json());
        return HttpResponse.json(backfill({ slot_count: 42 }), { status: 201 });
      }),
    );
    const { user } = renderPage(LEDGER);
    await user.click(await screen.findByRole("button", { name: "Backfill…" }));
    const dialog = await screen.findByRole("dialog");
    await user.click(await within(dialog).findByRole("button", { name: "Start 42 runs" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(bodies).toHaveLength(1);
    expect(bodies[0]).toMatchObject({ at_once: 1 });
  });

  it("that a person cancelled does not say that its runs failed", async () => {
    const page = { items: [backfill({ state: "cancelled", made_count: 1, succeeded_count: 0, failed_count: 1, open_count: 0 })], next_cursor: null };
    server.use(http.get("*/api/v1/backfills", () => HttpResponse.json(page)));
    renderPage(LEDGER);
    expect((await screen.findByText(/1 failed/)).className).not.toContain("text-fail");
  });

  it("that is running is cancelled after a question", async () => {
    let cancelled = "";
    server.use(
      http.post("*/api/v1/backfills/:backfill/cancel", ({ params }) => {
        cancelled = String(params["backfill"]);
        return HttpResponse.json(backfill({ state: "cancelled" }));
      }),
    );
    const { user } = renderPage(LEDGER);
    await user.click(await screen.findByRole("button", { name: "Cancel" }));
    await user.click(within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Cancel the backfill" }));
    await waitFor(() => expect(cancelled).toBe(backfill().id));
  });
});
