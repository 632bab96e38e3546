/** Journeys run in an installed Chromium against the binaries in ORC_TEST_BIN (default: target/debug). */
import { defineConfig, devices } from "@playwright/test";

export default defineConfig({
  testDir: "journeys",
  // Patience only: a slow machine is no failure, and a test that passes never waits for these.
  timeout: 240_000,
  expect: { timeout: 60_000 },
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: true,
  reporter: [["list"]],
  use: {
    ...devices["Desktop Chrome"],
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env["ORC_TEST_CHROMIUM"] ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update"],
    },
  },
});
