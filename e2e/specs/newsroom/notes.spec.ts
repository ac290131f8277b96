import AxeBuilder from "@axe-core/playwright";
import type { Locator } from "@playwright/test";
import { administrator, body, colleague } from "../../support/desk.ts";
import { expect, test, type Staff } from "../../support/newsroom.ts";

test.use({ content: "demo" });
test.setTimeout(180_000);

const TEXT = "The lamps were lit at six, and nobody asked by whom.";
/** No reader may ever come across this. */
const WHISPER = "between the two of us";

/** Begins a story that says something, and answers with the path of its page. */
async function begins(staff: Staff, headline: string): Promise<string> {
  await staff.opens("/newsroom/articles/new");
  await staff.fills("Headline", headline);
  await staff.page.getByLabel("Section").selectOption({ label: "News › Russia" });
  await staff.presses("Begin");
  await isSaved(staff);
  await body(staff).click();
  await staff.page.keyboard.type(TEXT);
  await isSaved(staff);
  return new URL(staff.page.url()).pathname;
}

async function isSaved(staff: Staff): Promise<void> {
  await expect(staff.page.locator("[data-editor=status]")).toHaveAttribute("data-unsaved", "0", { timeout: 40_000 });
  await expect(staff.page.locator(".editor-state")).toHaveText(/Saved|You can read/, { timeout: 20_000 });
}

const margin = (staff: Staff) => staff.page.getByRole("region", { name: "Notes" });
const cards = (staff: Staff) => margin(staff).locator(".editor-note[data-note]");
const noted = (staff: Staff) => body(staff).locator(".editor-noted");

/** The words that stand out, by note: others' cursors may divide them. */
const marked = (staff: Staff) =>
  noted(staff).evaluateAll((pieces) => {
    const words = new Map<string, string>();
    for (const piece of pieces) {
      const note = (piece as HTMLElement).dataset["note"]!;
      words.set(note, (words.get(note) ?? "") + piece.textContent);
    }
    return [...words.values()];
  });

/** Selects some words of the body. */
async function selects(staff: Staff, words: string): Promise<void> {
  await body(staff).evaluate((root, words) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const at = node.textContent!.indexOf(words);
      if (at < 0) continue;
      (root as HTMLElement).focus();
      getSelection()!.setBaseAndExtent(node, at, node, at + words.length);
      return;
    }
    throw new Error(`${words} stands nowhere`);
  }, words);
  await expect.poll(() => staff.page.evaluate(() => String(getSelection()))).toBe(words);
}

async function notes(staff: Staff, words: string, text: string): Promise<void> {
  await selects(staff, words);
  await staff.page.keyboard.press("Control+Alt+m");
  const field = margin(staff).getByLabel("Write a note");
  await expect(field).toBeFocused();
  await staff.page.keyboard.type(text);
  await staff.page.keyboard.press("Control+Enter");
  await expect(cards(staff).filter({ hasText: text })).toHaveCount(1);
}

async function isAccessible(staff: Staff, what: string): Promise<void> {
  const found = await new AxeBuilder({ page: staff.page }).include(what).analyze();
  expect(found.violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.html).join("\n")}`)).toEqual([]);
}

test("a note is answered, moves with its words, and is resolved", async ({ program, somebody }) => {
  const anna = await administrator(program, somebody);
  const ivo = await colleague(anna, somebody, "Ivo Brandt", "editor");
  const path = await begins(anna, "Lamps");
  await ivo.opens(path);
  await isSaved(ivo);

  await notes(anna, "lamps were", `Four, or five? ${WHISPER}`);
  await expect(noted(anna)).toHaveText("lamps were");
  // The other is told at once.
  await expect(cards(ivo)).toContainText("Four, or five?");
  await expect(noted(ivo)).toHaveText("lamps were");
  await isAccessible(anna, "[data-editor=notes]");

  // Others write before the words, divide the paragraph, and write in them.
  await body(ivo).click();
  await ivo.page.keyboard.press("Control+Home");
  await ivo.page.keyboard.type("It was late.");
  await ivo.page.keyboard.press("Enter");
  await expect(body(anna).locator("p")).toHaveCount(2);
  await selects(ivo, "were");
  await ivo.page.keyboard.press("ArrowLeft");
  await ivo.page.keyboard.type("all ");
  for (const staff of [anna, ivo]) await expect.poll(() => marked(staff)).toEqual(["lamps all were"]);
  await isSaved(ivo);
  // So it is in the record, too.
  await expect(async () => {
    await anna.page.reload();
    await expect.poll(() => marked(anna), { timeout: 2_000 }).toEqual(["lamps all were"]);
  }).toPass();

  // From the words to the note, and from the note to the words.
  await noted(ivo).first().click();
  await expect(cards(ivo)).toHaveAttribute("aria-current", "true");
  await ivo.page.keyboard.press("Control+Alt+m");
  await expect(cards(ivo).getByRole("textbox", { name: "Answer" })).toBeFocused();
  await ivo.page.keyboard.type("Five. One is broken.");
  await cards(ivo).getByRole("button", { name: "Answer", exact: true }).click();
  await expect(cards(anna)).toContainText("Five. One is broken.");
  await cards(anna).locator(".editor-note-quote").click();
  await expect.poll(() => anna.page.evaluate(() => String(getSelection()))).toMatch(/^lamps all .*were$/);

  await cards(anna).getByRole("button", { name: /^Resolve/ }).click();
  for (const staff of [anna, ivo]) {
    await expect(margin(staff).getByText("1 resolved note")).toBeVisible();
    await expect(noted(staff)).toHaveCount(0);
  }
  await margin(ivo).getByText("1 resolved note").click();
  await expect(margin(ivo).getByText(/Resolved by Anna Kern/)).toBeVisible();
  await isAccessible(ivo, "[data-editor=notes]");
  await margin(ivo).getByRole("button", { name: /^Open again/ }).click();
  await expect.poll(() => marked(anna)).toEqual(["lamps all were"]);

  // The words go, and the note keeps what it was about.
  await cards(ivo).locator(".editor-note-quote").click();
  await ivo.page.keyboard.press("Delete");
  for (const staff of [anna, ivo]) {
    await expect(cards(staff)).toContainText("lamps were");
    await expect(cards(staff)).toContainText("These words are gone");
  }

  // No reader comes across any of it.
  const preview = await anna.page.context().newPage();
  await preview.goto(`${program.origin}${path}/preview`);
  expect(await preview.content()).not.toContain(WHISPER);
  await isSaved(ivo);
  await anna.presses("Publish");
  await anna.presses("Yes, show it to readers now");
  await expect(anna.page.locator(".editor-bar .state")).toHaveText("Published");
  for (const address of ["/news/russia/lamps", "/feeds/all.atom", "/feeds/all.rss", "/feeds/all.json", "/search?q=lamps"]) {
    const answer = await fetch(`${program.origin}${address}`);
    if (address.startsWith("/news")) expect(answer.status).toBe(200);
    expect(await answer.text(), address).not.toContain(WHISPER);
  }
});

test("somebody is asked for by name, by keyboard alone", async ({ program, somebody }) => {
  const anna = await administrator(program, somebody);
  const per = await colleague(anna, somebody, "Per Holm", "photo_editor");
  await colleague(anna, somebody, "Petra Lind", "contributor");
  const path = await begins(anna, "Lamps");

  await selects(anna, "six");
  await anna.page.keyboard.press("Control+Alt+m");
  await anna.page.keyboard.type("@pe");
  const list = margin(anna).getByRole("listbox", { name: "People" });
  // Petra may not read it, and so cannot be asked.
  await expect(list.getByRole("option")).toHaveText([/Per Holm/]);
  await isAccessible(anna, "[data-editor=notes]");
  await anna.page.keyboard.press("ArrowDown");
  await anna.page.keyboard.press("Enter");
  await anna.page.keyboard.type("is there a photo?");
  await anna.page.keyboard.press("Control+Enter");
  await expect(cards(anna).locator(".editor-mention")).toHaveText("@Per Holm");

  // He may not change a word, and may say something about it.
  await per.opens(path);
  await expect(cards(per).locator(".editor-note-asked")).toHaveText("Asks for you");
  await cards(per).scrollIntoViewIfNeeded();
  await selects(per, "nobody");
  await margin(per).getByRole("button", { name: "Add a note" }).click();
  await per.page.keyboard.type("Who is that?");
  await per.page.keyboard.press("Control+Enter");
  await expect(cards(anna)).toHaveCount(2);
  await expect(cards(anna).nth(1)).toContainText("Who is that?");
  await per.page.reload();
  await expect(cards(per)).toHaveCount(2);
  await expect(cards(per).locator(".editor-note-asked"), "he has seen it").toHaveCount(0);
});

test("without a network, what is typed in a note is kept", async ({ program, somebody }) => {
  const anna = await administrator(program, somebody);
  await begins(anna, "Lamps");
  await notes(anna, "six", "Or at seven?");
  await anna.page.context().setOffline(true);
  await selects(anna, "nobody");
  await anna.page.keyboard.press("Control+Alt+m");
  await anna.page.keyboard.type("Not even the boy?");
  await anna.page.keyboard.press("Control+Enter");
  await expect(margin(anna).getByRole("alert").filter({ hasText: "could not be sent" })).toBeVisible();
  const answer: Locator = cards(anna).getByRole("textbox", { name: "Answer" });
  await answer.fill("At seven.");
  await anna.page.context().setOffline(false);

  // Even when the page is left meanwhile.
  await anna.page.reload();
  await expect(cards(anna)).toHaveCount(1);
  await expect(answer).toHaveValue("At seven.");
  const field = margin(anna).getByLabel("Write a note");
  await expect(field).toHaveValue("Not even the boy?");
  await field.focus();
  await anna.page.keyboard.press("Control+Enter");
  await expect(cards(anna)).toHaveCount(2);
  await expect(noted(anna)).toHaveText(["six", "nobody"]);
});
