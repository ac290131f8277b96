/* From behind closed doors to the first comment: what Tribune is for, in one go. */
import { body, administrator, colleague, isSaved } from "../../support/desk.ts";
import { expect } from "../../support/newsroom.ts";
import { devices, invites, plans, test } from "../../support/meeting.ts";
import { loudness } from "../../support/channel.ts";
import { freePort } from "../../support/program.ts";

test.use({
  content: "demo",
  launchOptions: ({ launchOptions }, use) => use({ ...launchOptions, args: [...launchOptions.args!, ...devices] }),
  settings: async ({}, use) =>
    use({
      TRIBUNE_MEET_LISTEN: `127.0.0.1:${await freePort()}`,
      // The demo puts its own programme on air there.
      TRIBUNE_RTMP_LISTEN: `127.0.0.1:${await freePort()}`,
    }),
});

const said = {
  title: "Virtual meeting of two presidents",
  agenda: ["Eastward enlargement of the alliance", "Strategic stability", "Questions between the two countries"],
  caption: "Two presidents greet each other on a screen",
  credit: "Press service of the first party",
  readouts: {
    "First party": ["Frank talks, and a demand", "The first party asked for guarantees that can be relied upon."],
    "Second party": ["A clear warning", "The second party named the measures that it would take with its allies."],
  },
  headline: "Two presidents end their virtual meeting",
  deck: "Relations between the two countries and the last summit’s agreements were on the agenda.",
  paragraphs: ["They spoke by video, with nobody else in the room.", "Each side told its own story of it afterwards."],
  comment: "Two hours are more than nothing.",
} as const;

test("two parties meet behind closed doors, and a reader has the last word", async ({ program, somebody, comes, browser }, info) => {
  test.skip(!info.project.name.startsWith("desktop"), "once is enough: each step has specs of its own on a phone");
  // A minute by itself; two browsers in a meeting share the machine with whatever else is tested.
  test.setTimeout(600_000);
  const anna = await administrator(program, somebody);

  await test.step("a host plans the meeting, and invites", async () => {
    await plans(anna, {
      title: said.title,
      zone: "Europe/Moscow",
      starts: "2040-12-07T18:00",
      ends: "2040-12-07T20:00",
      parties: [
        { name: "First party", chair: "President" },
        { name: "Second party", chair: "President" },
      ],
      agenda: said.agenda.map((item) => [item, 40]),
    });
  });
  const meeting = new URL(anna.page.url()).pathname;
  const id = meeting.split("/").at(-1)!;
  const links = await invites(anna);

  const first = await comes(links[0]!, "First President");
  const second = await comes(links[1]!, "Second President");
  await test.step("they meet, and read the code to each other", async () => {
    await first.enters();
    await first.isIn();
    await second.enters();
    await first.letsIn("Second President");
    await second.isIn();
    expect(await second.code()).toBe(await first.code());
    await Promise.all([first.presses("We have compared"), second.presses("We have compared")]);
    await Promise.all([first.sees("Second President"), second.sees("First President")]);
    await Promise.all([first.hears("Second President"), second.hears("First President")]);
  });

  await test.step("the agenda runs, and a picture leaves that both approve", async () => {
    await first.presses("Chair");
    await first.presses("Begin the meeting");
    await expect(second.page.locator(".state")).toContainText("Under way");
    await first.presses("Next item of the agenda");
    await first.presses("Propose an official photo");
    const judges = second.page.getByRole("dialog", { name: "Official photo" });
    await judges.getByRole("button", { name: "Approve" }).click();
    const releases = first.page.getByRole("dialog", { name: "Official photo" });
    await releases.getByLabel("Caption").fill(said.caption);
    await releases.getByLabel("Credit").fill(said.credit);
    await releases.getByRole("button", { name: "Release to the newsroom" }).click();
    await releases.getByRole("button", { name: "Press again: it leaves the meeting" }).click();
    await expect(releases).toContainText("is in the newsroom’s photo desk");
    await releases.getByRole("button", { name: "Close" }).click();
    await judges.getByRole("button", { name: "Close" }).click();
    await first.pressesTwice("End the meeting", "Press again to end it for all");
  });

  await test.step("each party files its readout", async () => {
    for (const [who, party] of [[first, "First party"], [second, "Second party"]] as const) {
      const [headline, text] = said.readouts[party];
      await who.page.getByLabel("Headline").fill(headline);
      await who.page.getByLabel("Text (Markdown)").fill(text);
      await who.pressesTwice("Release it", "Press again: readers will see it");
      await expect(who.page.getByText("Released: readers may see it.")).toBeVisible();
    }
    expect([...first.complaints, ...second.complaints]).toEqual([]);
    await anna.opens(meeting);
    await anna.presses("Publish the record");
  });

  const address = await test.step("two write the story, and publish it with the photo", async () => {
    const ivo = await colleague(anna, somebody, "Ivo Brandt", "editor");
    await anna.opens("/newsroom/articles/new");
    await anna.fills("Headline", said.headline);
    await anna.page.getByLabel("Section").selectOption({ label: "News › Russia" });
    await anna.presses("Begin");
    await isSaved(anna);
    const path = new URL(anna.page.url()).pathname;
    await ivo.opens(path);
    await isSaved(ivo);
    await anna.page.locator("[data-editor=deck]").fill(said.deck);
    await body(anna).click();
    await anna.page.keyboard.type(`${said.paragraphs[0]}\n`);
    await expect(body(ivo)).toContainText(said.paragraphs[0]);
    await body(ivo).click();
    await ivo.page.keyboard.press("Control+End");
    await ivo.page.keyboard.type(said.paragraphs[1]);
    await expect(body(anna)).toContainText(said.paragraphs[1]);
    await anna.page.locator("[data-editor=photo]").getByRole("button", { name: "Add a photo" }).click();
    await anna.page.locator("dialog input").first().fill(said.caption);
    await anna.page.locator("dialog").getByRole("option", { name: said.caption }).first().click();
    await expect(anna.page.locator(".editor-lead img")).toBeVisible();
    await Promise.all([isSaved(anna), isSaved(ivo)]);
    const about = anna.page.locator("form").filter({ has: anna.page.getByLabel("The meeting that it is about") });
    await about.getByLabel("The meeting that it is about").selectOption(id);
    await anna.presses("Save", about);
    await isSaved(anna);
    await anna.presses("Publish");
    await anna.presses("Yes, show it to readers now");
    await expect(anna.page.locator(".editor-bar .state")).toHaveText("Published");
    return "/news/russia/two-presidents-end-their-virtual-meeting";
  });

  const context = await browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  await test.step("a reader finds it, and reads what both say of the meeting", async () => {
    await page.goto(`${program.origin}/news/russia/`);
    await page.getByRole("link", { name: said.headline }).first().click();
    await expect(page).toHaveURL(program.origin + address);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(said.headline);
    await expect(page.getByText(said.deck)).toBeVisible();
    for (const paragraph of said.paragraphs) await expect(page.locator(".body")).toContainText(paragraph);
    const lead = page.locator("figure").filter({ hasText: said.caption }).first();
    await expect(lead).toContainText(said.credit);
    await expect(page.locator("nav").filter({ hasText: "News" }).getByRole("link", { name: "Russia" }).first()).toBeVisible();
    await expect(page.getByRole("heading", { name: "0 Comments" })).toBeVisible();
    await expect(page.getByRole("complementary", { name: said.title })).toContainText("Strategic stability");
    await page.goto(`${program.origin}/meetings/${id}`);
    const clock = /\d\d:\d\d/;
    await expect(page.locator("main")).toContainText(new RegExp(`${clock.source}.{1,9}${clock.source}.*Moscow`, "s"));
    for (const item of said.agenda) await expect(page.locator("main")).toContainText(item);
    for (const [headline, text] of Object.values(said.readouts)) {
      await expect(page.locator("main")).toContainText(headline);
      await expect(page.locator("main")).toContainText(text);
    }
    await expect(page.locator("main")).toContainText("First President");
    await expect(page.locator("main")).toContainText(said.credit);
  });

  await test.step("the channel is on air, and sound alone will do", async () => {
    await page.goto(program.origin + address);
    await expect(async () => {
      await page.reload();
      await expect(page.locator(".on-air")).toHaveText(/Live/, { timeout: 500 });
    }).toPass({ timeout: 30_000 });
    await page.getByRole("link", { name: "Audio Only" }).first().click();
    await expect(page).toHaveURL(`${program.origin}/live/audio`);
    const video = page.locator("video");
    await expect(async () => {
      // Of sound alone there is a bar to be seen, with its button at the left.
      if (await video.evaluate((video: HTMLVideoElement) => video.paused)) await video.click({ position: { x: 24, y: 32 } });
      expect(await loudness(page)).toBeGreaterThan(0.01);
    }).toPass({ timeout: 60_000, intervals: [2_000] });
    expect(await video.evaluate((video: HTMLVideoElement) => video.videoWidth), "sound alone").toBe(0);
  });

  await test.step("and posts the first comment, which moderators look at afterwards", async () => {
    await anna.opens("/newsroom/discussion/rules");
    await anna.page.getByLabel("When a comment is shown").first().selectOption("after");
    await anna.presses("Save");
    await expect(anna.page.getByLabel("When a comment is shown").first()).toHaveValue("after");
    await page.goto(program.origin + address);
    await expect(page.locator("[data-share]").getByRole("link", { name: "Telegram" })).toHaveAttribute("href", /t\.me/);
    const form = page.locator("form.comment-form").last();
    await form.scrollIntoViewIfNeeded();
    await form.getByLabel("Your name").fill("Rosa");
    await form.getByLabel("Your comment").fill(said.comment);
    await form.getByRole("button", { name: "Send" }).click();
    await expect(page.locator("#discussion .comment")).toContainText(said.comment);
    await expect(page.getByRole("heading", { name: "1 Comment" })).toBeVisible();
  });
  await context.close();
});
