/* A programme of the demo's channel is recorded, and seen again: on its page, and in a story. */
import type { Page } from "@playwright/test";
import { loudness, played } from "../../support/channel.ts";
import { administrator, isSaved } from "../../support/desk.ts";
import { expect, type Staff } from "../../support/newsroom.ts";
import { test } from "../../support/studio.ts";

test.use({ content: "demo" });

/** Plays what the page shows, and waits until the picture has moved on. */
async function plays(page: Page): Promise<void> {
  await page.locator("video").evaluate((video: HTMLVideoElement) => void video.play());
  await expect.poll(async () => (await played(page)).frames, { timeout: 60_000 }).toBeGreaterThan(25);
  expect((await played(page)).width).toBe(640);
  await expect.poll(() => loudness(page), { timeout: 30_000 }).toBeGreaterThan(0.01);
}

/** Opens the page again and again until it says so. */
async function says(staff: Staff, path: string, text: string | RegExp): Promise<void> {
  await expect(async () => {
    await staff.opens(path);
    await expect(staff.page.locator("main")).toContainText(text, { timeout: 500 });
  }).toPass({ timeout: 90_000 });
}

test("a programme is seen again, from its chapters on, and leads a story", async ({ program, somebody, page }, info) => {
  test.setTimeout(300_000);
  const anna = await administrator(program, somebody);
  await says(anna, "/newsroom/channel", "On air since");
  const plan = anna.page.locator("form[action='/newsroom/channel/programmes']");
  await plan.getByLabel("Title").fill("Question time");
  await plan.getByLabel(/^Begins/).fill("2040-12-07T15:00");
  await plan.getByLabel(/^Ends/).fill("2040-12-07T16:00");
  await anna.presses("Plan a programme", plan);
  await anna.presses("Begin now");
  await anna.page.getByRole("link", { name: "Question time" }).click();
  const recording = new URL(anna.page.url()).pathname;
  await says(anna, recording, /being recorded.*, 0:(0[6-9]|[1-9]\d)/s);
  await anna.fills("What begins", "The budget");
  await anna.presses("Begin a chapter now");
  await expect(anna.page.getByLabel("What begins").first()).toHaveValue("The budget");
  await says(anna, recording, /being recorded.*, 0:(1[4-9]|[2-9]\d)/s);
  await anna.opens("/newsroom/channel");
  await anna.presses("End now");
  await says(anna, recording, /^\s*Question time.*published/s);
  await anna.isServedByThePage();
  await anna.page.screenshot({ path: info.outputPath("newsroom.png"), fullPage: true });

  // Whoever missed it finds it.
  await page.goto(`${program.origin}/live`);
  await page.screenshot({ path: info.outputPath("live.png"), fullPage: true });
  await page.getByRole("link", { name: "Question time" }).click();
  const address = page.url();
  await plays(page);
  const long = await page.locator("video").evaluate((video: HTMLVideoElement) => video.duration);
  expect(long).toBeGreaterThan(12);
  await page.getByRole("link", { name: "The budget" }).click();
  const at = Number(new URL(page.url()).hash.replace("#t=", ""));
  expect(at).toBeGreaterThan(4);
  await expect.poll(async () => (await played(page)).seconds).toBeGreaterThan(at - 0.1);
  await plays(page);
  await page.screenshot({ path: info.outputPath("programme.png"), fullPage: true });

  // Somebody without scripts, and whoever loads it down, has the file.
  const file = await page.locator("a[download]").getAttribute("href");
  const part = await fetch(`${program.origin}${file}`, { headers: { range: "bytes=4-7" } });
  expect([part.status, await part.text()]).toEqual([206, "ftyp"]);
  await anna.opens(recording);
  await plays(anna.page);
  const whole = await anna.page.locator("video").evaluate((video: HTMLVideoElement) => video.duration);
  expect(Math.abs(whole - long)).toBeLessThan(0.5);

  // It is cut where a segment begins.
  await anna.fills("From", "0:04");
  await anna.presses("Trim");
  await expect(anna.page.getByLabel("From")).toHaveValue(/^0:0[234]$/);
  await expect(async () => {
    await page.goto(address);
    await plays(page);
    const left = await page.locator("video").evaluate((video: HTMLVideoElement) => video.duration);
    expect(left).toBeLessThan(long - 1.5);
  }).toPass({ timeout: 90_000 });

  // An editor has it lead a story.
  await anna.opens("/newsroom/?state=published&q=Putin+and+Biden");
  await anna.page.locator(".story-headline a").first().click();
  await isSaved(anna);
  const story = await anna.page.locator("section[aria-labelledby=steps] a").first().getAttribute("href");
  await anna.page.getByLabel("Recording that leads the story").selectOption({ index: 1 });
  await anna.presses("Save", anna.page.getByRole("region", { name: "Video" }));
  await anna.presses("Yes, change it for readers now");
  await isSaved(anna);
  await page.goto(`${program.origin}${story}`);
  await expect(page.locator("meta[property='og:video']")).toHaveCount(1);
  await plays(page);
  await page.screenshot({ path: info.outputPath("story.png") });

  // What is taken from readers is gone from both.
  await anna.opens(recording);
  await anna.presses("Take from readers");
  await expect(async () => {
    expect((await page.goto(address))!.status()).toBe(404);
    await page.goto(`${program.origin}${story}`);
    await expect(page.locator("video")).toHaveCount(0, { timeout: 500 });
  }).toPass({ timeout: 30_000 });
  expect((await fetch(`${program.origin}${file}`)).status).toBe(404);
});
