/* A discussion where scripts run: one writes without leaving the page, and hears of what is new. */
import { type Browser, type Page } from "@playwright/test";
import { administrator } from "../../support/desk.ts";
import { expect, test } from "../../support/newsroom.ts";
import { mainStory } from "../../support/site.ts";

test.use({ content: "demo" });

test.beforeEach(async ({ program, somebody }) => {
  const anna = await administrator(program, somebody);
  await anna.opens("/newsroom/discussion/rules");
  await anna.page.getByLabel("When a comment is shown").first().selectOption("after");
  await anna.presses("Save");
  await expect(anna.page.getByLabel("When a comment is shown").first()).toHaveValue("after");
});

const discussion = (page: Page) => page.locator("#discussion");
const news = (page: Page) => discussion(page).getByRole("button", { name: /New comments/ });

async function reads(browser: Browser, use: object, origin: string): Promise<Page> {
  const context = await browser.newContext(use);
  const page = await context.newPage();
  await page.goto(origin + mainStory.path);
  await discussion(page).scrollIntoViewIfNeeded();
  return page;
}

async function says(page: Page, name: string, words: string): Promise<void> {
  const form = page.locator("form.comment-form").last();
  await form.getByLabel("Your name").fill(name);
  await form.getByLabel("Your comment").fill(words);
  await form.getByRole("button", { name: "Send" }).click();
}

test("what one says appears where one stands, and others hear of it", async ({ browser, program }, info) => {
  const rosa = await reads(browser, info.project.use, program.origin);
  const ivo = await reads(browser, info.project.use, program.origin);
  const where = rosa.url();
  // Ivo hears from the moment at which his page was made, whenever his browser begins to listen.
  await says(rosa, "Rosa", "Two hours are not much.");
  await expect(discussion(rosa).locator(".comment")).toContainText("Two hours are not much.");
  await expect(discussion(rosa).getByRole("heading", { name: "1 Comment" })).toBeVisible();
  await expect(discussion(rosa)).not.toContainText("Nobody has said anything yet.");
  expect(rosa.url()).toBe(where);
  await expect(news(rosa)).toHaveCount(0);

  await expect(news(ivo)).toHaveText("New comments: 1");
  await expect(discussion(ivo).locator(".comment")).toHaveCount(0);
  await news(ivo).click();
  await expect(discussion(ivo).locator(".comment")).toContainText("Two hours are not much.");
  await expect(discussion(ivo).locator(".comment")).toBeFocused();
  await expect(news(ivo)).toHaveCount(0);

  await discussion(ivo).getByRole("link", { name: "Answer" }).click();
  const answer = discussion(ivo).getByRole("form", { name: "Answer: Rosa" });
  await answer.getByLabel("Your name").fill("Ivo");
  await answer.getByLabel("Your comment").fill("It is a beginning.");
  await answer.getByRole("button", { name: "Send" }).click();
  await expect(discussion(ivo).locator(".answers .comment")).toContainText("It is a beginning.");
  await expect(answer).toHaveCount(0);
  await news(rosa).click();
  await expect(discussion(rosa).locator(".thread .answers .comment")).toContainText("It is a beginning.");
  await expect(discussion(rosa).getByRole("heading", { name: "2 Comments" })).toBeVisible();

  const recommend = discussion(ivo).locator(".thread > .comment").getByRole("button", { name: "Recommend" });
  await recommend.click();
  await expect(recommend).toHaveAttribute("aria-pressed", "true");
  await expect(recommend).toContainText("1");
  await expect(async () => {
    await rosa.reload();
    await expect(discussion(rosa).locator(".thread > .comment .recommend")).toContainText("1", { timeout: 500 });
  }).toPass();
  await recommend.click();
  await expect(recommend).toHaveAttribute("aria-pressed", "false");
  for (const one of [rosa, ivo]) await one.context().close();
});

test("what arrives moves nothing that is read", async ({ browser, program }, info) => {
  const ivo = await reads(browser, info.project.use, program.origin);
  await says(ivo, "Ivo", "The first of all.");
  const first = discussion(ivo).locator(".comment");
  await expect(first).toContainText("The first of all.");
  const before = await first.boundingBox();
  const rosa = await reads(browser, info.project.use, program.origin);
  await says(rosa, "Rosa", "And another.");
  await expect(news(ivo)).toBeVisible();
  const after = await first.boundingBox();
  expect(Math.abs(after!.y - before!.y)).toBeLessThanOrEqual(1);
  for (const one of [rosa, ivo]) await one.context().close();
});

test("nothing that is typed is lost, and nothing is said twice", async ({ browser, program }, info) => {
  const rosa = await reads(browser, info.project.use, program.origin);
  await rosa.context().setOffline(true);
  await says(rosa, "Rosa", "Written on the train.");
  await expect(discussion(rosa).getByRole("alert")).toContainText("It could not be sent");
  await rosa.context().setOffline(false);
  await rosa.reload();
  await expect(discussion(rosa).getByLabel("Your comment")).toHaveValue("Written on the train.");
  await expect(discussion(rosa).getByLabel("Your name")).toHaveValue("Rosa");
  await discussion(rosa).getByRole("button", { name: "Send" }).dblclick();
  await expect(discussion(rosa).locator(".comment")).toContainText("Written on the train.");
  await expect(async () => {
    await rosa.reload();
    await expect(discussion(rosa).getByRole("heading", { name: "1 Comment" })).toBeVisible({ timeout: 500 });
  }).toPass();
  await expect(discussion(rosa).getByLabel("Your comment")).toHaveValue("");
  await rosa.context().close();
});
