import { expect, test } from "../fixtures";

const VALUE = "correct-canary-9f2";

test("a credential is entered, used by a task, and masked in its live log", async ({ admin, orc }) => {
  await admin.goto("/credentials");
  await admin.getByRole("button", { name: "New credential" }).first().click();
  const form = admin.getByRole("dialog");
  await form.getByRole("textbox", { name: "Name" }).fill("shop-db");
  await form.getByRole("combobox", { name: "Kind" }).selectOption("login");
  await form.getByRole("textbox", { name: "User name" }).fill("ada");
  await form.getByLabel("Password").fill(VALUE);
  await form.getByRole("button", { name: "Save the credential" }).click();
  await expect(form).toBeHidden();
  await expect(admin.getByText("Nothing uses it.")).toBeVisible();

  await admin.goto("/tasks/new");
  await admin.getByRole("textbox", { name: "Name" }).first().fill("report");
  await admin.getByRole("textbox", { name: "Line" }).fill('echo "the password is $SHOP_DB"; sleep 600');
  await admin.getByRole("button", { name: "Add a credential" }).click();
  await expect(admin.getByRole("textbox", { name: "Variable", exact: true })).toHaveValue("SHOP_DB");
  await admin.getByRole("button", { name: "Create task" }).click();
  await expect(admin).toHaveURL(/\/tasks\/report/);

  const run = await orc.api("POST", "/tasks/report/runs", {});
  await admin.goto(`/runs/${run.id}`);
  // The run is still open, so this is the live log.
  await expect(admin.getByText("the password is ***")).toBeVisible();
  expect(await admin.content()).not.toContain(VALUE);
  await orc.api("POST", `/runs/${run.id}/cancel`);
  await orc.reaches(run.id, "cancelled");
  await expect(admin.getByText("shop-db, value 1")).toBeVisible();

  await admin.goto("/credentials");
  await expect(admin.getByRole("link", { name: "report", exact: true })).toBeVisible();
  await expect(admin.getByRole("button", { name: "Delete shop-db" })).toHaveAttribute("aria-disabled", "true");
});
