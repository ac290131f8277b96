import { AxeBuilder } from "@axe-core/playwright";
import { expect, test, type Staff } from "../../support/newsroom.ts";

async function isAccessible(staff: Staff, what: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page: staff.page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  const found = violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(" | ")}`,
  );
  expect.soft(found, what).toEqual([]);
  const overflow = await staff.page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect.soft(overflow, `${what} is wider than the screen`).toBe(0);
}

test("from the first start to a second person with a password", async ({ program, somebody }) => {
  const anna = await somebody();
  const link = await program.firstLink();
  await anna.opens(link);
  await isAccessible(anna, "welcome");
  await anna.arrives(link, "Anna Kern");
  await isAccessible(anna, "account");

  // The link is used up, and nobody else becomes an administrator by it.
  const thief = await somebody();
  await thief.opens(link);
  await expect(thief.headline).toHaveText("This link leads nowhere any more");

  await anna.presses("Sign out");
  await expect(anna.headline).toHaveText("Sign in");
  await isAccessible(anna, "sign-in");
  await anna.presses("Sign in with a passkey");
  await expect(anna.headline).toHaveText("Desk");
  await isAccessible(anna, "desk");

  await anna.opens("/newsroom/people");
  await anna.fills("Name", "Ivo Brandt");
  await anna.fills("E-mail address", "ivo@example.org");
  await anna.page.getByLabel("Role").selectOption("editor");
  await anna.presses("Make a link");
  const invitation = await anna.page.getByLabel("Link").inputValue();
  await isAccessible(anna, "people");

  const ivo = await somebody();
  await ivo.opens(invitation);
  await ivo.presses("Go on");
  await ivo.opens("/newsroom/people");
  await expect(ivo.headline, "nothing else is open yet").toHaveText("Ivo Brandt");
  await ivo.fills("New password", "password1234");
  await ivo.presses("Set password");
  await expect(ivo.trouble).toContainText("easy to guess");
  await ivo.fills("New password", "four lamps under the old bridge");
  await ivo.presses("Set password");
  await expect(ivo.headline).toHaveText("Set up an authenticator");
  await isAccessible(ivo, "authenticator");
  const secret = await ivo.page.locator(".secret").innerText();
  const first = await ivo.code(secret);
  await ivo.fills("Type the six digits", first);
  await ivo.presses("Confirm");
  const recovery = await ivo.page.locator(".codes li").allInnerTexts();
  expect(recovery).toHaveLength(10);
  await isAccessible(ivo, "recovery codes");

  await ivo.opens("/newsroom/account");
  await ivo.presses("Sign out");
  const signsIn = async (code: string) => {
    await ivo.opens("/newsroom/sign-in");
    await ivo.fills("E-mail address", "ivo@example.org");
    await ivo.fills("Password", "four lamps under the old bridge");
    await ivo.presses("Go on");
    await ivo.fills("Code", code);
    await ivo.presses("Sign in");
  };
  await signsIn(first);
  await expect(ivo.trouble, "a code is taken once").toContainText("used before");
  await signsIn(recovery[0]!);
  await expect(ivo.headline).toHaveText("Desk");
  await ivo.presses("Sign out");
  await signsIn(recovery[0]!);
  await expect(ivo.trouble, "a recovery code, too").toContainText("used before");

  await anna.opens("/newsroom/audit");
  await expect(anna.page.locator(".acts")).toContainText("recovery_code_used");
  await expect(anna.page.locator("main")).toContainText("its seals fit");
  await isAccessible(anna, "audit");
});

test("rights change at once, and suspension ends every session", async ({ program, somebody }) => {
  const anna = await somebody();
  await anna.arrives(await program.firstLink(), "Anna Kern");
  await anna.opens("/newsroom/people");
  await anna.fills("Name", "Ivo Brandt");
  await anna.presses("Make a link");
  const invitation = await anna.page.getByLabel("Link").inputValue();
  const ivo = await somebody();
  await ivo.arrives(invitation);
  await ivo.opens("/newsroom/people");
  await expect(ivo.page.locator("body")).toContainText("one has to be administrator");

  await anna.opens("/newsroom/people");
  await anna.page.getByRole("link", { name: "Ivo Brandt" }).click();
  await isAccessible(anna, "person");
  await anna.page.getByLabel("Role in the whole site").selectOption("administrator");
  await anna.presses("Save");
  const before = await ivo.page.context().cookies();
  await ivo.opens("/newsroom/people");
  await expect(ivo.headline).toHaveText("People");
  const after = await ivo.page.context().cookies();
  expect(after[0]!.value, "the session has a new secret").not.toBe(before[0]!.value);

  await anna.page.getByRole("link", { name: "Ivo Brandt" }).click();
  await anna.presses("Suspend");
  await anna.presses("Suspend Ivo Brandt?");
  await expect(anna.page.getByText("suspended", { exact: true })).toBeVisible();
  await ivo.opens("/newsroom/people");
  await expect(ivo.headline).toHaveText("Sign in");
});

test("what another site sends is refused", async ({ program, somebody }) => {
  const anna = await somebody();
  await anna.arrives(await program.firstLink(), "Anna Kern");
  const csrf = await anna.page.locator('meta[name="csrf"]').getAttribute("content");
  const request = anna.page.context().request;
  const form = { csrf: csrf!, name: "Mallory", role: "administrator" };
  const send = (headers: Record<string, string>, body = form) =>
    request.post(`${program.origin}/newsroom/people`, { form: body, headers, maxRedirects: 0 });
  const own = { origin: program.origin };
  for (const headers of [
    { origin: "https://evil.example" },
    { origin: "null" },
    { ...own, "sec-fetch-site": "cross-site" },
    { ...own, "sec-fetch-site": "same-site" },
    {},
  ] as Record<string, string>[]) {
    expect((await send(headers)).status(), JSON.stringify(headers)).toBe(403);
  }
  expect((await send(own, { ...form, csrf: "0".repeat(32) })).status(), "a forged token").toBe(403);
  expect((await send(own)).status(), "the form itself").toBe(200);
});

test("who guesses has to wait", async ({ somebody }) => {
  const thief = await somebody();
  for (let attempt = 0; attempt < 6; attempt += 1) {
    await thief.opens("/newsroom/sign-in");
    await thief.fills("E-mail address", "anna@example.org");
    await thief.fills("Password", `guess number ${attempt}`);
    await thief.presses("Go on");
  }
  await expect(thief.trouble).toContainText("wrong");
  await thief.fills("Password", "another guess");
  await thief.presses("Go on");
  await expect(thief.trouble).toContainText("too many failed attempts");
});
