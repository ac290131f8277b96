import { administrator, begins, isSaved, types } from "../../support/desk.ts";
import { expect, test } from "../../support/newsroom.ts";

test.use({ content: "demo" });

test("somebody outside sees a story by a link, until it is ended", async ({ program, somebody, browser }) => {
  const anna = await administrator(program, somebody);
  const path = await begins(anna, "The Lamps Under the Bridge");
  await types(anna, "They were lit at six.");
  await isSaved(anna);

  await anna.page.getByRole("link", { name: "Preview" }).click();
  const shown = anna.page.frameLocator("iframe");
  await expect(shown.getByRole("heading", { level: 1 })).toHaveText("The Lamps Under the Bridge");
  await anna.page.getByRole("link", { name: "Phone" }).click();
  await expect(shown.locator(".body")).toContainText("They were lit at six.");
  expect(await shown.locator("html").evaluate((html) => html.clientWidth)).toBe(390);
  await anna.isServedByThePage();

  await anna.fills("For whom", "The ministry");
  await anna.presses("Make a preview link");
  const link = await anna.page.getByLabel("Link", { exact: true }).inputValue();
  const address = new URL(link).pathname;

  const ministry = await (await browser.newContext()).newPage();
  const answer = (await ministry.goto(program.origin + address))!;
  expect(answer.status()).toBe(200);
  expect(answer.headers()["cache-control"]).toBe("no-store");
  expect(answer.headers()["x-robots-tag"]).toContain("noindex");
  expect(answer.headers()["referrer-policy"]).toBe("no-referrer");
  await expect(ministry.locator(".body")).toContainText("They were lit at six.");
  expect((await ministry.goto(`${program.origin}${path}`))!.url(), "and nothing else").toContain("/sign-in");

  await anna.opens(`${path}/preview`);
  await anna.presses("End");
  await anna.presses("End this link now?");
  await expect(anna.page.getByText("The ministry")).toHaveCount(0);
  expect((await ministry.goto(program.origin + address))!.status()).toBe(410);
  await expect(ministry.getByRole("heading", { level: 1 })).toHaveText("This link leads nowhere any more");
  await ministry.context().close();
});
