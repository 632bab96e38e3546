import { accessible, expect, type OrcServer, type Page, test } from "../fixtures";

/** A server with something to see on every page; answers the addresses of all pages. */
async function furnished(orc: OrcServer): Promise<string[]> {
  const cron = [{ kind: "cron", expression: "0 7 * * mon-fri" }];
  await orc.api("POST", "/calendars", { name: "holidays", entries: [{ kind: "yearly", month: 12, day: 25, title: "Christmas Day" }] });
  await orc.api("POST", "/pools", { name: "database", capacity: 2 });
  await orc.api("POST", "/credentials", { name: "shop-db", kind: "login", description: "Database of the shop", values: { username: "ada", password: "correct-canary" } });
  await orc.api("POST", "/channels", { name: "ops", description: "Those on call", target: { kind: "ntfy", topic: "orc", server: "http://127.0.0.1:1" } });
  await orc.api("POST", "/rules", { name: "on-call", when: ["failed", "recovered"], who: ["ops"], what: { tags: ["daily"] }, quiet_hours: { from: "22:00", to: "06:00", timezone: "Europe/Berlin" } });
  await orc.api("POST", "/reports", { name: "morning-report", who: ["ops"], timezone: "Europe/Berlin", what: { tags: ["daily"] } });
  await orc.api("POST", "/networks", { name: "office", description: "Through the VPN", rules: [{ kind: "interface", interface: "wg*", tunnel: "wireguard" }, { kind: "tcp", host: "intranet.example", port: 443 }] });
  await orc.task("morning", "echo good morning", { title: "Greets", folder: "house", tags: ["daily"], schedules: cron });
  await orc.task("broken", "echo oh no >&2; exit 1");
  const good = await orc.api("POST", "/tasks/morning/runs", {});
  const bad = await orc.api("POST", "/tasks/broken/runs", {});
  await orc.reaches(good.id, "succeeded");
  await orc.reaches(bad.id, "failed");
  return ["/", "/tasks", "/tasks/new", "/tasks/import", "/tasks/morning", "/tasks/morning?tab=ledger", "/tasks/morning/edit", "/runs", `/runs/${bad.id}`, "/calendar", "/calendar?view=week", "/calendar?view=agenda", "/timeline", "/simulate", "/simulate?days=3", "/calendars", "/calendars/new", "/calendars/holidays", "/pools", "/credentials", "/networks", "/channels", "/incidents", "/welcome", "/incidents/rules", "/incidents/silences", "/reports", "/system", "/users", "/account"];
}

async function settled(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
}

for (const theme of ["light", "dark"] as const) {
  test(`every page can be used by everyone (${theme})`, async ({ orc, admin }) => {
    test.slow();
    await admin.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    for (const path of await furnished(orc)) {
      await settled(admin, path);
      await accessible(admin, `${path} (${theme})`);
    }
  });
}

test("every page fits a phone", async ({ orc, admin }) => {
  await admin.setViewportSize({ width: 375, height: 812 });
  for (const path of await furnished(orc)) {
    await settled(admin, path);
    // 320 pixels is a phone of old, and a desktop at 400 %.
    for (const width of [320, 375]) {
      await admin.setViewportSize({ width, height: 812 });
      const wide = await admin.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(wide, `${path} scrolls sideways at ${width}`).toBeLessThanOrEqual(0);
    }
    await expect(admin.getByRole("navigation", { name: "Main" }).last()).toBeVisible();
  }
  await admin.getByRole("navigation", { name: "Main" }).last().getByRole("link", { name: "Tasks" }).click();
  await expect(admin).toHaveURL(/\/tasks/);
  await expect(admin.getByText("morning").first()).toBeVisible();
});

test("Swagger UI works behind the login, with the session", async ({ admin, browser, orc }) => {
  const stranger = await browser.newContext({ baseURL: orc.url });
  const refused = await stranger.request.get("/swagger-ui/", { maxRedirects: 0 });
  expect(refused.status()).not.toBe(200);
  await stranger.close();
  await admin.goto("/swagger-ui/");
  await expect(admin.getByRole("heading", { name: /^Orc/ })).toBeVisible();
  await expect(admin.getByText("/tasks/{task}/runs").first()).toBeVisible();
});
