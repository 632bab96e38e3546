import { accessible, expect, test, until } from "../fixtures";

test("a schedule is built without cron, what a change of it does is shown before, and every slot is accounted for", async ({ orc, admin }) => {
  await orc.task("beat", "echo beat", { schedules: [{ kind: "interval", every_seconds: 1 }] });
  await admin.goto("/tasks/new");
  await admin.getByLabel("Name", { exact: true }).fill("office");
  await admin.getByLabel("Line", { exact: true }).fill("echo good morning");
  await admin.getByRole("button", { name: "Add a schedule" }).click();
  await admin.getByLabel("Repeats").selectOption({ label: "On days of the week" });
  await admin.getByRole("button", { name: "Fri", exact: true }).click();
  await admin.getByLabel("Time", { exact: true }).fill("08:15");
  await admin.getByLabel("Time zone").fill("Europe/Berlin");
  await expect(admin.getByText(/08:15 on Monday, Tuesday, Wednesday,? and Thursday|08:15 on Monday to Thursday/i).first()).toBeVisible();
  await expect(admin.getByRole("row", { name: /08:15/ }).first()).toBeVisible();
  await expect(admin.getByRole("img", { name: /2\d\d slots on 2\d\d of the next 365 days/ })).toBeVisible();
  await accessible(admin, "the schedule editor");
  await admin.getByRole("button", { name: "Create task" }).click();
  await expect(admin).toHaveURL(/\/tasks\/office$/);
  const [schedule] = (await orc.api("GET", "/tasks/office")).schedules;
  expect(schedule).toMatchObject({ kind: "calendar_rule", times: ["08:15"], timezone: "Europe/Berlin" });
  expect(schedule.days).toMatchObject({ kind: "every_weeks", weekdays: ["monday", "tuesday", "wednesday", "thursday"] });

  await admin.goto("/tasks/office/edit");
  await admin.getByLabel("Time", { exact: true }).fill("09:45");
  await admin.getByRole("button", { name: "Save" }).click();
  const question = admin.getByRole("dialog");
  // The days between today and the horizon count 8 slots, or 7 while today's old time is past and its new one is not.
  await expect(question.getByText(/[789] slots (move|appear)/)).toBeVisible();
  expect((await orc.api("GET", "/tasks/office")).version).toBe(1);
  await question.getByRole("button", { name: "Save" }).click();
  await expect(admin).toHaveURL(/\/tasks\/office$/);
  expect((await orc.api("GET", "/tasks/office")).schedules[0].times).toEqual(["09:45"]);

  await until("it beats three times", async () => (await orc.api("GET", "/slots?task=beat&outcome=run")).items.length >= 3);
  await orc.api("POST", "/tasks/beat/disable", {});
  await until("all runs are over", async () => (await orc.api("GET", "/runs?task=beat&state=queued,running,waiting")).items.length === 0);
  await admin.goto("/tasks/beat?tab=ledger");
  await expect(admin.getByText(/^(\d+) expected, \1 accounted for: \d+ ran/)).toBeVisible();
});

test("a crontab is read, its faults are named by line, and its tasks are saved together", async ({ orc, admin }) => {
  await admin.goto("/tasks/import");
  await admin.getByLabel("Text", { exact: true }).fill("CRON_TZ=Europe/Berlin\n30 2 * * * /usr/local/bin/backup --full\n0 25 * * * echo never\n");
  await admin.getByLabel("Form", { exact: true }).selectOption("user");
  await admin.getByLabel("Folder", { exact: true }).fill("cron");
  const problems = admin.getByRole("region", { name: /^Problems/ });
  await expect(problems.getByText("Line 3")).toBeVisible();
  await expect(problems.locator("mark")).toBeVisible();
  await expect(admin.getByRole("button", { name: /^Save/ })).toHaveAttribute("aria-disabled", "true");
  await accessible(admin, "the import");
  expect((await orc.api("GET", "/tasks")).items).toHaveLength(0);
  await admin.getByLabel("Text", { exact: true }).fill("CRON_TZ=Europe/Berlin\n30 2 * * * /usr/local/bin/backup --full\n0 5 * * * echo ever\n");
  await expect(problems).toHaveCount(0);
  await expect(admin.getByRole("region", { name: "Tasks (2)" }).getByText("/usr/local/bin/backup --full")).toBeVisible();
  await admin.getByRole("button", { name: "Save all 2 tasks" }).click();
  await expect(admin).toHaveURL(/\/tasks\?folder=cron/);
  const saved = (await orc.api("GET", "/tasks?folder=cron")).items;
  expect(saved).toHaveLength(2);
  expect(saved.every((task: { next_slot_at: string | null }) => task.next_slot_at !== null)).toBe(true);
});
