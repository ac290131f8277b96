import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "../../support/newsroom.ts";

test("from nothing to a front page in an editor's order, by hand", async ({ program, somebody }) => {
  const anna = await somebody();
  await anna.arrives(await program.firstLink(), "Anna Kern");
  await anna.opens("/newsroom/site");
  await anna.fills("Its name", "The Lamp");
  await anna.fills("Its time zone", "Nowhere/Atall");
  await anna.presses("Save");
  await expect(anna.trouble).toContainText("no time zone");
  await anna.fills("Its name", "The Lamp");
  await anna.presses("Save");
  await anna.fills("Path of a new section", "news");
  await anna.page.locator("#section-name").fill("News");
  await anna.presses("Add the section");
  await expect(anna.page.getByLabel("/news/")).toHaveValue("News");

  for (const headline of ["First of Three", "Second of Three", "Third of Three"]) {
    await anna.opens("/newsroom/articles/new");
    await anna.fills("Headline", headline);
    await anna.presses("Begin");
    await anna.page.locator(".ProseMirror").click();
    await anna.page.keyboard.type("What it says.");
    await expect(anna.page.locator("[data-editor=status]")).toHaveAttribute("data-unsaved", "0");
    await anna.presses("Publish");
    await anna.presses("Yes, show it to readers now");
    await expect(anna.page.locator(".editor-bar .state")).toHaveText("Published");
  }

  await anna.opens("/newsroom/front");
  const axe = await new AxeBuilder({ page: anna.page }).analyze();
  expect.soft(axe.violations.map(({ id }) => id)).toEqual([]);
  const late = await anna.page.context().newPage();
  await late.goto(anna.page.url());
  const first = anna.page.locator("[data-order-row]", { hasText: "First of Three" });
  await first.dragTo(anna.page.locator("[data-order-top]"));
  await anna.presses("Move up: Third of Three");
  await anna.presses("Move up: Third of Three");
  await anna.presses("Publish this order");
  const top = anna.page.locator("[data-order-top] .story-headline");
  await expect(top).toHaveText(["Third of Three", "First of Three"]);

  await late.getByRole("button", { name: "Publish this order" }).click();
  await expect(late.getByRole("alert")).toContainText("Somebody else has arranged");
  await expect(late.locator("[data-order-top] .story-headline")).toHaveText([
    "Third of Three",
    "First of Three",
  ]);

  const response = await anna.page.goto(`${program.origin}/`);
  expect(response!.status()).toBe(200);
  const headlines = await anna.page.locator(".card-headline").allInnerTexts();
  expect(headlines.slice(0, 2)).toEqual(["Third of Three", "First of Three"]);
  await expect(anna.page).toHaveTitle(/The Lamp/);
});

test("a photo without credit holds a story back until it has one", async ({ program, somebody }) => {
  const anna = await somebody();
  await anna.arrives(await program.firstLink(), "Anna Kern");
  await anna.opens("/newsroom/site");
  await anna.fills("Path of a new section", "news");
  await anna.page.locator("#section-name").fill("News");
  await anna.presses("Add the section");
  await anna.opens("/newsroom/photos");
  const files = new URL("../../../fixtures/photos/", import.meta.url).pathname;
  const input = anna.page.locator("input[type=file]");
  await input.setInputFiles([`${files}palette.png`, `${files}moving.gif`]);
  await expect(anna.page.locator("[data-uploads]")).toContainText("added");
  await expect(anna.page.locator("[data-uploads]"), "why not").toContainText(/GIF/);
  await anna.page.getByRole("link", { name: "added" }).click();
  const photo = new URL(anna.page.url()).pathname;

  await anna.opens("/newsroom/articles/new");
  await anna.fills("Headline", "With a Picture");
  await anna.presses("Begin");
  await anna.presses("Add a photo");
  await anna.page.locator("dialog img, [role=option] img").first().click();
  await expect(anna.page.locator("[data-editor=status]")).toHaveAttribute("data-unsaved", "0");
  const story = anna.page.url();
  await anna.presses("Publish");
  await anna.presses("Yes, show it to readers now");
  await expect(anna.trouble).toContainText("lacks a caption and a credit");

  await anna.opens(photo);
  await anna.fills("Caption", "Four colours.");
  await anna.fills("In place of the photo", "A square of four colours.");
  await anna.page.locator("#credit").fill("Noor Jansen");
  await anna.presses("Save");
  await anna.opens(story);
  await expect(anna.page.locator(".editor-state")).toHaveText("Saved");
  await anna.presses("Publish");
  await anna.presses("Yes, show it to readers now");
  await expect(anna.page.locator(".editor-bar .state")).toHaveText("Published");
  await anna.page.goto(`${program.origin}/news/with-a-picture`);
  await expect(anna.page.locator("figcaption")).toContainText("Noor Jansen");
});
