/* What is said on the channel, to be read: inside of the pictures, and typed while it is on air. */
import type { Page } from "@playwright/test";
import { CaptionedEncoder } from "../../support/captioned.ts";
import { played } from "../../support/channel.ts";
import { administrator } from "../../support/desk.ts";
import { expect } from "../../support/newsroom.ts";
import { key, test } from "../../support/studio.ts";

/** What stands over the picture at this moment. */
async function read(page: Page): Promise<string> {
  return page.locator("video").evaluate((video: HTMLVideoElement) =>
    [...video.textTracks]
      .filter((track) => track.mode === "showing")
      .flatMap((track) => [...(track.activeCues ?? [])].map((cue) => (cue as VTTCue).text))
      .join("\n"),
  );
}

test("captions are read, whether they come with the pictures or are typed", async ({ program, settings, somebody, page }, info) => {
  test.skip(!info.project.name.startsWith("desktop"), "what is sent is the same for a phone");
  test.setTimeout(240_000);
  const anna = await administrator(program, somebody);
  await anna.opens("/newsroom/channel");
  await anna.fills(/^Languages in which/, "english!");
  await anna.page.locator("form[action$='/captions']").getByRole("button").click();
  await expect(anna.trouble).toContainText("is no language");
  await anna.fills(/^Languages in which/, "es");
  await anna.page.locator("form[action$='/captions']").getByRole("button").click();
  await expect(anna.page.getByRole("link", { name: "Write captions" })).toBeVisible();
  const secret = await key(anna);

  const encoder = CaptionedEncoder.sends(`rtmp://${settings["TRIBUNE_RTMP_LISTEN"]}/live/${secret}`, "HELLO VIEWERS");
  try {
    await page.goto(`${program.origin}/live`);
    await expect(page.locator(".player-state")).toHaveText(/Waiting|On air/, { timeout: 60_000 });
    await page.locator("video").click();
    await expect.poll(async () => (await played(page)).frames, { timeout: 60_000 }).toBeGreaterThan(25);

    // Inside of the pictures, in the site's language.
    const menu = page.getByLabel("Captions");
    await expect(menu.locator("option")).toHaveText(["Off", "English", "Español"], { timeout: 40_000 });
    expect(await read(page)).toBe("");
    await menu.selectOption("English");
    await expect.poll(() => read(page), { timeout: 30_000 }).toContain("HELLO VIEWERS");

    // Beside them, as somebody types.
    await anna.opens("/newsroom/captions");
    await menu.selectOption("Español");
    const field = anna.page.getByLabel("What is said, in Español");
    const typed = Date.now();
    await field.fill("Buenas tardes a todos.");
    await field.press("Enter");
    await expect(field).toHaveValue("");
    await expect.poll(() => read(page), { timeout: 20_000, intervals: [100] }).toBe("Buenas tardes a todos.");
    expect(Date.now() - typed, "as soon as its segment is closed").toBeLessThan(12_000);
    await expect(anna.page.locator(".captions-written li").first()).toContainText("Buenas tardes");
    await expect.poll(() => read(page), { timeout: 20_000 }).toBe("");
    await anna.isServedByThePage();

    // The key takes them away and brings them back, and they are remembered.
    await page.locator("body").press("c");
    await expect(menu).toHaveValue("");
    await page.locator("body").press("c");
    await expect(menu).toHaveValue("Español");
    await page.reload();
    await expect(menu).toHaveValue("Español", { timeout: 40_000 });
    await page.locator("video").click();
    await field.fill("Hasta luego.");
    await field.press("Enter");
    await expect.poll(() => read(page), { timeout: 30_000, intervals: [100] }).toBe("Hasta luego.");

    // Smaller pictures carry the same, and the window to go back in has what was typed.
    const fetched = async (path: string) => (await fetch(`${program.origin}/channels/main/${path}`)).text();
    const smaller = await fetched("240p/live.m3u8");
    const segment = smaller.split("\n").filter((line) => /^s\d/.test(line)).pop();
    expect(await fetched(`240p/${segment}`)).toContain("GA94");
    const window = await fetched("dvr.m3u8");
    expect(window).toContain('URI="text-es/dvr.m3u8"');
    const texts = (await fetched("text-es/dvr.m3u8")).split("\n").filter((line) => line.endsWith(".vtt"));
    const all = await Promise.all(texts.map((name) => fetched(`text-es/${name}`)));
    expect(all.join("")).toContain("Buenas tardes a todos.");
    expect(all.every((text) => text.startsWith("WEBVTT\nX-TIMESTAMP-MAP="))).toBe(true);
  } finally {
    await encoder.isCutOff();
  }
});
