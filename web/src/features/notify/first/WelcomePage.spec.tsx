import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import { channel, rule } from "@/mocks/data";
import { problem } from "@/mocks/handlers";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

describe("the first mail", () => {
  it("is tested before it is saved, with a login that is kept once", async () => {
    const sent: [string, unknown][] = [];
    const note = async (what: string, request: Request) => sent.push([what, await request.json()]);
    server.use(
      http.post("*/api/v1/credentials", async ({ request }) => {
        await note("credential", request);
        return HttpResponse.json({}, { status: 201 });
      }),
      http.post("*/api/v1/credentials/mail/rotate", async ({ request }) => {
        await note("rotate", request);
        return HttpResponse.json({});
      }),
      http.post("*/api/v1/channels/probe", async ({ request }) => {
        await note("probe", request);
        return HttpResponse.json({ accepted: true, problem: null, conversation: [{ by: "service", text: "250 ok" }] });
      }),
      http.post("*/api/v1/channels", async ({ request }) => {
        await note("channel", request);
        if (sent.filter(([what]) => what === "channel").length === 1) return problem(422, { title: "Invalid", detail: "One field is wrong.", code: "invalid", fields: [{ pointer: "/target/to/0", message: "is not a mail address" }] });
        return HttpResponse.json(channel("mail"), { status: 201 });
      }),
      http.post("*/api/v1/rules", async ({ request }) => {
        await note("rule", request);
        return HttpResponse.json(rule("problems"), { status: 201 });
      }),
    );
    const { user } = renderPage("/welcome");
    await user.type(await screen.findByRole("textbox", { name: "SMTP server" }), "smtp.example.org");
    await user.type(screen.getByRole("textbox", { name: "User name" }), "orc");
    await user.type(screen.getByLabelText("Password"), "hush");
    await user.type(screen.getByRole("textbox", { name: "Sender" }), "orc@example.org");
    await user.type(screen.getByRole("textbox", { name: "Recipients 1" }), "ops");
    await user.click(screen.getByRole("button", { name: "Send a test now" }));
    await screen.findByText("The test was accepted. Look whether it arrived.");
    await user.click(screen.getByRole("button", { name: "Save and go on" }));
    await screen.findByText("is not a mail address");
    await user.type(screen.getByRole("textbox", { name: "Recipients 1" }), "@example.org");
    await user.click(screen.getByRole("button", { name: "Save and go on" }));
    await waitFor(() => expect(sent.map(([what]) => what)).toEqual(["credential", "probe", "rotate", "channel", "rotate", "channel", "rule"]));
    expect(sent[0]?.[1]).toMatchObject({ name: "mail", kind: "smtp", values: { username: "orc", password: "hush" } });
    expect(sent[5]?.[1]).toMatchObject({ name: "mail", target: { kind: "mail", credential: "mail", to: ["ops@example.org"] } });
    expect(sent[6]?.[1]).toMatchObject({ name: "problems", who: ["mail"] });
    await screen.findByRole("heading", { name: "Overview" });
  });

  it("can wait", async () => {
    const { user } = renderPage("/welcome");
    await user.click(within(await screen.findByRole("main")).getByRole("link", { name: "Not now" }));
    await screen.findByRole("heading", { name: "Overview" });
  });
});
