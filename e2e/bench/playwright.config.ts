import config from "../playwright.config.ts";

/** One measurement after the other, on a desk's screen and a newsroom of their own. */
export default {
  ...config,
  testDir: ".",
  outputDir: "../test-results",
  globalSetup: undefined,
  fullyParallel: false,
  workers: 1,
  timeout: 15 * 60_000,
  use: { ...config.use, trace: "off" as const },
  projects: [{ name: "desktop", testMatch: /.*\.bench\.ts/, use: { viewport: { width: 1280, height: 900 } } }],
};
