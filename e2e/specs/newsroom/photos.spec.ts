import { randomBytes } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { leadsWith } from "../../support/desk.ts";
import { expect, test, type Staff } from "../../support/newsroom.ts";
import type { Program } from "../../support/program.ts";

test.use({ content: "demo" });

const fixtures = resolve(import.meta.dirname, "../../../fixtures");
const press = readFileSync(join(fixtures, "photos/press.jpg"));

/** A photo that no newsroom has had before, of about this size: what follows the picture is not looked at. */
function photo(name: string, bytes = 0) {
  const picture = readFileSync(join(fixtures, "demo/photos/lake-fountain.jpg"));
  return { name, mimeType: "image/jpeg", buffer: Buffer.concat([picture, randomBytes(Math.max(bytes, 16))]) };
}

async function photographer(program: Program, somebody: () => Promise<Staff>): Promise<Staff> {
  const anna = await somebody();
  await anna.arrives(await program.firstLink(), "Anna Kern");
  await anna.opens("/newsroom/photos");
  return anna;
}

const files = (staff: Staff) => staff.page.getByLabel("Add photos");
const upload = (staff: Staff, name: string) => staff.page.locator(".uploads li", { hasText: name });

/** Sends one photo, and opens its page. */
async function adds(staff: Staff, name: string): Promise<string> {
  await staff.opens("/newsroom/photos");
  await files(staff).setInputFiles([photo(name)]);
  await upload(staff, name).getByRole("link", { name: "added" }).click();
  await staff.page.waitForURL(/\/newsroom\/photos\/[0-9a-f-]+$/);
  return new URL(staff.page.url()).pathname;
}

async function describes(staff: Staff, words: Record<string, string>): Promise<void> {
  for (const [field, text] of Object.entries(words)) await staff.page.locator(`#${field}`).fill(text);
  await saves(staff);
}

async function saves(staff: Staff): Promise<void> {
  const answered = staff.page.waitForResponse((answer) => answer.request().method() === "POST");
  await staff.presses("Save");
  await answered;
  await staff.page.waitForLoadState();
}

const complete = {
  caption: "The fountain at dusk",
  alt: "A tall jet of water over a lake",
  credit: "Rosa Kern",
};

/** A story with this lead photo, which is not published yet. */
async function leads(staff: Staff, headline: string, caption: string): Promise<string> {
  await staff.opens("/newsroom/articles/new");
  await staff.fills("Headline", headline);
  await staff.page.getByLabel("Section").selectOption({ label: "News › Russia" });
  await staff.presses("Begin");
  await isSaved(staff);
  await leadsWith(staff, caption);
  await isSaved(staff);
  return new URL(staff.page.url()).pathname;
}

async function isSaved(staff: Staff): Promise<void> {
  await expect(staff.page.locator(".editor-state")).toHaveText("Saved", { timeout: 20_000 });
  await expect(staff.page.locator("[data-editor=status]")).toHaveAttribute("data-unsaved", "0");
}

async function publishes(staff: Staff): Promise<void> {
  await staff.presses("Publish");
  await staff.presses("Yes, show it to readers now");
}

async function isAccessible(page: Page): Promise<void> {
  const axe = await new AxeBuilder({ page }).analyze();
  expect.soft(axe.violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
}

test("several are sent at once, and a bad one says why", async ({ program, somebody }) => {
  const anna = await photographer(program, somebody);
  await files(anna).setInputFiles([
    photo("one.jpg"),
    { name: "letter.jpg", mimeType: "image/jpeg", buffer: Buffer.from("Dear editor") },
    { name: "press.jpg", mimeType: "image/jpeg", buffer: press },
    photo("two.jpg", 1_500_000),
  ]);
  for (const name of ["one.jpg", "press.jpg", "two.jpg"]) {
    await expect(upload(anna, name).getByRole("link", { name: "added" })).toBeVisible({ timeout: 60_000 });
  }
  await expect(upload(anna, "letter.jpg")).toContainText("upload a JPEG, PNG, WebP or AVIF.");
  await expect(upload(anna, "letter.jpg").getByRole("button", { name: "Try again" })).toBeVisible();
  await isAccessible(anna.page);
  expect(readdirSync(join(program.data, "files/uploads")), "nothing half-stored").toEqual([]);
  // What the file says of itself is there.
  await upload(anna, "press.jpg").getByRole("link", { name: "added" }).click();
  await expect(anna.page.locator("#credit")).toHaveValue("Pool/Tribune");
  await expect(anna.page.locator("#alt")).toHaveValue("Two flags beside a screen");
  await isAccessible(anna.page);
});

test("an upload goes on after the server was killed", async ({ program, somebody }) => {
  test.setTimeout(120_000);
  const anna = await photographer(program, somebody);
  const wire = await anna.page.context().newCDPSession(anna.page);
  await wire.send("Network.enable");
  const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 1_500_000 };
  await wire.send("Network.emulateNetworkConditions", slow);
  const starts: number[] = [];
  anna.page.on("request", (request) => {
    const start = new URL(request.url()).searchParams.get("start");
    if (start !== null) starts.push(Number(start));
  });
  await files(anna).setInputFiles([photo("large.jpg", 12_000_000), photo("dropped.jpg", 12_000_000)]);
  await upload(anna, "dropped.jpg").getByRole("button", { name: /^Cancel/ }).click();
  await expect(upload(anna, "dropped.jpg")).toContainText("cancelled");
  const bar = upload(anna, "large.jpg").locator("progress");
  await expect.poll(() => bar.evaluate((it: HTMLProgressElement) => it.value)).toBeGreaterThan(0.3);
  const back = await program.diesAndComesBack();
  const before = starts.length;
  await wire.send("Network.emulateNetworkConditions", { ...slow, uploadThroughput: -1 });
  await expect(upload(anna, "large.jpg").getByRole("link", { name: "added" })).toBeVisible({ timeout: 60_000 });
  const later = starts.slice(before);
  expect(later.length, "the rest was sent").toBeGreaterThan(0);
  expect(Math.min(...later), "and not the whole again").toBeGreaterThan(2_000_000);
  await back.stop();
});

test("the form sends files without scripts, too", async ({ program, somebody, browser }) => {
  const anna = await photographer(program, somebody);
  const state = await anna.page.context().storageState();
  const context = await browser.newContext({ javaScriptEnabled: false, storageState: state });
  const page = await context.newPage();
  await page.goto(`${program.origin}/newsroom/photos`);
  await page.getByLabel("Add photos").setInputFiles([
    photo("plain.jpg"),
    { name: "letter.jpg", mimeType: "image/jpeg", buffer: Buffer.from("Dear editor") },
  ]);
  await page.getByRole("button", { name: "Upload" }).click();
  await expect(page.locator(".uploads li", { hasText: "plain.jpg" }).getByRole("link")).toBeVisible();
  await expect(page.locator(".uploads li", { hasText: "letter.jpg" })).toContainText("upload a JPEG, PNG");
  await context.close();
});

test("a photo without its words, or whose rights have ended, holds its story back", async ({ program, somebody }) => {
  const anna = await photographer(program, somebody);
  const path = await adds(anna, "fountain.jpg");
  await describes(anna, { caption: "The fountain at dusk" });
  const story = await leads(anna, "The Fountain Is On Again", "The fountain at dusk");
  await publishes(anna);
  await expect(anna.trouble).toContainText("lacks a credit and a text for those who cannot see it");
  await expect(anna.page.getByLabel("Photos that need attention")).toContainText("It lacks a credit.");

  // Decorative, it needs a credit and nothing else.
  await anna.opens(path);
  await anna.page.getByLabel("Decorative").check();
  await describes(anna, { credit: "Rosa Kern", usable_until: "2020-01-01" });
  await expect(anna.page.locator("main")).toContainText("could be used until 2020-01-01");
  await anna.opens(story);
  await isSaved(anna);
  await publishes(anna);
  await expect(anna.trouble).toContainText("may be used until 2020-01-01 only");
  await isAccessible(anna.page);

  await anna.opens(path);
  await describes(anna, { usable_until: "2099-12-31", alt: "Not told" });
  await anna.opens(story);
  await isSaved(anna);
  await publishes(anna);
  await expect(anna.page.locator(".editor-bar .state")).toHaveText("Published");
  await anna.opens("/news/russia/the-fountain-is-on-again");
  await expect(anna.page.locator(".article figure img").first()).toHaveAttribute("alt", "");

  // Over afterwards, it is listed where readers see it.
  await anna.opens(path);
  await describes(anna, { usable_until: "2020-01-01" });
  await anna.opens("/newsroom/photos?which=ended");
  const ended = anna.page.getByRole("region", { name: "Used in published stories though" });
  await expect(ended.getByRole("link", { name: "The Fountain Is On Again" })).toBeVisible();
  await isAccessible(anna.page);
});

test("the focal point is moved with the keyboard, and every shape follows", async ({ program, somebody }) => {
  const anna = await photographer(program, somebody);
  await adds(anna, "focal.jpg");
  const point = anna.page.getByRole("button", { name: /^Focal point/ });
  await point.focus();
  const square = anna.page.locator("[data-crop='1x1'] img");
  const shown = () => square.evaluate((it) => getComputedStyle(it).objectPosition);
  const before = await shown();
  for (let step = 0; step < 3; step += 1) await anna.page.keyboard.press("Shift+ArrowRight");
  await anna.page.keyboard.press("ArrowUp");
  await expect(anna.page.locator("#focal_x")).toHaveValue("80");
  await expect(anna.page.locator("#focal_y")).toHaveValue("39");
  await expect(point).toHaveAccessibleName("Focal point: 80 %, 39 %");
  expect(await shown()).not.toBe(before);
  // With the pointer, too.
  const stage = anna.page.locator("[data-focal]");
  await stage.scrollIntoViewIfNeeded();
  const box = (await stage.boundingBox())!;
  await stage.click({ position: { x: box.width * 0.25, y: box.height * 0.5 } });
  await expect(anna.page.locator("#focal_x")).toHaveValue("25");
  await expect(anna.page.locator("#focal_y")).toHaveValue("50");
  await saves(anna);
  await anna.page.reload();
  await expect(anna.page.locator("#focal_x")).toHaveValue("25");
});

test("a photo is replaced everywhere", async ({ program, somebody }) => {
  test.setTimeout(120_000);
  const anna = await photographer(program, somebody);
  const old = await adds(anna, "old.jpg");
  await describes(anna, { ...complete, caption: "The old fountain" });
  const fresh = await adds(anna, "fresh.jpg");
  await describes(anna, { ...complete, caption: "The new fountain" });
  const id = (path: string) => path.split("/").at(-1)!;
  const shown = await leads(anna, "Shown to Readers", "The old fountain");
  await publishes(anna);
  await expect(anna.page.locator(".editor-bar .state")).toHaveText("Published");
  const draft = await leads(anna, "Still Written", "The old fountain");
  await anna.page.locator(".ProseMirror").click();
  await anna.page.keyboard.type("In the midst of it.");
  await isSaved(anna);

  const other = await anna.page.context().newPage();
  await other.goto(`${program.origin}${old}`);
  await other.getByRole("link", { name: "Replace everywhere" }).click();
  await other.getByLabel("Words about the photo").fill("new fountain");
  await other.getByRole("button", { name: "Show" }).click();
  await other.getByRole("link", { name: "The new fountain" }).click();
  await expect(other.locator(".places")).toContainText("Shown to Readers");
  await expect(other.locator(".places")).toContainText("Still Written");
  await isAccessible(other);
  await other.getByRole("button", { name: "Replace it now" }).click();
  await other.waitForURL(new RegExp(`${id(fresh)}$`));
  await expect(other.locator(".places")).toContainText("Shown to Readers");
  await expect(other.locator(".places")).toContainText("Still Written");

  // Whoever is writing sees it at once, and loses nothing.
  await expect(anna.page.locator(".editor-lead img")).toHaveAttribute("src", new RegExp(id(fresh)));
  await anna.page.keyboard.type(" And on.");
  await isSaved(anna);
  await expect(anna.page.locator(".ProseMirror")).toContainText("In the midst of it. And on.");
  await other.goto(`${program.origin}/news/russia/shown-to-readers`);
  await expect(other.locator(".article figure img").first()).toHaveAttribute("src", new RegExp(id(fresh)));
  await other.goto(`${program.origin}${old}`);
  await expect(other.locator("main")).toContainText("It is used nowhere yet.");
  for (const story of [shown, draft]) {
    await other.goto(`${program.origin}${story}`);
    await expect(other.locator(".editor-lead img")).toHaveAttribute("src", new RegExp(id(fresh)));
  }
});
