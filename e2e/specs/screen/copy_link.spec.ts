import { mainStory } from "../../support/site.ts";
import { expect, test } from "../../support/test.ts";

test("the link is copied, and the reader is told", async ({ reader, page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await reader.opens(mainStory.path);
  await page.getByRole("button", { name: "Copy link" }).click();
  await expect(page.locator("[data-share]").getByRole("status")).toHaveText("Link copied");
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const canonical = await page.locator('link[rel="canonical"]').getAttribute("href");
  expect(copied).toBe(canonical);
});
