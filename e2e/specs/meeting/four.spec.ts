/* A closed meeting of four. Their cameras are small, since encoders, decoders and the server of all are on this
   machine. */
import { administrator, colleague } from "../../support/desk.ts";
import { withCameras } from "../../support/camera.ts";
import { agreeOnPhoto, comeIn, type Delegate, devices, files, invites, oneCode, plans, seeAndHear, talks, test } from "../../support/meeting.ts";
import { expect } from "../../support/newsroom.ts";

test.use({
  // Pictures of all pages for a trace take what is left of the machine.
  trace: { mode: "retain-on-failure", screenshots: false },
  launchOptions: async ({ launchOptions }, use) =>
    withCameras("320x180", 10, (camera) => use({ ...launchOptions, args: [...(launchOptions.args ?? []), ...devices, camera] })),
});

test("four see and hear each other, take their turns, agree on a photo, and each party writes its readout", async ({ program, somebody, comes }, info) => {
  test.skip(!info.project.name.startsWith("desktop"), "the same room for a phone");
  test.setTimeout(300_000);
  const anna = await administrator(program, somebody);
  const host = await colleague(anna, somebody, "Hugo Brandt", "host");
  await plans(host, talks);
  const links = await invites(host);
  const names = ["Ana Osel", "Aki Osel", "Bo Ansel", "Bea Ansel"];
  const people: Delegate[] = [];
  for (const [at, name] of names.entries()) people.push(await comes(links[at]!, name));
  const [ana, aki, bo, bea] = people as [Delegate, Delegate, Delegate, Delegate];

  // Who is in learns of each who comes, and the code is another one.
  await ana.enters();
  await ana.isIn();
  await comeIn(ana, bo, aki);
  const before = await oneCode([ana, aki, bo]);
  for (const one of [ana, bo]) await expect(one.changes).toContainText("Aki Osel (Osel)");
  await comeIn(ana, bea);
  for (const one of [ana, aki, bo]) await expect(one.changes).toContainText("Bea Ansel (Port Ansel)");
  await expect(bea.changes).toBeHidden();
  expect(await oneCode(people)).not.toBe(before);
  await seeAndHear(...people);

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
  await ana.removes("Aki Osel");
  await expect(aki.page.getByRole("heading", { level: 1 })).toHaveText("You are no longer in this meeting");
  await expect.poll(() => ana.code()).not.toBe(code);
  await oneCode([ana, bo, bea]);
  for (const one of [ana, bo, bea]) await expect(one.changes).toContainText("No longer in: Aki Osel (Osel).");

  // A photo leaves only with both parties' word.
  await ana.presses("Chair");
  await agreeOnPhoto(ana, bo, "The delegations at the beginning of their talks.", "Osel’s press service");

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
