import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "../fixtures";

test("a run that waits for a file is explained, and starts when the file appears", async ({ admin, orc }) => {
  const folder = mkdtempSync(join(tmpdir(), "orc-inbox-"));
  const file = join(folder, "ready.csv");
  await admin.goto("/tasks/new");
  await admin.getByRole("textbox", { name: "Name" }).first().fill("intake");
  await admin.getByRole("textbox", { name: "Line" }).fill("echo imported");
  await admin.getByRole("button", { name: "Add a dependency" }).click();
  await admin.getByRole("textbox", { name: "File", exact: true }).fill(file);
  await admin.getByRole("spinbutton", { name: /Looks every/ }).fill("1");
  await admin.getByRole("button", { name: "Create task" }).click();
  await expect(admin).toHaveURL(/\/tasks\/intake/);
  await admin.getByRole("button", { name: "Look now" }).click();
  await expect(admin.getByText(`there is no ${file}`)).toBeVisible();

  const run = await orc.api("POST", "/tasks/intake/runs", {});
  await admin.goto(`/runs/${run.id}`);
  const waits = admin.getByRole("list", { name: "Dependencies" });
  await expect(waits.getByText("does not hold")).toBeVisible();
  await expect(waits.getByText(`there is no ${file}`, { exact: false })).toBeVisible();
  await expect(admin.getByRole("button", { name: "Start without waiting" })).toBeVisible();

  writeFileSync(file, "1");
  await expect(waits.getByText("holds", { exact: true })).toBeVisible();
  await expect(admin.getByText("imported")).toBeVisible();
  await orc.reaches(run.id, "succeeded");
  rmSync(folder, { recursive: true });
});
