import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import type { User, UserCreate, UserPage } from "@/api/generated";
import { at } from "@/mocks/data";
import { problem } from "@/mocks/handlers";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

const user = (number: number): User => ({ id: `u${number}`, name: `user-${number}`, role: "viewer", grants: [], disabled: false, created_at: at(-1000), last_login_at: null });

describe("users", () => {
  it("come page by page, and the foot says that there are more", async () => {
    server.use(
      http.get("*/api/v1/users", ({ request }) => {
        const second = new URL(request.url).searchParams.get("cursor") === "next";
        return HttpResponse.json<UserPage>(second ? { items: [user(2)], next_cursor: null } : { items: [user(1)], next_cursor: "next" });
      }),
    );
    const page = renderPage("/users");
    await screen.findByText("user-1");
    screen.getByText("1 loaded, more exist.");
    await page.user.click(screen.getByRole("button", { name: "Load more" }));
    await screen.findByText("user-2");
    expect(screen.queryByText(/more exist/)).toBeNull();
  });

  it("are created with a role, and a fault stands at its field", async () => {
    let sent: UserCreate | undefined;
    server.use(
      http.post("*/api/v1/users", async ({ request }) => {
        const body = (await request.json()) as UserCreate;
        if (body.name === "ada") return problem(422, { title: "Unprocessable Entity", code: "invalid", fields: [{ pointer: "/name", message: "is taken" }] });
        sent = body;
        return HttpResponse.json(user(3), { status: 201 });
      }),
    );
    const page = renderPage("/users");
    await page.user.click(await screen.findByRole("button", { name: "New user" }));
    const dialog = await screen.findByRole("dialog");
    const name = within(dialog).getByRole("textbox", { name: "Name" });
    await page.user.type(name, "ada");
    await page.user.type(within(dialog).getByLabelText("First password"), "correct horse");
    await page.user.click(within(dialog).getByRole("button", { name: "Create the user" }));
    await within(dialog).findByText("is taken");
    await waitFor(() => expect(document.activeElement).toBe(name));
    await page.user.clear(name);
    await page.user.type(name, "grace2");
    await page.user.selectOptions(within(dialog).getByRole("combobox", { name: "Role" }), "operator");
    await page.user.click(within(dialog).getByRole("button", { name: "Create the user" }));
    await waitFor(() => expect(sent).toEqual({ name: "grace2", role: "operator", grants: [], password: "correct horse" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("cannot lock themselves out", async () => {
    const page = renderPage("/users");
    await page.user.click(await screen.findByRole("button", { name: "More for ada" }));
    expect(screen.getByRole("menuitem", { name: /Delete/ }).getAttribute("aria-disabled")).toBe("true");
  });
});

describe("tokens", () => {
  it("are revoked only after a question", async () => {
    let revoked = 0;
    server.use(http.delete("*/api/v1/tokens/:token", () => {
      revoked += 1;
      return new HttpResponse(null, { status: 204 });
    }));
    const page = renderPage("/users?tab=tokens");
    await page.user.click(await screen.findByRole("button", { name: "Revoke deploy" }));
    const question = await screen.findByRole("alertdialog");
    await page.user.click(within(question).getByRole("button", { name: "Keep the token" }));
    await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
    expect(revoked).toBe(0);
    await page.user.click(screen.getByRole("button", { name: "Revoke deploy" }));
    await page.user.click(await screen.findByRole("button", { name: "Revoke the token" }));
    await waitFor(() => expect(revoked).toBe(1));
  });

  it("are shown once when they are made", async () => {
    server.use(
      http.post("*/api/v1/tokens", () =>
        HttpResponse.json({ token: { id: "t", name: "ci", role: "operator", created_by: "ada", created_at: at(0), expires_at: null, last_used_at: null }, secret: "orc_secret" }, { status: 201 }),
      ),
    );
    const page = renderPage("/account");
    await page.user.click(await screen.findByRole("button", { name: "New token" }));
    await page.user.type(await screen.findByRole("textbox", { name: "Name" }), "ci");
    await page.user.click(screen.getByRole("button", { name: "Create the token" }));
    await screen.findByText("orc_secret");
  });
});
