/* The network between a meeting's browsers and its server goes, comes back, and is poor. */
import { setTimeout } from "node:timers/promises";
import { type Delegate, devices, invited, meet, seeAndHear, test as base } from "../../support/meeting.ts";
import { Network } from "../../support/network.ts";
import { expect } from "../../support/newsroom.ts";
import { freePort } from "../../support/program.ts";

const test = base.extend<{ network: Network }>({
  network: async ({}, use) => {
    const network = await Network.to(await freePort());
    await use(network);
    network.close();
  },
  settings: async ({ network }, use) => use({ TRIBUNE_MEET_LISTEN: `127.0.0.1:${network.port}`, TRIBUNE_MEET_ADDRESS: network.address }),
  launchOptions: async ({ launchOptions }, use) => use({ ...launchOptions, args: [...(launchOptions.args ?? []), ...devices] }),
});

// One meeting at a time: cameras, encoders and decoders of all are on this machine.
test.describe.configure({ mode: "default" });

test("a network that is gone for 5 s and for 15 s costs nobody their seat", async ({ program, network, somebody, comes }, info) => {
  test.skip(!info.project.name.startsWith("desktop"), "the same lines for a phone");
  test.setTimeout(300_000);
  const links = await invited(program, somebody);
  const [ana, bo] = [await comes(links[0]!, "Ana Osel"), await comes(links[2]!, "Bo Ansel")];
  await meet(ana, bo);
  for (const act of ["Chair", "Begin the meeting", "Next item of the agenda", "Lock the meeting"]) await ana.presses(act);
  await bo.presses("Ask to speak");
  await ana.presses("Ask to speak");
  const code = await ana.code();
  for (const one of [ana, bo]) await one.page.evaluate(() => Object.assign(globalThis, { isSamePage: true }));

  for (const [seconds, line] of [[5, "The first line."], [15, "The second line."]] as const) {
    const before = await standing(ana);
    const since = Date.now();
    // Browsers that are told to be offline close their sockets, and go on sending datagrams.
    network.isCut = true;
    await Promise.all([ana.context.setOffline(true), bo.context.setOffline(true)]);
    for (const one of [ana, bo]) await expect(one.page.locator(".line-lost")).toContainText("The connection is lost.");
    const { passed } = network;
    await setTimeout(seconds * 1_000);
    expect(network.passed, "datagrams while it is cut").toBe(passed);
    network.isCut = false;
    await Promise.all([ana.context.setOffline(false), bo.context.setOffline(false)]);

    for (const one of [ana, bo]) await expect(one.page.locator(".line-lost")).toBeHidden({ timeout: 30_000 });
    await seeAndHear(ana, bo);
    for (const one of [ana, bo]) {
      const now = await standing(one);
      expect(now).toEqual({ ...before, spent: now.spent });
      const passed = (Date.now() - since) / 1_000;
      expect(Math.abs(now.spent - before.spent - passed), "seconds that the clock of the agenda is wrong").toBeLessThan(4);
    }
    expect([await ana.code(), await bo.code()]).toEqual([code, code]);
    await ana.writes(`${line} From Ana.`);
    await bo.reads(`${line} From Ana.`);
    await bo.writes(`${line} From Bo.`);
    await ana.reads(`${line} From Bo.`);
  }
  for (const one of [ana, bo]) expect(await one.page.evaluate(() => "isSamePage" in globalThis), "nothing was loaded again").toBe(true);
  expect([...ana.complaints, ...bo.complaints]).toEqual([]);
});

test("a line that is narrow and loses much carries a small picture, and media that are cut off come again", async ({ program, network, somebody, comes }, info) => {
  test.skip(!info.project.name.startsWith("desktop"), "the same media for a phone");
  test.setTimeout(300_000);
  const links = await invited(program, somebody);
  const [ana, bo] = [await comes(links[0]!, "Ana Osel"), await comes(links[2]!, "Bo Ansel")];
  await meet(ana, bo);

  // The size that fits the tile is sent where the line carries it, and the smallest where it does not.
  const width = () => widthOf(bo, ana);
  await expect.poll(width, { timeout: 30_000 }).toBe(640);
  [network.lost, network.kbitPerSecond] = [5, 300];
  await expect.poll(width, { timeout: 30_000 }).toBe(320);
  await seeAndHear(ana, bo);
  [network.lost, network.kbitPerSecond] = [0, Infinity];

  for (const seconds of [5, 15]) {
    network.isCut = true;
    const { passed } = network;
    await setTimeout(seconds * 1_000);
    expect(network.passed, "datagrams while it is cut").toBe(passed);
    // Consent to send runs out after a few seconds without answers (RFC 7675).
    if (seconds > 10) await expect(ana.page.locator(".line-lost")).toContainText("Sound and picture are connecting");
    network.isCut = false;
    await seeAndHear(ana, bo);
    for (const one of [ana, bo]) await expect(one.page.locator(".line-lost")).toBeHidden({ timeout: 30_000 });
  }

});

const widthOf = (who: Delegate, seenBy: Delegate): Promise<number> =>
  seenBy.tile(who.name).locator("video").evaluate((video: HTMLVideoElement) => video.videoWidth);

/** How the meeting stands on somebody's page. */
async function standing({ page }: Delegate) {
  if (!(await page.locator(".agenda").isVisible())) await page.getByRole("button", { name: "Agenda", exact: true }).click();
  const item = page.locator(".agenda-items li").first();
  const [minutes, seconds] = (await item.locator(".agenda-clock").innerText()).split(/[:/]/).map(Number) as [number, number];
  const agenda = await page.locator(".agenda-items .agenda-state").allInnerTexts();
  await page.getByRole("button", { name: "People", exact: true }).click();
  const hands = await page.locator(".hands li span").allInnerTexts();
  const present = await page.locator("figure.tile").evaluateAll((tiles) => tiles.map((it) => it.getAttribute("aria-label")).filter((it) => it !== null).sort());
  await page.getByRole("button", { name: "Chair", exact: true }).click();
  const locked = await page.locator(".chair .quiet-text").innerText();
  await page.getByRole("button", { name: "Agenda", exact: true }).click();
  return { agenda, hands, present, locked, spent: minutes * 60 + seconds };
}
