import { mainStory } from "../../support/site.ts";
import { expect, test } from "../../support/test.ts";

test("a story can be shared by plain links to places that exist", async ({ reader }) => {
  await reader.opens(mainStory.path);
  const canonical = await reader.page.locator('link[rel="canonical"]').getAttribute("href");
  expect(canonical).toMatch(new RegExp(`${mainStory.path}$`));
  const url = encodeURIComponent(canonical!);

  const share = reader.page.locator("[data-share]");
  const addresses: Record<string, string> = {
    Facebook: "https://www.facebook.com/",
    X: "https://x.com/",
    Bluesky: "https://bsky.app/",
    Mastodon: "https://",
    WhatsApp: "https://wa.me/",
    Telegram: "https://t.me/",
    "E-mail": "mailto:",
  };
  for (const [name, address] of Object.entries(addresses)) {
    const href = await share.getByRole("link", { name, exact: true }).getAttribute("href");
    expect(href, name).toMatch(new RegExp(`^${address.replaceAll(/[./?]/g, "\\$&")}`));
    expect(href, name).toContain(url);
  }
  await expect(share).not.toContainText("Google");
});

test("what scripts would do is not offered without them", async ({ reader, javaScriptEnabled }) => {
  await reader.opens(mainStory.path);
  const copy = reader.page.locator("[data-share-copy]");
  if (javaScriptEnabled === false) await expect(copy).toBeHidden();
  else await expect(copy).toBeVisible();
});
