import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import type { Run, TaskBand } from "@/api/generated";
import { at, run, taskSummary } from "@/mocks/data";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";
import { rangeOf, usualWords, valueWords } from "./measures";

const NAME = taskSummary(0).name;

const band = (values: number[], usual: TaskBand["usual"] = null): TaskBand => ({
  measure: "result.rows",
  usual,
  values: values.map((value, place) => ({ run_id: `r${place}`, finished_at: at(place), value, outside: value === 0 })),
});
const USUAL = { median: 10, low: 9, high: 12, suspicious_below: 4, suspicious_above: 17 };

describe("measures", () => {
  it("say what is usual, or when it will be known", () => {
    expect(usualWords(band([9, 12], USUAL), 10)).toBe("Usually 9 to 12.");
    expect(usualWords(band([9]), 10)).toBe("Orc knows what is usual after 10 runs that succeeded; there is 1 so far.");
    expect([valueWords("duration", 90), valueWords("log", 2048), valueWords("result", 0.5)]).toEqual(["1 m 30 s", "2.0 KB", "0.5"]);
  });

  it("leave room for all values and the band", () => {
    expect(rangeOf(band([10, 0], USUAL))[0]).toBe(0);
    expect(rangeOf(band([10, -5], USUAL))).toEqual([-5, 12 + 17 * 0.08]);
    expect(rangeOf(band([0, 0]))).toEqual([0, 1]);
  });
});

describe("the figures of a task", () => {
  it("are charts with tables beside them", async () => {
    server.use(http.get("*/api/v1/tasks/:task/bands", () => HttpResponse.json({ marking: true, least_count: 10, items: [band([10, 11, 0], USUAL)] })));
    const { user } = renderPage(`/tasks/${NAME}?tab=figures`);
    const card = await screen.findByRole("region", { name: "Result: rows" });
    within(card).getByRole("img", { name: "3 runs. Usually 9 to 12." });
    await user.click(within(card).getByText("As a table"));
    within(card).getByText("0 (unusual)");
  });
});

describe("a suspicious run", () => {
  it("says why and can be called normal", async () => {
    const reasons = [{ code: "log_unusual" as const, args: {}, text: "logged 0 bytes, usually 3.2 MB" }];
    const found = { ...run(0), suspicious: reasons, actions: ["acknowledge" as const, "rerun" as const], attempts: [], dependencies: [] };
    let asked = 0;
    server.use(
      http.get("*/api/v1/runs/:run", () => HttpResponse.json<Run>(asked > 0 ? { ...found, suspicious: [] } : found)),
      http.post("*/api/v1/runs/:run/acknowledge", () => {
        asked += 1;
        return HttpResponse.json<Run>({ ...found, suspicious: [] });
      }),
    );
    const { user } = renderPage(`/runs/${found.id}`);
    const mark = await screen.findByRole("region", { name: "Suspicious" });
    expect(mark.textContent).toContain("logged 0 bytes, usually 3.2 MB");
    await user.click(within(mark).getByRole("button", { name: "This is normal" }));
    await waitFor(() => expect(screen.queryByRole("region", { name: "Suspicious" })).toBeNull());
    expect(asked).toBe(1);
  });
});
