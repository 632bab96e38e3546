import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, until } from "../fixtures";

test("a task that fails is tried again and every attempt is shown", async ({ orc, admin }) => {
  await orc.task("fragile", "echo trying; exit 3", { retry: { max_attempts: 3, delay_seconds: 1, jitter: false } });
  const run = await orc.api("POST", "/tasks/fragile/runs", {});
  await admin.goto(`/runs/${run.id}`);
  await expect(admin.getByText("Failed").first()).toBeVisible({ timeout: 30_000 });
  const { attempts } = await orc.reaches(run.id, "failed");
  expect(attempts.map((attempt: { exit_code: number }) => attempt.exit_code)).toEqual([3, 3, 3]);
  await expect(admin.getByText(/exit code 3/).nth(2)).toBeVisible();
});

test("cancel ends the whole tree of processes", async ({ orc, admin }) => {
  const pids = join(orc.folder, "pids");
  const tree = `trap '' TERM; setsid sh -c "echo \\$\\$ >> '${pids}'; sleep 300" & echo $$ >> '${pids}'; echo planted; sleep 300; wait`;
  await orc.task("tree", tree, { grace_seconds: 1 });
  const run = await orc.api("POST", "/tasks/tree/runs", {});
  await admin.goto(`/runs/${run.id}`);
  await expect(admin.getByText("planted").first()).toBeVisible();
  const lines = await until("both processes have noted themselves", async () => {
    const noted = existsSync(pids) ? readFileSync(pids, "utf8").trim().split("\n") : [];
    return noted.length === 2 && noted;
  });
  await admin.getByRole("button", { name: "Cancel" }).first().click();
  const sure = admin.getByRole("alertdialog").or(admin.getByRole("dialog"));
  if (await sure.isVisible().catch(() => false)) await sure.getByRole("button", { name: /Cancel (the )?run/ }).click();
  await orc.reaches(run.id, "cancelled");
  await expect(admin.getByText("Cancelled").first()).toBeVisible();
  for (const pid of lines) expect(existsSync(`/proc/${pid}`), `process ${pid}`).toBe(false);
});

test("the server is killed during a run, and the run ends well", async ({ orc, admin, watch }) => {
  watch.allow(/Failed to load resource|ERR_CONNECTION|ERR_INCOMPLETE|net::/);
  await orc.task("long", "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo line $i of 12; sleep 0.5; done");
  const run = await orc.api("POST", "/tasks/long/runs", {});
  await admin.goto(`/runs/${run.id}`);
  await expect(admin.getByText("line 2 of 12").first()).toBeVisible();
  await orc.kill();
  await orc.start();
  // The page was not reloaded: it finds the server again by itself.
  await expect(admin.getByText("Succeeded").first()).toBeVisible({ timeout: 40_000 });
  await expect(admin.getByText("line 12 of 12").first()).toBeVisible();
  const detail = await orc.reaches(run.id, "succeeded");
  expect(detail.attempts).toHaveLength(1);
  const log = await admin.request.get(`/api/v1/runs/${run.id}/log`);
  const lines = (await log.text()).split("\n").filter((line) => line.includes("of 12"));
  expect(lines).toHaveLength(12);
});

test("a second tab sees changes by itself", async ({ orc, admin, context }) => {
  await orc.task("watched", "echo hello; sleep 1");
  const second = await context.newPage();
  await second.goto("/runs");
  await expect(second.getByRole("heading", { name: "Runs" })).toBeVisible();
  await admin.goto("/tasks/watched");
  await admin.getByRole("button", { name: /^Run( now)?$/ }).first().click();
  await expect(second.getByText("watched").first()).toBeVisible();
  await expect(second.locator("[data-state=succeeded]").first()).toBeVisible();
  await orc.api("POST", "/tasks/watched/disable", {});
  await expect(admin.getByText("Disabled").first()).toBeVisible();
});

test("everything can be held, says so, and goes on", async ({ orc, admin }) => {
  await orc.task("held", "echo never while held");
  await orc.api("POST", "/system/hold", { reason: "moving house" });
  await expect(admin.getByText("moving house").first()).toBeVisible();
  const run = await orc.api("POST", "/tasks/held/runs", {});
  await admin.goto(`/runs/${run.id}`);
  await expect(admin.getByText("Queued").first()).toBeVisible();
  await orc.api("DELETE", "/system/hold");
  await expect(admin.getByText("Succeeded").first()).toBeVisible();
  await expect(admin.getByText("moving house")).toHaveCount(0);
});
