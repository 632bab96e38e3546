import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import type { ChannelTest } from "@/api/generated";
import { channel } from "@/mocks/data";
import { problem } from "@/mocks/handlers";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

const accepted: ChannelTest = { accepted: true, problem: null, conversation: [{ by: "orc", text: "POST ***" }, { by: "service", text: "200 ok" }] };

describe("channels", () => {
  it("says which channels are known to work, and why one does not", async () => {
    renderPage("/channels");
    await screen.findByText("works");
    screen.getByText("fails");
    screen.getByText(/3 in a row not accepted: the login: permanent error \(535\)/);
  });

  it("tests a saved channel and shows what both sides said", async () => {
    server.use(http.post("*/api/v1/channels/:channel/test", () => HttpResponse.json(accepted)));
    const { user } = renderPage("/channels");
    await user.click(await screen.findByRole("button", { name: "Test chat" }));
    const dialog = await screen.findByRole("dialog");
    await within(dialog).findByText("The test was accepted. Look whether it arrived.");
    within(dialog).getByText("200 ok");
  });

  it("sends the arguments of a command as they are typed", async () => {
    const tried: unknown[] = [];
    server.use(
      http.post("*/api/v1/channels/probe", async ({ request }) => {
        tried.push(await request.json());
        return HttpResponse.json(accepted);
      }),
    );
    const { user } = renderPage("/channels");
    await user.click(await screen.findByRole("button", { name: "New channel" }));
    const dialog = await screen.findByRole("dialog");
    await user.selectOptions(within(dialog).getByRole("combobox", { name: "Kind" }), "command");
    await user.type(within(dialog).getByRole("textbox", { name: "Program" }), "/usr/bin/notify-send");
    await user.type(within(dialog).getByRole("textbox", { name: "Arguments 1" }), " Orc:  ");
    await user.click(within(dialog).getByRole("button", { name: "Add an argument" }));
    await user.click(within(dialog).getByRole("button", { name: "Send a test now" }));
    await waitFor(() => expect(tried).toMatchObject([{ target: { kind: "command", program: "/usr/bin/notify-send", arguments: [" Orc:  "] } }]));
  });

  it("asks for what a kind needs, tests before saving, and shows faults at their fields", async () => {
    const tried: unknown[] = [];
    const saved: unknown[] = [];
    server.use(
      http.post("*/api/v1/channels/probe", async ({ request }) => {
        tried.push(await request.json());
        return HttpResponse.json({ ...accepted, accepted: false, problem: { code: "request_failed", args: {}, text: "no route" } });
      }),
      http.post("*/api/v1/channels", async ({ request }) => {
        saved.push(await request.json());
        if (saved.length === 1) return problem(422, { title: "Invalid", detail: "One field is wrong.", code: "invalid", fields: [{ pointer: "/target/topic", message: "must be letters" }] });
        return HttpResponse.json(channel("phone"), { status: 201 });
      }),
    );
    const { user } = renderPage("/channels");
    await user.click(await screen.findByRole("button", { name: "New channel" }));
    const dialog = await screen.findByRole("dialog");
    await user.type(within(dialog).getByRole("textbox", { name: "Name" }), "phone");
    await user.selectOptions(within(dialog).getByRole("combobox", { name: "Kind" }), "ntfy");
    await user.click(within(dialog).getByRole("button", { name: "Send a test now" }));
    await within(dialog).findByText("The test was not accepted: no route");
    expect(tried[0]).toMatchObject({ name: "phone", target: { kind: "ntfy", topic: "", server: "https://ntfy.sh", credential: null } });
    const topic = within(dialog).getByRole("textbox", { name: "Topic" });
    await user.type(topic, "o c");
    await user.click(within(dialog).getByRole("button", { name: "Save the channel" }));
    await within(dialog).findByText("must be letters");
    await user.clear(topic);
    await user.type(topic, "orc");
    await user.click(within(dialog).getByRole("button", { name: "Save the channel" }));
    await waitFor(() => expect(saved[1]).toMatchObject({ target: { topic: "orc" } }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("keeps the settings of a mail channel that is edited", async () => {
    const sent: unknown[] = [];
    server.use(
      http.put("*/api/v1/channels/:channel", async ({ request }) => {
        sent.push(await request.json());
        return HttpResponse.json(channel("ops"));
      }),
    );
    const { user } = renderPage("/channels");
    await user.click(await screen.findByRole("button", { name: "Edit ops" }));
    const dialog = await screen.findByRole("dialog");
    await user.click(within(dialog).getByRole("button", { name: "Add a recipient" }));
    await user.type(within(dialog).getByRole("textbox", { name: "Recipients 2" }), "bob@example.org");
    await user.click(within(dialog).getByRole("button", { name: "Save the channel" }));
    await waitFor(() => expect(sent[0]).toMatchObject({ name: "ops", enabled: true, target: { kind: "mail", port: 587, security: "starttls", credential: "shop-db", ca_file: null, reply_to: null, to: ["ada@example.org", "bob@example.org"] } }));
  });
});
