/* The newsroom as those feel it who work in it. Two real browsers sit in one story, since only a
   browser knows when a letter is on its screen; everybody else is a socket that writes as a browser
   does. `cargo xtask bench` says how much is measured, and makes a report of the figures. */
import { writeFileSync } from "node:fs";
import { administrator, body, colleague, isSaved } from "../support/desk.ts";
import { Editor } from "../support/editor.ts";
import { expect, test, type Staff } from "../support/newsroom.ts";
import { Program } from "../support/program.ts";
import { Writer } from "./writer.ts";

/** What is measured, and where. */
interface Plan {
  data: string;
  figures: string;
  stories: number;
  people: number;
  words: number;
  keystrokes: number;
  openings: number;
}

const plan = JSON.parse(process.env["TRIBUNE_BENCH"] ?? "null") as Plan;
const section = "bench-newsroom";

test.use({
  program: async ({}, use) => {
    const program = await Program.named("serve", {}, plan.data);
    await use(program);
    await program.ends();
  },
});

test("the newsroom", async ({ program, somebody }) => {
  const anna = await administrator(program, somebody);
  const ivo = await colleague(anna, somebody, "Ivo Brandt", "editor");
  const paths = await stories(program, plan.stories + plan.openings);
  const [shared, ...others] = paths.slice(0, plan.stories) as [string, ...string[]];
  const neverOpened = paths.slice(plan.stories);
  const cookie = (await anna.page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const enters = (path: string) => Writer.enters(program.origin, path, cookie);

  const desk: Record<string, number[]> = {};
  for (const [name, query] of Object.entries(lists(await sectionOf(anna)))) {
    desk[name] = await times(plan.openings, () => get(program.origin, `/newsroom/${query}`, cookie));
  }

  // The first one pays for what all share.
  const writers = [await enters(others[0]!)];
  const before = program.residentMiB();
  for (const path of others.slice(1)) writers.push(await enters(path));
  const memory = (program.residentMiB() - before) / (others.length - 1);

  for (let count = 2; count < plan.people; count += 1) writers.push(await enters(shared));
  for (const one of [anna, ivo]) {
    await one.opens(shared);
    await isSaved(one);
  }
  for (const writer of writers) writer.begins();
  const seen = await type(anna, ivo);
  for (const writer of writers) writer.pauses();
  await Promise.all(writers.map((writer) => writer.saved()));
  // The others did write while it was measured.
  const sent = writers.reduce((sum, writer) => sum + writer.sent, 0);
  expect(sent).toBeGreaterThan(writers.length);

  const opening: number[] = [];
  for (const path of neverOpened) opening.push(await open(ivo, path));
  for (const writer of writers) writer.leaves();
  writeFileSync(plan.figures, JSON.stringify({ desk, memory, seen, opening, sent }));
});

/** Stories of the length that is asked for. */
async function stories(program: Program, count: number): Promise<string[]> {
  const slug = program.command("person", "add", "--name", "Writer of Benches", "--role", "administrator");
  const scopes = ["read", "write", "publish"].flatMap((scope) => ["--scope", scope]);
  const token = program.command("token", "add", "--person", slug, "--name", "newsroom", ...scopes);
  const editor = new Editor(program.origin, token);
  await editor.addsSection(section, "Bench of the Newsroom");
  const words = ["lamps", "bridge", "river", "night", "seven", "council", "water"];
  const text = Array.from({ length: plan.words }, (_, at) => words[(at * at) % words.length]! + (at % 60 === 59 ? ".\n\n" : ""));
  const paths: string[] = [];
  for (let number = 0; number < count; number += 1) {
    const story = { section, kind: "news", headline: `A night at the bridge, part ${number}`, body: text.join(" ") };
    const { id } = await editor.drafts(story);
    paths.push(`/newsroom/articles/${id}`);
  }
  return paths;
}

/** The ways in which one looks at the desk. */
function lists(section: string): Record<string, string> {
  return {
    "all": "",
    "of a state": "?state=published",
    "of a section": `?section=${section}`,
    "own": "?mine=yes",
    "found by words": "?q=bridge",
    "found by nothing": "?q=quillfeather",
  };
}

/** The identifier of the largest section. */
async function sectionOf(anna: Staff): Promise<string> {
  await anna.opens("/newsroom/");
  const choices = anna.page.getByLabel("Section").locator("option");
  return (await choices.nth(1).getAttribute("value"))!;
}

/** From the key in one browser to the frame in which the other shows the letter, each time. */
async function type(anna: Staff, ivo: Staff): Promise<number[]> {
  await ivo.page.evaluate(() => {
    const seen: Record<string, number> = {};
    (window as unknown as { seen: object }).seen = seen;
    const text = document.querySelector(".ProseMirror")!;
    const look = () => {
      for (const [, number] of text.textContent!.matchAll(/#(\d+)x/g)) {
        if (number! in seen) continue;
        seen[number!] = NaN;
        // After the frame that shows it.
        requestAnimationFrame(() => setTimeout(() => (seen[number!] = performance.timeOrigin + performance.now())));
      }
    };
    new MutationObserver(look).observe(text, { subtree: true, childList: true, characterData: true });
  });
  await anna.page.evaluate(() => {
    const pressed = (event: KeyboardEvent) => {
      (window as unknown as { pressed: number }).pressed = performance.timeOrigin + event.timeStamp;
    };
    addEventListener("keydown", pressed, true);
  });
  await body(anna).locator("p").last().click();
  await anna.page.keyboard.press("End");
  const all: number[] = [];
  for (let number = 0; number < plan.keystrokes; number += 1) {
    await anna.page.keyboard.type(` #${number}`);
    await anna.page.keyboard.press("x");
    const pressed = await anna.page.evaluate(() => (window as unknown as { pressed: number }).pressed);
    const seen = await ivo.page.waitForFunction(
      (number) => (window as unknown as { seen: Record<string, number> }).seen[number] || null,
      number,
    );
    all.push(((await seen.jsonValue()) as number) - pressed);
  }
  return all;
}

/** From the wish to the story that can be written in, by the browser's own clock. */
async function open(staff: Staff, path: string): Promise<number> {
  await staff.page.goto(staff.origin + path, { waitUntil: "commit" });
  const ready = await staff.page.waitForFunction(() => {
    const text = document.querySelector(".ProseMirror")?.textContent;
    const state = document.querySelector(".editor-state")?.getAttribute("data-state");
    return text && state === "saved" && performance.now();
  });
  return (await ready.jsonValue()) as number;
}

async function get(origin: string, path: string, cookie: string): Promise<void> {
  const answer = await fetch(origin + path, { headers: { cookie }, redirect: "manual" });
  const page = await answer.text();
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${page}`);
}

async function times(count: number, work: () => Promise<void>): Promise<number[]> {
  const all: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const began = performance.now();
    await work();
    all.push(performance.now() - began);
  }
  return all;
}
