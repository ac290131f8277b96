import { archive, mainStory, shown } from "../../support/site.ts";
import { expect, test } from "../../support/test.ts";

test("a story is found by its words, with the words marked", async ({ reader }) => {
  await reader.searchesFor("Putin Biden video");
  await expect(reader.results.filter({ hasText: mainStory.headline })).toHaveCount(1);
  await expect(reader.page.locator(".search-results mark").first()).toBeVisible();
});

test("slips of the fingers are forgiven", async ({ reader }) => {
  for (const slip of ["Putn Bidn", "videoconferense", "satelite"]) {
    await reader.searchesFor(slip);
    expect(await reader.results.count(), slip).toBeGreaterThan(0);
  }
});

test("a section and dates narrow a search", async ({ reader }) => {
  await reader.opens("/search?q=presidents&section=news/russia");
  const within = await reader.results.count();
  expect(within).toBeGreaterThan(0);
  await reader.opens("/search?q=presidents&section=sport");
  expect(await reader.results.count()).toBe(0);

  await reader.opens("/search?q=presidents&from=2021-12-07&until=2021-12-07");
  await expect(reader.results.filter({ hasText: mainStory.headline })).toHaveCount(1);
  await reader.opens("/search?q=presidents&until=2021-01-01");
  expect(await reader.results.count()).toBe(0);
});

test("the form keeps what was asked", async ({ reader }) => {
  await reader.opens("/search?q=presidents&section=news/russia&from=2021-12-01");
  await expect(reader.page.getByRole("searchbox")).toHaveValue("presidents");
  await expect(reader.page.locator("#section")).toHaveValue("news/russia");
  await expect(reader.page.locator("#from")).toHaveValue("2021-12-01");
});

test("a question that is meant to break something finds nothing and breaks nothing", async ({
  reader,
}) => {
  for (const odd of ['"', "AND OR NOT", "*:*", "<script>alert(1)</script>", "\\", "title:("]) {
    await reader.opens(`/search?q=${encodeURIComponent(odd)}`);
    await expect(reader.page.getByRole("searchbox")).toHaveValue(odd);
  }
});

test("what is not published is not found", async ({ reader }) => {
  await reader.searchesFor("Embargoed-Quillfeather");
  await expect(reader.page.locator(".search-results")).not.toContainText("Nobody May Read");
  await reader.opens(shown.get().draft, 404);
  await reader.opens(`/${archive.section}/`);
  expect(await reader.listed()).not.toContain("A Story Nobody May Read Yet");
});
