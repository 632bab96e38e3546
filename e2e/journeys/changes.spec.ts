import { accessible, expect, test } from "../fixtures";

test("a run fails, the page says what changed, and a rerun with an edited param succeeds", async ({ admin, orc }) => {
  const params = [{ kind: "string", name: "day", description: "", required: false, default: "mon" }];
  const body = (line: string) => ({ name: "report", run: { kind: "shell", line }, params });
  await orc.api("POST", "/tasks", body('echo "report of $ORC_PARAM_DAY is done"'));
  const good = await orc.api("POST", "/tasks/report/runs", {});
  await orc.reaches(good.id, "succeeded");
  await orc.api("PUT", "/tasks/report", body('[ "$ORC_PARAM_DAY" = mon ] || { echo "no data for $ORC_PARAM_DAY"; exit 3; }'));
  const bad = await orc.api("POST", "/tasks/report/runs", { params: { day: "sun" } });
  await orc.reaches(bad.id, "failed");

  await admin.goto(`/runs/${bad.id}`);
  const changes = admin.getByRole("region", { name: "What changed since it last worked" });
  await expect(changes.getByRole("region", { name: "Definition" })).toContainText("/run/line");
  await expect(changes.getByRole("region", { name: "Params" })).toContainText("sun");
  await expect(changes.getByRole("region", { name: "The log before ended with" })).toContainText("report of mon is done");
  await expect(changes.getByRole("region", { name: "The log of this run ended with" })).toContainText("no data for sun");
  await accessible(admin, "a failed run with what changed");

  await admin.getByRole("button", { name: "Rerun" }).click();
  const dialog = admin.getByRole("dialog");
  await expect(dialog.getByText("Version 2 runs, as it did the first time.")).toBeVisible();
  const day = dialog.getByRole("textbox", { name: "day" });
  await expect(day).toHaveValue("sun");
  await day.fill("mon");
  await dialog.getByRole("button", { name: "Rerun" }).click();
  await expect(admin).not.toHaveURL(new RegExp(bad.id));
  await expect(admin.getByText("Rerun with edited day, ada").first()).toBeVisible();
  await expect(admin.locator('[data-state="succeeded"]').first()).toBeVisible();
});
