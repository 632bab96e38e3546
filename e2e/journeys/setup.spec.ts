import { ADMIN, accessible, expect, test } from "../fixtures";

test("a person sets Orc up with the one-time token, logs out and in again", async ({ orc, page }) => {
  await page.goto("/");
  await expect(page).toHaveURL(/\/setup/);
  await page.goto(`/setup?token=${orc.setupToken()}`);
  await accessible(page, "set-up");
  await page.getByLabel("Name").fill(ADMIN.name);
  await page.getByLabel("Password").fill(ADMIN.password);
  await page.getByRole("button", { name: "Create and log in" }).click();
  await expect(page.getByRole("heading", { name: "Who hears when something fails?" })).toBeVisible();
  await accessible(page, "welcome");
  await page.getByLabel("SMTP server").fill("localhost");
  await page.getByLabel("Port").fill("1");
  await page.getByLabel("Encryption").selectOption("none");
  await page.getByLabel("Sender").fill("orc@example.org");
  await page.getByRole("textbox", { name: "Recipients 1" }).fill("ops@example.org");
  await page.getByRole("button", { name: "Send a test now" }).click();
  await expect(page.getByText(/The test was not accepted: localhost port 1/)).toBeVisible();
  await accessible(page, "a test of mail that fails");
  await page.getByRole("button", { name: "Save and go on" }).click();
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  await page.goto("/incidents/rules");
  await expect(page.getByText("problems", { exact: true })).toBeVisible();
  await page.context().clearCookies();
  await page.goto("/tasks");
  await expect(page).toHaveURL(/\/login/);
  await accessible(page, "log in");
  await page.getByLabel("Name").fill(ADMIN.name);
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await page.getByLabel("Password").fill(ADMIN.password);
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page).toHaveURL(/\/tasks/);
});

test("a used or wrong token sets nothing up", async ({ orc, admin }) => {
  const used = await admin.request.post("/api/v1/setup", { data: { token: "0".repeat(32), name: "eve", password: "eve's long sentence" } });
  expect([403, 404, 409]).toContain(used.status());
  expect((await orc.api("GET", "/users")).items).toHaveLength(1);
});
