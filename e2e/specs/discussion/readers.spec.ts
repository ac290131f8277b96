/* Readers with an account: a link in a mail, passkeys, a provider, who may speak, following, and
   going. */
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type Page } from "@playwright/test";
import { administrator } from "../../support/desk.ts";
import { demoStories } from "../../support/demo.ts";
import { expect, type Staff, test as base } from "../../support/newsroom.ts";
import { House } from "../../support/provider.ts";
import { mainStory } from "../../support/site.ts";

const folder = mkdtempSync(join(tmpdir(), "tribune-mail-"));

const test = base.extend<{ house: House }>({
  house: async ({}, use) => {
    const house = await House.start();
    await use(house);
    await house.stop();
  },
  settings: async ({ house }, use) =>
    use({
      TRIBUNE_MAIL_URL: `folder:${folder}`,
      TRIBUNE_MAIL_FROM: "The Tribune <news@example.org>",
      ...house.readersSettings,
    }),
});

test.use({ content: "demo" });

/** A reader whose browser runs nothing. */
async function reader(browser: Browser, use: object): Promise<Page> {
  const context = await browser.newContext({ ...use, javaScriptEnabled: false });
  return context.newPage();
}

/** The newest mail to somebody that holds this, with its lines as they were written. */
async function mail(to: string, holding: string): Promise<string> {
  let found = "";
  await expect(() => {
    const files = readdirSync(folder).filter((file) => file.endsWith(".eml")).sort();
    const texts = files.map((file) => plain(readFileSync(join(folder, file), "utf8")));
    found = texts.filter((text) => text.includes(`To: ${to}`) && text.includes(holding)).at(-1) ?? "";
    expect(found).not.toBe("");
  }).toPass({ timeout: 15_000 });
  return found;
}

/** Quoted-printable (RFC 2045 §6.7), or as it is. */
function plain(text: string): string {
  if (!/quoted-printable/i.test(text)) return text;
  const bytes = text
    .replace(/=\r?\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

const addressIn = (text: string, path: string) => new RegExp(`http://\\S+${path}\\S+`).exec(text)![0];

async function asksForALink(page: Page, address: string): Promise<string> {
  await page.getByLabel("Your e-mail address").fill(address);
  await page.getByRole("button", { name: "Send me a link" }).click();
  await expect(page.getByRole("status")).toContainText(`We have sent a link to ${address}.`);
  return addressIn(await mail(address, "/account/link/"), "/account/link/");
}

async function signsIn(page: Page, origin: string, name: string, address: string): Promise<void> {
  await page.goto(`${origin}/account`);
  await page.goto(await asksForALink(page, address));
  await page.getByLabel("Your name").fill(name);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText(`You are signed in as ${address}.`)).toBeVisible();
}

/** Comments are shown at once, and these may write them. */
async function letsSpeak(anna: Staff, who: "guests" | "confirmed" | "accounts"): Promise<void> {
  await anna.opens("/newsroom/discussion/rules");
  const whole = anna.page.getByRole("form", { name: "The whole site" });
  await whole.getByLabel("When a comment is shown").selectOption("after");
  await whole.getByLabel("Who may speak").selectOption(who);
  await anna.presses("Save", whole);
}

/** Opens the story, once it says who may write there. */
async function reads(page: Page, origin: string, said: string): Promise<void> {
  await expect(async () => {
    await page.goto(origin + mainStory.path);
    await expect(page.getByText(said)).toBeVisible({ timeout: 500 });
  }).toPass();
}

test("a guest who may not speak signs in by a link, and what was typed is still there", async ({ browser, program, somebody }, info) => {
  const anna = await administrator(program, somebody);
  await letsSpeak(anna, "confirmed");
  await anna.isServedByThePage();

  const rosa = await reader(browser, info.project.use);
  await reads(rosa, program.origin, "To write here you sign in with your e-mail address.");
  await rosa.getByLabel("Your comment").fill("Two hours are not much.");
  await rosa.getByRole("button", { name: "Send", exact: true }).click();
  await expect(rosa.getByRole("alert")).toContainText("Sign in");
  await expect(rosa.getByLabel("Your comment")).toHaveValue("Two hours are not much.");
  const link = await asksForALink(rosa, "rosa@example.net");

  const other = await reader(browser, info.project.use);
  await other.goto(link);
  await expect(other.getByRole("alert")).toContainText("this is another");
  await other.context().close();

  await rosa.goto(link);
  await expect(rosa.getByText("You are about to sign in as rosa@example.net.")).toBeVisible();
  await rosa.getByLabel("Your name").fill("Rosa Díaz");
  await rosa.getByRole("button", { name: "Sign in" }).click();
  await expect(rosa.getByLabel("Your comment")).toHaveValue("Two hours are not much.");
  await rosa.getByRole("button", { name: "Send", exact: true }).click();
  await expect(rosa.locator(".comment:target")).toContainText("Two hours are not much.");
  await expect(rosa.locator(".comment:target .comment-name")).toHaveText("Rosa Díaz");

  await rosa.goto(link);
  await expect(rosa.getByRole("alert")).toContainText("let somebody in already");
  await rosa.context().close();
});

test("where accounts with a passkey speak, one is added, and lets in from then on", async ({ program, somebody }) => {
  const anna = await administrator(program, somebody);
  await letsSpeak(anna, "accounts");
  const rosa = await somebody();
  const { page } = rosa;
  await rosa.hasAPasskeyDevice();
  const needs = "To write here you sign in, and your account needs a passkey";
  await reads(page, program.origin, needs);
  await rosa.fills("Your comment", "Three hours would be better.");
  await rosa.presses("Send");
  await expect(rosa.trouble).toContainText("has an account with a passkey");
  await page.getByRole("link", { name: needs }).click();
  await expect(page.getByRole("button", { name: "Sign in with a passkey" })).toBeVisible();
  await rosa.isServedByThePage();
  await page.goto(await asksForALink(page, "rosa@example.com"));
  await rosa.fills("Your name", "Rosa");
  await rosa.presses("Sign in");

  await expect(page.getByLabel("Your comment")).toHaveValue("Three hours would be better.");
  await rosa.presses("Send");
  await expect(rosa.trouble).toContainText("yours has neither yet");
  await page.getByRole("link", { name: needs }).click();
  await rosa.fills("What to call it", "My telephone");
  await rosa.presses("Add a passkey");
  await expect(page).toHaveURL(/\/discussions\/.*#comment-text$/);
  await expect(page.getByLabel("Your comment")).toHaveValue("Three hours would be better.");
  await rosa.presses("Send");
  await expect(page.locator(".comment", { hasText: "Three hours would be better." })).toContainText("Rosa");

  await rosa.opens("/account");
  await rosa.presses("Sign out");
  await rosa.presses("Sign in with a passkey");
  await expect(page.getByText("You are signed in as rosa@example.com.")).toBeVisible();
  await expect(page.getByText(/^My telephone, added .*, last used /)).toBeVisible();
  await rosa.isServedByThePage();
  await rosa.presses("Remove this passkey");
  await expect(page.getByText("My telephone")).toBeHidden();
  await rosa.presses("Sign out");
  await rosa.presses("Sign in with a passkey");
  await expect(page.getByRole("status")).toContainText("not known here any more");
});

test("whom a provider vouches for comes in without a script, and never by an address that it has not verified", async ({ browser, house, program, somebody }, info) => {
  house.vouchesTo(program.origin);
  house.accounts.set("7001", { email: "ivo@example.net", email_verified: true });
  house.accounts.set("thief", { email: "ivo@example.net", email_verified: false });
  const anna = await administrator(program, somebody);
  await letsSpeak(anna, "accounts");

  const ivo = await reader(browser, info.project.use);
  await reads(ivo, program.origin, "or The House vouches for you");
  await ivo.getByLabel("Your comment").fill("One hour was enough.");
  await ivo.getByRole("button", { name: "Send", exact: true }).click();
  await expect(ivo.getByRole("alert")).toContainText("vouched for by a provider");
  await ivo.getByRole("button", { name: "Sign in with The House" }).click();
  await isLetInAs(ivo, "7001");
  await expect(ivo.getByText("You are about to sign in as ivo@example.net.")).toBeVisible();
  await ivo.getByLabel("Your name").fill("Ivo");
  await ivo.getByRole("button", { name: "Sign in" }).click();
  await expect(ivo.getByLabel("Your comment")).toHaveValue("One hour was enough.");
  await ivo.getByRole("button", { name: "Send", exact: true }).click();
  await expect(ivo.locator(".comment:target")).toContainText("One hour was enough.");

  await ivo.goto(`${program.origin}/account`);
  await expect(ivo.getByText("The House (7001), added")).toBeVisible();
  await expect(ivo.getByRole("button", { name: "Add a passkey" }), "it takes a script").toBeHidden();
  await ivo.getByRole("button", { name: "Sign out" }).first().click();
  // The house knows him still, and asks nothing.
  await ivo.getByRole("button", { name: "Sign in with The House" }).click();
  await expect(ivo.getByText("You are signed in as ivo@example.net.")).toBeVisible();

  const thief = await reader(browser, info.project.use);
  await thief.goto(`${program.origin}/account`);
  await thief.getByRole("button", { name: "Sign in with The House" }).click();
  await isLetInAs(thief, "thief");
  await expect(thief.getByRole("alert")).toContainText("has not verified that ivo@example.net");
  await thief.goto(`${program.origin}/account`);
  await expect(thief.getByLabel("Your e-mail address")).toBeVisible();
  for (const one of [ivo, thief]) await one.context().close();
});

/** At the house, as `account`. */
async function isLetInAs(page: Page, account: string): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Who are you?");
  await page.getByLabel("Account").fill(account);
  await page.getByRole("button", { name: "Let me in" }).click();
}

test("an answer is mailed to who follows, one click ends it, and an account is deleted", async ({ browser, program, somebody }, info) => {
  const anna = await administrator(program, somebody);
  await letsSpeak(anna, "guests");

  const rosa = await reader(browser, info.project.use);
  await signsIn(rosa, program.origin, "Rosa", "rosa@example.org");
  await rosa.goto(program.origin + mainStory.path);
  await rosa.getByLabel("Your name").fill("Rosa");
  await rosa.getByLabel("Your comment").fill("Is it a beginning?");
  await rosa.getByRole("button", { name: "Send", exact: true }).click();
  const own = rosa.url();
  await rosa.getByRole("button", { name: "Follow this thread by mail" }).click();
  await expect(rosa.getByText("(one thread)")).toBeVisible();

  const ivo = await reader(browser, info.project.use);
  await ivo.goto(own);
  await ivo.getByLabel("Your name").fill("Ivo");
  await ivo.getByLabel("Your comment").fill("It is not.");
  await ivo.getByRole("button", { name: "Send", exact: true }).click();
  const news = await mail("rosa@example.org", "It is not.");
  expect(news).toContain("List-Unsubscribe-Post: List-Unsubscribe=One-Click");
  const end = addressIn(news, "/follows/").replace(/>$/, "");
  // A mail program has no cookies, and comes from nowhere.
  const ended = await fetch(end, { method: "POST", body: new URLSearchParams("List-Unsubscribe=One-Click") });
  expect(ended.status).toBe(200);
  await rosa.goto(`${program.origin}/account`);
  await expect(rosa.getByText("You follow none.")).toBeVisible();

  await rosa.getByRole("button", { name: "Delete my account" }).click();
  await expect(rosa.getByLabel("Your e-mail address")).toBeVisible();
  await expect(async () => {
    await ivo.goto(program.origin + mainStory.path);
    await expect(ivo.locator(".comment-gone")).toBeVisible({ timeout: 500 });
  }).toPass();
  await expect(ivo.getByText("It is not.")).toBeVisible();
  for (const one of [rosa, ivo]) await one.context().close();
});

test("a reader's name leads to all that they said under it, and a guest's leads nowhere", async ({ browser, program, somebody }, info) => {
  test.setTimeout(180_000);
  const anna = await administrator(program, somebody);
  await anna.opens("/newsroom/discussion/rules");
  const whole = anna.page.getByRole("form", { name: "The whole site" });
  await whole.getByLabel("When a comment is shown").selectOption("after");
  await anna.presses("Save", whole);

  const rosa = await reader(browser, info.project.use);
  await signsIn(rosa, program.origin, "Rosa Díaz", "rosa@example.com");
  const guest = await reader(browser, info.project.use);
  const says = async (page: Page, path: string, name: string, words: string) => {
    await page.goto(program.origin + path);
    await page.getByLabel("Your name").fill(name);
    await page.getByLabel("Your comment").fill(words);
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await expect(page.locator(".comment:target")).toContainText(words);
  };
  await says(rosa, mainStory.path, "Rosa Díaz", "Two hours are not much.");
  const other = demoStories.find((story) => story.language === "en" && story.slug !== mainStory.slug)!;
  await says(rosa, other.path, "Rosa Díaz", "It asked for more.");
  await says(guest, mainStory.path, "Ivo", "It is a beginning.");

  // Whoever reads needs no script.
  const ivo = await reader(browser, info.project.use);
  await expect(async () => {
    await ivo.goto(program.origin + mainStory.path);
    await expect(ivo.locator(".comment")).toHaveCount(2, { timeout: 500 });
  }).toPass();
  await expect(ivo.getByRole("link", { name: "Ivo", exact: true })).toHaveCount(0);
  await ivo.getByRole("link", { name: "Rosa Díaz", exact: true }).click();
  await expect(ivo.getByRole("heading", { level: 1 })).toHaveText("Rosa Díaz");
  await expect(ivo.getByText("Here since")).toBeVisible();
  await expect(ivo.locator(".comment-text")).toHaveText(["It asked for more.", "Two hours are not much."]);
  await expect(ivo.locator("script:not([type='application/ld+json'])")).toHaveCount(0);
  await expect(ivo.locator("meta[name=robots]")).toHaveAttribute("content", /noindex/);
  const page = ivo.url();
  await ivo.locator(".comment-when").last().click();
  await expect(ivo).toHaveURL(/\/comments\//);
  await expect(ivo.locator(".comment-text")).toContainText("Two hours are not much.");
  await ivo.goto(page);
  await ivo.getByRole("link", { name: mainStory.headline }).click();
  await expect(ivo).toHaveURL(program.origin + mainStory.path);

  // One who goes has no page any more, as one who never was.
  await rosa.goto(`${program.origin}/account`);
  await expect(rosa.getByRole("link", { name: "Your page" })).toHaveAttribute("href", new URL(page).pathname);
  await rosa.getByRole("button", { name: "Delete my account" }).click();
  await expect(async () => {
    await ivo.goto(page);
    await expect(ivo.locator("h1")).toHaveText("There is no page at this address", { timeout: 500 });
  }).toPass();
  for (const one of [rosa, guest, ivo]) await one.context().close();
});
