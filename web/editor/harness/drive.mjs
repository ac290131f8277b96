// Drives the editor in Chromium, as two people, and takes pictures. Slow, so it is not part of
// `npm test`: `npm run build && node editor/bundle_tests.mjs && node editor/harness/drive.mjs`.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { chromium } from "playwright-core";
import { start } from "./server.mjs";

const shots = process.env.SHOTS ?? "/tmp/editor-shots";
await mkdir(shots, { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
  ],
});
const harness = await start();
const problems = [];

/** Opens an article as somebody. */
async function open(article, name, { size = [1280, 900], query = "", scheme = "light" } = {}) {
  const context = await browser.newContext({
    viewport: { width: size[0], height: size[1] },
    colorScheme: scheme,
    hasTouch: size[0] < 600,
  });
  const page = await context.newPage();
  page.on("console", (message) => {
    const text = message.text();
    // Chromium reports the styles and handlers of pasted HTML, which it never applies.
    const isNoise = /404|ERR_|WebSocket|inline style violates|inline event handler violates/.test(text);
    if (message.type() === "error" && !isNoise) problems.push(`${name}: ${text}`);
  });
  page.on("pageerror", (error) => problems.push(`${name}: ${error.stack}`));
  await page.goto(`${harness.url}/newsroom/articles/${article}/edit?as=${encodeURIComponent(name)}${query}`);
  await page.waitForSelector('[data-state="saved"], [data-state="read-only"]');
  return page;
}

const shot = (page, name, full = false) => page.screenshot({ path: `${shots}/${name}.png`, fullPage: full });
const body = (page) => page.locator(".editor-body");
const saved = (page) => page.waitForSelector('[data-state="saved"]');
const has = (page, text) => page.waitForFunction((text) => document.querySelector(".editor-body").innerText.includes(text), text);

/** A browser tells of a selection a moment after it was made; no person is quicker. */
const selected = (page) => page.waitForTimeout(50);

/** Pastes as the clipboard would. */
const paste = (page, data) => page.evaluate((data) => {
  const transfer = new DataTransfer();
  for (const [type, text] of Object.entries(data)) transfer.setData(type, text);
  const event = new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true });
  document.activeElement.dispatchEvent(event);
}, data);

const steps = {
  async "two people write in one article"() {
    await harness.seed("demo", "article");
    const irene = await open("demo", "Irene Marsh");
    const ada = await open("demo", "Ada Okafor");
    await shot(irene, "desktop");
    await shot(irene, "desktop-full", true);
    await body(irene).getByText("behind closed doors").click();
    await irene.keyboard.press("End");
    await irene.keyboard.type(' Nobody said "why"--yet.');
    await has(ada, "Nobody said “why”–yet.");
    await ada.getByRole("textbox", { name: "Headline" }).click();
    await ada.keyboard.press("Control+End");
    await ada.keyboard.type(' at "last"');
    await irene.waitForFunction(() => document.querySelector("[data-editor=headline]").value.endsWith("at “last”"));
    await ada.keyboard.press("Backspace");
    assert.match(await ada.locator("[data-editor=headline]").inputValue(), /last"$/);
    await ada.keyboard.press("Control+z");
    await body(ada).getByText("it ended at").click();
    await ada.keyboard.down("Shift");
    for (let n = 0; n < 12; n++) await ada.keyboard.press("ArrowRight");
    await ada.keyboard.up("Shift");
    await irene.waitForSelector(".editor-cursor");
    await shot(irene, "cursors");
    assert.equal(await irene.locator(".editor-people li").count(), 2);
    await saved(irene);
    await irene.context().close();
    await ada.waitForFunction(() => document.querySelectorAll(".editor-people li").length === 1);
    await ada.context().close();
  },

  async "every block is worked by keyboard"() {
    const page = await open("blank", "Irene Marsh");
    await page.locator("[data-editor=headline]").click();
    await page.keyboard.type("A headline");
    await page.keyboard.press("Enter");
    await page.keyboard.type("And a deck");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await shot(page, "empty");
    await page.keyboard.type("First paragraph.");
    await page.keyboard.press("Enter");
    await page.keyboard.type("/");
    await page.waitForSelector("#editor-block-menu");
    await shot(page, "block-menu");
    await page.keyboard.type("quot");
    await page.keyboard.press("Enter");
    await page.keyboard.type("Said so.");
    await page.keyboard.press("Tab");
    await page.keyboard.type("A. Speaker");
    await page.keyboard.press("Enter");
    await page.keyboard.type("Baker");
    await page.keyboard.press("Control+Enter");
    await page.keyboard.type("/table");
    await page.keyboard.press("Enter");
    for (const text of ["Party", "Seats", "Change", "North", "12", "+2"]) {
      await page.keyboard.type(text);
      await page.keyboard.press("Tab");
    }
    await shot(page, "table");
    await page.keyboard.press("Control+Enter");
    await page.keyboard.type("/fact");
    await page.keyboard.press("Enter");
    await page.keyboard.type("Inside the box.");
    await page.keyboard.press("Control+Enter");
    await page.keyboard.type("/photo");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".editor-pictures li");
    await shot(page, "photos");
    await page.keyboard.type("flags");
    await page.waitForFunction(() => document.querySelectorAll(".editor-pictures li").length === 1);
    await page.keyboard.press("Enter");
    await page.waitForSelector(".editor-body .photo.ProseMirror-selectednode");
    await page.keyboard.press("Enter");
    await page.keyboard.type("A caption.");
    await page.keyboard.press("Enter");
    await page.keyboard.type("- one");
    await page.keyboard.press("Enter");
    await page.keyboard.type("two");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await page.keyboard.type("/related");
    await page.keyboard.press("Enter");
    await page.keyboard.type("road");
    await page.waitForSelector(".editor-dialog [role=option]");
    await shot(page, "related");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Control+Enter");
    await page.keyboard.type("/embed");
    await page.keyboard.press("Enter");
    await page.keyboard.type("not an address");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".editor-dialog [aria-invalid]");
    await page.locator(".editor-dialog input").fill("youtube.com/watch?v=abc&utm_source=x");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".editor-body .embed");
    await page.keyboard.press("Control+Enter");
    await page.keyboard.type("/code");
    await page.keyboard.press("Enter");
    await page.keyboard.type('let a = "straight";');
    await page.keyboard.press("Control+Enter");
    await page.keyboard.type("The end");
    await page.keyboard.press("Shift+Home");
    await selected(page);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("example.org/a");
    await page.keyboard.press("Enter");
    await page.waitForSelector('.editor-body a[href="https://example.org/a"]');
    await page.keyboard.press("Alt+F10");
    assert.equal(await page.evaluate(() => document.activeElement.closest("[role=toolbar]") !== null), true);
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Escape");
    assert.equal(await page.evaluate(() => document.activeElement.classList.contains("editor-body")), true);
    await page.keyboard.press("Control+/");
    await page.waitForSelector(".editor-shortcuts");
    await shot(page, "shortcuts");
    await page.keyboard.press("Escape");
    await saved(page);
    await shot(page, "blocks", true);
    const json = JSON.stringify(harness.article("blank").doc.getXmlFragment("body").toJSON());
    for (const part of ["A. Speaker", "Baker", "table_row", "Inside the box.", "A caption.", "bullet_list", "youtube.com/watch?v=abc", "straight"]) {
      assert.ok(json.includes(part), part);
    }
    assert.ok(!json.includes("utm_source"));
    await page.context().close();
  },

  async "suggestions are made, seen and answered"() {
    await harness.seed("suggest", "article");
    const irene = await open("suggest", "Irene Marsh");
    const ada = await open("suggest", "Ada Okafor");
    await ada.getByRole("switch").click();
    await body(ada).getByText("behind closed doors").dblclick();
    await selected(ada);
    await ada.keyboard.type("publicly");
    await ada.keyboard.press("End");
    await ada.keyboard.type(" They will meet again.");
    await ada.keyboard.press("Enter");
    await ada.keyboard.type("A new paragraph, suggested.");
    await body(ada).locator(".photo").first().click();
    await ada.keyboard.press("Delete");
    await irene.waitForSelector(".editor-suggestions li:nth-child(3)");
    await shot(irene, "suggestions");
    await shot(ada, "suggesting");
    const count = await irene.locator(".editor-suggestions > li").count();
    await irene.locator(".editor-suggestion-answers button").first().click();
    await irene.waitForFunction((count) => document.querySelectorAll(".editor-suggestions > li").length === count - 1, count);
    await irene.getByRole("button", { name: "Reject all" }).click();
    await irene.waitForFunction(() => document.querySelectorAll(".editor-suggestions > li").length === 0);
    await ada.waitForFunction(() => document.querySelectorAll(".editor-suggestions > li").length === 0);
    assert.equal(await ada.locator(".editor-body .photo").count(), 1);
    await ada.reload();
    await saved(ada);
    await ada.waitForSelector('[role=switch][aria-checked="true"]');
    await irene.context().close();
    await ada.context().close();
  },

  async "a dead network takes nothing"() {
    const irene = await open("network", "Irene Marsh");
    await body(irene).click();
    await irene.keyboard.type("Before. ");
    await saved(irene);
    await irene.context().setOffline(true);
    harness.article("network").drop();
    await irene.waitForSelector('[data-state="offline"]');
    await irene.keyboard.type("While away. ");
    await shot(irene, "offline");
    await irene.context().setOffline(false);
    await saved(irene);
    await irene.waitForFunction(() => true);
    assert.match(JSON.stringify(harness.article("network").doc.getXmlFragment("body").toJSON()), /Before. While away/);

    // A closed page, too: what was not sent is in the browser.
    harness.article("network").saves = false;
    await irene.context().setOffline(true);
    harness.article("network").drop();
    await irene.waitForSelector('[data-state="offline"]');
    await irene.keyboard.type("And closed.");
    await irene.waitForTimeout(300);
    await irene.context().setOffline(false);
    harness.article("network").saves = true;
    await irene.reload();
    await has(irene, "And closed.");
    await saved(irene);
    assert.match(JSON.stringify(harness.article("network").doc.getXmlFragment("body").toJSON()), /And closed/);
    await irene.context().close();
  },

  async "a refusal is told, and the page shows what is saved"() {
    await harness.seed("refuse", "article");
    const page = await open("refuse", "Irene Marsh");
    await saved(page);
    harness.article("refuse").refuses = "You may not change this article while it is being published.";
    await body(page).getByText("behind closed doors").click();
    await page.keyboard.type("§");
    await page.waitForSelector(".editor-notice:not([hidden])");
    harness.article("refuse").refuses = "";
    await saved(page);
    await page.waitForFunction(() => !document.querySelector(".editor-body").innerText.includes("§"));
    assert.match(await page.locator(".editor-notice").innerText(), /while it is being published/);
    await shot(page, "refused");
    assert.match(await page.locator(".editor-notice textarea").inputValue(), /§/);
    // And it works on.
    await page.getByRole("button", { name: "Dismiss" }).click();
    await body(page).getByText("behind closed doors").click();
    await page.keyboard.type("Q");
    await saved(page);
    harness.article("refuse").close(4401);
    await page.waitForSelector(".editor-notice:not([hidden])");
    assert.match(await page.locator(".editor-notice").innerText(), /signed out/);
    await page.context().close();
  },

  async "what is pasted is clean"() {
    const page = await open("paste", "Irene Marsh");
    await body(page).click();
    await page.evaluate(() => (window.hit = 0));
    await paste(page, {
      "text/html": `<meta charset="utf-8"><h1 style="color:red">Title</h1><p onclick="hit=1">Text <b>bold</b> <a href="https://e.org/?utm_source=a&id=1">link</a><img src=x onerror="hit=1"><script>hit=1</script></p><svg onload="hit=1"></svg><blockquote>Said</blockquote>`,
      "text/plain": "x",
    });
    await has(page, "Title");
    assert.equal(await page.evaluate(() => window.hit), 0);
    assert.equal(await page.locator('.editor-body a[href="https://e.org/?id=1"]').count(), 1);
    assert.equal(await page.locator(".editor-body .quotation").count(), 1);
    assert.equal(await page.locator(".editor-body [onclick], .editor-body script, .editor-body [style]").count(), 0);
    // A copy within the editor, through the browser's own clipboard.
    await page.keyboard.press("Control+a");
    await selected(page);
    const copied = await page.evaluate(() => {
      const transfer = new DataTransfer();
      document.activeElement.dispatchEvent(new ClipboardEvent("copy", { clipboardData: transfer, bubbles: true, cancelable: true }));
      return transfer.getData("text/html");
    });
    assert.match(copied, /data-pm-slice/);
    await page.keyboard.press("Control+End");
    await page.keyboard.press("Control+Enter");
    await paste(page, { "text/html": copied, "text/plain": "x" });
    await page.waitForFunction(() => document.querySelectorAll(".editor-body .quotation").length === 2);
    await page.keyboard.press("Control+z");
    await page.waitForFunction(() => document.querySelectorAll(".editor-body .quotation").length === 1);
    // A file that is dropped becomes a photo.
    await page.evaluate(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array([1])], "a.jpg", { type: "image/jpeg" }));
      const at = document.querySelector(".editor-body p").getBoundingClientRect();
      document.querySelector(".editor-body p").dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, clientX: at.left + 5, clientY: at.top + 5, bubbles: true, cancelable: true }));
    });
    await page.waitForSelector(".editor-body .photo");
    await page.context().close();
  },

  async "phones, the dark, readers and who may only read"() {
    await harness.seed("demo2", "article");
    const phone = await open("demo2", "Irene Marsh", { size: [360, 740] });
    await shot(phone, "phone");
    await shot(phone, "phone-full", true);
    await body(phone).getByText("Both sides know").click();
    await shot(phone, "phone-quotation");
    assert.equal(await phone.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    const dark = await open("demo2", "Ada Okafor", { scheme: "dark" });
    await body(dark).getByText("Both sides know").click();
    await shot(dark, "dark");
    const blocks = await open("demo2", "Tomás Gil");
    await blocks.locator("[data-editor=byline] input[role=combobox]").fill("ada");
    await blocks.waitForSelector("[data-editor=byline] [role=option]");
    await shot(blocks, "byline");
    await blocks.keyboard.press("Enter");
    await blocks.getByRole("button", { name: "Move Ada Okafor up" }).focus();
    await blocks.keyboard.press("Enter");
    await blocks.keyboard.press("Enter");
    await blocks.waitForFunction(() => document.querySelector("[data-editor=byline] li").innerText.includes("Ada"));
    const reader = await open("demo2", "Reader", { query: "&read" });
    assert.equal(await reader.locator(".editor-body").getAttribute("contenteditable"), "false");
    await shot(reader, "read-only");
    for (const page of [phone, dark, blocks, reader]) await page.context().close();
    await harness.seed("all", "blocks");
    const all = await open("all", "Irene Marsh");
    await shot(all, "all-blocks", true);
    await all.context().close();
  },
};

const only = process.argv[2];
try {
  for (const [name, step] of Object.entries(steps)) {
    if (only && !name.includes(only)) continue;
    await step();
    console.log(`ok: ${name}`);
  }
  assert.deepEqual(problems, []);
} catch (error) {
  console.log(problems.join("\n"));
  throw error;
} finally {
  await browser.close();
  await harness.close();
}
