/* What a host changes while a meeting goes on: another seat, and another link for one. */
import { administrator, colleague } from "../../support/desk.ts";
import { devices, invites, meet, plans, seeAndHear, talks, test } from "../../support/meeting.ts";
import { expect } from "../../support/newsroom.ts";

test.use({
  launchOptions: async ({ launchOptions }, use) => use({ ...launchOptions, args: [...(launchOptions.args ?? []), ...devices] }),
});

test("a delegation brings another adviser, and whoever was sent out has a successor", async ({ program, somebody, comes }, info) => {
  test.skip(!info.project.name.startsWith("desktop"), "the same room for a phone");
  test.setTimeout(300_000);
  const anna = await administrator(program, somebody);
  const host = await colleague(anna, somebody, "Hugo Brandt", "host");
  const here = await plans(host, talks);
  const links = await invites(host);
  const [ana, bo] = [await comes(links[0]!, "Ana Osel"), await comes(links[2]!, "Bo Ansel")];
  await meet(ana, bo);
  await ana.presses("Chair");
  await ana.presses("Begin the meeting");

  const expert = await test.step("a seat is added, and only that one gets a link that there was not", async () => {
    await host.opens(here);
    await host.page.getByText("Change parties and seats").click();
    await host.fills("Another seat: Port Ansel", "Expert");
    await host.presses("Add: Port Ansel");
    await expect(host.page.locator("[data-invite] .rows").last()).toContainText("Expert not invited yet");
    const anew = host.page.getByRole("button", { name: "New link: Port Ansel, Expert" });
    await expect(anew, "there is none to be lost").toBeHidden();
    const made = await invites(host);
    expect(made.slice(0, 2), "those who are in have none beside them").toEqual([links[1], links[3]]);
    await expect(anew).toBeVisible();
    return made[2]!;
  });

  const aki = await comes(expert, "Aki Ansel");
  await test.step("who comes on it is seen and heard by those who were in before", async () => {
    await aki.enters();
    await bo.letsIn("Aki Ansel");
    await aki.isIn();
    await seeAndHear(ana, aki);
    await seeAndHear(bo, aki);
    await expect.poll(async () => new Set(await Promise.all([ana, bo, aki].map((it) => it.code()))).size).toBe(1);
  });

  await test.step("who was removed does not come back, and a successor does with a new link", async () => {
    await ana.presses("People");
    const row = ana.page.locator(".parties li").filter({ hasText: "Aki Ansel" });
    await row.getByRole("button", { name: "Remove" }).click();
    await row.getByRole("button", { name: "Press again to remove" }).click();
    await expect(aki.page.getByRole("heading", { level: 1 })).toHaveText("You are no longer in this meeting");
    await host.opens(here);
    await host.presses("New link: Port Ansel, Expert");
    await expect(host.page.getByRole("status").filter({ hasText: "The one from before opens nothing any more" })).toBeVisible();
    const another = await host.page.locator("output[data-link] code").innerText();
    expect(another).not.toBe(expert);
    const former = await aki.context.newPage();
    await former.goto(expert);
    await expect(former.locator("#content")).toContainText("Nobody has this invitation, or not any more");
    await aki.context.close();
    const eva = await comes(another, "Eva Ansel");
    await eva.enters();
    await ana.letsIn("Eva Ansel");
    await eva.isIn();
    await seeAndHear(ana, eva);
    expect([...ana.complaints, ...bo.complaints, ...eva.complaints, ...host.complaints]).toEqual([]);
  });
});
