import { demoStories, type DemoStory } from "./demo.ts";

/** The section that the setup fills, long enough for three pages. */
export const archive = {
  section: "archive",
  name: "Archive",
  stories: 45,
  headline: (number: number) => `Page ${number} of the Archive`,
};

/** What the setup made, for the specs in their own processes. */
interface Shown {
  origin: string;
  gone: string;
  corrected: string;
  discussion: string;
  draft: string;
  token: string;
}

const variable = "TRIBUNE_E2E";

export const shown = {
  set: (made: Shown) => {
    process.env[variable] = JSON.stringify(made);
  },
  get: (): Shown => {
    const made = process.env[variable];
    if (!made) throw new Error("the setup has not run");
    return JSON.parse(made) as Shown;
  },
};

export const mainStory: DemoStory = (() => {
  const slug = "putin-and-biden-end-video-meeting";
  const story = demoStories.find((story) => story.slug === slug);
  if (!story) throw new Error(`the demo has lost its main story, ${slug}`);
  return story;
})();

/** One address for each kind of page. */
export function everyKindOfPage(): { kind: string; path: string; status: number }[] {
  const { gone, corrected, discussion } = shown.get();
  const page = (kind: string, path: string, status = 200) => ({ kind, path, status });
  return [
    page("front page", "/"),
    page("article", mainStory.path),
    page("live article", demoStories.find((story) => story.kind === "live")!.path),
    page("article in Spanish", demoStories.find((story) => story.language === "es")!.path),
    page("corrected article", corrected),
    page("discussion", discussion),
    page("own comments", "/comments/mine"),
    page("section", "/news/russia/"),
    page("section with children", "/news/"),
    page("long section", `/${archive.section}/`),
    page("author page", "/authors/marta-lindqvist"),
    page("meetings", "/meetings/"),
    page("search form", "/search"),
    page("search results", "/search?q=presidents"),
    page("search without results", "/search?q=xylophonic+quagga"),
    page("missing page", "/no/such/page", 404),
    page("withdrawn story", gone, 410),
  ];
}
