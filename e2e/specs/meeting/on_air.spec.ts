/* An open meeting on air: who reads the site sees and hears whoever speaks in it. */
import { loudness, played } from "../../support/channel.ts";
import { administrator, colleague } from "../../support/desk.ts";
import { devices, invites, plans, test } from "../../support/meeting.ts";
import { expect } from "../../support/newsroom.ts";
import { freePort } from "../../support/program.ts";

test.use({
  settings: async ({}, use) =>
    use({
      TRIBUNE_MEET_LISTEN: `127.0.0.1:${await freePort()}`,
      TRIBUNE_RTMP_LISTEN: `127.0.0.1:${await freePort()}`,
      // Three browsers that send and show pictures have the rest.
      TRIBUNE_TRANSCODE_CORES: "0.5",
    }),
  launchOptions: async ({ launchOptions }, use) => use({ ...launchOptions, args: [...(launchOptions.args ?? []), ...devices] }),
});

test("an open meeting goes on air, and readers see and hear it until it is taken off", async ({ program, somebody, comes, page }, info) => {
  test.skip(!info.project.name.startsWith("desktop"), "the same server and the same media for a phone");
  test.setTimeout(300_000);
  const anna = await administrator(program, somebody);
  const host = await colleague(anna, somebody, "Hugo Brandt", "host");
  await plans(host, {
    title: "An interview at the harbour",
    profile: "open",
    zone: "Europe/Moscow",
    starts: "2021-12-07T18:00",
    ends: "2021-12-07T20:00",
    parties: [{ name: "The Courier", chair: "Interviewer" }, { name: "Osel", chair: "Guest" }],
    agenda: [["The second basin", 40]],
  });
  const links = await invites(host);
  const [ana, bo] = [await comes(links[0]!, "Ana Osel"), await comes(links[1]!, "Bo Ansel")];
  await expect(bo.page.getByText("it is not sealed, and may go on air")).toBeVisible();
  await ana.enters();
  await ana.isIn();
  await bo.enters();
  await bo.isIn();
  await ana.sees("Bo Ansel");
  await bo.hears("Ana Osel");

  await ana.presses("Chair");
  await expect(ana.page.getByRole("button", { name: "Put on air" })).toBeHidden();
  await ana.presses("Begin the meeting");
  await ana.pressesTwice("Put on air", "Press again: everybody hears and sees it");
  for (const one of [ana, bo]) await expect(one.page.getByText("On air", { exact: true })).toBeVisible();

  await page.goto(`${program.origin}/live`);
  await expect(page.locator(".player-state")).toHaveText(/Waiting|On air/, { timeout: 60_000 });
  await page.locator("video").click();
  await expect.poll(async () => (await played(page)).frames, { timeout: 60_000 }).toBeGreaterThan(50);
  expect((await played(page)).width).toBeGreaterThan(0);
  await expect.poll(() => loudness(page), { timeout: 30_000 }).toBeGreaterThan(0.01);
  await anna.opens("/newsroom/channel");
  await expect(anna.page.locator("main")).toContainText("From a meeting of ours");

  // Everybody is back after a server that was killed, and the meeting on air again.
  const again = await program.diesAndComesBack();
  try {
    for (const one of [ana, bo]) await expect(one.page.locator(".line-lost")).toBeHidden({ timeout: 60_000 });
    await ana.sees("Bo Ansel");
    await expect(ana.page.locator(".on-air")).toBeVisible();
    const before = (await played(page)).frames;
    await expect.poll(async () => (await played(page)).frames, { timeout: 90_000 }).toBeGreaterThan(before + 50);

    await ana.presses("Take off the air");
    for (const one of [ana, bo]) await expect(one.page.locator(".on-air")).toBeHidden();
    await expect(async () => {
      await anna.opens("/newsroom/channel");
      await expect(anna.page.locator("main").getByText("From a meeting of ours")).toHaveCount(0);
    }).toPass({ timeout: 20_000 });
  } finally {
    await again.ends();
  }
  expect([...ana.complaints, ...bo.complaints]).toEqual([]);
});
