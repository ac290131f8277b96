/* Two moderators at one queue, in two browsers. */
import { type Browser, type Locator, type Page } from "@playwright/test";
import { administrator, colleague } from "../../support/desk.ts";
import { expect, test, type Staff } from "../../support/newsroom.ts";
import { mainStory } from "../../support/site.ts";

test.use({ content: "demo" });

/** A reader whose browser runs nothing, and who has said this. */
async function reader(browser: Browser, use: object, story: string, name: string, words: string): Promise<Page> {
  const context = await browser.newContext({ ...use, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(story);
  await says(page, name, words);
  return page;
}

async function says(page: Page, name: string, words: string): Promise<void> {
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("Your comment").fill(words);
  await page.getByRole("button", { name: "Send" }).click();
}

const row = (staff: Staff, words: string): Locator => staff.page.locator(".queue-row").filter({ hasText: words });
const waiting = (staff: Staff): Locator => staff.page.locator(".queue-row:not([data-gone])");

const done = (staff: Staff): Locator => staff.page.locator("[data-done]");

/** Does what has the page load anew. */
async function loads(staff: Staff, act: Promise<void>): Promise<void> {
  await Promise.all([staff.page.waitForEvent("load"), act]);
}

const decides = (staff: Staff, key: string): Promise<void> => loads(staff, staff.page.keyboard.press(key));

test("two moderators clear one queue, and neither is in the other's way", async ({ browser, program, somebody }, info) => {
  test.setTimeout(180_000);
  const anna = await administrator(program, somebody);
  const nora = await colleague(anna, somebody, "Nora Holm", "moderator");
  const story = program.origin + mainStory.path;
  const said = ["It rains", "It snows", "Buy lamps", "Well"];
  const readers: Page[] = [];
  for (const [at, words] of said.entries()) {
    readers.push(await reader(browser, info.project.use, story, `Reader ${at}`, words));
  }
  const rosa = readers[1]!;

  // Whoever comes second is led past what the first has on the screen.
  await anna.opens("/newsroom/discussion");
  await Promise.all([anna.page.waitForResponse(/discussion\/claim/), anna.page.keyboard.press("j")]);
  await expect(row(anna, "It rains")).toBeFocused();
  await nora.opens("/newsroom/discussion");
  await expect(row(nora, "It rains")).toContainText("Anna Kern is looking at this.");
  await Promise.all([nora.page.waitForResponse(/discussion\/claim/), nora.page.keyboard.press("j")]);
  await expect(row(nora, "It snows")).toBeFocused();
  await anna.isServedByThePage();

  // What one decides, the other sees, and what that one looks at stays where it is.
  const top = () => row(nora, "It snows").evaluate((it) => it.getBoundingClientRect().top);
  const before = await top();
  await decides(anna, "a");
  await expect(row(nora, "It rains")).toContainText("Anna Kern: stands");
  await expect(row(nora, "It rains").getByRole("button")).toHaveCount(0);
  await expect(nora.page.getByRole("button", { name: /New/ })).toHaveCount(0);
  expect(Math.abs((await top()) - before)).toBeLessThanOrEqual(1);
  await expect(row(nora, "It snows")).toBeFocused();
  // The next that nobody has.
  await expect(row(anna, "Buy lamps")).toBeFocused();
  await expect(row(anna, "It snows")).toContainText("Nora Holm is looking at this.");

  // A refusal, by keyboard but for its words.
  await nora.page.keyboard.press("r");
  await row(nora, "It snows").getByLabel("Why", { exact: true }).selectOption("off_topic");
  await row(nora, "It snows").getByLabel("What else its author is told").fill("This is about the meeting.");
  await loads(nora, nora.presses("Refuse", row(nora, "It snows").locator("details")));
  await expect(done(nora)).toContainText("One comment is refused.");
  await expect(row(anna, "It snows")).toContainText("Nora Holm: refused");
  await rosa.reload();
  await expect(rosa.getByRole("status")).toContainText("This is about the meeting.");

  // Undone by a key, it waits again, at the other's screen too.
  await decides(nora, "z");
  await expect(done(nora)).toContainText("Undone");
  await expect(row(nora, "It snows")).toContainText("waits");
  await expect(row(anna, "It snows")).not.toContainText("Nora Holm: refused");
  await expect(row(anna, "It snows").getByRole("button", { name: "Let it stand" })).toBeVisible();

  // It is refused anew, with others, at once; and an appeal brings one back to those who look.
  for (const words of ["It snows", "Well"]) await row(nora, words).getByRole("checkbox").check();
  await nora.page.locator("#bulk-reason").selectOption("off_topic");
  await loads(nora, nora.presses("Refuse", nora.page.locator("#bulk")));
  await expect(done(nora)).toContainText("2 comments are refused.");
  await expect(waiting(anna)).toHaveCount(1);
  await anna.opens("/newsroom/discussion");
  await expect(anna.page.locator(".queue-row")).toHaveCount(1);
  await rosa.reload();
  await rosa.getByLabel("Why the comment should stand").fill("It snows in the hall.");
  await rosa.getByRole("button", { name: "Ask" }).click();
  await expect(anna.page.getByRole("button", { name: "New: 1" })).toBeVisible();
  await expect(anna.page.locator(".queue-row")).toHaveCount(1);
  await anna.page.keyboard.press("n");
  await expect(row(anna, "It snows in the hall.")).toBeVisible();

  // Both clear what is left, by keyboard.
  await row(anna, "Buy lamps").focus();
  await decides(anna, "a");
  await expect(row(anna, "It snows in the hall.")).toBeFocused();
  await decides(anna, "a");
  await expect(anna.page.getByText("Nothing is here.")).toBeVisible();
  await nora.opens("/newsroom/discussion");
  await expect(nora.page.getByText("Nothing is here.")).toBeVisible();
  for (const one of readers) await one.context().close();
});

test("whoever is banned is told until when, and the history says who did it and why", async ({ browser, program, somebody }, info) => {
  test.setTimeout(180_000);
  const anna = await administrator(program, somebody);
  const nora = await colleague(anna, somebody, "Nora Holm", "moderator");
  const story = program.origin + mainStory.path;
  const rosa = await reader(browser, info.project.use, story, "Rosa", "Buy lamps");
  const ivo = await reader(browser, info.project.use, story, "Ivo", "Buy candles");
  // Ivo finds better words.
  await ivo.getByLabel("As it should read").fill("Buy good candles");
  await ivo.getByRole("button", { name: "Keep the change" }).click();

  await nora.opens("/newsroom/discussion");
  await nora.page.getByRole("searchbox", { name: "Words, name or address" }).fill("127.0.0.1");
  await nora.page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(nora.page.locator(".queue-row")).toHaveCount(2);
  await row(nora, "candles").getByText("Earlier words").click();
  await expect(row(nora, "candles").locator(".queue-earlier")).toContainText("Buy candles");
  await nora.page.getByRole("searchbox", { name: "Words, name or address" }).fill("192.0.2.1");
  await nora.page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(nora.page.getByText("Nothing is here.")).toBeVisible();

  await nora.opens("/newsroom/discussion?q=lamps");
  await nora.page.getByRole("link", { name: "Rosa" }).click();
  await expect(nora.page.getByRole("link", { name: "Ivo" })).toBeVisible();
  await nora.fills("Note for moderators", "Sells lamps under every story.");
  await loads(nora, nora.presses("Keep the note"));
  await nora.fills(/Take nothing for days/, "3");
  await loads(nora, nora.presses("Ban"));
  await expect(nora.page.getByText(/Banned until/)).toBeVisible();
  await nora.isServedByThePage();

  await rosa.goto(story);
  await says(rosa, "Rosa", "Buy more lamps");
  await expect(rosa.getByRole("alert")).toContainText(/take nothing from you until \d{4}-\d\d-\d\d/);

  // What one wrote and did, the other reads.
  await anna.opens("/newsroom/discussion");
  await expect(row(anna, "lamps")).toContainText("1 note");
  await row(anna, "lamps").getByRole("link", { name: "Rosa" }).click();
  const moments = anna.page.locator(".queue-row");
  await expect(moments).toHaveCount(3);
  await expect(moments.nth(0)).toContainText("Nora Holm");
  await expect(moments.nth(0)).toContainText("banned until");
  await expect(moments.nth(1)).toContainText("Sells lamps under every story.");
  await expect(moments.nth(2)).toContainText("Buy lamps");
  for (const one of [rosa, ivo]) await one.context().close();
});

test("a story's own rule is found on its page, and a comment under it then waits", async ({ browser, program, somebody }, info) => {
  const anna = await administrator(program, somebody);
  await anna.opens("/newsroom/discussion/rules");
  const whole = anna.page.getByRole("form", { name: "The whole site" });
  await whole.getByLabel("When a comment is shown").selectOption("after");
  await anna.presses("Save", whole);
  const story = program.origin + mainStory.path;
  const rosa = await reader(browser, info.project.use, story, "Rosa", "Shown at once");
  await expect(rosa.locator(".comment:target")).toContainText("Shown at once");

  await anna.opens("/newsroom/?state=published");
  await anna.page.getByRole("link", { name: mainStory.headline }).first().click();
  await anna.page.getByRole("link", { name: "How its discussion is moderated" }).click();
  const own = anna.page.getByRole("form", { name: mainStory.headline });
  await anna.isServedByThePage();
  await own.getByLabel("When a comment is shown").selectOption("before");
  await loads(anna, anna.presses("Save", own));
  await expect(own.getByLabel("When a comment is shown")).toHaveValue("before");
  await expect(whole.getByLabel("When a comment is shown")).toHaveValue("after");

  const ivo = await reader(browser, info.project.use, story, "Ivo", "Waits for Anna");
  await expect(ivo.getByRole("status")).toContainText("A moderator will look at it");
  await anna.opens("/newsroom/discussion");
  await row(anna, "Waits for Anna").getByText("What the checks said").click();
  await expect(row(anna, "Waits for Anna").locator(".queue-verdicts")).toContainText("Every comment waits here.");
  await anna.isServedByThePage();
  for (const one of [rosa, ivo]) await one.context().close();
});

test("who decides from an old page is told what happened, and overrules nobody", async ({ browser, program, somebody }, info) => {
  test.setTimeout(180_000);
  const anna = await administrator(program, somebody);
  const nora = await colleague(anna, somebody, "Nora Holm", "moderator");
  const story = program.origin + mainStory.path;
  const readers = [
    await reader(browser, info.project.use, story, "Rosa", "It rains"),
    await reader(browser, info.project.use, story, "Ivo", "It snows"),
  ];
  await anna.opens("/newsroom/discussion");
  // Her page hears of nothing from here on.
  await anna.page.routeWebSocket("**/newsroom/changes", () => {});
  await anna.page.reload();
  for (const words of ["It rains", "It snows"]) await row(anna, words).getByRole("checkbox").check();
  await nora.opens("/newsroom/discussion");
  await row(nora, "It rains").getByText("Refuse", { exact: true }).first().click();
  await row(nora, "It rains").getByLabel("Why", { exact: true }).selectOption("off_topic");
  await loads(nora, nora.presses("Refuse", row(nora, "It rains").locator("details:has(select)")));
  await expect(done(nora)).toContainText("One comment is refused.");

  await loads(anna, anna.presses("Let it stand", anna.page.locator("#bulk")));
  await expect(done(anna)).toContainText("One comment stands.");
  const changed = anna.page.locator("[data-changed]");
  await expect(changed).toContainText("One comment was left as it is");
  await expect(changed).toContainText(/Rosa: refused · Nora Holm/);
  await anna.isServedByThePage();
  await anna.opens("/newsroom/discussion?list=all");
  await expect(row(anna, "It rains")).toContainText("refused");
  await expect(row(anna, "It snows")).toContainText("stands");
  for (const one of readers) await one.context().close();
});

test("a network is banned from the queue, and lifted where it is listed", async ({ browser, program, somebody }, info) => {
  const anna = await administrator(program, somebody);
  const story = program.origin + mainStory.path;
  const rosa = await reader(browser, info.project.use, story, "Rosa", "Buy lamps");
  await anna.opens("/newsroom/discussion");
  await row(anna, "Buy lamps").getByRole("link", { name: "Its network" }).click();
  await expect(anna.page.getByRole("heading", { name: "127.0.0.1" })).toBeVisible();
  await anna.fills(/For days/, "2");
  await anna.fills("What the other moderators should know", "Sells lamps.");
  await anna.presses("Take nothing from there");
  await expect(anna.page.locator(".rows")).toContainText("Sells lamps.");
  await anna.isServedByThePage();
  await rosa.goto(story);
  await says(rosa, "Rosa", "Buy more lamps");
  await expect(rosa.getByRole("alert")).toContainText("nothing from the network that you write from until");
  await expect(rosa.getByLabel("Your comment")).toHaveValue("Buy more lamps");
  await anna.presses("Lift");
  await expect(anna.page.getByText("No network is banned.")).toBeVisible();
  await rosa.getByRole("button", { name: "Send" }).click();
  await expect(rosa.getByRole("status")).toContainText("A moderator will look at it");
  await rosa.context().close();
});
