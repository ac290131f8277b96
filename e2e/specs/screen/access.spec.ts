import { AxeBuilder } from "@axe-core/playwright";
import { everyKindOfPage, mainStory } from "../../support/site.ts";
import { expect, test } from "../../support/test.ts";

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing on any kind of page, in ${colorScheme}`, async ({ reader, page }) => {
    await page.emulateMedia({ colorScheme });
    for (const { kind, path, status } of everyKindOfPage()) {
      await reader.opens(path, status);
      const { violations } = await new AxeBuilder({ page })
        .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
        .analyze();
      const found = violations.map(
        ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(" | ")}`,
      );
      expect.soft(found, `${kind}, ${path}`).toEqual([]);
    }
  });
}

test("the first key leads past the masthead", async ({ reader, page }) => {
  await reader.opens(mainStory.path);
  await page.keyboard.press("Tab");
  const skip = page.locator(":focus");
  await expect(skip).toHaveText("Skip to the content");
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#content$/);
  await page.keyboard.press("Tab");
  const inside = await page.evaluate(() => !!document.activeElement?.closest("main"));
  expect(inside, "the next key is inside the content").toBe(true);
});

test("whatever has the focus shows it", async ({ reader, page }) => {
  await reader.opens(mainStory.path);
  for (let key = 0; key < 25; key += 1) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate(() => {
      const element = document.activeElement!;
      const style = getComputedStyle(element);
      const visible =
        (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) ||
        style.boxShadow !== "none";
      return { visible, html: element.outerHTML.slice(0, 120), body: element === document.body };
    });
    if (focus.body) break;
    expect(focus.visible, focus.html).toBe(true);
  }
});

// How far apart they are is axe's to check.
test("targets are tall enough for a thumb", async ({ reader, page }) => {
  await reader.opens(mainStory.path);
  const small = await page
    .locator(".masthead a, [data-share] a, [data-share] button, .pagination a")
    .evaluateAll((targets) =>
      targets
        .map((target) => ({ box: target.getBoundingClientRect(), html: target.outerHTML }))
        .filter(({ box }) => box.width > 0 && box.height < 24)
        .map(({ html }) => html),
    );
  expect(small).toEqual([]);
});
