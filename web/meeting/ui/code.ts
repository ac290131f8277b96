// The code that shows whether all have the same members before them, and what has changed about it.
import type { Conference } from "../conference.ts";
import { say } from "../config.ts";
import type { Room } from "../protocol.ts";
import { el, put, set, show } from "./dom.ts";

export class Code {
  readonly root = el("div", { class: "code", hidden: true });
  readonly banner = el("div", { class: "banner", role: "status", hidden: true });
  private readonly groups = el("p", { class: "code-groups" });
  private readonly compared = el("span", { class: "code-compared" });
  private readonly confirm: HTMLButtonElement;
  private readonly change = el("p");

  constructor(private readonly conference: Conference) {
    this.confirm = el("button", { type: "button", class: "small", onclick: () => void this.conference.confirm() }, say("confirm"));
    this.root.append(el("p", { class: "code-label" }, say("code"), this.compared), this.groups, this.confirm);
    const close = el("button", { type: "button", class: "small", onclick: () => this.conference.forgetChange() }, say("seen"));
    this.banner.append(this.change, close);
  }

  render(room: Room): void {
    const { code, changed } = this.conference;
    show(this.root, room.profile === "closed" && code !== "");
    if (this.groups.dataset["code"] !== code) {
      this.groups.dataset["code"] = code;
      this.groups.replaceChildren(...code.split(" ").map((group) => el("span", {}, group)));
      // Digit by digit, as it is read aloud.
      set(this.groups, "aria-label", code.replaceAll(/\d/g, "$& "));
    }
    const isIn = room.seats.filter(({ state }) => state === "in");
    const have = isIn.filter(({ confirmed }) => confirmed === code);
    put(this.compared, say("compared", { count: have.length, all: isIn.length }));
    const own = have.some(({ id }) => id === room.you);
    const hadFocus = this.confirm === document.activeElement;
    show(this.confirm, !own);
    if (own && hadFocus) this.root.closest<HTMLElement>("[tabindex]")?.focus();
    this.root.toggleAttribute("data-compared", have.length === isIn.length);
    show(this.banner, changed !== null);
    if (!changed) return;
    const came = changed.came.length > 0 ? say("came", { names: changed.came.join(", ") }) : "";
    const went = changed.went.length > 0 ? say("went", { names: changed.went.join(", ") }) : "";
    put(this.change, [came, went, say("compare-again")].filter(Boolean).join(" "));
  }
}
