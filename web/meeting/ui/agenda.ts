// The agenda with its clock.
import { say } from "../config.ts";
import type { Conference } from "../conference.ts";
import type { Item, ItemState, Room } from "../protocol.ts";
import { clock, spentOn } from "../times.ts";
import { el, Keyed, put, show } from "./dom.ts";

export class Agenda {
  readonly root = el("section", { class: "agenda", "aria-labelledby": "agenda-title" });
  private readonly whole = el("p", { class: "agenda-whole" });
  private readonly list: Keyed<Item, HTMLElement>;

  constructor(private readonly conference: Conference) {
    const items = el("ol", { class: "agenda-items", tabindex: -1 });
    this.list = new Keyed(items, ({ id }) => id, (item) => this.make(item), (element, item) => this.update(element, item));
    this.root.append(el("h2", { id: "agenda-title" }, say("agenda")), this.whole, items);
  }

  render(room: Room): void {
    this.list.show(room.agenda);
    this.tick(room);
  }

  /** Moves the clocks alone. */
  tick(room: Room): void {
    const now = this.conference.now();
    let [spent, planned] = [0, 0];
    for (const item of room.agenda) {
      const its = spentOn(item, now);
      spent += its;
      planned += item.minutes * 60_000;
      const element = this.list.get(item.id);
      if (!element) continue;
      put(element.querySelector(".agenda-clock")!, `${clock(its)} / ${clock(item.minutes * 60_000)}`);
      element.toggleAttribute("data-over", its > item.minutes * 60_000);
    }
    put(this.whole, say("agenda-whole", { spent: clock(spent), planned: clock(planned) }));
  }

  /** On to the next open item. */
  next(room: Room): void {
    const on = room.agenda.findIndex(({ state }) => state === "on");
    const next = room.agenda.slice(on + 1).find(({ state }) => state === "open") ?? room.agenda.find(({ state }) => state === "open");
    if (next) this.move(next.id, "on");
    else if (on >= 0) this.move(room.agenda[on]!.id, "dealt");
  }

  private move(item: string, state: ItemState): void {
    void this.conference.insist({ item: { item, state } });
  }

  private make({ id }: Item): HTMLElement {
    const acts = (["on", "dealt", "left", "open"] as const).map((state) =>
      el("button", { type: "button", class: "small", "data-state": state, onclick: () => this.move(id, state) }, say(`item-${state}`)),
    );
    return el(
      "li",
      {},
      el("p", { class: "agenda-title" }, el("strong"), el("span", { class: "agenda-clock" })),
      el("p", { class: "agenda-state" }),
      el("p", { class: "acts" }, ...acts),
    );
  }

  private update(element: HTMLElement, { title, state }: Item): void {
    put(element.querySelector("strong")!, title);
    element.dataset["state"] = state;
    put(element.querySelector(".agenda-state")!, state === "open" ? "" : say(`item-is-${state}`));
    const isChair = this.conference.own?.chair === true;
    show(element.querySelector<HTMLElement>(".acts")!, isChair);
    const offered: ItemState[] = state === "on" ? ["dealt", "left"] : state === "open" ? ["on"] : ["on", "open"];
    for (const button of element.querySelectorAll<HTMLButtonElement>(".acts button")) {
      const wasFocused = button === document.activeElement;
      show(button, offered.includes(button.dataset["state"] as ItemState));
      if (wasFocused && button.hidden) element.querySelector<HTMLElement>(".acts button:not([hidden])")?.focus();
    }
  }
}
