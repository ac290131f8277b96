import { parseFeed } from "@rowanmanning/feed-parser";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { demoStories } from "../../support/demo.ts";
import { mainStory, shown } from "../../support/site.ts";
import { expect, test } from "../../support/test.ts";

for (const file of ["feeds/rss.xml", "feeds/atom.xml", "news/russia/feeds/rss.xml"]) {
  test(`an independent reader understands /${file}`, async () => {
    const answer = await ask(`/${file}`);
    const feed = parseFeed(await answer.text());
    expect(feed.title).toContain("The Meridian");
    expect(feed.items.length).toBeGreaterThan(0);
    for (const item of feed.items) {
      expect(item.title).toBeTruthy();
      expect(item.id).toBeTruthy();
      expect(item.published, item.title!).toBeInstanceOf(Date);
      expect((await ask(new URL(item.url!).pathname)).status).toBe(200);
    }
    if (file.includes("russia")) {
      expect(feed.items.map((item) => item.title)).toContain(mainStory.headline);
    }
  });
}

test("the JSON feed keeps its version's promises", async () => {
  const answer = await ask("/feeds/feed.json");
  expect(answer.headers.get("content-type")).toMatch(/^application\/(feed\+)?json/);
  const feed = (await answer.json()) as any;
  expect(feed.version).toBe("https://jsonfeed.org/version/1.1");
  expect(feed.items.length).toBeGreaterThan(0);
  for (const item of feed.items) {
    expect(item.id).toBeTruthy();
    expect(item.content_html ?? item.content_text ?? item.summary).toBeTruthy();
    expect(Number.isNaN(Date.parse(item.date_published))).toBe(false);
  }
});

for (const path of ["/feeds/rss.xml", "/feeds/atom.xml", "/feeds/feed.json", "/", mainStory.path]) {
  test(`who has ${path} already is told so`, async () => {
    const etag = (await ask(path)).headers.get("etag");
    expect(etag).toBeTruthy();
    const again = await ask(path, { "if-none-match": etag! });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe("");
    expect((await ask(path, { "if-none-match": '"other"' })).status).toBe(200);
  });
}

test("the sitemap leads to every story and to nothing else", async () => {
  const index = await xml("/sitemap.xml");
  const parts = [index.sitemapindex.sitemap].flat().map(({ loc }: any) => new URL(loc).pathname);
  const listed = new Set<string>();
  for (const part of parts) {
    for (const { loc } of [(await xml(part)).urlset.url].flat()) {
      listed.add(new URL(loc).pathname);
    }
  }
  expect(demoStories.map(({ path }) => path).filter((path) => !listed.has(path))).toEqual([]);
  for (const path of [shown.get().gone, shown.get().draft]) expect(listed.has(path)).toBe(false);
  for (const path of listed) expect((await ask(path)).status, path).toBe(200);
});

test("the news sitemap holds the stories of two days, as its rules ask", async () => {
  const { urlset } = await xml("/news-sitemap.xml");
  const entries: any[] = [urlset.url ?? []].flat();
  expect(entries.length, "the archive was published today").toBeGreaterThan(0);
  for (const { "news:news": news } of entries) {
    expect(news["news:publication"]["news:name"]).toBe("The Meridian");
    expect(news["news:title"]).toBeTruthy();
    const age = Date.now() - Date.parse(news["news:publication_date"]);
    expect(age).toBeLessThan(48 * 3600 * 1000);
  }
});

test("robots are told where the sitemaps are", async () => {
  const text = await (await ask("/robots.txt")).text();
  expect(text).toMatch(/^Sitemap: http.*\/sitemap\.xml$/m);
  expect(text).toMatch(/^User-agent: \*$/im);
});

async function ask(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(shown.get().origin + path, { headers });
}

async function xml(path: string): Promise<any> {
  const answer = await ask(path);
  expect(answer.status, path).toBe(200);
  const text = await answer.text();
  expect(XMLValidator.validate(text), path).toBe(true);
  return new XMLParser().parse(text);
}
