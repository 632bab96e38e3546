import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import type { ReportDefinition } from "@/api/generated";
import { report, reportPreview } from "@/mocks/data";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";
import { linesOf, pageOf, periodWords } from "./words";

describe("reports", () => {
  it("say what they do, and are sent only after a question", async () => {
    const sent: string[] = [];
    server.use(
      http.post("*/api/v1/reports/:report/send", ({ params }) => {
        sent.push(String(params["report"]));
        return HttpResponse.json({ from_at: "2026-11-28T23:00:00Z", until_at: "2026-11-29T23:00:00Z", channels: ["ops"] });
      }),
    );
    const { user } = renderPage("/reports");
    await screen.findByText("Each day at 07:00 (Europe/Berlin), about folder shop. Goes to ops.");
    await user.click(screen.getByRole("button", { name: "Send morning now" }));
    const question = within(await screen.findByRole("alertdialog"));
    expect(sent).toEqual([]);
    await user.click(question.getByRole("button", { name: "Send it now" }));
    await waitFor(() => expect(sent).toEqual([report("morning").id]));
    await screen.findByText("The report morning is on its way to ops.");
  });

  it("are shown in a frame without scripts", async () => {
    const { user } = renderPage("/reports");
    await user.click(await screen.findByRole("button", { name: "Show morning" }));
    const dialog = within(await screen.findByRole("dialog"));
    await dialog.findByText(reportPreview().subject);
    const frame = dialog.getByTitle("Report morning");
    expect([frame.getAttribute("sandbox"), frame.getAttribute("src")]).toEqual(["", `/api/v1/reports/${report("morning").id}/html`]);
    expect(dialog.getByRole("link", { name: "CSV" }).getAttribute("href")).toBe(`/api/v1/reports/${report("morning").id}/csv`);
  });

  it("open when the address names one", async () => {
    renderPage("/reports?report=morning");
    await screen.findByRole("dialog", { name: "Report morning" });
  });

  it("are looked at and saved as the form stands, and show faults at their fields", async () => {
    const seen: ReportDefinition[] = [];
    const created: ReportDefinition[] = [];
    server.use(
      http.post("*/api/v1/reports/preview", async ({ request }) => {
        seen.push((await request.json()) as ReportDefinition);
        return HttpResponse.json(reportPreview());
      }),
      http.post("*/api/v1/reports", async ({ request }) => {
        created.push((await request.json()) as ReportDefinition);
        const problem = { pointer: "/period/day", message: "must be a day of the month" };
        if (created.length === 1) return HttpResponse.json({ type: "urn:orc:problem:invalid", title: "Unprocessable Entity", status: 422, detail: "wrong", code: "invalid", request_id: "r", fields: [problem] }, { status: 422 });
        return HttpResponse.json(report("month"), { status: 201 });
      }),
    );
    const { user } = renderPage("/reports");
    await user.click((await screen.findAllByRole("button", { name: "New report" }))[0] as HTMLElement);
    const form = within(await screen.findByRole("dialog"));
    await user.type(form.getByRole("textbox", { name: /^Name/ }), "month");
    await user.selectOptions(form.getByRole("combobox", { name: "Sent" }), "monthly");
    await user.clear(form.getByRole("textbox", { name: "Day of the month" }));
    await user.type(form.getByRole("textbox", { name: "Day of the month" }), "last");
    await user.click(form.getByRole("button", { name: "Show the newest one" }));
    await form.findByText(reportPreview().subject);
    await user.click(form.getByRole("button", { name: "Save the report" }));
    await form.findByText("must be a day of the month");
    await user.click(form.getByRole("button", { name: "Save the report" }));
    await waitFor(() => expect(created).toHaveLength(2));
    expect(seen[0]).toEqual(created[0]);
    expect(created[1]).toMatchObject({ name: "month", period: { kind: "monthly", day: "last" }, who: [], when_empty: "send" });
  });

  it("have addresses for their pages", () => {
    expect(periodWords({ kind: "weekly", weekday: "friday" })).toBe("Each Friday");
    expect(linesOf("a b", "2026-11-29")).toBe("/api/v1/reports/a%20b/csv?date=2026-11-29");
    const definition: ReportDefinition = { name: "x", who: ["ops"] };
    expect(new URL(pageOf("x", "", definition), "http://orc").searchParams.get("definition")).toBe(JSON.stringify(definition));
  });
});
