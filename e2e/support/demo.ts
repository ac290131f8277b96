import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";

const folder = resolve(import.meta.dirname, "../../fixtures/demo");

/** A story of the demo, as its source has it. Read here, and not by Tribune's own importer. */
export interface DemoStory {
  slug: string;
  path: string;
  section: string;
  kind: string;
  headline: string;
  deck?: string;
  language: string;
  date: Date;
  authors: string[];
  dateline?: string;
  photo?: { caption?: string; credit?: string; creditUrl?: string; alt: string };
  related: string[];
  /** The texts of its blocks, in order. */
  blocks: Block[];
}

export interface Block {
  kind: "paragraph" | "heading" | "quotation" | "item" | "related";
  text: string;
  /** Of a quotation: who said it and where. */
  source?: string;
}

export const demoStories: DemoStory[] = readdirSync(folder)
  .filter((name) => name.endsWith(".md") && name !== "README.md")
  .sort()
  .map((name) => readStory(readFileSync(join(folder, name), "utf8"), name));

function readStory(source: string, name: string): DemoStory {
  const [, front, body] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(source) ?? [];
  if (front === undefined || body === undefined) throw new Error(`${name} has no front matter`);
  const keys = parse(front) as Record<string, any>;
  return {
    slug: keys["slug"],
    path: `/${keys["section"]}/${keys["slug"]}`,
    section: keys["section"],
    kind: keys["kind"],
    headline: keys["title"],
    deck: keys["deck"],
    language: keys["language"] ?? "en",
    date: new Date(keys["date"]),
    authors: (keys["authors"] ?? []).map((by: any) => by.name ?? by),
    dateline: keys["dateline"],
    photo: keys["photo"] && {
      caption: keys["photo"].caption,
      credit: keys["photo"].credit,
      creditUrl: keys["photo"].credit_url,
      alt: keys["photo"].alt,
    },
    related: keys["related"] ?? [],
    blocks: readBlocks(body),
  };
}

/** The blocks whose text is plain to see; figures, tables and boxes are left to other tests. */
function readBlocks(body: string): Block[] {
  const blocks: Block[] = [];
  let fenced = false;
  for (const part of body.split(/\n\s*\n/).map((part) => part.trim())) {
    if (!part) continue;
    const opened = /^\{\{< (gallery|table|fact-box)\b/.test(part);
    const closed = /\{\{< \/(gallery|table|fact-box) >\}\}$/.test(part);
    if (opened || fenced) {
      fenced = !closed;
      continue;
    }
    const related = /^\{\{< related title="(.*)" >\}\}$/.exec(part);
    if (related) blocks.push({ kind: "related", text: related[1]! });
    else if (part.startsWith("{{<") || part.startsWith("|") || part === "---") continue;
    else if (part.startsWith("#")) push("heading", part.replace(/^#+ /, ""));
    else if (part.startsWith("> ")) quote(part);
    else if (/^([-*]|\d+\.) /.test(part)) {
      for (const item of part.split(/\n(?=[-*] |\d+\. )/)) {
        push("item", item.replace(/^([-*]|\d+\.) /, ""));
      }
    } else push("paragraph", part);
  }
  return blocks;

  function push(kind: Block["kind"], markdown: string): void {
    blocks.push({ kind, text: plain(markdown) });
  }

  function quote(part: string): void {
    const lines = part.split("\n").map((line) => line.replace(/^>\s?/, ""));
    const sourceAt = lines.findIndex((line) => line.startsWith("— "));
    const words = sourceAt < 0 ? lines : lines.slice(0, sourceAt);
    blocks.push({
      kind: "quotation",
      text: plain(words.join("\n").trim()),
      ...(sourceAt < 0 ? {} : { source: plain(lines[sourceAt]!.slice(2)) }),
    });
  }
}

/** Markdown's marks within a line, taken away. */
function plain(markdown: string): string {
  return markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/(\*\*|__)(.+?)\1/gs, "$2")
    .replace(/(?<![\w*])[*_](?!\s)(.+?)[*_](?![\w*])/gs, "$1")
    .replace(/\\(.)/g, "$1")
    .replace(/\s+/g, " ")
    .trim();
}
