// What is done by a single key, and the list of them.
import { say } from "../config.ts";
import type { Word } from "../words.ts";
import { el } from "./dom.ts";

export interface Shortcut {
  key: string;
  /** The word of what it does. */
  does: Word;
  act(): void;
}

/** Listens as long as the page is open; what is typed is never taken for a shortcut. */
export function listen(shortcuts: () => Shortcut[]): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const target = event.target as HTMLElement;
    if (target.closest("input, textarea, select, dialog[open]")) return;
    const shortcut = shortcuts().find(({ key }) => key === event.key.toLowerCase());
    if (!shortcut) return;
    event.preventDefault();
    shortcut.act();
  });
}

export class Help {
  readonly root = el("dialog", { class: "help", "aria-labelledby": "help-title" });
  private readonly list = el("dl");

  constructor() {
    const close = el("button", { type: "button", class: "quiet", onclick: () => this.root.close() }, say("close"));
    this.root.append(el("h2", { id: "help-title" }, say("shortcuts")), this.list, close);
  }

  open(shortcuts: Shortcut[]): void {
    this.list.replaceChildren(
      ...shortcuts.map(({ key, does }) => el("div", {}, el("dt", {}, el("kbd", {}, key.toUpperCase())), el("dd", {}, say(does)))),
    );
    this.root.showModal();
  }
}
