// The room while one is in it: tiles, what stands beside them, and the bar below.
import type { Conference } from "../conference.ts";
import { say } from "../config.ts";
import type { Devices } from "../devices.ts";
import type { Room } from "../protocol.ts";
import { cityOf, clock, timeIn } from "../times.ts";
import { Agenda } from "./agenda.ts";
import { Chat } from "./chat.ts";
import { Code } from "./code.ts";
import { askingTwice, el, icon, type Icon, put, set, show } from "./dom.ts";
import { name } from "./early.ts";
import { Help, type Shortcut } from "./keys.ts";
import { Door, People } from "./people.ts";
import { Photo } from "./photo.ts";
import { Tiles } from "./tiles.ts";

type Panel = "agenda" | "people" | "chat" | "chair";

export class Inside {
  readonly root = el("div", { class: "inside" });
  private readonly title = el("h1", { tabindex: -1 });
  private readonly state = el("p", { class: "state" });
  private readonly line = el("p", { class: "line-lost", role: "status", hidden: true });
  private readonly trouble = el("div", { class: "trouble", role: "alert", hidden: true });
  private readonly silenced = el("button", { type: "button", class: "main silenced", hidden: true, onclick: () => this.unsilence() }, say("unsilence"));
  private readonly panel = el("aside", { class: "panel", "aria-label": say("panel"), tabindex: -1 });
  private readonly agenda: Agenda;
  private readonly people: People;
  private readonly chat: Chat;
  private readonly chair = el("section", { class: "chair", "aria-labelledby": "chair-title" });
  private readonly code: Code;
  private readonly door: Door;
  private readonly photo: Photo;
  private readonly tiles: Tiles;
  private readonly help = new Help();
  private readonly begin: HTMLButtonElement;
  private readonly end: HTMLButtonElement;
  private readonly air: HTMLButtonElement;
  private readonly airOff: HTMLButtonElement;
  private readonly onAir = el("b", { class: "on-air", hidden: true }, say("on-air"));
  private readonly lock: HTMLButtonElement;
  private readonly seePhoto: HTMLButtonElement;
  private readonly chairState = el("p", { class: "quiet-text" });
  private readonly buttons: Record<"sound" | "picture" | "screen" | "hand" | "view", HTMLButtonElement>;
  private readonly tabs = new Map<Panel, HTMLButtonElement>();
  private readonly unreadCount = el("span");
  private readonly unread = el("b", { class: "unread", hidden: true }, this.unreadCount, " ", el("span", { class: "hidden" }, say("chat-unread")));
  private readonly problem = el("p", { class: "problem floating", role: "alert", hidden: true });
  private opened: Panel | null = matchMedia("(min-width: 60rem)").matches ? "agenda" : null;
  private read = 0;

  constructor(
    private readonly conference: Conference,
    private readonly devices: Devices,
    private readonly language: string,
    private readonly onLeave: () => void,
  ) {
    const complain = (error: unknown) => this.complain(error);
    this.agenda = new Agenda(conference);
    this.people = new People(conference);
    this.chat = new Chat(conference, language, complain);
    this.code = new Code(conference);
    this.door = new Door(conference, complain);
    this.tiles = new Tiles(conference, () => devices.picture, () => devices.screen, () => show(this.silenced, true), () => conference.room && this.render(conference.room));
    this.photo = new Photo(conference, (room) => this.tiles.pictures(room), language);
    const insist = (verb: Parameters<Conference["insist"]>[0]) => void conference.insist(verb).catch(complain);
    this.begin = el("button", { type: "button", class: "main", onclick: () => insist({ begin: {} }) }, say("begin"));
    this.end = askingTwice(el("button", { type: "button" }, say("end")), say("end-sure"), () => insist({ end: {} }));
    this.air = askingTwice(el("button", { type: "button" }, say("air")), say("air-sure"), () => insist({ air: { on: true } }));
    this.airOff = el("button", { type: "button", onclick: () => insist({ air: { on: false } }) }, say("air-off"));
    this.lock = el("button", { type: "button", onclick: () => insist({ lock: { locked: !conference.room?.locked } }) });
    this.seePhoto = el("button", { type: "button", onclick: () => this.photo.open() }, say("photo-see"));
    const next = el("button", { type: "button", onclick: () => conference.room && this.agenda.next(conference.room) }, say("item-next"));
    const take = el("button", { type: "button", onclick: () => void this.photo.take() }, say("photo-take"));
    this.chair.append(
      el("h2", { id: "chair-title" }, say("chair")),
      this.chairState,
      el("p", { class: "acts column" }, this.begin, next, this.air, this.airOff, this.lock, take, this.seePhoto, this.end),
    );
    const act = (drawing: Icon, key: string, onclick: () => void) =>
      el("button", { type: "button", class: "control", "aria-keyshortcuts": key, onclick }, icon(drawing), el("span"));
    this.buttons = {
      sound: act("microphone", "m", () => this.toggleSound()),
      picture: act("camera", "v", () => this.togglePicture()),
      screen: act("screen", "s", () => this.toggleScreen()),
      hand: act("hand", "h", () => this.toggleHand()),
      view: act("view", "g", () => this.toggleView()),
    };
    for (const [panel, key] of [["agenda", "a"], ["people", "p"], ["chat", "c"], ["chair", "k"]] as const) {
      const button = act(panel, key, () => this.toggle(panel));
      put(button.querySelector("span")!, say(panel));
      this.tabs.set(panel, button);
    }
    this.tabs.get("chat")!.append(this.unread);
    const leave = act("leave", "l", () => {});
    put(leave.querySelector("span")!, say("leave"));
    leave.classList.add("leave");
    let asked = false;
    leave.addEventListener("click", () => {
      if (asked) return this.onLeave();
      asked = true;
      put(leave.querySelector("span")!, say("leave-sure"));
      setTimeout(() => {
        asked = false;
        put(leave.querySelector("span")!, say("leave"));
      }, 5_000);
    });
    const helps = act("help", "?", () => this.help.open(this.shortcuts()));
    put(helps.querySelector("span")!, say("shortcuts"));
    helps.classList.add("helps");
    const { sound, picture, screen, hand, view } = this.buttons;
    if (!("getDisplayMedia" in (navigator.mediaDevices ?? {}))) screen.hidden = true;
    const bar = el("nav", { class: "bar", "aria-label": say("controls") }, sound, picture, screen, hand, view, ...this.tabs.values(), helps, leave);
    const head = el("header", { class: "head" }, el("div", { class: "head-what" }, this.title, this.state, this.onAir), this.code.root);
    const notices = el("div", { class: "notices" }, this.line, this.trouble, this.code.banner, this.door.root, this.silenced, this.problem);
    this.trouble.append(el("p"), el("button", { type: "button", class: "small", onclick: () => void this.conference.comeBack().catch(complain) }, say("come-back")));
    for (const [panel, { root }] of this.panels()) root.id = `panel-${panel}`;
    this.panel.append(...[...this.panels()].map(([, { root }]) => root));
    this.root.append(head, notices, this.tiles.root, this.panel, bar, this.photo.root, this.help.root);
    setInterval(() => this.tick(), 1_000);
  }

  render(room: Room): void {
    const { conference } = this;
    const own = conference.own;
    put(this.title, room.title);
    this.root.toggleAttribute("data-closed", room.profile === "closed");
    this.tiles.render(room);
    this.code.render(room);
    this.door.render();
    this.agenda.render(room);
    this.people.render(room);
    this.chat.render();
    this.photo.render(room);
    show(this.tabs.get("chair")!, own?.chair === true);
    show(this.begin, room.state === "planned");
    show(this.end, room.state === "under_way");
    const isOnAir = room.on_air_since !== null;
    show(this.onAir, isOnAir);
    show(this.airOff, isOnAir);
    show(this.air, !isOnAir && room.has_channel && room.profile === "open" && room.state === "under_way");
    put(this.lock, say(room.locked ? "unlock" : "lock"));
    put(this.chairState, say(room.locked ? "is-locked" : "is-unlocked"));
    show(this.seePhoto, room.photo !== null);
    for (const [panel, { root }] of this.panels()) show(root, panel === this.opened);
    show(this.panel, this.opened !== null);
    this.root.toggleAttribute("data-panel", this.opened !== null);
    for (const [panel, button] of this.tabs) {
      set(button, "aria-expanded", String(panel === this.opened));
      set(button, "aria-controls", `panel-${panel}`);
    }
    if (this.opened === "chat") this.read = conference.chat.length;
    const unread = conference.chat.length - this.read;
    put(this.unreadCount, String(unread));
    show(this.unread, unread > 0);
    const { sound, picture, screen, hand, view } = this.buttons;
    const { troubles } = this.devices;
    name(sound, this.devices.sound !== null, say(troubles.sound ? `microphone-${troubles.sound}` : "microphone-off"), say("microphone-on"));
    name(picture, this.devices.picture !== null, say(troubles.picture ? `camera-${troubles.picture}` : "camera-off"), say("camera-on"));
    name(screen, this.devices.screen !== null, say("screen"), say("screen-stop"));
    name(hand, own?.hand !== null && own?.hand !== undefined, say("hand"), say("hand-lower"));
    put(view.querySelector("span")!, say(this.tiles.view === "gallery" ? "view-speaker" : "view-gallery"));
    put(this.line, conference.holds ? conference.media?.refusal || say("media-lost") : say("line-lost"));
    const isMediaLost = conference.media !== null && conference.media.session > 0 && !conference.media.isConnected;
    show(this.line, !conference.holds || isMediaLost);
    put(this.trouble.querySelector("p")!, conference.trouble && say("trouble", { why: conference.trouble }));
    show(this.trouble, conference.trouble !== "");
    this.tick();
  }

  focus(): void {
    this.title.focus();
  }

  shortcuts(): Shortcut[] {
    const all: (Shortcut & { isChairs?: boolean })[] = [
      { key: "m", does: "key-m", act: () => this.toggleSound() },
      { key: "v", does: "key-v", act: () => this.togglePicture() },
      { key: "s", does: "key-s", act: () => this.toggleScreen() },
      { key: "h", does: "key-h", act: () => this.toggleHand() },
      { key: "g", does: "key-g", act: () => this.toggleView() },
      { key: "a", does: "key-a", act: () => this.toggle("agenda") },
      { key: "p", does: "key-p", act: () => this.toggle("people") },
      { key: "c", does: "key-c", act: () => this.toggle("chat") },
      { key: "k", does: "key-k", act: () => this.toggle("chair"), isChairs: true },
      { key: "i", does: "key-i", act: () => this.door.first(), isChairs: true },
      { key: "n", does: "key-n", act: () => this.conference.room && this.agenda.next(this.conference.room), isChairs: true },
      { key: "l", does: "key-l", act: () => this.root.querySelector<HTMLElement>(".leave")?.focus() },
      { key: "?", does: "key-help", act: () => this.help.open(this.shortcuts()) },
    ];
    return all.filter(({ isChairs }) => !isChairs || this.conference.own?.chair);
  }

  private panels(): Map<Panel, { root: HTMLElement }> {
    return new Map<Panel, { root: HTMLElement }>([
      ["agenda", this.agenda],
      ["people", this.people],
      ["chat", this.chat],
      ["chair", { root: this.chair }],
    ]);
  }

  /** Moves the clocks alone. */
  private tick(): void {
    const { room } = this.conference;
    if (!room || !this.root.isConnected) return;
    const { zone } = room;
    const now = this.conference.now();
    const time = say("time", { time: timeIn(zone, now, this.language), city: cityOf(zone) });
    const since = room.began_at === null ? say("not-begun") : say("under-way", { clock: clock(now - room.began_at) });
    put(this.state, `${since} · ${time}`);
    this.agenda.tick(room);
    this.people.tick(room);
  }

  private toggle(panel: Panel): void {
    const wasInside = this.panel.contains(document.activeElement);
    this.opened = this.opened === panel ? null : panel;
    if (this.conference.room) this.render(this.conference.room);
    if (this.opened === "chat") this.chat.focus();
    else if (this.opened) this.panel.focus();
    else if (wasInside) this.tabs.get(panel)!.focus();
  }

  private toggleSound(): void {
    if (this.devices.sound) this.devices.closeSound();
    else void this.devices.openSound();
  }

  private togglePicture(): void {
    if (this.devices.picture) this.devices.closePicture();
    else void this.devices.openPicture();
  }

  private toggleScreen(): void {
    if (this.devices.screen) this.devices.closeScreen();
    else if (!this.buttons.screen.hidden) void this.devices.openScreen();
  }

  private toggleHand(): void {
    const up = (this.conference.own?.hand ?? null) === null;
    void this.conference.insist({ hand: { up } }).catch((error: unknown) => this.complain(error));
  }

  private toggleView(): void {
    this.tiles.view = this.tiles.view === "gallery" ? "speaker" : "gallery";
    if (this.conference.room) this.render(this.conference.room);
  }

  private unsilence(): void {
    show(this.silenced, false);
    this.conference.meter.resume();
    this.tiles.play();
  }

  private complain(error: unknown): void {
    put(this.problem, error instanceof Error ? error.message : String(error));
    show(this.problem, true);
    setTimeout(() => show(this.problem, false), 8_000);
  }
}
