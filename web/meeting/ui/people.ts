// Who is there: at the door, in line to speak, and in the room, by party.
import type { Conference } from "../conference.ts";
import { say } from "../config.ts";
import type { Asking, Party, Room, Seat } from "../protocol.ts";
import { partyOf, seatOf } from "../protocol.ts";
import { clock, queue, spokenBy } from "../times.ts";
import { askingTwice, el, icon, Keyed, put, set, show } from "./dom.ts";

/** Those who wait at the door; chairs alone see them. */
export class Door {
  readonly root = el("section", { class: "door", "aria-label": say("door"), hidden: true });
  private readonly list: Keyed<Asking, HTMLElement>;

  constructor(
    private readonly conference: Conference,
    private readonly onProblem: (error: unknown) => void,
  ) {
    const items = el("ul", { tabindex: -1 });
    this.list = new Keyed(items, ({ seat }) => seat, (asks) => this.make(asks), (element, asks) => this.update(element, asks));
    this.root.append(items);
  }

  render(): void {
    const waiting = this.conference.own?.chair ? this.conference.waiting : [];
    show(this.root, waiting.length > 0);
    this.list.show(waiting);
  }

  /** Lets in whoever has waited longest. */
  first(): void {
    this.root.querySelector<HTMLButtonElement>("button:not(:disabled)")?.click();
  }

  private make({ seat }: Asking): HTMLElement {
    const admit: HTMLButtonElement = el("button", { type: "button", class: "main", onclick: () => void this.admit(admit, seat) }, say("admit"));
    const refuse = el("button", { type: "button", onclick: () => void this.conference.insist({ refuse: { seat } }).catch(this.onProblem) }, say("refuse"));
    return el("li", {}, el("p", {}, el("strong"), el("span"), el("small")), el("p", { class: "acts" }, admit, refuse));
  }

  private async admit(button: HTMLButtonElement, seat: string): Promise<void> {
    button.disabled = true;
    try {
      await this.conference.admit(seat);
    } catch (error) {
      button.disabled = false;
      this.onProblem(error);
    }
  }

  private update(element: HTMLElement, asks: Asking): void {
    const room = this.conference.room!;
    const seat = seatOf(room, asks.seat);
    const party = seat && partyOf(room, seat);
    element.style.setProperty("--party", party?.colour ?? "#888");
    put(element.querySelector("strong")!, say("asks", { name: asks.name }));
    put(element.querySelector("span")!, [party?.name, seat?.title].filter(Boolean).join(", "));
    const check = room.profile === "closed" ? (this.conference.checks.get(asks.key_package) ?? "unknown") : null;
    element.dataset["check"] = check ?? "";
    put(element.querySelector("small")!, check ? say(`key-${check}`) : "");
    // Nobody comes in whose key is not the invitee's, whoever presses what.
    element.querySelector<HTMLButtonElement>("button")!.disabled = check !== null && check !== "invitee";
  }
}

export class People {
  readonly root = el("section", { class: "people", "aria-labelledby": "people-title" });
  private readonly floor = el("p", { class: "floor", hidden: true });
  private readonly give = el("button", { type: "button", class: "small", onclick: () => this.hand(null) }, say("floor-take"));
  private readonly hands: Keyed<Seat, HTMLElement>;
  private readonly handsTitle = el("h3", {}, say("hands"));
  private readonly noHands = el("p", { class: "quiet-text" }, say("hands-none"));
  private readonly parties: Keyed<Party, HTMLElement>;
  private readonly seats = new Map<string, Keyed<Seat, HTMLElement>>();

  constructor(private readonly conference: Conference) {
    this.hands = new Keyed(el("ol", { class: "hands", tabindex: -1 }), ({ id }) => id, (seat) => this.makeHand(seat), (element, seat) => this.updateHand(element, seat));
    this.parties = new Keyed(el("div", { class: "parties", tabindex: -1 }), ({ id }) => id, (party) => this.makeParty(party), (element, party) => this.updateParty(element, party));
    this.root.append(el("h2", { id: "people-title" }, say("people")), this.floor, this.handsTitle, this.hands.root, this.noHands, this.parties.root);
    this.floor.append(el("span"), this.give);
  }

  render(room: Room): void {
    const line = queue(room);
    this.hands.show(line);
    show(this.noHands, line.length === 0);
    this.parties.show(room.parties);
    show(this.give, this.conference.own?.chair === true);
    this.tick(room);
  }

  tick(room: Room): void {
    const now = this.conference.now();
    const speaks = room.floor && seatOf(room, room.floor.seat);
    show(this.floor, Boolean(speaks));
    if (speaks) put(this.floor.querySelector("span")!, say("floor-has", { name: this.conference.nameOf(speaks), clock: clock(now - room.floor!.since) }));
    const all = room.parties.map((party) => spokenBy(party, room, now));
    const most = Math.max(1, ...all);
    for (const [at, party] of room.parties.entries()) {
      const element = this.parties.get(party.id);
      if (!element) continue;
      put(element.querySelector(".spoken span")!, say("spoken", { clock: clock(all[at]!) }));
      element.style.setProperty("--share", String(all[at]! / most));
    }
  }

  private hand(seat: string | null): void {
    void this.conference.insist({ floor: { seat } });
  }

  private makeHand({ id }: Seat): HTMLElement {
    const give = el("button", { type: "button", class: "small", onclick: () => this.hand(id) }, say("floor-give"));
    return el("li", {}, el("span"), give);
  }

  private updateHand(element: HTMLElement, seat: Seat): void {
    const party = partyOf(this.conference.room!, seat);
    element.style.setProperty("--party", party?.colour ?? "#888");
    put(element.querySelector("span")!, `${this.conference.nameOf(seat)} (${party?.name ?? ""})`);
    show(element.querySelector("button")!, this.conference.own?.chair === true);
  }

  private makeParty(party: Party): HTMLElement {
    const list = el("ul", { tabindex: -1 });
    this.seats.set(party.id, new Keyed(list, ({ id }: Seat) => id, (seat) => this.makeSeat(seat), (element, seat) => this.updateSeat(element, seat)));
    return el("section", {}, el("h3"), el("p", { class: "spoken" }, el("span"), el("i")), list);
  }

  private updateParty(element: HTMLElement, party: Party): void {
    const room = this.conference.room!;
    element.style.setProperty("--party", party.colour);
    put(element.querySelector("h3")!, party.name);
    this.seats.get(party.id)!.show(room.seats.filter((seat) => seat.party === party.id).sort((one, other) => one.number - other.number));
  }

  private makeSeat({ id }: Seat): HTMLElement {
    const remove = askingTwice(el("button", { type: "button", class: "small" }, say("remove")), say("remove-sure"), () => void this.conference.remove(id));
    const free = askingTwice(el("button", { type: "button", class: "small" }, say("free")), say("free-sure"), () => void this.conference.insist({ free: { seat: id } }));
    const give = el("button", { type: "button", class: "small", onclick: () => this.hand(id) }, say("floor-give"));
    return el("li", {}, el("p", {}, el("strong"), el("span"), icon("microphone")), el("p", { class: "seat-code" }), el("p", { class: "acts" }, give, remove, free));
  }

  private updateSeat(element: HTMLElement, seat: Seat): void {
    const { conference } = this;
    const room = conference.room!;
    const isIn = seat.state === "in";
    const isOwn = seat.id === room.you;
    const name = conference.nameOf(seat);
    put(element.querySelector("strong")!, isOwn ? say("you", { name }) : name || say("seat-free"));
    put(element.querySelector("span")!, isIn && !seat.present ? `${seat.title} · ${say("tile-lost")}` : seat.title);
    element.toggleAttribute("data-in", isIn);
    set(element.querySelector("svg")!, "class", isIn && !seat.audio ? "icon icon-off" : "icon icon-hidden");
    const isClosed = room.profile === "closed";
    const compared = isClosed && isIn && seat.confirmed !== null && seat.confirmed === conference.code;
    put(element.querySelector(".seat-code")!, compared ? say("compared-by") : "");
    const [give, remove, free] = element.querySelectorAll<HTMLButtonElement>(".acts button");
    const isChair = conference.own?.chair === true;
    show(element.querySelector<HTMLElement>(".acts")!, isChair && (isIn || seat.name !== ""));
    show(give!, isIn && room.floor?.seat !== seat.id);
    show(remove!, isIn && !isOwn);
    show(free!, !isIn && seat.invited && seat.name !== "" && !isOwn);
  }
}
