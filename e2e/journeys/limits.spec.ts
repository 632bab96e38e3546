import { expect, test } from "../fixtures";

test("a task that has too many processes is stopped, and its run says which limit it passed", async ({ admin, orc }) => {
  await admin.goto("/system");
  const limits = admin.getByRole("list", { name: "Limits of processes" });
  await expect(limits.getByRole("listitem")).toHaveCount(5);

  await admin.goto("/tasks/new");
  await admin.getByRole("textbox", { name: "Name" }).first().fill("forks");
  await admin.getByRole("textbox", { name: "Line" }).fill("for i in 1 2 3 4 5 6; do sleep 300 & done; wait");
  await admin.getByRole("spinbutton", { name: "Processes at once" }).fill("4");
  await admin.getByRole("spinbutton", { name: "Niceness" }).fill("5");
  await admin.getByRole("button", { name: "Create task" }).click();
  await expect(admin).toHaveURL(/\/tasks\/forks/);

  const run = await orc.api("POST", "/tasks/forks/runs", {});
  await orc.reaches(run.id, "failed");
  await admin.goto(`/runs/${run.id}`);
  await expect(admin.getByText("limit passed: processes")).toBeVisible();
  await expect(admin.getByText(/had more processes at one time than the limit of 4/).first()).toBeVisible();
  await expect(admin.getByText(/Limits: 4 processes, passed .* · niceness 5/)).toBeVisible();
});
