/* What people do with a story at the desk. */
import { expect, type Staff } from "./newsroom.ts";
import type { Program } from "./program.ts";

/** The administrator, who has come in. */
export async function administrator(program: Program, somebody: () => Promise<Staff>): Promise<Staff> {
  const anna = await somebody();
  await anna.arrives(await program.firstLink(), "Anna Kern");
  return anna;
}

/** Somebody else, with this role. */
export async function colleague(
  anna: Staff,
  somebody: () => Promise<Staff>,
  name: string,
  role: string,
): Promise<Staff> {
  await anna.opens("/newsroom/people");
  await anna.fills("Name", name);
  await anna.page.getByLabel("Role").selectOption(role);
  await anna.presses("Make a link");
  const link = await anna.page.getByLabel("Link").inputValue();
  const other = await somebody();
  await other.arrives(link);
  return other;
}

/** Begins a story, and answers with the path of its page. */
export async function begins(staff: Staff, headline: string): Promise<string> {
  await staff.opens("/newsroom/");
  await staff.page.getByRole("link", { name: "New story" }).click();
  await staff.fills("Headline", headline);
  await staff.page.getByLabel("Section").selectOption({ label: "News › Russia" });
  await staff.presses("Begin");
  await isSaved(staff);
  return new URL(staff.page.url()).pathname;
}

export async function isSaved(staff: Staff): Promise<void> {
  // Longer than the editor waits for a server before it takes it for gone, and asks anew.
  const timeout = 45_000;
  await expect(staff.page.locator(".editor-state")).toHaveText("Saved", { timeout });
  await expect(staff.page.locator("[data-editor=status]")).toHaveAttribute("data-unsaved", "0", { timeout });
}

export const body = (staff: Staff) => staff.page.locator(".ProseMirror");

export async function types(staff: Staff, text: string): Promise<void> {
  await body(staff).click();
  await staff.page.keyboard.press("Control+End");
  await staff.page.keyboard.type(text);
}

/** Inserts a story that is related, behind all that is written, as one finds it by its headline. */
export async function relates(staff: Staff, headline: string): Promise<void> {
  await types(staff, "\n/related");
  await staff.page.keyboard.press("Enter");
  const dialog = staff.page.getByRole("dialog");
  await dialog.getByRole("combobox").fill(headline);
  await dialog.getByRole("option", { name: headline }).first().click();
  await expect(body(staff).locator(".related")).toContainText(headline);
}

/** Quotes somebody, behind all that is written. */
export async function quotes(staff: Staff, { words, speaker, source }: { words: string; speaker: string; source: string }): Promise<void> {
  await types(staff, "\n");
  await staff.page.keyboard.press("Control+Shift+9");
  await staff.page.keyboard.type(words);
  const quotation = body(staff).locator(".quotation").last();
  await quotation.getByLabel("Speaker").fill(speaker);
  await quotation.getByLabel("Source", { exact: true }).fill(source);
  await quotation.getByLabel("Source", { exact: true }).press("Escape");
}

/** Gives the story a photo of the desk's to lead with. */
export async function leadsWith(staff: Staff, caption: string): Promise<void> {
  await staff.page.locator("[data-editor=photo]").getByRole("button", { name: "Add a photo" }).click();
  await staff.page.locator("dialog input").first().fill(caption);
  await staff.page.locator("dialog").getByRole("option", { name: caption }).first().click();
  await expect(staff.page.locator(".editor-lead img")).toBeVisible();
}

/** The paragraphs, without the names that stand at others' cursors. */
export const written = (staff: Staff) =>
  body(staff)
    .locator("p")
    .evaluateAll((all) =>
      all.map((one) => {
        const copy = one.cloneNode(true) as HTMLElement;
        copy.querySelectorAll("[class*=cursor]").forEach((cursor) => cursor.remove());
        return copy.textContent;
      }),
    );
