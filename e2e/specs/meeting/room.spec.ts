/* A closed meeting of two: who is let in sees, hears and reads the other, and comes back by themselves
   whatever breaks. */
import { comeIn, devices, invited, oneCode, seeAndHear, test } from "../../support/meeting.ts";
import { expect } from "../../support/newsroom.ts";

test.use({
  launchOptions: async ({ launchOptions }, use) => use({ ...launchOptions, args: [...(launchOptions.args ?? []), ...devices] }),
});

test("two meet behind closed doors, and are back after a loaded page and a killed server", async ({ program, somebody, comes }, info) => {
  test.skip(!info.project.name.startsWith("desktop"), "the same server and the same media for a phone");
  test.setTimeout(400_000);
  const links = await invited(program, somebody);
  const [ana, bo] = [await comes(links[0]!, "Ana Osel"), await comes(links[2]!, "Bo Ansel")];
  expect(ana.page.url(), "the secret is out of the address").not.toContain("#");
  await ana.enters();
  await ana.isIn();
  await comeIn(ana, bo);
  const code = await oneCode([ana, bo]);
  await seeAndHear(ana, bo);

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
  expect(await oneCode([ana, bo])).toBe(code);
  await seeAndHear(ana, bo);

  const again = await program.diesAndComesBack();
  try {
    await expect(ana.page.locator(".line-lost")).toBeHidden({ timeout: 60_000 });
    await expect(bo.page.locator(".line-lost")).toBeHidden({ timeout: 60_000 });
    expect(await oneCode([ana, bo])).toBe(code);
    await seeAndHear(ana, bo);
  } finally {
    await again.ends();
  }
  expect([...ana.complaints, ...bo.complaints]).toEqual([]);
});
