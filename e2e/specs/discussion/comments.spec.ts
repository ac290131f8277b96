/* What readers say under a story, without a script, and what moderators do about it. */
import { type Browser, type Page } from "@playwright/test";
import { administrator } from "../../support/desk.ts";
import { expect, test } from "../../support/newsroom.ts";
import { mainStory } from "../../support/site.ts";

test.use({ content: "demo" });

/** A reader whose browser runs nothing. */
async function reader(browser: Browser, use: object): Promise<Page> {
  const context = await browser.newContext({ ...use, javaScriptEnabled: false });
  return context.newPage();
}

async function says(page: Page, name: string, words: string): Promise<void> {
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("Your comment").fill(words);
  await page.getByRole("button", { name: "Send" }).click();
}

const discussion = (page: Page) => page.locator("#discussion");

test("the first comment waits, is let stand, and is answered", async ({ browser, program, somebody }, info) => {
  const anna = await administrator(program, somebody);
  const rosa = await reader(browser, info.project.use);
  const story = program.origin + mainStory.path;
  await rosa.goto(story);
  await expect(discussion(rosa).getByRole("heading", { name: "0 Comments" })).toBeVisible();
  await expect(discussion(rosa)).toContainText("Nobody has said anything yet.");
  await says(rosa, "Rosa", "Two hours are **not** much.\n<img src=x onerror=alert(1)>");
  await expect(rosa.getByRole("status")).toContainText("A moderator will look at it");

  const ivo = await reader(browser, info.project.use);
  await ivo.goto(story);
  await expect(discussion(ivo).getByRole("heading", { name: "0 Comments" })).toBeVisible();
  await ivo.goto(rosa.url());
  await expect(ivo.locator("h1")).toHaveText("There is no page at this address");

  await anna.opens("/newsroom/discussion");
  await expect(anna.page.locator(".queue-row")).toContainText("A newcomer");
  await anna.isServedByThePage();
  await anna.page.keyboard.press("j");
  await anna.page.keyboard.press("a");
  await expect(anna.page.getByText("Nothing is here.")).toBeVisible();

  await expect(async () => {
    await ivo.goto(story);
    await expect(discussion(ivo).getByRole("heading", { name: "1 Comment" })).toBeVisible({ timeout: 500 });
  }).toPass();
  await expect(discussion(ivo).locator(".comment-text strong")).toHaveText("not");
  await expect(discussion(ivo).locator(".comment-text")).toContainText("<img src=x onerror=alert(1)>");
  await discussion(ivo).getByRole("link", { name: "Answer" }).click();
  await says(ivo, "Ivo", "It is a beginning.");
  await expect(ivo.getByRole("status")).toContainText("A moderator will look at it");
  await rosa.goto(story);
  await says(rosa, "Rosa", "Now I am known here.");
  await expect(rosa.locator(".comment:target")).toContainText("Now I am known here.");
  await rosa.goto(story);
  await expect(discussion(rosa).getByRole("heading", { name: "2 Comments" })).toBeVisible();
  for (const one of [rosa, ivo]) await one.context().close();
});

test("a refusal is told with its reason, and is looked at again", async ({ browser, program, somebody }, info) => {
  const anna = await administrator(program, somebody);
  const rosa = await reader(browser, info.project.use);
  await rosa.goto(program.origin + mainStory.path);
  await says(rosa, "Rosa", "It rains.");
  await anna.opens("/newsroom/discussion");
  await anna.page.keyboard.press("j");
  await anna.page.keyboard.press("r");
  await anna.page.keyboard.press("Home");
  await anna.page.locator(".queue-row details select").selectOption("off_topic");
  await anna.page.getByLabel("What else its author is told").fill("This is about the meeting.");
  await anna.presses("Refuse", anna.page.locator(".queue-row details"));
  await expect(anna.page.getByText("Nothing is here.")).toBeVisible();

  await rosa.reload();
  await expect(rosa.getByRole("status")).toContainText("it has nothing to do with the story");
  await expect(rosa.getByRole("status")).toContainText("This is about the meeting.");
  await rosa.getByLabel("Why the comment should stand").fill("The meeting was about the rain.");
  await rosa.getByRole("button", { name: "Ask" }).click();
  await expect(rosa.getByText("A moderator will look again.")).toBeVisible();
  await anna.opens("/newsroom/discussion");
  await expect(anna.page.locator(".queue-row")).toContainText("The meeting was about the rain.");

  // What one wrote can be taken along, and taken away.
  await rosa.goto(`${program.origin}/comments/mine`);
  const [download] = await Promise.all([
    rosa.waitForEvent("download"),
    rosa.getByRole("link", { name: "Download them" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("comments.json");
  await rosa.getByRole("button", { name: "Take all of them away" }).click();
  await expect(rosa.getByText("Nothing was written in this browser.")).toBeVisible();
  await rosa.context().close();
});

test("whoever is banned is told so, and loses nothing of what was typed", async ({ browser, program, somebody }, info) => {
  const anna = await administrator(program, somebody);
  const rosa = await reader(browser, info.project.use);
  await rosa.goto(program.origin + mainStory.path);
  await says(rosa, "Rosa", "Buy lamps.");
  await anna.opens("/newsroom/discussion");
  await anna.page.getByRole("link", { name: "Rosa" }).click();
  await anna.fills(/Take nothing for days/, "3");
  await anna.presses("Ban");
  await expect(anna.page.getByText(/Banned until/)).toBeVisible();
  await anna.isServedByThePage();

  await rosa.goto(program.origin + mainStory.path);
  await says(rosa, "Rosa", "Buy more lamps.");
  await expect(rosa.getByRole("alert")).toContainText("The moderators take nothing from you until");
  await expect(rosa.getByLabel("Your comment")).toHaveValue("Buy more lamps.");
  await rosa.context().close();
});

test("a rule closes a discussion, and another ends it", async ({ browser, program, somebody }, info) => {
  const anna = await administrator(program, somebody);
  const rosa = await reader(browser, info.project.use);
  const rules = async (mode: string) => {
    await anna.opens("/newsroom/discussion/rules");
    await anna.isServedByThePage();
    await anna.page.getByLabel("When a comment is shown").first().selectOption(mode);
    await anna.presses("Save");
    await expect(anna.page.getByLabel("When a comment is shown").first()).toHaveValue(mode);
  };
  await rules("read_only");
  await expect(async () => {
    await rosa.goto(program.origin + mainStory.path);
    await expect(discussion(rosa)).toContainText("This discussion is closed.", { timeout: 500 });
  }).toPass();
  await rules("closed");
  await expect(async () => {
    await rosa.goto(program.origin + mainStory.path);
    await expect(discussion(rosa)).toHaveCount(0, { timeout: 500 });
  }).toPass();
  await rosa.context().close();
});

/** Ways in which others' words have become others' programs. */
const hostile = [
  "<script>window.hit = 1</script>",
  "<img src=x onerror=window.hit=1>",
  "<svg/onload=window.hit=1>",
  "<iframe srcdoc='<script>parent.hit=1</script>'></iframe>",
  "\"><body onload=window.hit=1>",
  "' autofocus onfocus=window.hit=1 x='",
  "[x](javascript:window.hit=1)",
  "[x](JaVaScRiPt&colon;window.hit=1)",
  "[x](data:text/html,<script>parent.hit=1</script>)",
  "<javascript:window.hit=1>",
  "![x](x\"onerror=\"window.hit=1)",
  "[x](https://a.example/\"onmouseover=\"window.hit=1)",
  "https://a.example/\"onmouseover=\"window.hit=1",
  "`<script>window.hit=1</script>`",
  "<math><mtext></form><form><mglyph><style></math><img src onerror=window.hit=1>",
  "<a href=\"java\tscript:window.hit=1\">x</a>",
  "</textarea><script>window.hit=1</script>",
  "{{ 7 * 7 }}<details open ontoggle=window.hit=1>",
  "<style>@import 'https://a.example/x.css';</style>",
  "\u202e<b>gnp.exe</b>\u202c h\u0335\u0335\u0335\u0335\u0335\u0335\u0335\u0335\u0335i",
];

test("nothing that is said becomes a program", async ({ browser, program, somebody }, info) => {
  test.setTimeout(180_000);
  const anna = await administrator(program, somebody);
  await anna.opens("/newsroom/discussion/rules");
  await anna.page.getByLabel("When a comment is shown").first().selectOption("after");
  await anna.presses("Save");
  for (const words of hostile) {
    const one = await reader(browser, info.project.use);
    await one.goto(program.origin + mainStory.path);
    await says(one, words.slice(0, 60), words);
    await expect(one.locator(".comment-text").last()).toBeVisible();
    await one.context().close();
  }
  const { origin } = program;
  const pages = [origin + mainStory.path, `${origin}/newsroom/discussion?list=all`];
  for (const address of pages) {
    await expect(async () => {
      await anna.opens(address);
      expect(await anna.page.locator(".comment-text, .queue-text").count()).toBeGreaterThanOrEqual(10);
    }).toPass();
    expect(await anna.page.evaluate(() => "hit" in window)).toBe(false);
    const within = anna.page.locator(".comment, .queue-row");
    await expect(within.locator("script, img, svg, iframe, math, style, object, embed, body")).toHaveCount(0);
    const links = await within.locator(".comment-text a, .queue-text a").evaluateAll((all) => all.map((it) => it.getAttribute("href")));
    for (const link of links) expect(link).toMatch(/^https?:\/\//);
    const handlers = await within.evaluateAll((all) =>
      all.flatMap((it) => [it, ...it.querySelectorAll("*")]).flatMap((it) => it.getAttributeNames()).filter((name) => name.startsWith("on")),
    );
    expect(handlers).toEqual([]);
  }
});
