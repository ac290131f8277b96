import { archive } from "../../support/site.ts";
import { expect, test } from "../../support/test.ts";

test("a section is read to its end and back, each story once", async ({ reader }) => {
  await reader.opens(`/${archive.section}/`);
  const first = await reader.listed();
  const read = [...first];
  const older = reader.page.locator('a[rel="next"]');
  let pages = 1;
  while ((await older.count()) > 0) {
    await older.click();
    await reader.page.waitForLoadState();
    read.push(...(await reader.listed()));
    pages += 1;
    expect(pages).toBeLessThan(10);
  }
  expect(pages).toBe(3);
  const numbered = read.filter((headline) => headline.startsWith("Page "));
  const newestFirst = Array.from({ length: archive.stories }, (_, index) =>
    archive.headline(archive.stories - index),
  );
  expect(numbered).toEqual(newestFirst);

  const newer = reader.page.locator('a[rel="prev"]');
  for (; pages > 1; pages -= 1) {
    await newer.click();
    await reader.page.waitForLoadState();
  }
  expect(await reader.listed()).toEqual(first);
});

test("pages are named by keys, never by numbers", async ({ reader }) => {
  await reader.opens(`/${archive.section}/`);
  const next = await reader.page.locator('a[rel="next"]').getAttribute("href");
  expect(next).toMatch(/\?before=/);
  expect(next).not.toMatch(/page|offset/);
});
