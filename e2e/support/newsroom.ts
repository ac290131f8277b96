import { createHmac } from "node:crypto";
import { AxeBuilder } from "@axe-core/playwright";
import { test as base, expect, type Browser, type Locator, type Page } from "@playwright/test";
import { Program } from "./program.ts";

/** Somebody of the staff, in a browser of their own. */
export class Staff {
  readonly complaints: string[] = [];
  private codes = new Set<string>();

  constructor(
    readonly page: Page,
    readonly origin: string,
  ) {
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => {
      // A refusal is a failed load to the browser, and what some specs ask for; so is a provider that
      // is down, a server that was killed, a network that was cut, and a socket that is not opened to
      // whoever is signed out.
      const expected =
        /status of (4\d\d|503)|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|response code: 303/.test(message.text());
      if (message.type() === "error" && !expected) this.complaints.push(message.text());
    });
  }

  async opens(path: string): Promise<void> {
    await this.page.goto(path.startsWith("http") ? path : `${this.origin}${path}`);
  }

  async presses(name: string | RegExp, within: Page | Locator = this.page): Promise<void> {
    await within.getByRole("button", { name }).first().click();
  }

  async fills(label: string | RegExp, text: string): Promise<void> {
    await this.page.getByLabel(label).first().fill(text);
  }

  get headline(): Locator {
    return this.page.getByRole("heading", { level: 1 });
  }

  get trouble(): Locator {
    return this.page.getByRole("alert");
  }

  /** What axe finds wrong with the page: nothing. */
  async isServedByThePage(): Promise<void> {
    // A page within the page is a reader's, and looked at by itself.
    const { violations } = await new AxeBuilder({ page: this.page }).exclude("iframe").analyze();
    expect.soft(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  }

  /** Gives the browser an authenticator that says yes to everything (WebAuthn §11). */
  async hasAPasskeyDevice(): Promise<void> {
    const session = await this.page.context().newCDPSession(this.page);
    await session.send("WebAuthn.enable");
    await session.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
  }

  /** Comes in by a link, and adds a passkey. */
  async arrives(link: string, name?: string): Promise<void> {
    await this.hasAPasskeyDevice();
    await this.opens(link);
    if (name) {
      await this.fills("Name", name);
      await this.fills("E-mail address", `${name.split(" ")[0]!.toLowerCase()}@example.org`);
    }
    await this.presses("Go on");
    await this.presses("Add a passkey");
    await expect(this.page.getByText(/^added /)).toBeVisible({ timeout: 20_000 });
  }

  /** The code that an authenticator with this secret shows, once each. */
  async code(secret: string): Promise<string> {
    for (;;) {
      const code = totp(secret, Date.now());
      if (!this.codes.has(code)) {
        this.codes.add(code);
        return code;
      }
      // The next step is the thing that is waited for.
      await new Promise((settle) => setTimeout(settle, 30_000 - (Date.now() % 30_000)));
    }
  }
}

/** Six digits of the present thirty seconds (RFC 6238). */
function totp(secret: string, now: number): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replace(/\s/g, "")].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g)!.map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30_000)));
  const digest = createHmac("sha1", key).update(counter).digest();
  const offset = digest[19]! & 15;
  const number = digest.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/** Every spec has a newsroom of its own, and browsers that complain of nothing. */
export const test = base.extend<{
  /** An empty newsroom, or with `demo` the one of the demo. */
  content: "serve" | "demo";
  /** Variables that the program is started with. */
  settings: Record<string, string>;
  program: Program;
  somebody: () => Promise<Staff>;
}>({
  content: ["serve", { option: true }],
  settings: async ({}, use) => use({}),
  program: async ({ content, settings }, use, info) => {
    const program = await Program.named(content, settings);
    await use(program);
    if (info.status !== info.expectedStatus) console.log(program.log.slice(-20).join("\n"));
    await program.stop();
  },
  somebody: async ({ browser, program }, use, info) => {
    const all: Staff[] = [];
    await use(async () => {
      const staff = await enters(browser, program, info.project.use);
      all.push(staff);
      return staff;
    });
    for (const staff of all) {
      expect(staff.complaints, "what the browser complained of").toEqual([]);
      await staff.page.context().close();
    }
  },
});

async function enters(browser: Browser, program: Program, use: object): Promise<Staff> {
  const context = await browser.newContext(use);
  return new Staff(await context.newPage(), program.origin);
}

export { expect };
