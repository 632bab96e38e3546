import AxeBuilder from "@axe-core/playwright";
import { createServer } from "node:http";
import { accessible, expect, test, until } from "../fixtures";

/** Every text that breaks a page which trusts it. */
const EVIL = "</td></table><script>alert(1)</script><img src=x onerror=alert(1)>\"'&";

test("somebody makes a report, looks at it, sends it, and it arrives with a link to its page", async ({ admin, orc, watch }) => {
  // Playwright brings a script of its own into each frame. That it does not run is what the frame is for.
  watch.allow(/^Blocked script execution in '[^']*\/api\/v1\/reports\/[^']*' because the document's frame is sandboxed/);
  const got: { subject: string; text: string }[] = [];
  const service = createServer((request, response) => {
    let text = "";
    request.on("data", (part) => (text += part));
    request.on("end", () => {
      got.push(JSON.parse(text));
      response.end("taken");
    });
  });
  await new Promise<void>((listening) => service.listen(0, "127.0.0.1", listening));
  const address = service.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/`;
  await orc.api("POST", "/channels", { name: "ops", target: { kind: "webhook", url } });

  await admin.goto("/reports");
  await expect(admin.getByText("No reports yet")).toBeVisible();
  await admin.getByRole("button", { name: "New report" }).first().click();
  const form = admin.getByRole("dialog");
  await form.getByRole("textbox", { name: "Name" }).fill("morning");
  await form.getByRole("combobox", { name: "Send it to these channels" }).fill("op");
  await form.getByRole("option", { name: "ops" }).click();
  await form.getByRole("textbox", { name: "Description" }).fill(EVIL);
  await form.getByRole("button", { name: "Show the newest one" }).click();
  const frame = form.frameLocator("iframe");
  await expect(frame.getByRole("heading", { level: 1 })).toContainText("morning, ");
  await expect(frame.getByText("alert(1)")).toBeVisible();
  // The look of the page is its own: the rules of the page around it do not reach into the frame.
  expect(await frame.locator("body").evaluate((body) => getComputedStyle(body).backgroundColor)).toBe("rgb(242, 244, 247)");
  await form.getByRole("button", { name: "Save the report" }).click();
  await expect(admin.getByText(/^Each day at 07:00 .*, about all tasks\. Goes to ops\.$/)).toBeVisible();
  await accessible(admin, "the list of reports");

  await admin.getByRole("button", { name: "Send morning now" }).click();
  await admin.getByRole("alertdialog").getByRole("button", { name: "Send it now" }).click();
  await until("the report arrives", async () => got.length > 0);
  expect(got[0]?.subject).toMatch(/^morning, .*: nothing ran$/);
  await expect(admin.getByText(/Last sent/)).toBeVisible();

  await admin.goto("/reports?report=morning");
  await expect(admin.getByRole("dialog", { name: "Report morning" }).frameLocator("iframe").getByRole("paragraph").filter({ hasText: "Nothing ran in this time" })).toBeVisible();
  await new Promise((closed) => service.close(closed));
});

const LONG = "a-task-with-a-long-name.that-does-not-break.anywhere-because-it-has-no-spaces-0123456789";

test("the mail of a report can be read in programs that know little", async ({ orc, browser }, info) => {
  test.slow();
  const today = new Date().toISOString().slice(0, 10);
  const [, month, day] = today.split("-").map(Number);
  await orc.api("POST", "/calendars", { name: "holidays", entries: [{ kind: "yearly", month, day, title: `Day of ${EVIL}` }] });
  await orc.api("POST", "/channels", { name: "ops", target: { kind: "ntfy", topic: "orc", server: "http://127.0.0.1:1" } });
  await orc.api("POST", "/pools", { name: "database", capacity: 1 });
  await orc.task(LONG, "exit 3", { pool: "database" });
  await orc.task("sleeper", "sleep 1", { pool: "database", schedules: [{ kind: "cron", expression: "0 5 * * *", skip_on: ["holidays"] }] });
  await orc.api("POST", "/tasks", { name: "broken", run: { kind: "command", program: `/nowhere/${"long-word-".repeat(12)}` } });
  for (const task of [LONG, "sleeper", "broken", "broken"]) await orc.reaches((await orc.api("POST", `/tasks/${task}/runs`, {})).id, "failed", "succeeded");
  await orc.api("POST", "/reports", { name: "morning", description: `For those on call. ${EVIL}`, who: ["ops"] });
  const { html } = await orc.api("GET", `/reports/morning/contents?date=${today}`);
  const plain = html.replace(/<style>[^<]*<\/style>/, "");
  expect(plain.length).toBeLessThan(html.length);
  for (const [looks, page] of [["styled", html], ["plain", plain]] as const) {
    for (const colorScheme of ["light", "dark"] as const) {
      for (const width of [760, 390]) {
        const what = `${looks}-${colorScheme}-${width}`;
        const viewport = { width, height: 900 };
        const program = await browser.newContext({ javaScriptEnabled: false, colorScheme, viewport });
        const mail = await program.newPage();
        await mail.setContent(page);
        await expect(mail.getByRole("heading", { name: "Failures" })).toBeVisible();
        const wide = await mail.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(wide, `${what} scrolls sideways`).toBeLessThanOrEqual(0);
        await mail.screenshot({ path: info.outputPath(`report-${what}.png`), fullPage: true });
        await program.close();
        // axe is a script itself, so it looks at the same page elsewhere.
        const reader = await browser.newContext({ colorScheme, viewport });
        const looked = await reader.newPage();
        await looked.setContent(page);
        const { violations } = await new AxeBuilder({ page: looked }).setLegacyMode().withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
        expect(violations.map((one) => `${what}: ${one.id}: ${one.nodes.map((node) => node.html).join(", ")}`)).toEqual([]);
        await reader.close();
      }
    }
  }
});
