import { accessible, expect, test } from "../fixtures";

test("a simulation finds a crowded minute, shows what a better one changes, and applies it", async ({ orc, admin }) => {
  const schedules = [{ kind: "cron", expression: "0 * * * *", timezone: "Europe/Berlin" }];
  for (const name of ["orders", "invoices", "stock", "backup"]) await orc.task(name, `echo ${name}`, { schedules });
  await admin.goto("/simulate");
  await expect(admin.getByText("Nothing is simulated yet")).toBeVisible();
  await admin.getByLabel("Days", { exact: true }).fill("2");
  await admin.getByLabel("Time zone").fill("Asia/Kolkata");
  await admin.getByRole("button", { name: "Simulate" }).click();
  await expect(admin).toHaveURL(/days=2/);
  await expect(admin.getByText(/4 tasks, 1[89]\d slots .* in Asia\/Kolkata/)).toBeVisible();
  const hours = admin.getByRole("table", { name: /Slots due in each hour/ });
  await expect(hours.getByRole("cell", { name: /^4 slots, at most \d+ runs? at once$/ }).first()).toBeVisible();
  await expect(admin.getByRole("region", { name: "Busiest minutes" }).getByText("4 slots").first()).toBeVisible();
  await accessible(admin, "a simulation");

  const proposals = admin.getByRole("list", { name: "Proposals" }).getByRole("listitem");
  const first = proposals.first();
  const task = (await first.getByRole("link").textContent()) ?? "";
  await first.getByRole("button", { name: `Show the effect on ${task}` }).click();
  const dialog = admin.getByRole("dialog");
  await expect(dialog.getByText(/slots? (move|appear)/).first()).toBeVisible();
  await accessible(admin, "the effect of a proposal");
  expect((await orc.api("GET", `/tasks/${task}`)).version).toBe(1);
  await dialog.getByRole("button", { name: "Apply" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(first.getByText("Applied")).toBeVisible();
  const saved = await orc.api("GET", `/tasks/${task}`);
  expect(saved.version).toBe(2);
  expect(saved.schedules[0]).toMatchObject({ kind: "cron", timezone: "Europe/Berlin" });
  expect(saved.schedules[0].expression).toMatch(/^[1-9]\d? \* \* \* \*$/);

  // Whoever changed the schedule meanwhile is not overwritten.
  const second = proposals.nth(1);
  const other = (await second.getByRole("link").textContent()) ?? "";
  const present = await orc.api("GET", `/tasks/${other}`);
  await orc.api("PATCH", `/tasks/${other}`, { schedules: [{ ...present.schedules[0], expression: "5 4 * * *" }] });
  await second.getByRole("button", { name: `Show the effect on ${other}` }).click();
  await expect(dialog.getByText(/changed since the simulation/)).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Apply" })).toHaveAttribute("aria-disabled", "true");
});

test("the timeline shows what ran, what is planned and how full the pools are, and can be walked by keys", async ({ orc, admin }) => {
  await orc.api("POST", "/pools", { name: "database", capacity: 2 });
  await orc.task("beat", "echo beat", { schedules: [{ kind: "interval", every_seconds: 3600 }], pool: "database" });
  // Due so often from an hour on that the first pages of the plan hold little else; the others are drawn to the end all the same.
  await orc.task("often", "echo often", { schedules: [{ kind: "interval", every_seconds: 1, start_at: new Date(Date.now() + 3_600_000).toISOString() }] });
  await orc.task("broken", "echo oh no >&2; exit 1");
  const good = await orc.api("POST", "/tasks/beat/runs", {});
  await orc.reaches(good.id, "succeeded");
  await admin.goto("/timeline");
  const row = admin.getByRole("list", { name: "Runs and slots of beat" });
  const ran = row.getByRole("link", { name: /^beat: Succeeded/ });
  await expect(ran).toHaveCount(1);
  await expect(row.getByRole("link", { name: /^beat: Planned/ }).first()).toBeAttached();
  await expect.poll(() => row.getByRole("link", { name: /^beat: Planned/ }).count()).toBeGreaterThanOrEqual(23);
  await expect(admin.getByRole("list", { name: "Runs and slots of often" }).getByText("More slots than are drawn")).toBeAttached();
  await expect(admin.getByRole("meter", { name: "Places of database" })).toBeVisible();
  await expect(admin.getByRole("list", { name: "Expected load of database" }).getByRole("link", { name: /at most 1 of 2 places taken$/ }).first()).toBeAttached();
  // What happens meanwhile appears by itself.
  const bad = await orc.api("POST", "/tasks/broken/runs", {});
  await orc.reaches(bad.id, "failed");
  await expect(admin.getByRole("link", { name: /^broken: Failed.*exit/ })).toBeAttached();

  await ran.focus();
  await expect(admin.getByText(/^beat: Succeeded/)).toBeVisible();
  await admin.keyboard.press("ArrowRight");
  await expect(admin.getByText(/^beat: Planned/)).toBeVisible();
  await accessible(admin, "a timeline");
  await expect(row.getByRole("link", { name: /^beat: Planned/ }).first()).toBeFocused();
  await admin.keyboard.press("ArrowDown");
  await expect(admin.getByText(/^broken: Failed/)).toBeVisible();
  await admin.keyboard.press("Enter");
  await expect(admin).toHaveURL(new RegExp(`/runs/${bad.id}`));
});

test("a day of the calendar lists what it counts, however often some tasks are due", async ({ orc, admin }) => {
  const daily = (expression: string, timezone: string) => ({ schedules: [{ kind: "cron", expression, timezone }] });
  await orc.task("minutely", "true", daily("* * * * *", "UTC"));
  await orc.task("midnight", "true", daily("0 0 * * *", "UTC"));
  await orc.task("kolkata", "true", daily("30 8 * * *", "Asia/Kolkata"));
  const { timezone, now_at } = await orc.api("GET", "/system");
  // Two days on every minute is still to come; the midnight of the first day counts too.
  const day = new Date(Date.parse(now_at) + 2 * 86_400_000).toISOString().slice(0, 10);
  const known = (await orc.api("GET", `/plan/days?from=${day}&until=${day}&by_task=true`)).days[0];
  const minutes = known.planned - 2;
  // A day has 23, 24 or 25 hours.
  expect([1380, 1440, 1500]).toContain(minutes);
  const words = (count: number) => count.toLocaleString("en");
  await admin.goto(`/calendar?view=week&date=${day}&day=${day}`);
  const dialog = admin.getByRole("dialog");
  await expect(dialog.getByText(`Times in ${timezone}`)).toBeVisible();
  await expect(dialog.getByText(`${words(known.planned)} planned slots of 3 tasks`)).toBeVisible();
  const often = dialog.getByRole("listitem").filter({ hasText: "minutely" }).first();
  await expect(often).toContainText(`${words(minutes)} slots`);
  await accessible(admin, "a day of the calendar");
  const local = (instant: string) => new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: timezone }).format(new Date(instant));
  const rare = dialog.getByRole("listitem").filter({ hasText: "kolkata" }).first();
  await expect(rare).toContainText(local(`${day}T03:00:00Z`));
  await rare.locator("summary").click();
  await expect(rare.getByRole("link", { name: "Go to kolkata" })).toBeVisible();
  await admin.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  const cell = admin.getByRole("button", { name: new RegExp(`^\\w+, ${Number(day.slice(8))} `) });
  await expect(cell).toContainText(words(known.planned));
  await expect(cell).toContainText("kolkata");
});
