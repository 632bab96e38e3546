import { expect, test, until } from "../fixtures";

test("a task is made, fires by its cron schedule, shows its log live, and stands in the history", async ({ orc, admin }) => {
  await admin.goto("/tasks/new");
  await admin.getByLabel("Name", { exact: true }).fill("ticker");
  await admin.getByRole("radio", { name: /^Shell line/ }).check();
  await admin.getByLabel(/Line|Command line/).first().fill("for i in 1 2 3 4 5 6; do echo beat $i; sleep 0.4; done");
  await admin.getByRole("button", { name: /Add (a )?schedule/ }).click();
  await admin.getByLabel("Repeats").selectOption("cron");
  await admin.getByLabel("Expression").fill("* * * * * *");
  await admin.getByRole("button", { name: /^(Create task|Save)$/ }).click();
  await expect(admin).toHaveURL(/\/tasks\/ticker/);
  const run = await until("it fires by itself", async () => (await orc.api("GET", "/runs?task=ticker&trigger=schedule&limit=1")).items[0]);
  await admin.goto(`/runs/${run.id}`);
  await expect(admin.getByText("beat 6").first()).toBeVisible();
  await expect(admin.getByText("Succeeded").first()).toBeVisible();
  await orc.api("POST", "/tasks/ticker/disable", {});
  await admin.goto("/runs?task=ticker");
  await expect(admin.getByRole("link", { name: /ticker/ }).first()).toBeVisible();
  const slots = await orc.api("GET", "/slots?task=ticker");
  expect(slots.items.some((slot: { outcome: string; run_id: string }) => slot.outcome === "run" && slot.run_id === run.id)).toBe(true);
});

test("a wrong schedule is explained beside its field, and nothing is saved", async ({ orc, admin }) => {
  await admin.goto("/tasks/new");
  await admin.getByLabel("Name", { exact: true }).fill("wrong");
  await admin.getByLabel("Line", { exact: true }).fill("echo never");
  await admin.getByRole("button", { name: /Add (a )?schedule/ }).click();
  await admin.getByLabel("Repeats").selectOption("cron");
  const expression = admin.getByLabel("Expression");
  await expression.fill("61 * * * *");
  await expect(admin.getByText(/"?61"? is out of range/).first()).toBeVisible();
  await expect(admin.locator("mark")).toHaveText("6");
  await admin.getByRole("button", { name: /^(Create task|Save)$/ }).click();
  await expect(expression).toHaveAttribute("aria-invalid", "true");
  expect((await orc.api("GET", "/tasks")).items).toHaveLength(0);
});

test("who edits an old version is told so, and nothing is lost", async ({ orc, admin }) => {
  await orc.task("shared", "echo one");
  await admin.goto("/tasks/shared/edit");
  await admin.getByLabel("Title").fill("mine");
  await orc.api("PATCH", "/tasks/shared", { title: "theirs" });
  await admin.getByRole("button", { name: "Save" }).click();
  await expect(admin.getByText(/changed|version|meanwhile/i).first()).toBeVisible();
  expect((await orc.api("GET", "/tasks/shared")).title).toBe("theirs");
  await expect(admin.getByLabel("Title")).toHaveValue("mine");
});
