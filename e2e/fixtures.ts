/** What every journey gets: a server of its own, a page that is logged in, and a watch over console and CSP. */
import AxeBuilder from "@axe-core/playwright";
import { test as base, type BrowserContext, expect, type Page } from "@playwright/test";
import { OrcServer } from "./server";

export { expect, type Page } from "@playwright/test";
export { OrcServer, until } from "./server";

/** The first administrator of the journeys. */
export const ADMIN = { name: "ada", password: "a long sentence for ada" };

/** Chromium notes every 4xx answer in its console; those are answers, not faults of the page. */
const NOTED = /^Failed to load resource: the server responded with a status of 4\d\d/;

/** Faults of the page: console errors, exceptions, violations of the content security policy. */
export class Watch {
  readonly faults: string[] = [];
  private readonly allowed: RegExp[] = [NOTED];

  /** For journeys that break something on purpose. */
  allow(pattern: RegExp): void {
    this.allowed.push(pattern);
  }

  async over(context: BrowserContext): Promise<void> {
    await context.exposeFunction("orcViolation", (text: string) => this.note(`content security policy: ${text}`));
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        const { violatedDirective, blockedURI, sourceFile, lineNumber } = event;
        (window as unknown as { orcViolation(text: string): void }).orcViolation(`${violatedDirective} ${blockedURI} ${sourceFile}:${lineNumber}`);
      });
    });
    context.on("console", (message) => {
      if (message.type() === "error") this.note(message.text());
    });
    context.on("weberror", (error) => this.note(String(error.error())));
  }

  check(): void {
    expect(this.faults.filter((fault) => !this.allowed.some((pattern) => pattern.test(fault)))).toEqual([]);
  }

  private note(fault: string): void {
    this.faults.push(fault);
  }
}

export const test = base.extend<{ orc: OrcServer; watch: Watch; admin: Page }>({
  orc: async ({}, use) => {
    const server = await OrcServer.fresh();
    await use(server);
    const log = server.log();
    await server.dispose();
    expect(log).not.toContain(": panic place=");
  },
  baseURL: async ({ orc }, use) => use(orc.url),
  watch: [
    async ({ context }, use) => {
      const watch = new Watch();
      await watch.over(context);
      await use(watch);
      watch.check();
    },
    { auto: true },
  ],
  /** A page on the overview, logged in as the first administrator. */
  admin: async ({ orc, page }, use) => {
    const answer = await page.request.post("/api/v1/setup", { data: { token: orc.setupToken(), ...ADMIN } });
    expect(answer.status(), await answer.text()).toBe(201);
    await page.goto("/");
    await expect(page.getByRole("navigation", { name: "Main" }).first()).toBeVisible();
    await use(page);
  },
});

/** Nothing on the page breaks WCAG 2.2 AA. What changed while it was looked at (a button between disabled and enabled) is looked at again. */
export async function accessible(page: Page, what: string): Promise<void> {
  const look = async () => {
    // Legacy mode stays in this tab. The default opens a second one to put frames together, and a key that is pressed
    // while that tab closes reaches nobody. No page of Orc holds frames.
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
    return violations.map((one) => `${what}: ${one.id} (${one.help}): ${one.nodes.map((node) => node.target.join(" ")).join(", ")}`);
  };
  // Only the middle of the page scrolls. If the document is higher than the window, something invisible sticks out of it.
  const hidden = await page.evaluate(() => document.documentElement.scrollHeight - document.documentElement.clientHeight);
  expect(hidden, `${what}: the document scrolls`).toBeLessThanOrEqual(0);
  const first = await look();
  expect(first.length > 0 ? await look() : first).toEqual([]);
}
