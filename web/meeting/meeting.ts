// The page of a meeting: finds out with whose link it was opened, and shows what the meeting's stage
// asks for.
import { Conference, type Gone, type Stage } from "./conference.ts";
import { readConfig, say } from "./config.ts";
import { Devices } from "./devices.ts";
import { type Invitation, readFragment } from "./invitations.ts";
import { canMeet, canSeal } from "./media.ts";
import { news } from "./news.ts";
import { After } from "./ui/after.ts";
import { el, put } from "./ui/dom.ts";
import { Early } from "./ui/early.ts";
import { Inside } from "./ui/inside.ts";
import { listen } from "./ui/keys.ts";

const config = readConfig(document);
const root = document.querySelector<HTMLElement>("#content")!;
const told = el("p", { class: "hidden", role: "status", "aria-live": "polite" });
const LINK = `tribune.meet.${config.meeting}`;
const ENTERED = `${LINK}.entered`;

void start();

async function start(): Promise<void> {
  const invitation = await takeInvitation();
  if (!invitation) return stopWith(say("no-link"), say("no-link-text"));
  if (!(await canMeet())) return stopWith(say("no-browser"), say("no-browser-text"));
  run(invitation);
}

/**
 * What the link brought. It is taken out of the address at once, so that no copy of the address, no
 * history entry and no picture of the window shows it; a page that is loaded again finds it here.
 */
async function takeInvitation(): Promise<Invitation | null> {
  const { hash, pathname, search } = location;
  if (hash.length > 1) {
    const invitation = await readFragment(hash);
    if (invitation) sessionStorage.setItem(LINK, hash);
    history.replaceState(null, "", pathname + search);
  }
  return readFragment(sessionStorage.getItem(LINK) ?? "");
}

function run(invitation: Invitation): void {
  let isDue = false;
  const draw = () => {
    if (isDue) return;
    isDue = true;
    // Hidden pages draw no frames, and still have to keep up.
    setTimeout(() => {
      isDue = false;
      render();
    }, 16);
  };
  const devices = new Devices(() => {
    void conference.sends();
    draw();
  });
  const conference = new Conference(config.meeting, invitation, devices, config.sealing, draw, (room, before) => {
    const sentences = news(room, before);
    if (sentences.length > 0) put(told, sentences.join(" "));
  });
  const enter = (name: string) => {
    sessionStorage.setItem(ENTERED, name);
    void conference.ask(name);
  };
  let early: Early | null = null;
  let inside: Inside | null = null;
  const after = new After(conference);
  let shown: HTMLElement | null = null;
  let isSealable: boolean | null = null;

  const swap = (next: HTMLElement, focus: () => void) => {
    if (shown === next) return;
    root.replaceChildren(next, told);
    // The page opens at its top by itself; afterwards nobody is left on something that is gone.
    if (shown) focus();
    shown = next;
  };

  const render = () => {
    const { room, stage } = conference;
    if (room) document.title = room.title;
    if (stage === "opening") return;
    if (room && isSealable === null) {
      isSealable = room.profile === "open" || canSeal();
      if (!isSealable) {
        void conference.leave();
        return stopWith(say("no-browser"), say("no-browser-text"));
      }
    }
    if (isSealable === false) return;
    if (room && (stage === "early" || stage === "lobby" || stage === "returning")) {
      early ??= new Early(conference, devices, enter, () => {
        sessionStorage.removeItem(ENTERED);
        void conference.withdraw();
      });
      swap(early.root, () => early!.root.querySelector<HTMLElement>("h1, h2")?.focus());
      early.render(room, stage, config.language);
      const name = sessionStorage.getItem(ENTERED);
      // A page that was loaded again goes back to where it was, and waits for nobody to press anything.
      if (stage === "early" && name && conference.own?.state !== "free" && conference.reason === "") enter(name);
    } else if (room && stage === "in") {
      inside ??= new Inside(conference, devices, config.language, () => {
        sessionStorage.removeItem(ENTERED);
        void conference.leave();
      });
      const { root: its } = inside;
      swap(its, () => inside!.focus());
      inside.render(room);
    } else if (isGone(stage)) {
      if (stage !== "displaced") sessionStorage.removeItem(ENTERED);
      swap(after.root, () => after.root.querySelector<HTMLElement>("h1")?.focus());
      after.render(stage, room, config.language);
    }
  };

  listen(() => (inside !== null && shown === inside.root ? inside.shortcuts() : []));
  // Another link into the same window.
  addEventListener("hashchange", () => {
    if (location.hash.length > 1) location.reload();
  });
  // Only who is in the room can lose something by closing the page.
  addEventListener("beforeunload", (event) => {
    if (conference.stage === "in" && devices.screen) event.preventDefault();
  });
  void conference.open();
}

function isGone(stage: Stage): stage is Gone {
  return ["refused", "left", "removed", "displaced", "ended", "cancelled"].includes(stage);
}

function stopWith(title: string, text: string): void {
  const heading = el("h1", { tabindex: -1 }, title);
  root.replaceChildren(el("div", { class: "after" }, heading, el("p", {}, text)));
}
