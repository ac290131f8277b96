/* Somebody shows a screen: the others see it larger than anything else, until it is taken away. */
import { devices, invited, meet, test } from "../../support/meeting.ts";
import { expect } from "../../support/newsroom.ts";

test.use({
  launchOptions: async ({ launchOptions }, use) => use({ ...launchOptions, args: [...(launchOptions.args ?? []), ...devices] }),
});

test("a screen that is shown is seen larger than the cameras, and is gone when it is taken away", async ({ program, somebody, comes }, info) => {
  test.skip(!info.project.name.startsWith("desktop"), "telephones show no screen");
  test.setTimeout(240_000);
  const links = await invited(program, somebody);
  const [ana, bo] = [await comes(links[0]!, "Ana Osel"), await comes(links[2]!, "Bo Ansel")];
  await meet(ana, bo);

  await bo.presses("Show your screen");
  const shared = ana.page.locator("figure.shared");
  await expect(shared).toBeVisible();
  await expect(shared).toContainText("Bo Ansel");
  await ana.seesIn(shared);
  const [screen, camera] = [(await shared.boundingBox())!, (await ana.tile("Bo Ansel").boundingBox())!];
  expect(screen.width * screen.height).toBeGreaterThan(2 * camera.width * camera.height);
  // The camera goes on beside it.
  await ana.sees("Bo Ansel");

  await bo.presses("Stop showing");
  await expect(shared).toBeHidden();
  await ana.sees("Bo Ansel");
  expect([...ana.complaints, ...bo.complaints]).toEqual([]);
});
