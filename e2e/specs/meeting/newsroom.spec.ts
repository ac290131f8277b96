/* A host plans a meeting, tells readers of it, and publishes its record, beside a story about it. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { administrator, colleague } from "../../support/desk.ts";
import { mainStory } from "../../support/site.ts";
import { expect, test } from "../../support/newsroom.ts";

test.use({ content: "demo" });

const title = "Ministers on the harbour";

/** What axe finds wrong with a reader's page: nothing; and nothing is wider than the screen. */
async function isServed(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).exclude("iframe").analyze();
  expect.soft(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect.soft(wider, `${page.url()} is wider than the screen`).toBeLessThanOrEqual(0);
}

/** Keeps a picture, for whoever looks at how it is laid out. */
async function pictured(page: Page, name: string): Promise<void> {
  const path = test.info().outputPath(`${name}.png`);
  await page.screenshot({ path, fullPage: true });
}

test("a meeting from its plan to its record, as its host and its readers see it", async ({ program, somebody, page }) => {
  test.setTimeout(240_000);
  const anna = await administrator(program, somebody);
  const hugo = await colleague(anna, somebody, "Hugo Brandt", "host");

  // The plan, with a slip in it first.
  await hugo.opens("/newsroom/");
  await hugo.page.getByRole("link", { name: "Meetings" }).click();
  await hugo.page.getByRole("link", { name: "Plan a meeting" }).click();
  await expect(hugo.page.getByLabel("Time zone")).toHaveValue("Europe/Moscow");
  await hugo.fills("Title", title);
  await hugo.fills("Time zone", "Europe/Atlantis");
  await hugo.fills("Begins", "2021-12-07T18:00");
  await hugo.fills("Ends", "2021-12-07T20:00");
  await hugo.page.getByLabel("Of who was there").selectOption("parties");
  for (const [at, name, others] of [
    [0, "Osel", "Interpreter\nAide"],
    [1, "Port Ansel", "Interpreter"],
  ] as const) {
    const party = hugo.page.getByRole("group", { name: `Party ${at + 1}` });
    await party.getByLabel("Name").fill(name);
    await expect(party.getByLabel("The chair’s title")).toHaveValue("Head of delegation");
    await party.getByLabel("Other seats").fill(others);
  }
  await hugo.page.getByLabel("Item 1", { exact: true }).fill("The harbour's second basin");
  await hugo.page.getByLabel("Minutes for item 1").fill("40");
  await hugo.page.getByLabel("Item 2", { exact: true }).fill("Night trains");
  await hugo.page.getByLabel("Minutes for item 2").fill("20");
  await pictured(hugo.page, "plan");
  await hugo.isServedByThePage();
  await hugo.presses("Plan it");
  await expect(hugo.trouble).toContainText("There is no time zone");
  await expect(hugo.page.getByLabel("Item 2", { exact: true })).toHaveValue("Night trains");
  await hugo.fills("Time zone", "Europe/Moscow");
  await hugo.presses("Plan it");
  await expect(hugo.headline).toHaveText(title);
  const here = new URL(hugo.page.url()).pathname;
  const address = here.replace("/newsroom", "");
  const room = hugo.page.getByRole("link", { name: "To the meeting’s room" });
  await expect(room).toHaveAttribute("href", address.replace("/meetings/", "/meet/"));
  await expect(hugo.page.locator("[data-seat]")).toHaveCount(5);
  const file = await hugo.page.request.get(`${program.origin}${here}/meeting.ics`);
  expect(await file.text()).toContain("DTSTART;TZID=Europe/Moscow:20211207T180000");

  // The browser makes the links; the server learns what it knows them by, and nothing more.
  const asked: string[] = [];
  hugo.page.on("request", (request) => asked.push(request.url() + (request.postData() ?? "")));
  await hugo.presses("Make invitations");
  const links = hugo.page.locator("output[data-link]");
  await expect(links.first()).toContainText(`${address.replace("/meetings/", "/meet/")}#`);
  const secret = (await links.first().locator("code").innerText()).split("#")[1]!.split(".")[2]!;
  expect(secret.length).toBeGreaterThan(40);
  expect(asked.filter((it) => it.includes(secret))).toEqual([]);
  await pictured(hugo.page, "invitations");
  await hugo.isServedByThePage();
  await hugo.opens(here);
  await expect(hugo.page.locator("[data-invite] .rows").first()).toContainText("invited");
  await expect(hugo.page.locator("[data-invite]")).not.toContainText("not invited yet");

  // It changes; readers know nothing of it until they are told.
  await hugo.page.getByText("Change the plan").click();
  await hugo.page.getByLabel("Title", { exact: true }).fill(`${title}, at last`);
  await hugo.presses("Save");
  await expect(hugo.headline).toHaveText(`${title}, at last`);
  expect((await page.goto(`${program.origin}${address}`))!.status()).toBe(404);
  await hugo.fills("Advisory", "Two ministers meet on Tuesday.\n\nCameras are let in for the greetings.");
  await hugo.presses("Show it to readers");
  await hugo.page.getByRole("link", { name: "As readers see it" }).click();
  await expect(hugo.headline).toHaveText(`${title}, at last`);
  expect((await page.goto(`${program.origin}${address}`))!.status()).toBe(200);
  await expect(page.locator("main")).toContainText("7 December 2021, 18:00 – 20:00 (Moscow time)");
  await expect(page.locator("main")).toContainText("Cameras are let in for the greetings.");
  await pictured(page, "announced");
  await isServed(page);

  // It was held elsewhere, and each party sent its readout.
  await hugo.opens(here);
  await hugo.fills("It began", "2021-12-07T18:08");
  await hugo.fills("It ended", "2021-12-07T20:10");
  await hugo.presses("Take it onto the record");
  await expect(hugo.page.getByRole("status")).toContainText("18:08–20:10 (Moscow time), 2 h 2 min");
  await hugo.page.getByLabel("What, in row 1").fill("The basin is dug.");
  await hugo.page.getByLabel("Kind of row 2").selectOption("follow_up");
  await hugo.page.getByLabel("What, in row 2").fill("Draw up a timetable.");
  await hugo.page.getByLabel("Who sees to it, in row 2").fill("Both railways");
  await hugo.page.getByLabel("By when, in row 2").fill("2022-01-20");
  await hugo.page.locator("[aria-labelledby=outcomes]").getByRole("button", { name: "Save" }).click();
  for (const [party, words] of [
    ["Osel", "The basin **will be dug**."],
    ["Port Ansel", "Nobody asked the fish."],
  ] as const) {
    const readout = hugo.page.getByRole("region", { name: party, exact: true }).filter({ has: hugo.page.getByLabel("Headline") });
    await readout.getByLabel("Headline").fill(`What ${party} makes of it`);
    await readout.getByLabel("Text (Markdown)").fill(words);
    await readout.getByLabel("Readers may see it").check();
    await hugo.presses(`Save: ${party}`);
    await expect(readout).toContainText("released");
  }
  await hugo.presses("Publish the record");
  await expect(hugo.page.getByRole("button", { name: "Withdraw the record" })).toBeVisible();
  await pictured(hugo.page, "host");
  await hugo.isServedByThePage();
  await hugo.opens("/newsroom/meetings");
  await expect(hugo.page.locator(".rows", { hasText: title })).toContainText("record published");
  await hugo.isServedByThePage();

  await page.goto(`${program.origin}${address}`);
  for (const told of [
    "Record of the meeting",
    "18:08 – 20:10 (Moscow time) · 2 h 2 min",
    "behind closed doors",
    "Draw up a timetable.",
    "Both railways, by 20 January 2022",
  ]) {
    await expect(page.locator("main")).toContainText(told);
  }
  await expect(page.locator(".meeting-readout strong")).toHaveText("will be dug");
  const [left, right] = await page.locator(".meeting-readout").evaluateAll((both) => both.map((it) => it.getBoundingClientRect().toJSON()));
  if (page.viewportSize()!.width > 1000) expect(left.top, "side by side").toBe(right.top);
  else expect(right.top, "one below the other").toBeGreaterThanOrEqual(left.bottom);
  await pictured(page, "record");
  await isServed(page);

  // A story is about it; that is an editor's to say.
  await hugo.opens(here);
  await expect(hugo.page.getByLabel("Address of a published story")).toHaveCount(0);
  await anna.opens(here);
  await anna.fills("Address of a published story", mainStory.path);
  await anna.presses("Add the story");
  await page.goto(`${program.origin}${mainStory.path}`);
  const box = page.getByRole("complementary", { name: `${title}, at last` });
  await expect(box).toContainText("18:08 – 20:10 (Moscow time) · 2 h 2 min");
  await isServed(page);
  await box.getByRole("link", { name: "Readout of Port Ansel" }).click();
  await expect(page).toHaveURL(`${program.origin}${address}#readout-2`);
  await expect(page.getByRole("link", { name: mainStory.headline })).toBeVisible();

  await page.goto(`${program.origin}/`);
  await page.getByRole("contentinfo").getByRole("link", { name: "Meetings" }).click();
  await expect(page.getByRole("heading", { level: 2 })).toContainText([/Conversation of the Presidents|at last/, /Conversation of the Presidents|at last/]);
  await isServed(page);
});

test("the demo shows its main story with the meeting's record", async ({ program, page }) => {
  await page.goto(`${program.origin}${mainStory.path}`);
  const box = page.getByRole("complementary", { name: "Conversation of the Presidents" });
  await expect(box).toContainText("18:08 – 20:10 (Moscow time)");
  await pictured(page, "story");
  await box.getByRole("link", { name: "The whole record" }).click();
  await expect(page.locator(".meeting-readout")).toHaveCount(2);
  const picture = page.locator(".meeting figure img");
  await picture.scrollIntoViewIfNeeded();
  await expect.poll(() => picture.evaluate((it: HTMLImageElement) => it.naturalWidth), { timeout: 60_000 }).toBeGreaterThan(0);
  await pictured(page, "demo record");
  await isServed(page);
});
