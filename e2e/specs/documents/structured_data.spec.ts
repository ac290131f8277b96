import { demoStories } from "../../support/demo.ts";
import { shown } from "../../support/site.ts";
import { expect, test } from "../../support/test.ts";

/** What schema.org calls each kind. */
const types: Record<string, RegExp> = {
  news: /^(Reportage)?NewsArticle$/,
  interview: /^NewsArticle$/,
  opinion: /^OpinionNewsArticle$/,
  editorial: /^OpinionNewsArticle$/,
  analysis: /^AnalysisNewsArticle$/,
  explainer: /^BackgroundNewsArticle$/,
  readout: /^Article$/,
  advisory: /^Article$/,
  live: /^(LiveBlogPosting|NewsArticle)$/,
};

for (const story of demoStories) {
  test(`what machines are told of ${story.slug} is what readers see`, async () => {
    const nodes = await nodesOf(story.path);
    const article = nodes.find((node) => types[story.kind]!.test(node["@type"]));
    expect(article, `a node for the kind ${story.kind}`).toBeDefined();
    const { origin } = shown.get();
    expect(article!["headline"]).toBe(story.headline);
    expect(new Date(article!["datePublished"]).getTime()).toBe(story.date.getTime());
    expect(article!["datePublished"], "with its zone").toMatch(/(Z|[+-]\d\d:\d\d)$/);
    expect(article!["author"].map((author: Node) => author["name"])).toEqual(
      expect.arrayContaining([story.authors[0]]),
    );
    expect(article!["publisher"]["name"]).toBe("The Meridian");
    expect(article!["inLanguage"]).toBe(story.language);
    expect(new URL(article!["url"]).pathname).toBe(story.path);
    if (story.photo) {
      for (const image of [article!["image"]].flat()) {
        const url = new URL(typeof image === "string" ? image : image["url"]);
        const answer = await fetch(origin + url.pathname);
        expect(answer.status, url.pathname).toBe(200);
        expect(answer.headers.get("content-type")).toMatch(/^image\//);
      }
    }
    const crumbs = nodes.find((node) => node["@type"] === "BreadcrumbList");
    const positions = crumbs!["itemListElement"].map((item: Node) => item["position"]);
    expect(positions).toEqual(positions.map((_: number, index: number) => index + 1));
    expect(positions.length).toBe(story.section.split("/").length + 1);
  });
}

test("the front page introduces the site and its search", async () => {
  const nodes = await nodesOf("/");
  const site = nodes.find((node) => node["@type"] === "WebSite");
  expect(site!["name"]).toBe("The Meridian");
  expect(site!["potentialAction"]["target"]["urlTemplate"]).toContain("{search_term_string}");
});

test("open graph tells networks the headline, the address and a picture", async () => {
  const html = await (await fetch(shown.get().origin + demoStories[0]!.path)).text();
  for (const property of ["og:title", "og:type", "og:url", "og:image", "og:image:alt"]) {
    expect(html, property).toMatch(new RegExp(`property="${property}" content="[^"]+"`));
  }
});

type Node = Record<string, any>;

async function nodesOf(path: string): Promise<Node[]> {
  const html = await (await fetch(shown.get().origin + path)).text();
  const scripts = html.matchAll(/<script type="application\/ld\+json">([\s\S]*?)<\/script>/g);
  return [...scripts].flatMap(([, json]) => {
    const told = JSON.parse(json!) as Node;
    expect(told["@context"]).toMatch(/^https:\/\/schema\.org\/?$/);
    return told["@graph"] ?? [told];
  });
}
