import { screen, waitFor } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import { session } from "@/mocks/data";
import { problem } from "@/mocks/handlers";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

const nobody = () => server.use(http.get("*/api/v1/session", () => problem(401, { title: "Unauthorized" }), { once: true }));

describe("the login", () => {
  it("is where nobody ends, and leads back to where they wanted to go", async () => {
    nobody();
    const { user, router } = renderPage("/system");
    await user.type(await screen.findByRole("textbox", { name: "Name" }), "ada");
    expect(router.state.location.search).toEqual({ next: "/system" });
    await user.type(screen.getByLabelText("Password"), "correct horse battery");
    await user.click(screen.getByRole("button", { name: "Log in" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/system"));
  });

  it("does not lead away from this page", async () => {
    const { user, router } = renderPage("/login?next=%2F%2Fevil.example%2Fx");
    await user.type(await screen.findByRole("textbox", { name: "Name" }), "ada");
    await user.type(screen.getByLabelText("Password"), "correct horse battery");
    await user.click(screen.getByRole("button", { name: "Log in" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/"));
  });

  it("says that name or password is wrong", async () => {
    server.use(http.post("*/api/v1/session", () => problem(401, { title: "Unauthorized", detail: "name or password is wrong" })));
    const { user } = renderPage("/login");
    await user.type(await screen.findByRole("textbox", { name: "Name" }), "ada");
    await user.type(screen.getByLabelText("Password"), "x");
    await user.click(screen.getByRole("button", { name: "Log in" }));
    expect((await screen.findByRole("alert")).textContent).toContain("name or password is wrong");
  });

  it("gives way to the set-up on a fresh server", async () => {
    nobody();
    server.use(
      http.get("*/api/v1/setup", () => HttpResponse.json({ required: true })),
      http.post("*/api/v1/setup", () => HttpResponse.json(session, { status: 201 })),
    );
    const { user, router } = renderPage("/");
    await user.type(await screen.findByRole("textbox", { name: "One-time token" }), "t");
    await user.type(screen.getByRole("textbox", { name: "Name" }), "ada");
    await user.type(screen.getByLabelText("Password"), "correct horse battery");
    await user.click(screen.getByRole("button", { name: "Create and log in" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/welcome"));
  });
});
