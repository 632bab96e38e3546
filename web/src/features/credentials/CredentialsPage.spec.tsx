import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import type { Vault } from "@/api/generated";
import { credential, session } from "@/mocks/data";
import { problem } from "@/mocks/handlers";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

describe("credentials", () => {
  it("says who uses them and where the key is", async () => {
    renderPage("/credentials");
    await screen.findByText("shop-db");
    expect((await screen.findAllByRole("link", { name: "orders-export-0000" })).length).toBeGreaterThan(0);
    screen.getByText(/master-0123456789abcdef.key/);
    expect(screen.getByRole("button", { name: "Delete shop-db" }).getAttribute("aria-disabled")).toBe("true");
  });

  it("sends the values of a login once, and shows what was wrong with them", async () => {
    const sent: unknown[] = [];
    server.use(
      http.post("*/api/v1/credentials", async ({ request }) => {
        sent.push(await request.json());
        if (sent.length === 1) return problem(422, { title: "Invalid", detail: "One field is wrong.", code: "invalid", fields: [{ pointer: "/values/password", message: "must not be empty" }] });
        return HttpResponse.json(credential("mail"), { status: 201 });
      }),
    );
    const { user } = renderPage("/credentials");
    await user.click(await screen.findByRole("button", { name: "New credential" }));
    const dialog = await screen.findByRole("dialog");
    await user.type(within(dialog).getByRole("textbox", { name: "Name" }), "mail");
    await user.selectOptions(within(dialog).getByRole("combobox", { name: "Kind" }), "login");
    await user.type(within(dialog).getByRole("textbox", { name: "User name" }), "ada");
    await user.type(within(dialog).getByLabelText("Password"), "hush");
    await user.click(within(dialog).getByRole("button", { name: "Save the credential" }));
    await within(dialog).findByText("must not be empty");
    await user.click(within(dialog).getByRole("button", { name: "Save the credential" }));
    await waitFor(() => expect(sent[1]).toMatchObject({ name: "mail", kind: "login", values: { username: "ada", password: "hush" } }));
    expect(sent[1]).not.toHaveProperty("value");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("asks for the passphrase of a sealed vault", async () => {
    const sealed: Vault = { state: "sealed", problem: { code: "vault_sealed", args: {}, text: "The vault is sealed." }, key_kind: "passphrase", key_file: null, created_at: null };
    let given: unknown;
    server.use(
      http.get("*/api/v1/vault", () => HttpResponse.json(sealed)),
      http.post("*/api/v1/vault/unseal", async ({ request }) => {
        given = await request.json();
        return HttpResponse.json<Vault>({ ...sealed, state: "open", problem: null });
      }),
    );
    const { user } = renderPage("/credentials");
    await screen.findByText(/Runs that need a credential wait/);
    await user.click(screen.getByRole("button", { name: "Unseal" }));
    const dialog = await screen.findByRole("dialog");
    await user.type(within(dialog).getByLabelText("Passphrase"), "a long sentence");
    await user.click(within(dialog).getByRole("button", { name: "Unseal" }));
    await waitFor(() => expect(given).toEqual({ passphrase: "a long sentence" }));
  });

  it("tells an editor which right is missing", async () => {
    server.use(http.get("*/api/v1/session", () => HttpResponse.json({ ...session, role: "editor", permissions: ["read", "own", "run", "define"] })));
    renderPage("/credentials");
    const add = await screen.findByRole("button", { name: "New credential" });
    expect(add.getAttribute("aria-disabled")).toBe("true");
  });
});
