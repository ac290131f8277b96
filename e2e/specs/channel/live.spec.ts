/* The channel, from a producer's encoder to a reader's eyes and ears. */
import type { Page } from "@playwright/test";
import { loudness, played } from "../../support/channel.ts";
import { administrator } from "../../support/desk.ts";
import { expect } from "../../support/newsroom.ts";
import { key, test } from "../../support/studio.ts";

/** Waits until the picture has moved on by so many frames. */
async function moves(page: Page, frames = 25): Promise<void> {
  const before = (await played(page)).frames;
  await expect.poll(async () => (await played(page)).frames, { timeout: 60_000 }).toBeGreaterThan(before + frames);
}

test("a source is seen and heard, through a cut line and with sound alone", async ({ encoder, program, somebody, page }) => {
  test.setTimeout(240_000);
  const anna = await administrator(program, somebody);
  const text = await key(anna);
  await anna.isServedByThePage();
  await anna.opens("/newsroom/channel");
  await expect(anna.page.getByText(text)).toHaveCount(0);
  await expect(anna.page.locator("#on-air")).toContainText("Off air");

  await page.goto(`${program.origin}/live`);
  await expect(page.locator(".player-state")).toHaveText("Off air");
  const studio = encoder(text);
  await expect(page.locator(".player-state")).toHaveText(/Waiting|On air/, { timeout: 30_000 });
  await page.locator("video").click();
  await moves(page);
  expect((await played(page)).width).toBeGreaterThan(0);
  await expect.poll(() => loudness(page)).toBeGreaterThan(0.01);
  await expect(page.locator(".player-state")).toHaveText("On air");

  // Every page says so, and the newsroom too.
  await expect(async () => {
    await anna.opens("/");
    await expect(anna.page.locator(".on-air")).toHaveText(/Live/);
  }).toPass({ timeout: 20_000 });
  await anna.opens("/newsroom/channel");
  await expect(anna.page.locator("#on-air")).toContainText("On air since");
  // A busy machine's encoder does not keep its own rate.
  await expect(anna.page.getByText(/640 × 360 pixels, \d+ frames a second/)).toBeVisible();

  // Sound alone is another stream, and is remembered.
  await page.getByLabel("Quality").selectOption({ label: "Audio Only" });
  await expect.poll(() => loudness(page), { timeout: 30_000 }).toBeGreaterThan(0.01);
  expect((await played(page)).width).toBe(0);
  await page.reload();
  await expect(page.getByLabel("Quality")).toHaveValue("audio");
  await page.getByLabel("Quality").selectOption({ label: "Automatic" });
  await page.locator("video").click();
  await moves(page);

  // The line is cut: the slate is shown, and the source when it is back.
  await studio.isCutOff();
  await moves(page, 75);
  await expect.poll(() => loudness(page), { timeout: 30_000 }).toBeLessThan(0.001);
  encoder(text);
  await expect.poll(() => loudness(page), { timeout: 30_000 }).toBeGreaterThan(0.01);
  await moves(page);
});

test("whoever has no key that works is sent away with a word", async ({ encoder, program, somebody }) => {
  const anna = await administrator(program, somebody);
  const text = await key(anna);
  expect(await encoder("nonsense").isRefused()).not.toBe("");
  await anna.opens("/newsroom/channel");
  await expect(anna.page.getByText("There is no such stream key, or it was revoked.")).toBeVisible();
  await anna.opens("/newsroom/channel");
  await anna.presses("Revoke");
  await expect(anna.page.getByText("The studio")).toHaveCount(0);
  expect(await encoder(text).isRefused()).not.toBe("");
  expect((await fetch(`${program.origin}/channels/main/master.m3u8`)).status).toBe(404);
});

test("a programme is planned, begun and ended, and readers are told", async ({ program, somebody, page }) => {
  const anna = await administrator(program, somebody);
  await anna.opens("/newsroom/channel");
  const plan = anna.page.locator("form[action='/newsroom/channel/programmes']");
  await plan.getByLabel("Title").fill("Question time");
  await plan.getByLabel(/^Begins/).fill("2040-12-07T15:00");
  await plan.getByLabel(/^Ends/).fill("2040-12-07T14:00");
  await anna.presses("Plan a programme", plan);
  await expect(anna.trouble).toContainText("ends after it begins");
  await expect(plan.getByLabel("Title")).toHaveValue("Question time");
  await plan.getByLabel(/^Ends/).fill("2040-12-07T16:00");
  await anna.presses("Plan a programme", plan);
  await page.goto(`${program.origin}/live`);
  await expect(page.getByText("Question time")).toBeVisible();
  await anna.presses("Begin now");
  await expect(async () => {
    await page.reload();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Question time");
  }).toPass({ timeout: 20_000 });
  await anna.presses("End now");
  await expect(anna.page.getByText("Nothing is planned.")).toBeVisible();
  await anna.isServedByThePage();
});
