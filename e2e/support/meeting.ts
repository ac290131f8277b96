/* What people do in a meeting. */
import type { Browser, BrowserContext, Locator, Page } from "@playwright/test";
import { administrator } from "./desk.ts";
import { expect, test as base, type Staff } from "./newsroom.ts";
import { freePort, type Program } from "./program.ts";

/** Cameras that show a moving picture, microphones that hear a beep, and nobody to ask about them. */
export const devices = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];

/** A newsroom with rooms for meetings at a port of their own. `cutOff` is in a network that lets no UDP out. */
export const test = base.extend<{ comes: (link: string, name: string, cutOff?: boolean) => Promise<Delegate> }>({
  settings: async ({}, use) => use({ TRIBUNE_MEET_LISTEN: `127.0.0.1:${await freePort()}` }),
  comes: async ({ browser }, use) => {
    const all: Delegate[] = [];
    await use(async (link, name, cutOff = false) => {
      const delegate = await Delegate.comes(browser, link, name, cutOff);
      all.push(delegate);
      return delegate;
    });
    for (const one of all) await one.context.close();
  },
});

/** Somebody with an invitation, in a browser of their own. */
export class Delegate {
  readonly complaints: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly name: string,
  ) {}

  /** Opens the link, and says who comes. */
  static async comes(browser: Browser, link: string, name: string, cutOff = false): Promise<Delegate> {
    const context = await browser.newContext({ permissions: ["camera", "microphone"], locale: "en-GB" });
    await context.addInitScript(watchConnections, cutOff);
    const page = await context.newPage();
    const delegate = new Delegate(context, page, name);
    page.on("pageerror", (error) => delegate.complaints.push(String(error)));
    await delegate.opens(link);
    return delegate;
  }

  /** Opens the link, and writes the name. */
  async opens(link: string): Promise<void> {
    await this.page.goto(link);
    await this.page.getByLabel("Your name, as the others see it").fill(this.name);
  }

  /** A chair opens the room, or asks as everybody else does. */
  async enters(): Promise<void> {
    await this.page.getByRole("button", { name: /Enter the meeting|Ask to be let in/ }).click();
  }

  async letsIn(name: string): Promise<void> {
    const asks = this.page.getByRole("listitem").filter({ hasText: `${name} asks to be let in` });
    await expect(asks).toContainText("The key is the invitee’s.");
    await asks.getByRole("button", { name: "Let in" }).click();
  }

  async isIn(): Promise<void> {
    await expect(this.page.getByRole("navigation", { name: "Controls" })).toBeVisible({ timeout: 30_000 });
  }

  /** A chair sends somebody out. */
  async removes(name: string): Promise<void> {
    const row = this.page.locator(".parties li").filter({ hasText: name });
    if (!(await row.isVisible())) await this.presses("People");
    await this.pressesTwice("Remove", "Press again to remove", row);
  }

  async leaves(): Promise<void> {
    await this.pressesTwice("Leave", "Press again to leave");
    await expect(this.page.getByRole("heading", { level: 1 })).toHaveText("You have left");
  }

  /** The code on the screen, once it is there. */
  async code(): Promise<string> {
    await expect(this.page.locator(".code-groups")).toHaveText(/\d{5}/);
    return this.page.locator(".code-groups").innerText();
  }

  /** Writes to everybody. */
  async writes(text: string): Promise<void> {
    const field = this.page.getByLabel("Write to everybody");
    if (!(await field.isVisible())) await this.page.getByRole("button", { name: /^Chat/ }).click();
    await field.fill(text);
    await field.press("Enter");
  }

  /** Waits until it is in the chat. */
  async reads(text: string): Promise<void> {
    const log = this.page.getByRole("log");
    if (!(await log.isVisible())) await this.page.getByRole("button", { name: /^Chat/ }).click();
    await expect(log).toContainText(text);
  }

  /** What is said of who came and went since somebody last looked at the code. */
  get changes(): Locator {
    return this.page.getByRole("status").filter({ hasText: "The code has changed." });
  }

  async presses(name: string): Promise<void> {
    await this.page.getByRole("button", { name, exact: true }).first().click();
  }

  /** What cannot be undone asks twice, and the second press counts for a few seconds. */
  async pressesTwice(name: string, again: string, within: Page | Locator = this.page): Promise<void> {
    await within.getByRole("button", { name, exact: true }).first().press("Enter");
    // By the keyboard: whether a button stands still is long looked at on a busy machine.
    await within.getByRole("button", { name: again, exact: true }).first().press("Enter");
  }

  /** Waits until the picture of `other` moves: two looks at it differ. */
  async sees(other: string): Promise<void> {
    await this.seesIn(this.tile(other));
  }

  /** The same of what is shown anywhere else. */
  async seesIn(place: Locator): Promise<void> {
    const video = place.locator("video");
    const look = () =>
      video.evaluate((video: HTMLVideoElement) => {
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [32, 18];
        const context = canvas.getContext("2d", { willReadFrequently: true })!;
        context.drawImage(video, 0, 0, 32, 18);
        const { data } = context.getImageData(0, 0, 32, 18);
        return { width: video.videoWidth, sum: data.reduce((sum, it, at) => sum + it * (at % 7), 0), bright: Math.max(...data.filter((_, at) => at % 4 !== 3)) };
      });
    await expect.poll(async () => (await look()).bright, { timeout: 30_000 }).toBeGreaterThan(30);
    const first = await look();
    await expect.poll(async () => (await look()).sum, { timeout: 30_000 }).not.toBe(first.sum);
  }

  /** Waits until something is heard of `other`. */
  async hears(other: string): Promise<void> {
    const video = this.tile(other).locator("video");
    const loudness = () =>
      video.evaluate(async (video: HTMLVideoElement) => {
        const heard = video as HTMLVideoElement & { analyser?: AnalyserNode; track?: MediaStreamTrack };
        const tracks = (video.srcObject as MediaStream | null)?.getAudioTracks() ?? [];
        if (tracks.length === 0) return 0;
        // A new connection has other tracks.
        if (!heard.analyser || heard.track !== tracks[0]) {
          heard.track = tracks[0]!;
          // One for all who are heard on this page: each costs a thread.
          const page = window as unknown as { ear?: AudioContext };
          page.ear ??= new AudioContext();
          heard.analyser = page.ear.createAnalyser();
          page.ear.createMediaStreamSource(new MediaStream(tracks)).connect(heard.analyser);
          await page.ear.resume();
        }
        const wave = new Float32Array(heard.analyser.fftSize);
        heard.analyser.getFloatTimeDomainData(wave);
        return Math.max(...wave.map(Math.abs));
      });
    await expect.poll(loudness, { timeout: 30_000 }).toBeGreaterThan(0.01);
  }

  /** By which way sound and pictures go at this moment: where they leave from, and how that is reached. */
  async way(): Promise<{ from: string; by: string }> {
    return this.page.evaluate(async () => {
      const peer = (window as unknown as { peers: RTCPeerConnection[] }).peers.at(-1);
      const stats = new Map<string, Record<string, string>>();
      for (const [id, it] of (await peer?.getStats()) ?? []) stats.set(id, it);
      const transport = [...stats.values()].find((it) => it["type"] === "transport");
      const pair = stats.get(transport?.["selectedCandidatePairId"] ?? "");
      const local = stats.get(pair?.["localCandidateId"] ?? "");
      return { from: local?.["candidateType"] ?? "nowhere", by: local?.["relayProtocol"] ?? local?.["protocol"] ?? "nothing" };
    });
  }

  tile(name: string) {
    return this.page.locator("figure.tile").filter({ hasText: name });
  }
}

/** Runs in the page before its scripts: keeps its connections to look at, and lets no UDP out of them if it
    is to be cut off. */
function watchConnections(cutOff: boolean): void {
  const peers: RTCPeerConnection[] = [];
  const through = (configuration?: RTCConfiguration): RTCConfiguration =>
    cutOff ? { ...configuration, iceTransportPolicy: "relay" } : { ...configuration };
  const Real = window.RTCPeerConnection;
  class Watched extends Real {
    constructor(configuration?: RTCConfiguration) {
      super(through(configuration));
      peers.push(this);
    }
    override setConfiguration(configuration?: RTCConfiguration): void {
      super.setConfiguration(through(configuration));
    }
  }
  Object.assign(window, { peers, RTCPeerConnection: Watched });
}

export interface Plan {
  title: string;
  profile?: "open";
  zone: string;
  starts: string;
  ends: string;
  parties: { name: string; chair: string; seats?: string }[];
  agenda: [item: string, minutes: number][];
}

/** Plans a meeting, and answers with the path of its page in the newsroom. */
export async function plans(host: Staff, plan: Plan): Promise<string> {
  await host.opens("/newsroom/meetings/new");
  await host.fills("Title", plan.title);
  if (plan.profile === "open") await host.page.getByLabel(/^Open: /).check();
  await host.fills("Time zone", plan.zone);
  await host.fills("Begins", plan.starts);
  await host.fills("Ends", plan.ends);
  for (const [at, { name, chair, seats }] of plan.parties.entries()) {
    const party = host.page.getByRole("group", { name: `Party ${at + 1}` });
    await party.getByLabel("Name").fill(name);
    await party.getByLabel("The chair’s title").fill(chair);
    if (seats) await party.getByLabel("Other seats, one on each line").fill(seats);
  }
  for (const [at, [item, minutes]] of plan.agenda.entries()) {
    await host.page.getByLabel(`Item ${at + 1}`, { exact: true }).fill(item);
    await host.page.getByLabel(`Minutes for item ${at + 1}`).fill(String(minutes));
  }
  await host.presses("Plan it");
  await expect(host.headline).toHaveText(plan.title);
  return new URL(host.page.url()).pathname;
}

/** Two parties, each with a chair and an adviser. */
export const talks: Plan = {
  title: "Talks on security guarantees",
  zone: "Europe/Moscow",
  starts: "2040-12-07T18:00",
  ends: "2040-12-07T20:00",
  parties: [
    { name: "Osel", chair: "Head of delegation", seats: "Adviser" },
    { name: "Port Ansel", chair: "Head of delegation", seats: "Adviser" },
  ],
  agenda: [["The harbour's second basin", 40], ["Night trains", 20]],
};

/** Plans such a meeting, and answers with its links: Osel's chair and adviser, then Port Ansel's. */
export async function invited(program: Program, somebody: () => Promise<Staff>, plan = talks): Promise<string[]> {
  const anna = await administrator(program, somebody);
  await plans(anna, plan);
  return invites(anna);
}

/** Both chairs are in, and see and hear each other. */
export async function meet(ana: Delegate, bo: Delegate): Promise<void> {
  await ana.enters();
  await ana.isIn();
  await comeIn(ana, bo);
  await seeAndHear(ana, bo);
}

/** One after the other asks, and a chair lets them in. */
export async function comeIn(chair: Delegate, ...others: Delegate[]): Promise<void> {
  for (const other of others) {
    await other.enters();
    await chair.letsIn(other.name);
    await other.isIn();
  }
}

/** The code that all have on their screens. */
export async function oneCode(people: Delegate[]): Promise<string> {
  await expect.poll(async () => new Set(await Promise.all(people.map((it) => it.code()))).size).toBe(1);
  return people[0]!.code();
}

/** A picture of all who are there leaves the meeting, since the other party's chair approves it. */
export async function agreeOnPhoto(proposes: Delegate, approves: Delegate, caption: string, credit: string): Promise<void> {
  await proposes.presses("Propose an official photo");
  const [releases, judges] = [proposes, approves].map(({ page }) => page.getByRole("dialog", { name: "Official photo" })) as [Locator, Locator];
  await expect(judges.locator("canvas")).toBeVisible({ timeout: 20_000 });
  await judges.getByRole("button", { name: "Approve" }).click();
  await releases.getByLabel("Caption").fill(caption);
  await releases.getByLabel("Credit").fill(credit);
  await proposes.pressesTwice("Release to the newsroom", "Press again: it leaves the meeting", releases);
  await expect(releases).toContainText("is in the newsroom’s photo desk");
  await releases.getByRole("button", { name: "Close" }).click();
  await judges.getByRole("button", { name: "Close" }).click();
}

/** What a party says of a meeting that has ended, for readers to see. */
export async function files(chair: Delegate, headline: string, text: string): Promise<void> {
  await expect(chair.page.getByRole("heading", { level: 1 })).toHaveText("The meeting has ended");
  await chair.page.getByLabel("Headline").fill(headline);
  await chair.page.getByLabel("Text (Markdown)").fill(text);
  await chair.pressesTwice("Release it", "Press again: readers will see it");
  await expect(chair.page.getByText("Released: readers may see it.")).toBeVisible();
}

/** Each sees the others' pictures move, and hears them. */
export async function seeAndHear(...people: Delegate[]): Promise<void> {
  await Promise.all(
    people.map(async (one) => {
      for (const { name } of people.filter((it) => it !== one)) {
        await one.sees(name);
        await one.hears(name);
      }
    }),
  );
}

/** Tells readers of the meeting before it is held. */
export async function advises(host: Staff, path: string, advisory: string): Promise<void> {
  await host.opens(path);
  await host.fills("Advisory", advisory);
  await host.presses("Show it to readers");
  await expect(host.page.getByRole("link", { name: "As readers see it" })).toBeVisible();
}

/** Makes the invitations, and answers with the link of each seat, in the room's order. */
export async function invites(host: Staff): Promise<string[]> {
  await host.presses("Make invitations");
  await expect(host.page.locator("output[data-link] code").first()).toBeVisible();
  return host.page.locator("output[data-link] code").allInnerTexts();
}
