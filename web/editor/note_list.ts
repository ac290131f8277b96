// The notes beside the body, in the order of the words that they are about.
import { safeTag } from "./count.ts";
import { announce, button, element, set } from "./dom.ts";
import { icon } from "./icons.ts";
import { NoteBox } from "./note_box.ts";
import type { Message, Note } from "./note_messages.ts";
import type { Words } from "./words.ts";

export interface NoteListOptions {
  words: Words;
  language: () => string;
  /** Where people are found who may be asked for. */
  people: string;
  /** The name under which this browser keeps an answer that is being written. */
  key: (note: string) => string;
  add: () => void;
  reveal: (note: string) => void;
  answer: (note: string, text: string) => Promise<void>;
  resolve: (note: string) => Promise<void>;
  reopen: (note: string) => Promise<void>;
  /** Somebody who was asked for has it before their eyes. */
  seen: (note: string) => void;
  leave: () => void;
}

export class NoteList {
  readonly #root: HTMLElement;
  readonly #options: NoteListOptions;
  readonly #title = element("h2");
  readonly #add: HTMLButtonElement;
  readonly #problem = element("p", { "class": "editor-field-error", "role": "alert" });
  readonly #composer = element("div");
  readonly #open = element("ol", { "class": "editor-notes" });
  readonly #done: HTMLDetailsElement;
  readonly #doneTitle = element("summary");
  readonly #doneList = element("ol", { "class": "editor-notes" });
  readonly #cards = new Map<string, Card>();
  readonly #eyes: IntersectionObserver;

  constructor(root: HTMLElement, options: NoteListOptions) {
    this.#root = root;
    this.#options = options;
    const { words } = options;
    this.#add = button({ "class": "editor-quiet-button" }, () => options.add(), icon("note"), words("note-add"));
    // The selection in the body stays as it is while one clicks.
    this.#add.addEventListener("mousedown", (event) => event.preventDefault());
    this.#done = element("details", { "hidden": true }, this.#doneTitle, this.#doneList);
    set(root, "role", "region");
    set(root, "aria-label", words("notes"));
    root.replaceChildren(
      element("div", { "class": "editor-notes-head" }, this.#title, this.#add),
      this.#problem, this.#composer, this.#open, this.#done,
    );
    this.#eyes = new IntersectionObserver((seen) => this.#onSeen(seen), { threshold: 0.5 });
    this.#count(0, 0);
  }

  destroy(): void {
    this.#eyes.disconnect();
    this.#root.replaceChildren();
  }

  /** Shows the notes: `order` has the open ones whose words stand somewhere, as they stand. */
  show(notes: readonly Note[], order: readonly string[]): void {
    const known = new Set(notes.map(({ id }) => id));
    for (const [id, card] of this.#cards) {
      if (known.has(id)) continue;
      card.dom.remove();
      this.#cards.delete(id);
    }
    const places = new Map(order.map((id, index) => [id, index]));
    const sorted = notes.map((note) => ({ note, at: places.get(note.id) ?? order.length }));
    sorted.sort((a, b) => a.at - b.at);
    const [open, done]: [HTMLElement[], HTMLElement[]] = [[], []];
    for (const { note } of sorted) {
      const card = this.#cards.get(note.id) ?? this.#card(note.id);
      card.show(note, places.has(note.id));
      (note.resolved ? done : open).push(card.dom);
      if (note.asked) this.#eyes.observe(card.dom);
      else this.#eyes.unobserve(card.dom);
    }
    arrange(this.#open, open);
    arrange(this.#doneList, done);
    this.#count(open.length, done.length);
  }

  /** Shows which note one is at, and brings it into view. */
  current(id: string | null): void {
    for (const [other, card] of this.#cards) set(card.dom, "aria-current", other === id ? "true" : null);
    const card = id === null ? undefined : this.#cards.get(id);
    if (card && this.#done.contains(card.dom)) this.#done.open = true;
    card?.dom.scrollIntoView({ block: "nearest" });
  }

  /** Goes where one answers a note. */
  focus(id: string): void {
    this.#cards.get(id)?.focus();
  }

  /** Shows the field for a new note, or takes it away. */
  compose(quote: string | null, box: NoteBox | null): void {
    if (quote === null || box === null) {
      this.#composer.replaceChildren();
      return;
    }
    this.#composer.replaceChildren(element(
      "div",
      { "class": "editor-note editor-note-new" },
      element("blockquote", { "class": "editor-note-quote" }, shortened(quote)),
      box.dom,
    ));
    this.#composer.scrollIntoView({ block: "nearest" });
    box.focus();
  }

  /** Says what could not be done, or nothing. */
  say(problem: string): void {
    this.#problem.textContent = problem;
  }

  #card(id: string): Card {
    const card = new Card(id, this.#options, (work) => void this.#do(card, work));
    this.#cards.set(id, card);
    return card;
  }

  async #do(card: Card, work: "resolve" | "reopen"): Promise<void> {
    const { words } = this.#options;
    const rows = [...this.#open.children] as HTMLElement[];
    const at = rows.indexOf(card.dom);
    const next = rows[at + 1] ?? rows[at - 1];
    this.say("");
    try {
      await this.#options[work](card.id);
    } catch (error) {
      this.say(error instanceof Error ? error.message : String(error));
      return;
    }
    announce(words(work === "resolve" ? "note-resolved" : "note-reopened"));
    // Who goes through the notes by keyboard goes on with the next one.
    if (work === "reopen") card.focus();
    else (next?.querySelector<HTMLElement>(".editor-note-quote") ?? this.#add).focus();
  }

  #count(open: number, done: number): void {
    const { words } = this.#options;
    this.#title.textContent = open === 0
      ? words("notes")
      : open === 1 ? words("notes-one") : words("notes-count", { count: open });
    this.#done.hidden = done === 0;
    this.#doneTitle.textContent = done === 1 ? words("notes-done-one") : words("notes-done", { count: done });
  }

  #onSeen(entries: readonly IntersectionObserverEntry[]): void {
    if (document.visibilityState !== "visible") return;
    for (const { isIntersecting, target } of entries) {
      const id = (target as HTMLElement).dataset["note"];
      if (!isIntersecting || id === undefined) continue;
      this.#eyes.unobserve(target);
      this.#options.seen(id);
    }
  }
}

/** One note: what it is about, what was said, and what one can say. */
class Card {
  readonly id: string;
  readonly dom: HTMLElement;
  readonly #options: NoteListOptions;
  readonly #quote: HTMLButtonElement;
  readonly #gone: HTMLElement;
  readonly #messages = element("ol", { "class": "editor-note-messages" });
  readonly #resolve: HTMLButtonElement;
  readonly #reopen: HTMLButtonElement;
  readonly #by = element("p", { "class": "editor-suggestion-by" });
  readonly #box: NoteBox;
  #shown = "";
  /** What asked for one when the page was opened says so until it is left. */
  #asked = false;

  constructor(id: string, options: NoteListOptions, act: (what: "resolve" | "reopen") => void) {
    const { words } = options;
    this.id = id;
    this.#options = options;
    this.#quote = button({ "class": "editor-note-quote" }, () => options.reveal(id));
    this.#gone = element("p", { "class": "editor-note-gone" }, words("note-gone"));
    this.#resolve = button({ "class": "editor-quiet-button" }, () => act("resolve"), words("note-resolve"));
    this.#reopen = button({ "class": "editor-quiet-button" }, () => act("reopen"), words("note-reopen"));
    this.#box = new NoteBox({
      words,
      label: words("note-answer-label"),
      action: words("note-answer"),
      people: options.people,
      key: options.key(id),
      send: (text) => options.answer(id, text),
      leave: options.leave,
    });
    this.dom = element(
      "li",
      { "class": "editor-note", "data-note": id },
      element("div", { "class": "editor-note-head" }, this.#quote, this.#resolve, this.#reopen),
      this.#gone, this.#messages, this.#by, this.#box.dom,
    );
  }

  focus(): void {
    if (this.#box.dom.hidden) this.#reopen.focus();
    else this.#box.focus();
  }

  show(note: Note, stands: boolean): void {
    this.#asked ||= note.asked;
    const now = JSON.stringify([note, stands, this.#options.language()]);
    if (now === this.#shown) return;
    this.#shown = now;
    const { words } = this.#options;
    const { resolved } = note;
    const quote = shortened(note.quote);
    this.#quote.textContent = quote;
    set(this.#quote, "title", words("note-reveal"));
    this.#gone.hidden = stands || resolved !== null;
    set(this.dom, "data-asked", this.#asked);
    this.#messages.replaceChildren(...note.messages.map((message) => this.#message(message)));
    if (this.#asked) {
      this.#messages.prepend(element("li", { "class": "editor-note-asked" }, words("note-asked")));
    }
    this.#resolve.hidden = resolved !== null || !note.may_resolve;
    this.#reopen.hidden = resolved === null || !note.may_resolve;
    set(this.#resolve, "aria-label", `${words("note-resolve")}: ${quote}`);
    set(this.#reopen, "aria-label", `${words("note-reopen")}: ${quote}`);
    this.#box.dom.hidden = resolved !== null && this.#box.isEmpty;
    this.#by.hidden = resolved === null;
    this.#by.textContent = resolved
      ? words("note-resolved-by", { name: resolved.by, time: this.#time(resolved.at) })
      : "";
  }

  #message({ by, at, said }: Message): HTMLElement {
    const words = said.map((part) => {
      return typeof part === "string"
        ? part
        : element("span", { "class": "editor-mention" }, `@${part.name}`);
    });
    return element(
      "li",
      {},
      element(
        "p",
        { "class": "editor-note-by" },
        element("strong", {}, by.name),
        " ",
        element("time", { "datetime": at }, this.#time(at)),
      ),
      element("p", { "class": "editor-note-said", "dir": "auto" }, ...words),
    );
  }

  #time(at: string): string {
    const tag = safeTag(document.documentElement.lang || this.#options.language());
    return new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));
  }
}

/** Puts the rows in this order, and moves no more than has to be: what has the focus keeps it. */
function arrange(list: HTMLElement, rows: readonly HTMLElement[]): void {
  const focused = document.activeElement;
  rows.forEach((row, index) => {
    if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
  });
  while (list.children.length > rows.length) list.lastElementChild?.remove();
  if (focused instanceof HTMLElement && list.contains(focused) && document.activeElement !== focused) {
    focused.focus({ preventScroll: true });
  }
}

export function shortened(quote: string): string {
  const line = quote.replace(/\s+/g, " ");
  return `“${line.length > 90 ? `${line.slice(0, 89).trimEnd()}…` : line}”`;
}
