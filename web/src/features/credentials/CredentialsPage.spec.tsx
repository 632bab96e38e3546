import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import type { CredentialImported, CredentialImportResult, ImportOutcome, Vault } from "@/api/generated";
import { credential, session } from "@/mocks/data";
import { problem } from "@/mocks/handlers";
import { renderPage } from "@/mocks/render";
import { server } from "@/mocks/setup";

const one = (original: string, name: string, outcome: ImportOutcome, problem: string | null = null): CredentialImported => ({ original, name, outcome, problem });

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

  it("looks at the credentials of the original before it imports them", async () => {
    const sent: { query: string; body: unknown }[] = [];
    server.use(
      http.post("*/api/v1/credentials/import", async ({ request }) => {
        sent.push({ query: new URL(request.url).search, body: await request.json() });
        if (sent.length === 1) return problem(422, { title: "Invalid", detail: "One field is wrong.", code: "invalid", fields: [{ pointer: "/password", message: "Nothing was imported" }] });
        const renamed = sent.length > 2;
        const other = renamed ? one("DB Password", "db-password", "imported") : one("DB Password", "DB Password", "name_refused", "give it another name");
        return HttpResponse.json<CredentialImportResult>({ saved: sent.length === 4, credentials: [one("db_user", "db_user", "imported"), other, one("old", "old", "unreadable", "it is damaged")] });
      }),
    );
    const { user } = renderPage("/credentials");
    await user.click(await screen.findByRole("button", { name: "Import" }));
    const dialog = within(await screen.findByRole("dialog"));
    await user.type(dialog.getByRole("textbox", { name: "Path of the database" }), "/opt/o.db");
    await user.type(dialog.getByRole("textbox", { name: "Host name" }), "reports-01");
    await user.type(dialog.getByLabelText("Master password"), "hush");
    await user.click(dialog.getByRole("button", { name: "Look" }));
    await dialog.findByText("Nothing was imported");
    await user.click(dialog.getByRole("button", { name: "Look" }));
    await dialog.findByText("it is damaged");
    await user.type(dialog.getByRole("textbox", { name: "Name of DB Password in Orc" }), "db-password");
    await user.tab();
    await user.click(await dialog.findByRole("button", { name: "Import 2 credentials" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    const from = { database: "/opt/o.db", host_name: "reports-01", password: "hush" };
    expect(sent[1]).toEqual({ query: "?dry_run=true", body: { ...from, names: {} } });
    expect(sent[3]).toEqual({ query: "?dry_run=false", body: { ...from, names: { "DB Password": "db-password" } } });
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

  it("replaces a lost key and says what that costs", async () => {
    const lost: Vault = { state: "unusable", problem: { code: "vault_key_unusable", args: {}, text: "the key file is missing" }, key_kind: "file", key_file: "/srv/k", created_at: null };
    let given: unknown;
    server.use(
      http.get("*/api/v1/vault", () => HttpResponse.json(lost)),
      http.post("*/api/v1/vault/rotate", async ({ request }) => {
        given = await request.json();
        return HttpResponse.json<Vault>({ ...lost, state: "open", problem: null });
      }),
    );
    const { user } = renderPage("/credentials");
    await screen.findByText("The key file is missing. Runs that need a credential wait.");
    await user.click(screen.getByRole("button", { name: "The key is lost" }));
    const dialog = await screen.findByRole("dialog");
    within(dialog).getByText(/each needs a new value/);
    await user.click(within(dialog).getByRole("button", { name: "Give up the values" }));
    await waitFor(() => expect(given).toEqual({ passphrase: null, forget_values: true }));
  });

  it("keeps the lines of a secret that has several", async () => {
    let given: unknown;
    server.use(
      http.post("*/api/v1/credentials", async ({ request }) => {
        given = await request.json();
        return HttpResponse.json(credential("ca"), { status: 201 });
      }),
    );
    const { user } = renderPage("/credentials");
    await user.click((await screen.findAllByRole("button", { name: "New credential" }))[0] as HTMLElement);
    const form = await screen.findByRole("dialog");
    await user.type(within(form).getByRole("textbox", { name: "Name" }), "ca");
    await user.click(within(form).getByRole("checkbox", { name: "Several lines" }));
    await user.click(within(form).getByLabelText("Value"));
    await user.paste("-----BEGIN\nabc\n-----END");
    await user.click(within(form).getByRole("button", { name: "Save the credential" }));
    await waitFor(() => expect(given).toMatchObject({ value: "-----BEGIN\nabc\n-----END" }));
  });

  it("tells an editor which right is missing", async () => {
    server.use(http.get("*/api/v1/session", () => HttpResponse.json({ ...session, role: "editor", permissions: ["read", "own", "run", "define"] })));
    renderPage("/credentials");
    const add = await screen.findByRole("button", { name: "New credential" });
    expect(add.getAttribute("aria-disabled")).toBe("true");
  });
});
