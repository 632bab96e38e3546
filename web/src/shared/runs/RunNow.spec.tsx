import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import { run, task, taskSummary } from "@/mocks/data";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

const NAME = taskSummary(0).name;
const HEADERS = { "content-type": "application/json" };

/** A task as the server writes it, with numbers that JavaScript cannot hold. */
function exactTask(): string {
  const params = [
    { kind: "integer", name: "id", description: "", required: false, default: "DEFAULT", minimum: null, maximum: null },
    { kind: "number", name: "price", description: "", required: false, default: null, minimum: null, maximum: null },
    { kind: "json", name: "j", description: "", required: false, default: null },
  ];
  return JSON.stringify({ ...task(0), params }).replace('"DEFAULT"', "18446744073709551615");
}

describe("numbers of params", () => {
  it("are sent with every digit that is typed", async () => {
    const bodies: string[] = [];
    server.use(
      http.get("*/api/v1/tasks/:task", () => new HttpResponse(exactTask(), { headers: HEADERS })),
      http.post("*/api/v1/tasks/:task/runs", async ({ request }) => {
        bodies.push(await request.text());
        return HttpResponse.json(run(0), { status: 201 });
      }),
    );
    const { user } = renderPage(`/tasks/${NAME}`);
    await user.click(await screen.findByRole("button", { name: /^Run now/ }));
    const dialog = await screen.findByRole("dialog");
    const id = within(dialog).getByRole<HTMLInputElement>("textbox", { name: "id" });
    expect(id.placeholder).toBe("18446744073709551615");
    await user.type(id, "9223372036854775808");
    await user.type(within(dialog).getByRole("textbox", { name: "price" }), "1.50");
    await user.click(within(dialog).getByRole("textbox", { name: "j" }));
    await user.paste('{"big": 123456789012345678901234567890}');
    within(dialog).getByText(/--param id=9223372036854775808 --param price=1.50 --param 'j=\{"big":123456789012345678901234567890\}'/);
    await user.click(within(dialog).getByRole("button", { name: "Run now" }));
    await waitFor(() => expect(bodies).toEqual(['{"params":{"id":9223372036854775808,"price":1.50,"j":{"big":123456789012345678901234567890}}}']));
  });

  it("stay what they are when the task is saved again", async () => {
    const bodies: string[] = [];
    server.use(
      http.get("*/api/v1/tasks/:task", () => new HttpResponse(exactTask(), { headers: HEADERS })),
      http.put("*/api/v1/tasks/:task", async ({ request }) => {
        if (!new URL(request.url).searchParams.has("dry_run")) bodies.push(await request.text());
        return new HttpResponse(exactTask(), { headers: HEADERS });
      }),
    );
    const { user } = renderPage(`/tasks/${NAME}/edit`);
    await user.type(await screen.findByRole("textbox", { name: "Title" }), "!");
    expect(screen.getByDisplayValue("18446744073709551615")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(bodies).toHaveLength(1));
    expect(bodies[0]).toContain('"default":18446744073709551615,');
  });

  it("are shown with every digit", async () => {
    const shown = JSON.stringify({ ...run(0), attempts: [], dependencies: [], params: { id: "ID" } }).replace('"ID"', "9223372036854775809");
    server.use(http.get("*/api/v1/runs/:run", () => new HttpResponse(shown, { headers: HEADERS })));
    renderPage(`/runs/${run(0).id}`);
    await screen.findByText(/"id": 9223372036854775809/);
  });

  it("that are none are sent as they are typed, so that the server names the field", async () => {
    const bodies: string[] = [];
    server.use(
      http.get("*/api/v1/tasks/:task", () => new HttpResponse(exactTask(), { headers: HEADERS })),
      http.post("*/api/v1/tasks/:task/runs", async ({ request }) => {
        bodies.push(await request.text());
        return HttpResponse.json(run(0), { status: 201 });
      }),
    );
    const { user } = renderPage(`/tasks/${NAME}`);
    await user.click(await screen.findByRole("button", { name: /^Run now/ }));
    const dialog = await screen.findByRole("dialog");
    await user.type(within(dialog).getByRole("textbox", { name: "id" }), "seven");
    await user.click(within(dialog).getByRole("button", { name: "Run now" }));
    await waitFor(() => expect(bodies).toEqual(['{"params":{"id":"seven"}}']));
  });
});
