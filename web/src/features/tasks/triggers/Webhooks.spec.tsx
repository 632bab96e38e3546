import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import type { TaskDefinition, TaskTrigger, TriggerRotate } from "@/api/generated";
import { WEBHOOK_SENDERS, webhookWords } from "@/lib/words/webhookWords";
import { task, taskSummary } from "@/mocks/data";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

const TASK = `/tasks/${taskSummary(0).name}`;

const showing = (trigger: TaskTrigger) => server.use(http.get("*/api/v1/tasks/:task", () => HttpResponse.json({ ...task(0), triggers: [trigger] })));

describe("a webhook", () => {
  it("is set up for its sender in the form", async () => {
    let saved: TaskDefinition | undefined;
    server.use(
      http.put("*/api/v1/tasks/:task", async ({ request }) => {
        if (!new URL(request.url).searchParams.has("dry_run")) saved = (await request.json()) as TaskDefinition;
        return HttpResponse.json(task(0));
      }),
    );
    const { user } = renderPage(`${TASK}/edit`);
    await user.click(await screen.findByRole("button", { name: "Add a trigger" }));
    await user.selectOptions(screen.getAllByRole("combobox", { name: "Called by" }).at(-1) as HTMLElement, "github");
    const last = screen.getAllByRole("group", { name: /^Trigger \d+$/ }).at(-1) as HTMLElement;
    expect((within(last).getByRole("combobox", { name: "Proof" }) as HTMLSelectElement).value).toBe("signature");
    await user.click(within(last).getByRole("button", { name: "Add a filter" }));
    await user.selectOptions(within(last).getByRole("combobox", { name: "Filter 1: condition" }), "one_of");
    const value = within(last).getByRole("textbox", { name: "Filter 1: value" });
    await user.clear(value);
    await user.type(value, "refs/heads/main, refs/heads/next");
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() =>
      expect(saved?.triggers?.at(-1)).toEqual({ kind: "webhook", proof: "signature", sender: "github", signature: null, params: {}, filters: [{ at: "/ref", one_of: ["refs/heads/main", "refs/heads/next"] }], key: null, enabled: true }),
    );
  });

  it("asks how an unknown sender signs, and needs no signature of one that does not sign", async () => {
    const { user } = renderPage(`${TASK}/edit`);
    await user.click(await screen.findByRole("button", { name: "Add a trigger" }));
    const last = screen.getAllByRole("group", { name: /^Trigger \d+$/ }).at(-1) as HTMLElement;
    await user.selectOptions(within(last).getByRole("combobox", { name: "Called by" }), "generic");
    expect(within(last).queryByRole("textbox", { name: "Header with the time" })).toBeNull();
    await user.selectOptions(within(last).getByRole("combobox", { name: "What is signed" }), "timestamp_dot_body");
    expect((within(last).getByRole("textbox", { name: "Header with the time" }) as HTMLInputElement).value).toBe("X-Timestamp");
    await user.selectOptions(within(last).getByRole("combobox", { name: "Called by" }), "microsoft_graph");
    const proof = within(last).getByRole("combobox", { name: "Proof" }) as HTMLSelectElement;
    expect([proof.value, proof.disabled]).toEqual(["secret_url", true]);
  });

  it("takes the secret of a sender that makes it, and says what to enter there", async () => {
    let sent: TriggerRotate | undefined;
    server.use(
      http.post("*/api/v1/tasks/:task/triggers/:trigger/rotate", async ({ request }) => {
        sent = (await request.json()) as TriggerRotate;
        return HttpResponse.json({ url: "/hooks/01jd0w7q", secret: null, verify_token: null });
      }),
    );
    showing({ kind: "webhook", key: "webhook", enabled: true, proof: "signature", sender: "stripe" });
    const { user } = renderPage(TASK);
    await user.click(await screen.findByText("How to set it up at Stripe"));
    await screen.findByText("At Stripe: Developers → Webhooks → Add destination");
    await user.click(screen.getByRole("button", { name: "Enter the secret of Stripe…" }));
    await user.type(await screen.findByLabelText("Secret"), "whsec_of_stripe");
    await user.click(screen.getByRole("button", { name: "Save the secret" }));
    await waitFor(() => expect(sent).toEqual({ secret: "whsec_of_stripe" }));
    await screen.findByText("Orc keeps it sealed and cannot show it again.");
    expect(document.body.textContent).not.toContain("whsec_of_stripe");
  });

  it("shows its last calls and what became of each", async () => {
    showing({ kind: "webhook", key: "webhook", enabled: true, proof: "signature", sender: "github" });
    const { user } = renderPage(TASK);
    await user.click(await screen.findByText("Last calls"));
    const calls = await screen.findByRole("list", { name: "Calls of webhook" });
    within(calls).getByText("Filtered out");
    within(calls).getByText("12 calls");
    expect(within(calls).getByRole("link", { name: "run" }).getAttribute("href")).toBe("/runs/0197-run");
  });

  it("is told in words", () => {
    expect(webhookWords({ kind: "webhook" })).toBe("an HTTP call, proved by the secret address");
    const filters = [{ at: "/ref", is: "refs/heads/main" }, { at: "header:X-GitHub-Event", is_not: "ping" }];
    expect(webhookWords({ kind: "webhook", sender: "github", proof: "signature", filters })).toBe("a call by GitHub, proved by its signature, if /ref is refs/heads/main and header:X-GitHub-Event is not ping");
    for (const { secret, secretField } of Object.values(WEBHOOK_SENDERS)) expect(secretField === undefined).toBe(secret === "absent");
  });
});
