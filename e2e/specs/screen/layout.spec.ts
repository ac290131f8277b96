import { demoStories } from "../../support/demo.ts";
import { archive, everyKindOfPage, mainStory } from "../../support/site.ts";
import { expect, test } from "../../support/test.ts";

test("nothing moves under the reader while a page loads", async ({ reader }) => {
  for (const path of ["/", mainStory.path, "/news/russia/", `/${archive.section}/`]) {
    await reader.opens(path);
    expect(await reader.layoutShift(), path).toBeLessThan(0.001);
  }
});

test("no page is wider than a small phone", async ({ reader, page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  const paths = everyKindOfPage().map(({ path, status }) => ({ path, status }));
  const stories = demoStories.map(({ path }) => ({ path, status: 200 }));
  for (const { path, status } of [...paths, ...stories]) {
    await reader.opens(path, status);
    expect.soft(await reader.overflow(), path).toBeLessThanOrEqual(0);
  }
});

test("lines have a measure to read by", async ({ reader, page }) => {
  await reader.opens(mainStory.path);
  const paragraph = page.locator(".body > p").nth(1);
  const characters = await paragraph.evaluate((element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const lines = new Set([...range.getClientRects()].map((rect) => Math.round(rect.top))).size;
    return element.textContent!.length / lines;
  });
  expect(characters).toBeGreaterThan(25);
  expect(characters).toBeLessThan(85);
});

test("text at twice its size stays whole, in half a window", async ({ reader, page }) => {
  await page.setViewportSize({ width: 640, height: 800 });
  await reader.opens(mainStory.path);
  await page.evaluate(() => {
    document.documentElement.style.fontSize = "200%";
  });
  expect(await reader.overflow()).toBeLessThanOrEqual(0);
});

test("on paper, a story is the story alone", async ({ reader, page }) => {
  await reader.opens(mainStory.path);
  await page.emulateMedia({ media: "print" });
  await expect(reader.headline).toBeVisible();
  await expect(page.locator(".body > p").first()).toBeVisible();
  await expect(page.locator("[data-share]")).toBeHidden();
  await expect(page.locator(".masthead-sections")).toBeHidden();
  const ink = await page.locator(".body > p").first().evaluate((p) => getComputedStyle(p).color);
  const [red = 255, green = 255, blue = 255] = ink.match(/[\d.]+/g)!.map(Number);
  expect(Math.max(red, green, blue)).toBeLessThan(80);
});

test("dark is dark and light is light", async ({ reader, page }) => {
  const brightness = async (colorScheme: "light" | "dark") => {
    await page.emulateMedia({ colorScheme });
    await reader.opens("/");
    const paper = await page.evaluate(() => {
      const [html, body] = [document.documentElement, document.body].map(
        (element) => getComputedStyle(element).backgroundColor,
      );
      return body === "rgba(0, 0, 0, 0)" ? html! : body!;
    });
    return Math.max(...paper.match(/[\d.]+/g)!.slice(0, 3).map(Number));
  };
  expect(await brightness("light")).toBeGreaterThan(220);
  expect(await brightness("dark")).toBeLessThan(60);
});
