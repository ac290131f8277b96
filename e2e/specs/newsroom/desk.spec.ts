import { administrator, begins, colleague, isSaved, types } from "../../support/desk.ts";
import { expect, test } from "../../support/newsroom.ts";

test.use({ content: "demo" });

/** What a `datetime-local` field takes, some days from now. */
function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 11) + "09:30";
}

test("a story goes from desk to desk, and everybody sees at once what they must do", async ({ program, somebody }) => {
  test.setTimeout(120_000);
  const anna = await administrator(program, somebody);
  const ivo = await colleague(anna, somebody, "Ivo Brandt", "reporter");
  await ivo.opens("/newsroom/");
  const todo = ivo.page.getByRole("region", { name: "What you must do" });
  await expect(todo).toHaveCount(0);

  const path = await begins(anna, "The Lamps Under the Bridge");
  await anna.page.getByText("Assign", { exact: true }).first().click();
  await anna.page.getByLabel("To whom").selectOption({ label: "Ivo Brandt" });
  await anna.fills("What to do", "Ask the harbour office");
  await anna.page.getByLabel(/^Due, by the clocks/).fill(inDays(2));
  await anna.presses("Assign");
  // Ivo's page was open all the while.
  await expect(todo).toContainText("Ask the harbour office");
  await todo.getByRole("link", { name: "The Lamps Under the Bridge" }).click();
  await types(ivo, "The harbour office says nothing.");
  await isSaved(ivo);
  await ivo.page.getByLabel("A word to whoever is next").fill("They will not talk.");
  await ivo.presses("Hand in");
  await anna.opens("/newsroom/");
  const waiting = anna.page.getByRole("region", { name: "What you must do" });
  await expect(waiting).toContainText("They will not talk.");
  await anna.isServedByThePage();

  await ivo.opens("/newsroom/calendar");
  await expect(ivo.page.getByRole("link", { name: "The Lamps Under the Bridge" })).toBeVisible();
  await ivo.isServedByThePage();
  await ivo.opens("/newsroom/");
  await todo.getByRole("button", { name: "Done" }).click();
  await expect(todo).toHaveCount(0);

  // Given back with a word, it is his again.
  await anna.opens(path);
  await isSaved(anna);
  await anna.page.getByLabel("A word to whoever is next").fill("Try the lamplighter.");
  await anna.presses("Take back");
  await expect(anna.page.locator("blockquote.said")).toContainText("Try the lamplighter.");
});

test("the top of the front page is previewed, and a story leaves it by itself", async ({ program, somebody }) => {
  const anna = await administrator(program, somebody);
  await anna.opens("/newsroom/front");
  const rows = anna.page.locator("[data-order-top] [data-order-row]");
  const second = await rows.nth(1).locator(".story-headline").textContent();
  await rows.nth(1).getByRole("button", { name: /^Move up/ }).click();
  await rows.nth(0).getByLabel(/^Until/).fill(inDays(3));
  const [preview] = await Promise.all([
    anna.page.context().waitForEvent("page"),
    anna.page.getByRole("button", { name: "Preview" }).click(),
  ]);
  await expect(preview.locator("main h2, main h3").first()).toHaveText(second!.trim());
  const reader = await anna.page.context().newPage();
  await reader.goto(program.origin);
  await expect(reader.locator("main h2, main h3").first()).not.toHaveText(second!.trim());
  await anna.presses("Publish");
  await expect(rows.nth(0).locator(".story-headline")).toHaveText(second!);
  await expect(rows.nth(0).getByLabel(/^Until/)).not.toHaveValue("");
  await expect(async () => {
    await reader.reload();
    await expect(reader.locator("main h2, main h3").first()).toHaveText(second!.trim(), { timeout: 500 });
  }).toPass();
});

test("stories about the same are offered beside a story", async ({ program, somebody }) => {
  const anna = await administrator(program, somebody);
  await anna.opens("/newsroom/?state=published&q=Putin+and+Biden");
  await anna.page.locator(".story-headline a").first().click();
  await isSaved(anna);
  const alike = anna.page.getByRole("list", { name: "Stories about the same" }).getByRole("button");
  await expect(alike.first()).toBeVisible();
  const name = (await alike.first().textContent())!;
  await alike.first().click();
  await expect(anna.page.getByRole("list", { name: "Related stories" })).toContainText(name);
  await isSaved(anna);
});
