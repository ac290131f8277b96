/* How soon one sees the other, and is seen, who is let in behind closed doors: from the chair's press of
   "Let in" to the first frame that is decoded and drawn. `cargo xtask bench` says how often it is measured,
   and makes a report of the figures. */
import { writeFileSync } from "node:fs";
import { withCameras } from "../support/camera.ts";
import { administrator } from "../support/desk.ts";
import { type Delegate, devices, invites, plans, talks, test } from "../support/meeting.ts";
import { expect } from "../support/newsroom.ts";

/** What is measured, and where. */
interface Plan {
  figures: string;
  joins: number;
}

const plan = JSON.parse(process.env["TRIBUNE_BENCH"] ?? "null") as Plan;

test.use({
  launchOptions: async ({ launchOptions }, use) =>
    withCameras("640x360", 15, (camera) => use({ ...launchOptions, args: [...(launchOptions.args ?? []), ...devices, camera] })),
});

/** What happens on the way, in its order, by what the page is told and tells. */
const steps = ["keys", "offer", "answer", "connected"] as const;
type Step = (typeof steps)[number];

test("the meeting", async ({ program, somebody, comes }) => {
  const host = await administrator(program, somebody);
  const figures: Record<Step | "sees" | "isSeen", number[]> = { keys: [], offer: [], answer: [], connected: [], sees: [], isSeen: [] };
  while (figures.sees.length < plan.joins) {
    // Nobody is let in to a meeting twice.
    await plans(host, talks);
    const [chairs, ...others] = await invites(host);
    const ana = await comes(chairs!, "Ana Osel");
    await ana.enters();
    await ana.isIn();
    await ana.page.evaluate(() => {
      const pressed = (event: MouseEvent) => Object.assign(window, { pressed: performance.timeOrigin + event.timeStamp });
      addEventListener("click", pressed, true);
    });
    for (const [at, link] of others.entries()) {
      const guest = await comes(link, `Guest ${at}`);
      await guest.page.evaluate(noting);
      await guest.enters();
      const frames = Promise.all([firstFrame(guest, ana.name), firstFrame(ana, guest.name)]);
      await ana.letsIn(guest.name);
      const [sees, isSeen] = await frames;
      const pressed = await ana.page.evaluate(() => (window as unknown as { pressed: number }).pressed);
      const noted = await guest.page.evaluate(() => (window as unknown as { noted: Record<Step, number> }).noted);
      for (const step of steps) figures[step].push(noted[step] - pressed);
      figures.sees.push(sees - pressed);
      figures.isSeen.push(isSeen - pressed);
      await ana.removes(guest.name);
      await guest.context.close();
      await expect(ana.tile(guest.name)).toHaveCount(0);
    }
    await ana.context.close();
  }
  writeFileSync(plan.figures, JSON.stringify(figures));
});

/** When the first frame of somebody is drawn. */
function firstFrame({ page }: Delegate, of: string): Promise<number> {
  return page.evaluate(
    (of) =>
      new Promise<number>((settle) => {
        const look = () => {
          const tile = [...document.querySelectorAll("figure.tile")].find((it) => it.querySelector("strong")?.textContent === of);
          const video = tile?.querySelector("video");
          if (!video) requestAnimationFrame(look);
          else video.requestVideoFrameCallback(() => settle(performance.timeOrigin + performance.now()));
        };
        look();
      }),
    of,
  );
}

/** Runs in the page before it asks to be let in: notes when each step was made. */
function noting(): void {
  const noted: Record<string, number> = {};
  Object.assign(window, { noted });
  const note = (step: string) => (noted[step] ??= performance.timeOrigin + performance.now());
  let socket: WebSocket | undefined;
  let offer = 0;
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (said) {
    if (socket !== this) {
      socket = this;
      this.addEventListener("message", ({ data }) => {
        const heard = JSON.parse(String(data)) as { mail?: { kind: string }; re?: number };
        if (heard.mail?.kind === "welcome") note("keys");
        if (offer > 0 && heard.re === offer) note("answer");
      });
    }
    const { id, media } = JSON.parse(String(said)) as { id: number; media?: object };
    if (media) {
      offer = id;
      note("offer");
    }
    send.call(this, said);
  };
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      this.addEventListener("connectionstatechange", () => this.connectionState === "connected" && note("connected"));
    }
  };
}
