/* What producers see of the channel, and what viewers do with it beside watching. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { AxeBuilder } from "@axe-core/playwright";
import type { Locator, Page } from "@playwright/test";
import { played } from "../../support/channel.ts";
import { administrator } from "../../support/desk.ts";
import { expect } from "../../support/newsroom.ts";
import { key, test } from "../../support/studio.ts";

test.use({ content: "demo" });

async function isServed(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).exclude("iframe").analyze();
  expect.soft(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}

async function plays(page: Page): Promise<void> {
  await expect(page.locator(".player-state")).toHaveText(/Waiting|On air/, { timeout: 60_000 });
  await page.locator("video").click();
  const before = (await played(page)).frames;
  await expect.poll(async () => (await played(page)).frames, { timeout: 60_000 }).toBeGreaterThan(before + 25);
}

/** Seconds behind live, as the player says them. */
async function behind(told: Locator): Promise<number> {
  const [, minutes, seconds] = /(\d+):(\d\d)$/.exec(await told.innerText()) ?? [];
  return Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
}

test("a programme about a story is discussed below the channel, gone back in, and watched over", async ({ encoder, program, somebody, page }) => {
  test.setTimeout(300_000);
  const anna = await administrator(program, somebody);
  const text = await key(anna);
  await anna.opens("/newsroom/channel");
  const plan = anna.page.locator("form[action='/newsroom/channel/programmes']");
  const story = await anna.page.locator("#stories option").first().getAttribute("value");
  await plan.getByLabel("Title").fill("Question time");
  await plan.getByLabel(/^Begins/).fill("2040-12-07T15:00");
  await plan.getByLabel(/^Ends/).fill("2040-12-07T16:00");
  await plan.getByLabel("The story that it is about").fill("/nowhere/at-all");
  await anna.presses("Plan a programme", plan);
  await expect(anna.trouble).toContainText("Readers find no story at /nowhere/at-all");
  await plan.getByLabel("The story that it is about").fill(story!);
  await anna.presses("Plan a programme", plan);
  await anna.presses("Begin now");
  encoder(text);

  await page.goto(`${program.origin}/live`);
  await expect(page.locator(".live-story a")).toHaveAttribute("href", story!);
  await plays(page);
  await page.locator("#comment-name").fill("Rosa");
  await page.locator("#comment-text").fill("Well asked.");
  await page.getByRole("button", { name: "Send" }).first().click();
  // The demo's moderators look at a newcomer's comment first.
  await expect(page.locator(".discussion").getByText("Your comment is kept.")).toBeVisible({ timeout: 20_000 });
  await expect(page).toHaveURL(`${program.origin}/live`);
  await isServed(page);
  await anna.opens(story!);
  await anna.page.getByRole("link", { name: "On air now: watch" }).click();
  await expect(anna.page).toHaveURL(`${program.origin}/live`);

  // The producer sees it going, second by second.
  await anna.opens("/newsroom/channel");
  await expect(anna.page.locator("[data-plot=frames] output")).toHaveText(/^\d+$/);
  await expect(anna.page.locator("[data-plot=kilobits] polyline")).toHaveAttribute("points", /\d+,\d+.* \d+,/);
  await expect(anna.page.locator("[data-watching]")).toContainText(/watch(es)? or listen/, { timeout: 60_000 });
  await expect(anna.page.locator("[data-watching]")).not.toContainText("Nobody", { timeout: 60_000 });
  await anna.isServedByThePage();
  const metrics = await (await fetch(`${program.origin}/metrics`)).text();
  expect(metrics).toContain("tribune_channel_on_air 1");

  // Back by keys, and to the present by the button.
  const told = page.locator(".player-seek output");
  await expect(told).toHaveText("Live", { timeout: 60_000 });
  await page.locator("video").focus();
  for (let n = 0; n < 2; n += 1) await page.keyboard.press("j");
  await expect.poll(() => behind(told), { timeout: 30_000 }).toBeGreaterThan(15);
  const frames = (await played(page)).frames;
  await expect.poll(async () => (await played(page)).frames, { timeout: 60_000 }).toBeGreaterThan(frames + 25);
  await page.getByRole("button", { name: "Live", exact: true }).click();
  await expect(told).toHaveText("Live", { timeout: 30_000 });

  // Whoever points at the bar sees what was on at that moment; whoever only listens fetches none of it.
  const bar = page.locator(".player-seek input");
  const still = page.locator(".player-still");
  await expect(async () => {
    await bar.hover({ position: { x: 2, y: 10 } });
    await expect(still).toHaveText(/^−\d+:\d\d$/, { timeout: 2_000 });
  }).toPass({ timeout: 30_000 });
  const pictured = () => still.locator("img").evaluate((image: HTMLImageElement) => image.naturalWidth);
  await expect.poll(pictured, { timeout: 10_000 }).toBe(320);
  await page.mouse.move(0, 0);
  await expect(still).toBeHidden();
  await page.locator("video").focus();
  await page.keyboard.press("m");
  expect(await page.locator("video").evaluate((video: HTMLVideoElement) => video.muted)).toBe(true);
});

test("the player alone is shown by a page of another site", async ({ encoder, program, somebody, page }) => {
  test.setTimeout(180_000);
  const anna = await administrator(program, somebody);
  encoder(await key(anna));
  await page.goto(`${program.origin}/live`);
  await page.getByText("Embed", { exact: true }).click();
  const snippet = await page.locator("#embed-code").inputValue();
  const elsewhere = createServer((_, answer) => {
    answer.setHeader("content-type", "text/html; charset=utf-8");
    answer.end(`<!doctype html><title>Elsewhere</title>${snippet}<iframe src="${program.origin}/live" name="whole"></iframe>`);
  });
  await new Promise<void>((ready) => elsewhere.listen(0, "127.0.0.1", ready));
  try {
    await page.goto(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`);
    const frame = page.frameLocator("iframe").first();
    await expect(frame.locator(".player-state")).toHaveText(/Waiting|On air/, { timeout: 60_000 });
    await frame.locator("video").click();
    const seen = () => frame.locator("video").evaluate((video: HTMLVideoElement) => video.getVideoPlaybackQuality().totalVideoFrames);
    await expect.poll(seen, { timeout: 60_000 }).toBeGreaterThan(25);
    await expect(frame.getByRole("link")).toHaveAttribute("href", `${program.origin}/live`);
    expect(await page.context().cookies()).toEqual([]);
    // No other page of the site can be framed.
    expect(page.frames().find((it) => it.name() === "whole")!.url()).toBe("chrome-error://chromewebdata/");
  } finally {
    elsewhere.close();
  }
});
