import { demoStories, type DemoStory } from "../../support/demo.ts";
import { mainStory, shown } from "../../support/site.ts";
import { expect, test } from "../../support/test.ts";

const kinds: Record<string, string> = {
  news: "News",
  opinion: "Opinion",
  analysis: "Analysis",
  interview: "Interview",
  explainer: "Explainer",
  editorial: "Editorial",
  readout: "Readout",
  advisory: "Advisory",
  live: "Live",
};

test("the page of the two presidents' meeting says what its source says, in order", async ({
  reader,
}) => {
  await reader.opens(mainStory.path);
  const text = squeeze(await reader.page.locator("main").innerText());
  const quotation = mainStory.blocks.find((block) => block.kind === "quotation")!;
  expect(quotation.source, "the source names who is quoted").toBeTruthy();
  expectInOrder(text, [
    "News",
    "Russia",
    mainStory.headline,
    mainStory.photo!.caption!,
    "Photo:",
    mainStory.photo!.credit!,
    "Published 7 December 2021",
    kinds[mainStory.kind]!,
    mainStory.deck!,
    ...mainStory.authors,
    "Facebook",
    mainStory.dateline!,
    ...mainStory.blocks.flatMap((block) => [
      ...(block.kind === "related" ? ["RELATED:"] : []),
      block.text,
      ...(block.source ? [block.source] : []),
    ]),
    "Related",
    ...mainStory.related,
  ]);

  await expect(reader.page.locator("main p.credit a, main .credit a").first()).toHaveAttribute(
    "href",
    mainStory.photo!.creditUrl!,
  );
  await expect(reader.page.locator(".lead-photo img")).toHaveAttribute(
    "alt",
    mainStory.photo!.alt,
  );
});

for (const story of demoStories) {
  test(`all words of ${story.slug} are on its page, in order`, async ({ reader }) => {
    await reader.opens(story.path);
    await expect(reader.headline).toHaveText(story.headline);
    const text = squeeze(await reader.page.locator("main").innerText());
    expectInOrder(text, wordsOf(story));
  });
}

function wordsOf(story: DemoStory): string[] {
  return [
    story.headline,
    story.photo?.caption,
    story.photo?.credit,
    story.deck,
    ...story.authors,
    ...story.blocks.flatMap((block) => [block.text, block.source]),
  ].filter((text): text is string => !!text);
}

test("every related story that has been published is a link that leads to it", async ({
  reader,
}) => {
  await reader.opens(mainStory.path);
  const links = reader.page.locator(".related-stories a");
  await expect(links).toHaveCount(mainStory.related.length);
  const first = await links.first().innerText();
  await links.first().click();
  await expect(reader.headline).toHaveText(first);
});

test("a correction is shown where the story is read", async ({ reader }) => {
  await reader.opens(shown.get().corrected);
  await expect(reader.page.locator(".corrections")).toContainText("The clock struck twelve.");
});

test("photos bring their size, and load", async ({ reader }) => {
  await reader.opens(mainStory.path);
  const photo = reader.page.locator(".lead-photo img");
  await expect(photo).toHaveAttribute("width", /^\d+$/);
  await expect(photo).toHaveAttribute("height", /^\d+$/);
  await expect
    .poll(() => photo.evaluate((img) => (img as HTMLImageElement).naturalWidth))
    .toBeGreaterThan(0);
});

/** Each text, and each only after the one before. */
function expectInOrder(page: string, texts: string[]): void {
  let from = 0;
  for (const text of texts.map(squeeze)) {
    const at = page.toLowerCase().indexOf(text.toLowerCase(), from);
    expect(at, `“${text}” after “${page.slice(Math.max(0, from - 60), from)}”`).not.toBe(-1);
    from = at + text.length;
  }
}

/** White space and the shapes of quotation marks are the typesetter's. */
function squeeze(text: string): string {
  return text
    .replace(/[“”„«»]/g, '"')
    .replace(/[‘’]/g, "'")
    .replace(/\s+/g, " ")
    .trim();
}
