import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Staff, test as base } from "../../support/newsroom.ts";
import type { Program } from "../../support/program.ts";
import { House } from "../../support/provider.ts";

const test = base.extend<{ house: House; anna: Staff }>({
  house: async ({}, use) => {
    const house = await House.start();
    await use(house);
    await house.stop();
  },
  settings: async ({ house }, use) => use(house.settings),
  /** The administrator, in a newsroom for which the house vouches from now on. */
  anna: async ({ program, house, somebody }, use) => {
    // The program has started although nobody answered at the issuer's address.
    house.vouchesTo(program.origin);
    const anna = await somebody();
    await anna.arrives(await program.firstLink(), "Anna Kern");
    await use(anna);
  },
});

const verified = (email: string) => ({ email, email_verified: true });

async function invites(anna: Staff, name: string, email: string, role: string): Promise<void> {
  await anna.opens("/newsroom/people");
  await anna.fills("Name", name);
  await anna.fills("E-mail address", email);
  await anna.page.getByLabel("Role").selectOption(role);
  await anna.presses("Make a link");
  await expect(anna.page.getByLabel("Link")).toBeVisible();
}

/** From our sign-in page, through the house's, as `account`. */
async function signsIn(staff: Staff, account: string): Promise<void> {
  await staff.opens("/newsroom/sign-in");
  await staff.presses("Sign in with The House");
  await isLetInAs(staff, account);
}

async function isLetInAs(staff: Staff, account: string): Promise<void> {
  await expect(staff.headline).toHaveText("Who are you?");
  await staff.fills("Account", account);
  await staff.presses("Let me in");
}

async function isAccessible(staff: Staff, what: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page: staff.page }).analyze();
  expect.soft(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`), what).toEqual([]);
}

/** Where the house sends the browser back to once it knows `account`, which nobody follows yet. */
async function answerTo(staff: Staff, account: string): Promise<string> {
  await staff.opens("/newsroom/sign-in");
  await staff.presses("Sign in with The House");
  await expect(staff.headline).toHaveText("Who are you?");
  const { request } = staff.page.context();
  const form = { form: { account }, maxRedirects: 0 };
  const known = await request.post(staff.page.url(), form);
  const back = await request.get(known.headers()["location"]!, { maxRedirects: 0 });
  expect(back.headers()["location"]).toContain("/newsroom/sign-in/provider/answer?");
  return back.headers()["location"]!;
}

/** Nobody is signed in at the house any more. */
const houseForgets = (staff: Staff) => staff.page.context().clearCookies({ domain: "127.0.0.1" });

/** What takes something away is pressed twice. */
async function removes(staff: Staff): Promise<void> {
  const button = elsewhere(staff).locator("li").getByRole("button");
  await button.click();
  await button.click();
}

const elsewhere = (staff: Staff) => staff.page.getByRole("region", { name: "Accounts elsewhere" });

test("first by a verified address, and then by what the provider calls one", async ({
  house,
  anna,
  somebody,
}) => {
  await invites(anna, "Ivo Brandt", "ivo@example.org", "editor");
  house.accounts.set("7001", verified("Ivo@Example.org"));
  const ivo = await somebody();
  await ivo.opens("/newsroom/people");
  await isAccessible(ivo, "sign-in");
  await ivo.presses("Sign in with The House");
  await isLetInAs(ivo, "7001");
  // Back where he wanted to go, which is not his to see.
  await expect(ivo.page.locator("body")).toContainText("one has to be administrator");
  await ivo.opens("/newsroom/account");
  await expect(elsewhere(ivo)).toContainText("7001");
  await isAccessible(ivo, "account");

  await ivo.presses("Sign out");
  house.accounts.set("7001", { email: "renamed@example.org", email_verified: false });
  // The house knows him still, and asks nothing.
  await ivo.presses("Sign in with The House");
  await expect(ivo.headline).toHaveText("Desk");
  await anna.opens("/newsroom/audit");
  await expect(anna.page.locator(".acts")).toContainText("identity_linked");

  // The address is somebody else's at the house now, whom Ivo's account does not let in.
  house.accounts.set("7002", verified("ivo@example.org"));
  const heir = await somebody();
  await signsIn(heir, "7002");
  await expect(heir.trouble).toContainText("another account there");
});

test("whoever the provider does not vouch for, or nobody here knows, stays outside", async ({
  house,
  anna,
  somebody,
}) => {
  await invites(anna, "Ivo Brandt", "ivo@example.org", "editor");
  house.accounts.set("unverified", { email: "ivo@example.org", email_verified: false });
  house.accounts.set("unknown", verified("nobody@example.org"));
  house.accounts.set("7001", verified("ivo@example.org"));
  for (const [account, why] of [
    ["unverified", "has not verified that ivo@example.org is your e-mail address"],
    ["unknown", "Nobody here has the e-mail address nobody@example.org"],
  ] as const) {
    const stranger = await somebody();
    await signsIn(stranger, account);
    await expect(stranger.trouble).toContainText(why);
    await expect(stranger.headline).toHaveText("Sign in");
    await stranger.opens("/newsroom/");
    await expect(stranger.headline).toHaveText("Sign in");
  }
  const ivo = await somebody();
  await ivo.opens("/newsroom/sign-in");
  await ivo.presses("Sign in with The House");
  await ivo.presses("Turn back");
  await expect(ivo.trouble).toContainText("The House was told not to let you in");

  await signsIn(ivo, "7001");
  await expect(ivo.headline).toHaveText("Desk");
  await anna.opens("/newsroom/people");
  await anna.page.getByRole("link", { name: "Ivo Brandt" }).click();
  await anna.presses(/^Suspend/);
  await anna.presses(/^Suspend/);
  await expect(anna.page.locator("main")).toContainText("suspended");
  await ivo.opens("/newsroom/");
  await ivo.presses("Sign in with The House");
  await expect(ivo.trouble).toContainText("suspended");
});

test("a provider that is down is told of, and keeps nothing from starting", async ({ somebody }) => {
  const ivo = await somebody();
  await ivo.opens("/newsroom/sign-in");
  await ivo.presses("Sign in with The House");
  await expect(ivo.trouble).toContainText("The House does not answer as it should");
  await expect(ivo.headline).toHaveText("Sign in");
});

test("an answer is taken once, and from the browser that asked", async ({
  house,
  anna,
  somebody,
}) => {
  await invites(anna, "Ivo Brandt", "ivo@example.org", "editor");
  house.accounts.set("7001", verified("ivo@example.org"));
  const ivo = await somebody();
  const answer = await answerTo(ivo, "7001");
  const notBegun = "was not begun in this browser";

  const victim = await somebody();
  await victim.opens(answer);
  await expect(victim.trouble).toContainText(notBegun);
  // Nor while the victim is on the way to sign in herself.
  await victim.opens("/newsroom/sign-in");
  await victim.presses("Sign in with The House");
  await expect(victim.headline).toHaveText("Who are you?");
  await victim.opens(answer);
  await expect(victim.trouble).toContainText(notBegun);
  await victim.opens("/newsroom/");
  await expect(victim.headline).toHaveText("Sign in");

  const forged = new URL(answer);
  forged.searchParams.set("iss", "https://evil.example");
  await ivo.opens(forged.href);
  await expect(ivo.trouble).toContainText("not of the provider that was asked");
  await ivo.opens(answer);
  await expect(ivo.trouble, "that question is over").toContainText(notBegun);

  await houseForgets(ivo);
  const second = await answerTo(ivo, "7001");
  await ivo.opens(second);
  await expect(ivo.headline).toHaveText("Desk");
  await ivo.opens(second);
  await expect(ivo.trouble, "a second time").toContainText(notBegun);
});

test("who signed in long ago shows again who they are, and links and unlinks", async ({
  house,
  anna,
  program,
  somebody,
}) => {
  await invites(anna, "Ivo Brandt", "ivo@example.org", "editor");
  house.accounts.set("7001", verified("ivo@example.org"));
  house.accounts.set("7002", verified("ivo.brandt@example.org"));
  house.signedInAgo = 3600;
  const ivo = await somebody();
  await signsIn(ivo, "7001");
  await expect(ivo.headline).toHaveText("Desk");

  await ivo.opens("/newsroom/account/authenticator");
  await expect(ivo.headline).toHaveText("Show again that it is you");
  await isAccessible(ivo, "confirm");
  await ivo.presses("Use The House");
  // The house does not just say that he is there.
  house.signedInAgo = 0;
  await isLetInAs(ivo, "7002");
  await expect(ivo.trouble).toContainText("not linked to yours");
  await ivo.presses("Use The House");
  await isLetInAs(ivo, "7001");
  await expect(ivo.headline).toHaveText("Set up an authenticator");

  await ivo.opens("/newsroom/account");
  await removes(ivo);
  await expect(ivo.trouble).toContainText("the only way in");
  await ivo.hasAPasskeyDevice();
  await ivo.presses("Add a passkey");
  await expect(ivo.page.getByText(/^added /)).toBeVisible();
  await removes(ivo);
  await expect(elsewhere(ivo)).not.toContainText("7001");

  // An account whose address nobody here has is linked by whoever is signed in to both.
  await houseForgets(ivo);
  await ivo.presses("Link an account of The House");
  await isLetInAs(ivo, "7002");
  await expect(elsewhere(ivo)).toContainText("7002");
  const thief = await somebody();
  house.accounts.set("7003", verified("anna@example.org"));
  await signsIn(thief, "7003");
  await expect(thief.headline, "whose address it is comes in").toHaveText("Desk");
  await leadsNowhereElse(program, thief);
});

/** A question is asked by a form of ours alone. */
async function leadsNowhereElse(program: Program, staff: Staff): Promise<void> {
  const send = (headers: Record<string, string>) =>
    staff.page.request.post(`${program.origin}/newsroom/sign-in/provider`, { headers });
  expect((await send({ origin: "https://evil.example" })).status()).toBe(403);
  expect((await send({ origin: program.origin })).status()).toBe(200);
}
