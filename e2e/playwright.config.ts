import { defineConfig, devices } from "@playwright/test";

// What a page is made of is checked without a browser, once.
const documents = /documents\/.*\.spec\.ts/;
// Several browsers that send and show pictures, and a server that makes more of them: one at a time. That
// takes longest, and so begins first, beside all else.
const media = /(channel|meeting)\/.*\.spec\.ts/;
// What needs no script is read without one, too.
const withoutScripts = /reading\/.*\.spec\.ts/;

const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
const desktop = { viewport: { width: 1280, height: 900 } };

export default defineConfig({
  testDir: "specs",
  outputDir: "test-results",
  globalSetup: "./support/setup.ts",
  fullyParallel: true,
  forbidOnly: !!process.env["CI"],
  // Two browsers and a debug build share two cores: what fails once and then holds is named as flaky
  // in the summary, and does not hide what the other three hundred have to say.
  retries: 1,
  workers: 2,
  timeout: 180_000,
  // A debug build and two browsers have two cores: what holds in the end is waited for.
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    ...devices["Desktop Chrome"],
    locale: "en-GB",
    timezoneId: "Europe/London",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "desktop with media", testMatch: media, use: desktop, workers: 1 },
    { name: "documents", testMatch: documents },
    { name: "phone", testIgnore: [documents, media], use: phone },
    { name: "desktop", testIgnore: [documents, media], use: desktop },
    { name: "phone with media", testMatch: media, use: phone, workers: 1 },
    {
      name: "phone without scripts",
      testMatch: withoutScripts,
      use: { ...phone, javaScriptEnabled: false },
    },
    {
      name: "desktop without scripts",
      testMatch: withoutScripts,
      use: { ...desktop, javaScriptEnabled: false, colorScheme: "dark" },
    },
  ],
});
