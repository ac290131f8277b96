// Whether the work is safe, in a few words; and in a sentence when something has gone wrong.
import type { Connection, Stop } from "./connection.ts";
import { button, element, set } from "./dom.ts";
import type { Kept } from "./offline.ts";
import type { Key, Words } from "./words.ts";

/** What the status says of a connection. */
export function statusKey(
  { state, unsaved }: Pick<Connection, "state" | "unsaved">,
  kept: Pick<Kept, "works">,
): Key | null {
  switch (state) {
    case "connecting":
      return "connecting";
    case "live":
      return unsaved > 0 ? "saving" : "saved";
    case "offline":
      return kept.works ? "offline" : "offline-bare";
    case "stopped":
      return null;
  }
}

/** Whether closing the page would lose work: it is neither on the server nor in this browser. */
export function wouldLose(
  { unsaved }: Pick<Connection, "unsaved">,
  kept: Pick<Kept, "works" | "all">,
): boolean {
  return unsaved > 0 && !(kept.works && kept.all);
}

export class Status {
  readonly #words: Words;
  readonly #text: HTMLElement;
  readonly #notice: HTMLElement;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #shown: Key | null = null;

  constructor(root: HTMLElement, words: Words) {
    this.#words = words;
    this.#text = element("span", { "class": "editor-state", "role": "status" });
    this.#notice = element("div", { "class": "editor-notice", "hidden": true });
    root.replaceChildren(this.#text, this.#notice);
  }

  show(key: Key | null): void {
    clearTimeout(this.#timer);
    // What takes a moment is not worth a word, and a screen reader would say each.
    const wait = key === "saving" && this.#shown === "saved" ? 400 : 0;
    this.#timer = setTimeout(() => {
      if (this.#shown === key) return;
      this.#shown = key;
      set(this.#text, "data-state", key);
      this.#text.textContent = key === null ? "" : this.#words(key);
    }, wait);
  }

  /** Says why the connection has stopped. */
  stopped(stop: Stop): void {
    switch (stop.kind) {
      case "signed-out":
        this.#say(this.#words("signed-out"), this.#words("reload"), () => location.reload());
        break;
      case "gone":
        this.#say(this.#words("gone"));
        break;
      case "refused":
      case "closed":
        break;
    }
  }

  /** Says what the server did not take, and keeps at hand what the page held. */
  refused(sentence: string, text: string): void {
    this.#say(
      `${sentence} ${this.#words("refused")}`.trim(),
      this.#words("dismiss"),
      () => (this.#notice.hidden = true),
    );
    if (text.trim() === "") return;
    const copy = element("textarea", { "readonly": true, "rows": 6, "aria-label": this.#words("refused-copy") });
    copy.value = text;
    this.#notice.append(element(
      "details",
      {},
      element("summary", {}, this.#words("refused-copy")),
      copy,
    ));
  }

  #say(sentence: string, action?: string, run?: () => void): void {
    this.#notice.replaceChildren(
      element("p", { "role": "alert" }, sentence),
      action !== undefined && run ? button({ "class": "editor-quiet-button" }, run, action) : "",
    );
    this.#notice.hidden = false;
  }
}
