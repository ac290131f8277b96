/* The channel as viewers see it: how late a clock is that is in the picture, and how soon there is
   something to see. `cargo xtask bench` says how much is measured, and makes a report of the figures. */
import { createServer } from "node:http";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import type { Page } from "@playwright/test";
import { loudness, played } from "../support/channel.ts";
import { expect, test } from "../support/newsroom.ts";
import { freePort, Program } from "../support/program.ts";
import { Clock, heard, seen } from "./clock.ts";

/** What is measured, and where. */
interface Plan {
  data: string;
  figures: string;
  glances: number;
  peer: { ingest: string; playlist: string };
}

const plan = JSON.parse(process.env["TRIBUNE_BENCH"] ?? "null") as Plan;
const openings = 10;
/** Frames until a player has found its place. */
const settling = 250;

/** A channel on air with parts of this length. */
async function onAir(part: number, watch: (program: Program) => Promise<void>): Promise<void> {
  rmSync(plan.data, { recursive: true, force: true });
  const rtmp = await freePort();
  const settings = { TRIBUNE_RTMP_LISTEN: `127.0.0.1:${rtmp}`, TRIBUNE_PART_MILLISECONDS: String(part) };
  const program = await Program.named("serve", settings, plan.data);
  const clock = Clock.sends(`rtmp://127.0.0.1:${rtmp}/live/${program.command("stream-key", "add", "--name", "The clock")}`);
  try {
    await expect
      .poll(async () => (await fetch(`${program.origin}/channels/main/master.m3u8`)).status, { timeout: 60_000 })
      .toBe(200);
    await watch(program);
  } finally {
    await clock.stops();
    await program.ends();
  }
}

async function glass(page: Page): Promise<number[]> {
  await seen(page, settling);
  return seen(page, plan.glances);
}

/** From the wish to see the channel to the first frame of it. */
async function firstFrame(page: Page, live: string): Promise<number> {
  await page.goto(live, { waitUntil: "commit" });
  const at = await page.waitForFunction(() => {
    const video = document.querySelector("video");
    return video && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && performance.now();
  });
  return (await at.jsonValue()) as number;
}

/** From the choice of sound alone to the first of it. */
async function switching(page: Page): Promise<number> {
  const menu = page.getByLabel("Quality");
  await menu.selectOption("auto");
  await expect.poll(async () => (await played(page)).width, { timeout: 30_000 }).toBeGreaterThan(0);
  await expect.poll(() => loudness(page), { timeout: 30_000 }).toBeGreaterThan(0.01);
  const began = await page.evaluate(() => performance.now());
  await menu.selectOption("audio");
  const heard = await page.waitForFunction(() => {
    const video = document.querySelector("video")!;
    const { analyser } = window as unknown as { analyser: AnalyserNode };
    const wave = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(wave);
    // The picture is gone, and so what is heard is the other stream.
    return video.videoWidth === 0 && video.currentTime > 0 && wave.some((it) => Math.abs(it) > 0.01) && performance.now();
  });
  return ((await heard.jsonValue()) as number) - began;
}

test("the channel", async ({ page }) => {
  const figures: Record<string, number[]> = {};
  await onAir(500, async ({ origin }) => {
    figures["firstFrame"] = [];
    for (let at = 0; at < openings; at += 1) figures["firstFrame"].push(await firstFrame(page, `${origin}/live`));
    await page.locator("video").click();
    figures["half"] = await glass(page);
    figures["switching"] = [];
    for (let at = 0; at < openings; at += 1) figures["switching"].push(await switching(page));
    await page.goto(`${origin}/live/audio`);
    await page.locator("video").evaluate((video: HTMLVideoElement) => video.play());
    figures["sound"] = await heard(page, 20);
  });
  await onAir(200, async ({ origin }) => {
    await page.goto(`${origin}/live`);
    await page.getByLabel("Quality").selectOption("auto");
    await page.locator("video").click();
    figures["fifth"] = await glass(page);
  });
  const clock = Clock.sends(plan.peer.ingest);
  try {
    figures["peer"] = await elsewhere(page, plan.peer.playlist);
  } finally {
    await clock.stops();
  }
  writeFileSync(plan.figures, JSON.stringify(figures));
});

/** The same player on a page of its own, with the stream of somebody else. */
async function elsewhere(page: Page, playlist: string): Promise<number[]> {
  await expect.poll(async () => (await fetch(playlist)).status, { timeout: 60_000 }).toBe(200);
  const script = readFileSync(resolve(import.meta.dirname, "../../web/node_modules/hls.js/dist/hls.min.js"), "utf8");
  const html = `<!doctype html><video muted autoplay></video><script>${script}</script><script>
    const hls = new Hls(); hls.loadSource("${playlist}"); hls.attachMedia(document.querySelector("video"));</script>`;
  const server = createServer((_, answer) => answer.setHeader("content-type", "text/html").end(html));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return await glass(page);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
