import { demoStories } from "../../support/demo.ts";
import { mainStory } from "../../support/site.ts";
import { expect, test } from "../../support/test.ts";

test("the front page leads with what the editors chose", async ({ reader }) => {
  await reader.opens("/");
  const headlines = await reader.page.locator(".card-headline").allInnerTexts();
  expect(headlines[0]).toBe(mainStory.headline);
  expect(headlines.length).toBeGreaterThan(10);

  const known = new Set(demoStories.map((story) => story.headline));
  expect(headlines.slice(0, 7).filter((headline) => !known.has(headline))).toEqual([]);
});

test("no story stands on the front page twice", async ({ reader }) => {
  await reader.opens("/");
  const links = await reader.page
    .locator(".card-headline a")
    .evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  expect(links.filter((link, index) => links.indexOf(link) !== index)).toEqual([]);
});

test("a reader goes from the front page to a story, its section, and home", async ({ reader }) => {
  await reader.opens("/");
  await reader.follows(mainStory.headline);
  await expect(reader.headline).toHaveText(mainStory.headline);
  await reader.follows("Russia", reader.page.locator(".breadcrumb"));
  await expect(reader.headline).toHaveText("Russia");
  expect(await reader.listed()).toContain(mainStory.headline);
  await reader.page.locator(".masthead-name a").click();
  await expect(reader.page).toHaveURL("/");
});
