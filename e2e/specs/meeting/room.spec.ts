/* A closed meeting in real browsers: who is let in sees, hears and reads the others, and comes back by
   themselves whatever breaks. */
import { availableParallelism } from "node:os";
import { administrator, colleague } from "../../support/desk.ts";
import { agreeOnPhoto, type Delegate, devices, files, invites, plans, talks, test } from "../../support/meeting.ts";
import { expect, type Staff } from "../../support/newsroom.ts";

// One meeting at a time: cameras, encoders and decoders of all are on this machine.
test.describe.configure({ mode: "default" });

test.use({
  launchOptions: async ({ launchOptions }, use) => use({ ...launchOptions, args: [...(launchOptions.args ?? []), ...devices] }),
});

/** A meeting that is planned, and the links of its seats: a chair and an adviser of each party. */
async function planned(program: Parameters<typeof administrator>[0], somebody: () => Promise<Staff>): Promise<{ host: Staff; links: string[] }> {
  const anna = await administrator(program, somebody);
  const host = await colleague(anna, somebody, "Hugo Brandt", "host");
  await plans(host, talks);
  return { host, links: await invites(host) };
}

async function lets(chair: Delegate, ...others: Delegate[]): Promise<void> {
  for (const other of others) {
    await other.enters();
    await chair.letsIn(other.name);
    await other.isIn();
  }
}

/** All have one code, and it is `before` if that is given. */
async function agree(people: Delegate[], before?: string): Promise<string> {
  await expect.poll(async () => new Set(await Promise.all(people.map((it) => it.code()))).size).toBe(1);
  const code = await people[0]!.code();
  if (before) expect(code).toBe(before);
  return code;
}

/** Each sees the others' pictures move, and hears them. */
async function meet(...people: Delegate[]): Promise<void> {
  for (const one of people) {
    for (const other of people) {
      if (one === other) continue;
      await one.sees(other.name);
      await one.hears(other.name);
    }
  }
}

test("two meet behind closed doors, and are back after a loaded page and a killed server", async ({ program, somebody, comes }, info) => {
  test.skip(!info.project.name.startsWith("desktop"), "the same server and the same media for a phone");
  test.setTimeout(400_000);
  const { links } = await planned(program, somebody);
  const [ana, bo] = [await comes(links[0]!, "Ana Osel"), await comes(links[2]!, "Bo Ansel")];
  expect(ana.page.url(), "the secret is out of the address").not.toContain("#");
  await ana.enters();
  await ana.isIn();
  await lets(ana, bo);
  const code = await agree([ana, bo]);
  await meet(ana, bo);

  await bo.presses("Chat");
  await bo.page.getByLabel("Write to everybody").fill("<b>Good evening.</b>");
  await bo.page.getByLabel("Write to everybody").press("Enter");
  await ana.page.getByRole("button", { name: /^Chat 1 unread$/ }).click();
  await expect(ana.page.getByRole("log")).toContainText("<b>Good evening.</b>");

  // A microphone that is off sends nothing, and the other sees that it is.
  await bo.page.locator("h1").focus();
  await bo.page.keyboard.press("m");
  await expect(ana.tile("Bo Ansel")).toHaveAccessibleName(/microphone off/);
  await bo.page.keyboard.press("m");
  await expect(ana.tile("Bo Ansel")).not.toHaveAccessibleName(/microphone off/);

  await bo.page.reload();
  await bo.isIn();
  await agree([ana, bo], code);
  await meet(ana, bo);

  const again = await program.diesAndComesBack();
  try {
    await expect(ana.page.locator(".line-lost")).toBeHidden({ timeout: 60_000 });
    await expect(bo.page.locator(".line-lost")).toBeHidden({ timeout: 60_000 });
    await agree([ana, bo], code);
    await meet(ana, bo);
  } finally {
    await again.ends();
  }
  expect([...ana.complaints, ...bo.complaints]).toEqual([]);
});

test("four take their turns, agree on a photo, and each party writes its readout", async ({ program, somebody, comes }, info) => {
  test.skip(!info.project.name.startsWith("desktop"), "the same room for a phone");
  test.skip(availableParallelism() < 4, "four browsers that send and receive pictures starve on less than four cores");
  test.setTimeout(300_000);
  const { host, links } = await planned(program, somebody);
  const names = ["Ana Osel", "Aki Osel", "Bo Ansel", "Bea Ansel"];
  const people: Delegate[] = [];
  for (const [at, name] of names.entries()) people.push(await comes(links[at]!, name));
  const [ana, aki, bo, bea] = people as [Delegate, Delegate, Delegate, Delegate];
  await ana.enters();
  await ana.isIn();
  await lets(ana, bo, aki, bea);
  await agree(people);
  await meet(ana, bea);
  await meet(aki, bo);

  // The code is compared, and everybody sees who has.
  for (const one of people) await one.presses("We have compared");
  await expect(ana.page.locator(".code")).toContainText("4 of 4 have compared");

  // The meeting, its agenda, and the order of those who want to speak.
  await ana.presses("Chair");
  await ana.presses("Begin the meeting");
  await ana.presses("Next item of the agenda");
  await expect(bo.page.locator(".agenda-items li").first()).toContainText("Now");
  await bea.presses("Ask to speak");
  await expect(ana.tile("Bea Ansel")).toHaveAccessibleName(/wants to speak/);
  await aki.presses("Ask to speak");
  await ana.presses("People");
  await expect(ana.page.locator(".hands li")).toHaveText([/Bea Ansel/, /Aki Osel/]);
  await ana.page.locator(".hands li").first().getByRole("button", { name: "Give the floor" }).click();
  await expect(ana.page.locator(".floor")).toContainText("Bea Ansel has the floor");
  await expect(ana.page.locator(".hands li")).toHaveText([/Aki Osel/]);

  // Who is removed is out, and what is sent from then on is under other keys.
  const code = await ana.code();
  const row = ana.page.locator(".parties li").filter({ hasText: "Aki Osel" });
  await row.getByRole("button", { name: "Remove" }).click();
  await row.getByRole("button", { name: "Press again to remove" }).click();
  await expect(aki.page.getByRole("heading", { level: 1 })).toHaveText("You are no longer in this meeting");
  await expect.poll(() => ana.code()).not.toBe(code);
  await agree([ana, bo, bea]);

  // A photo leaves only with both parties' word.
  await ana.presses("Chair");
  await agreeOnPhoto(ana, bo, "The delegations at the beginning of their talks.");

  await ana.pressesTwice("End the meeting", "Press again to end it for all");
  for (const [chair, words] of [[ana, "A frank exchange"], [bo, "A first step"]] as const) {
    await files(chair, words, `${words}, and **nothing more**.`);
  }
  await host.page.reload();
  for (const party of talks.parties) {
    await expect(host.page.locator("section").filter({ has: host.page.getByRole("heading", { name: party.name, level: 3 }) }).last()).toContainText(/released \d/);
  }
  expect(people.flatMap(({ complaints }) => complaints)).toEqual([]);
});
