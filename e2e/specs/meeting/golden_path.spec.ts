/* From behind closed doors to the first comment: what Tribune is for, in one go; and at its end every
   line that a news page has, looked for on the page that came of it. */
import type { Browser, Page } from "@playwright/test";
import { administrator, begins, body, colleague, isSaved, leadsWith, quotes, relates, types } from "../../support/desk.ts";
import { expect, type Staff } from "../../support/newsroom.ts";
import { advises, agreeOnPhoto, devices, files, invites, meet, plans, test } from "../../support/meeting.ts";
import { loudness, played } from "../../support/channel.ts";
import { freePort } from "../../support/program.ts";
import { mainStory } from "../../support/site.ts";

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
  advisory: "The spokesman named what is to be talked about. Cameras are let in for the greetings.",
  caption: "Two presidents greet each other on a screen",
  credit: "Press service of the first party",
  creditUrl: "https://press.example/pictures/42",
  readouts: {
    "First party": ["Frank talks, and a demand", "The first party asked for guarantees that can be relied upon."],
    "Second party": ["A clear warning", "The second party named the measures that it would take with its allies."],
  },
  followUp: { words: "Discuss the outcome with the allies.", owner: "Second party" },
  headline: "Two presidents end their virtual meeting",
  deck: "Relations between the two countries and the last summit’s agreements were on the agenda.",
  paragraphs: ["They spoke by video, with nobody else in the room.", "Each side told its own story of it afterwards."],
  related: "Putin Ready to Hear Biden's Proposal on Ukraine",
  quotation: { words: "It takes two to tell a story.", speaker: "First President", source: "At the door, afterwards" },
  comment: "Two hours are more than nothing.",
} as const;
const address = "/news/russia/two-presidents-end-their-virtual-meeting";

test("two parties meet behind closed doors, and a reader has the last word", async ({ program, somebody, comes, browser }, info) => {
  test.skip(!info.project.name.startsWith("desktop"), "once is enough: each step has specs of its own on a phone");
  // A minute or two by itself; two browsers in a meeting share the machine with whatever else is tested.
  test.setTimeout(600_000);
  const anna = await administrator(program, somebody);
  const page = await reader(browser);

  const { id, links } = await test.step("a host plans the meeting, invites, and tells readers what is to come", async () => {
    const place = await plans(anna, {
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
    const links = await invites(anna);
    await advises(anna, place, said.advisory);
    return { id: place.split("/").at(-1)!, links };
  });
  const [record, desk] = [`${program.origin}/meetings/${id}`, `/newsroom/meetings/${id}`];
  await page.goto(record);
  const advised = await page.locator("main").innerText();

  const first = await comes(links[0]!, "First President");
  const second = await comes(links[1]!, "Second President");
  const began = Date.now();
  await test.step("they meet, and read the code to each other", async () => {
    await meet(first, second);
    expect(await second.code()).toBe(await first.code());
    await Promise.all([first.presses("We have compared"), second.presses("We have compared")]);
  });

  await test.step("the agenda runs, and a picture leaves that both approve", async () => {
    await first.presses("Chair");
    await first.presses("Begin the meeting");
    await expect(second.page.locator(".state")).toContainText("Under way");
    await first.presses("Next item of the agenda");
    await agreeOnPhoto(first, second, said.caption, said.credit);
    await first.pressesTwice("End the meeting", "Press again to end it for all");
  });

  await test.step("each party files its readout, and the host publishes the record with what follows", async () => {
    await files(first, ...said.readouts["First party"]);
    await files(second, ...said.readouts["Second party"]);
    expect([...first.complaints, ...second.complaints]).toEqual([]);
    await anna.opens(desk);
    await anna.page.getByLabel("Kind of row 1").selectOption("follow_up");
    await anna.page.getByLabel("What, in row 1").fill(said.followUp.words);
    await anna.page.getByLabel("Who sees to it, in row 1").fill(said.followUp.owner);
    await anna.presses("Save", anna.page.getByRole("region", { name: "Decisions and follow-ups" }));
    await anna.presses("Publish the record");
    await expect(anna.page.getByRole("button", { name: "Withdraw the record" })).toBeVisible();
  });

  await test.step("two write the story, and publish it with the photo and a story that is related", async () => {
    await creditsItsSource(anna);
    const ivo = await colleague(anna, somebody, "Ivo Brandt", "editor");
    await ivo.opens(await begins(anna, said.headline));
    await isSaved(ivo);
    await anna.page.locator("[data-editor=kind]").selectOption({ label: "Opinion" });
    await anna.page.locator("[data-editor=deck]").fill(said.deck);
    await leadsWith(anna, said.caption);
    await types(anna, said.paragraphs[0]);
    await relates(anna, said.related);
    await expect(body(ivo)).toContainText(said.related);
    await types(ivo, said.paragraphs[1]);
    await quotes(ivo, said.quotation);
    await expect(body(anna)).toContainText(said.quotation.words);
    await Promise.all([isSaved(anna), isSaved(ivo)]);
    const about = anna.page.locator("form").filter({ has: anna.page.getByLabel("The meeting that it is about") });
    await about.getByLabel("The meeting that it is about").selectOption(id);
    await anna.presses("Save", about);
    await isSaved(anna);
    await anna.presses("Publish");
    await anna.presses("Yes, show it to readers now");
    await expect(anna.page.locator(".editor-bar .state")).toHaveText("Published");
    await anna.opens("/newsroom/discussion/rules");
    await anna.page.getByLabel("When a comment is shown").first().selectOption("after");
    await anna.presses("Save");
    await expect(anna.page.getByLabel("When a comment is shown").first()).toHaveValue("after");
  });
  const published = Date.now();

  await test.step("a reader finds it, with every line that a news page has", async () => {
    await page.goto(`${program.origin}/news/russia/`);
    await page.getByRole("link", { name: said.headline }).first().click();
    await expect(page).toHaveURL(program.origin + address);
    await isOnAir(page);
    for (const [line, isThere] of thePage(page, { advised, began, published, record })) {
      await test.step(line, async () => {
        if (page.url() !== program.origin + address) await page.goto(program.origin + address);
        await isThere();
      });
    }
  });

  await test.step("the story of the demo tells when its meeting was, by the clocks of Moscow", async () => {
    await page.goto(program.origin + mainStory.path);
    await expect(page.locator(".body")).toContainText("began at 18:08 Moscow time and closed at 20:10");
    const box = page.getByRole("complementary", { name: "Conversation of the Presidents" });
    const times = "7 December 2021, 18:08 – 20:10 (Moscow time) · 2 h 2 min";
    await expect(box).toContainText(`${times} · behind closed doors`);
    await box.getByRole("link", { name: "The whole record" }).click();
    await expect(page.locator(".meeting-times")).toHaveText(times);
    expect(await page.locator(".meeting-times time").evaluateAll((both) => both.map((it) => it.getAttribute("datetime")))).toEqual([
      "2021-12-07T18:08:00+03:00",
      "2021-12-07T20:10:00+03:00",
    ]);
  });

  await test.step("and posts the first comment, which moderators look at afterwards", async () => {
    await page.goto(program.origin + address);
    const form = page.locator("form.comment-form").last();
    await form.scrollIntoViewIfNeeded();
    await form.getByLabel("Your name").fill("Rosa");
    await form.getByLabel("Your comment").fill(said.comment);
    await form.getByRole("button", { name: "Send" }).click();
    await expect(page.locator("#discussion .comment")).toContainText(said.comment);
    await expect(page.getByRole("heading", { name: "1 Comment" })).toBeVisible();
  });
  await page.context().close();
});

interface Story {
  /** What readers were told before it. */
  advised: string;
  /** Between these moments it met, and was published. */
  began: number;
  published: number;
  record: string;
}

/** What a news page consists of, from its top to its end, and what is behind it. */
function thePage(page: Page, { advised, began, published, record }: Story): [line: string, isThere: () => Promise<void>][] {
  const main = page.locator("main");
  const header = page.getByRole("banner");
  const share = page.locator("[data-share]");
  const box = page.getByRole("complementary", { name: said.title });
  const onRecord = async () => void (await page.goto(record));
  return [
    ["Live", async () => {
      await header.getByRole("link", { name: /Live ?: ./ }).click();
      await expect(page).toHaveURL(/\/live$/);
      await page.locator("video").click();
      await expect.poll(async () => (await played(page)).frames, { timeout: 60_000 }).toBeGreaterThan(25);
    }],
    ["Audio Only", async () => {
      await header.getByRole("link", { name: "Audio Only" }).click();
      await expect(page).toHaveURL(/\/live\/audio$/);
      await isHeardAlone(page);
    }],
    ["google plus, facebook, twitter: those that live, and none that is closed", async () => {
      const links = share.getByRole("link");
      await expect(links).toHaveText(Object.keys(living));
      for (const [name, place] of Object.entries(living)) {
        const href = (await share.getByRole("link", { name, exact: true }).getAttribute("href"))!;
        expect(href, name).toMatch(place);
        expect(href, name).toContain(encodeURIComponent(address));
      }
      await share.getByRole("button", { name: "Copy link" }).click();
      await expect(share.getByRole("status")).toHaveText("Link copied");
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(page.url());
      await share.getByRole("button", { name: "Share…" }).click();
      await expect.poll(() => page.evaluate(() => (window as unknown as { handed?: ShareData }).handed?.url)).toBe(page.url());
    }],
    ["News > Russia", async () => {
      const crumbs = page.getByRole("navigation", { name: "Where this stands" }).getByRole("link");
      await expect(crumbs).toHaveText(["News", "Russia"]);
      expect(await crumbs.evaluateAll((all) => all.map((it) => it.getAttribute("href")))).toEqual(["/news/", "/news/russia/"]);
    }],
    ["the headline", () => expect(page.getByRole("heading", { level: 1 })).toHaveText(said.headline)],
    ["the photo, with its caption and its credit, which leads to its source", async () => {
      const lead = page.locator("figure.lead-photo");
      const loads = lead.locator("img").evaluate((it: HTMLImageElement) => it.decode().then(() => it.naturalWidth));
      expect(await loads).toBeGreaterThan(0);
      await expect(lead.locator(".caption")).toHaveText(said.caption);
      await expect(lead.locator(".credit")).toHaveText(`Photo: ${said.credit}`);
      await expect(lead.getByRole("link", { name: said.credit })).toHaveAttribute("href", said.creditUrl);
    }],
    ["Published, in the language and the zone of the site", async () => {
      const time = main.locator(".article-dates time");
      const at = (await time.getAttribute("datetime"))!;
      expect(at).toMatch(/\+03:00$/);
      expect(Date.parse(at)).toBeGreaterThan(began);
      expect(Date.parse(at)).toBeLessThan(published);
      const day = new Date(at).toLocaleDateString("en-GB", { timeZone: "Europe/Moscow", day: "numeric", month: "long", year: "numeric" });
      await expect(time).toHaveText(`Published ${day}`);
    }],
    ["Opinion", async () => {
      await expect(main.locator(".article-kind")).toHaveText("Opinion");
      const told = page.locator("script[type='application/ld+json']");
      expect(await told.first().textContent()).toContain(`"@type":"OpinionNewsArticle"`);
    }],
    ["the deck", () => expect(main.locator(".article-deck")).toHaveText(said.deck)],
    ["the paragraphs, a quotation with its speaker, and RELATED where the editor put it", async () => {
      const { words, speaker, source } = said.quotation;
      expect(await page.locator(".body > *").evaluateAll((all) => all.map((it) => (it as HTMLElement).innerText.split(/\n+/)))).toEqual([
        [said.paragraphs[0]],
        ["RELATED:", said.related],
        [said.paragraphs[1]],
        [words, `— ${speaker}, ${source}`],
      ]);
      await page.locator(".body").getByRole("link", { name: said.related }).click();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(said.related);
    }],
    ["what the system suggests below it", async () => {
      const suggested = page.getByRole("complementary", { name: "More on this" }).getByRole("heading", { level: 3 });
      await expect(suggested).toHaveCount(4);
      // What the editor has chosen already is not said twice.
      await expect(suggested.filter({ hasText: said.related })).toHaveCount(0);
    }],
    ["Comment · 0 Comments · Post with no comments.", async () => {
      await expect(page.getByRole("heading", { name: "0 Comments" })).toBeVisible();
      await expect(page.locator("#discussion")).toContainText("Nobody has said anything yet. Be the first.");
      await expect(page.getByRole("heading", { name: "Write a comment" })).toBeVisible();
    }],
    ["behind closed doors, by video", async () => {
      await expect(box).toContainText("behind closed doors");
      await box.getByRole("link", { name: "The whole record" }).click();
      await expect(page).toHaveURL(record);
      await expect(main.locator(".meeting-how")).toHaveText("behind closed doors · by video");
      await expect(main).toContainText("First President");
    }],
    ["among the items on the agenda", async () => {
      await expect(box.getByRole("listitem").filter({ hasText: new RegExp(said.agenda.join("|")) })).toHaveText([...said.agenda]);
      await onRecord();
      await expect(main.locator(".meeting-agenda li")).toHaveText(said.agenda.map((item) => new RegExp(item)));
    }],
    ["started at, until (Moscow time)", async () => {
      await expect(box.locator(".meeting-times")).toContainText(/, \d\d:\d\d – .*\d\d:\d\d \(Moscow time\) · (\d+|under 1) min/);
      const times = await box.locator("time").evaluateAll((both) => both.map((it) => it.getAttribute("datetime")!));
      expect(times).toEqual([expect.stringMatching(/\+03:00$/), expect.stringMatching(/\+03:00$/)]);
      const [from, until] = times.map((it) => Date.parse(it)) as [number, number];
      expect(began).toBeLessThan(from + 60_000);
      expect(from).toBeLessThanOrEqual(until);
      expect(until).toBeLessThan(published);
    }],
    ["the official photo", async () => {
      await onRecord();
      await expect(main.locator("figure .caption")).toHaveText(said.caption);
      await expect(main.locator("figure").getByRole("link", { name: said.credit })).toHaveAttribute("href", said.creditUrl);
    }],
    ["a readout of each party, side by side", async () => {
      await box.getByRole("link", { name: "Readout of Second party" }).click();
      const both = main.locator(".meeting-readout");
      await expect(both).toHaveText(Object.entries(said.readouts).map(([party, [headline, text]]) => new RegExp(`${party}\\s+${headline}\\s+${text}`)));
      const [left, right] = await both.evaluateAll((all) => all.map((it) => it.getBoundingClientRect().toJSON() as DOMRect));
      expect(right!.top).toBe(left!.top);
      expect(right!.left).toBeGreaterThan(left!.right);
    }],
    ["the advisory, in whose place the record stands now", async () => {
      expect(advised).toContain(said.advisory);
      expect(advised).toContain("7 December 2040, 18:00 – 20:00 (Moscow time)");
      await onRecord();
      await expect(main.locator(".meeting-label").first()).toHaveText("Record of the meeting");
      await expect(main).not.toContainText(said.advisory);
    }],
    ["what follows, on the record", async () => {
      await onRecord();
      const follows = page.getByRole("region", { name: "What follows" }).getByRole("listitem");
      await expect(follows).toHaveText([new RegExp(`${said.followUp.words}\\s+${said.followUp.owner}`)]);
    }],
  ];
}

const living: Record<string, RegExp> = {
  "Facebook": /^https:\/\/www\.facebook\.com\//,
  "X": /^https:\/\/x\.com\//,
  "Bluesky": /^https:\/\/bsky\.app\//,
  "Mastodon": /^https:\/\/share\.joinmastodon\.org\//,
  "WhatsApp": /^https:\/\/wa\.me\//,
  "Telegram": /^https:\/\/t\.me\//,
  "E-mail": /^mailto:/,
};

/** Somebody whose device has a share sheet of its own. */
async function reader(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ locale: "en-GB", permissions: ["clipboard-read", "clipboard-write"] });
  const page = await context.newPage();
  await page.addInitScript(() => {
    navigator.share = (handed) => {
      Object.assign(window, { handed });
      return Promise.resolve();
    };
  });
  return page;
}

/** The official photo's credit is given the address of who made it. */
async function creditsItsSource(photographer: Staff): Promise<void> {
  await photographer.opens("/newsroom/photos");
  await photographer.page.getByRole("link", { name: said.caption }).first().click();
  await photographer.fills("Where the credit leads", said.creditUrl);
  await photographer.presses("Save");
  await photographer.page.waitForLoadState();
  await photographer.page.reload();
  await expect(photographer.page.locator("#credit_url")).toHaveValue(said.creditUrl);
}

/** The programme of the demo takes a moment to come. */
async function isOnAir(page: Page): Promise<void> {
  await expect(async () => {
    await page.reload();
    await expect(page.locator(".on-air")).toHaveText(/Live/, { timeout: 500 });
  }).toPass({ timeout: 60_000 });
}

async function isHeardAlone(page: Page): Promise<void> {
  const video = page.locator("video");
  await expect(async () => {
    // Of sound alone there is a bar to be seen, with its button at the left.
    if (await video.evaluate((video: HTMLVideoElement) => video.paused)) await video.click({ position: { x: 24, y: 32 } });
    expect(await loudness(page)).toBeGreaterThan(0.01);
  }).toPass({ timeout: 60_000, intervals: [2_000] });
  expect((await played(page)).width, "no picture").toBe(0);
}
