// The field in which one writes a note or an answer. What is typed is kept in this browser until the
// server has it.
import { button, element, freshId } from "./dom.ts";
import { Mentions, type Person, withIds } from "./mention.ts";
import type { Words } from "./words.ts";

export interface NoteBoxOptions {
  words: Words;
  /** What the field is for. */
  label: string;
  /** What the button says. */
  action: string;
  /** Where people are found. */
  people: string;
  /** The name under which this browser keeps what is typed. */
  key: string;
  /** Sends a text. @throws with a sentence. */
  send: (text: string) => Promise<void>;
  /** What ends it, where it does not stay. */
  cancel?: () => void;
  /** Where one goes with Esc. */
  leave: () => void;
}

interface Typed {
  text: string;
  people: Person[];
}

export class NoteBox {
  readonly dom: HTMLElement;
  readonly #options: NoteBoxOptions;
  readonly #field: HTMLTextAreaElement;
  readonly #buttons: HTMLElement;
  readonly #problem: HTMLElement;
  readonly #mentions: Mentions;
  #people: Person[] = [];
  #sending = false;

  constructor(options: NoteBoxOptions) {
    this.#options = options;
    const { words, label, action } = options;
    const id = freshId("note");
    this.#field = element("textarea", {
      id, "rows": 1, "maxlength": 4000, "aria-label": label, "placeholder": label,
      "aria-describedby": `${id}-problem`,
    });
    this.#problem = element("p", { "id": `${id}-problem`, "class": "editor-field-error", "role": "alert" });
    this.#mentions = new Mentions(this.#field, options.people, words, (person) => {
      this.#people = [...this.#people.filter((one) => one.name !== person.name), person];
      this.#onInput();
    });
    this.#buttons = element(
      "div",
      { "class": "editor-note-buttons" },
      button({ "class": "editor-button" }, () => void this.#send(), action),
      button({ "class": "editor-quiet-button" }, () => this.#discard(), words("note-cancel")),
    );
    this.dom = element(
      "div",
      { "class": "editor-note-box" },
      this.#field,
      this.#mentions.dom,
      this.#problem,
      this.#buttons,
    );
    const typed = read(options.key);
    this.#people = typed.people;
    this.#field.value = typed.text;
    this.#field.addEventListener("input", () => this.#onInput());
    this.#field.addEventListener("focus", () => this.#show());
    this.#field.addEventListener("blur", () => this.#show());
    this.#field.addEventListener("keydown", (event) => this.#onKey(event));
    this.#show();
  }

  /** Whether something is typed that the server does not have. */
  get isEmpty(): boolean {
    return this.#field.value.trim() === "";
  }

  focus(): void {
    this.#field.focus();
  }

  #onInput(): void {
    this.#problem.textContent = "";
    keep(this.#options.key, { text: this.#field.value, people: this.#people });
    this.#show();
  }

  #onKey(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void this.#send();
    else if (event.key === "Escape") {
      if (this.isEmpty) this.#discard();
      else this.#options.leave();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** The buttons stand there when there is something to do with them. */
  #show(): void {
    this.#buttons.hidden = this.isEmpty && !this.#options.cancel;
    this.#field.rows = this.#buttons.hidden && document.activeElement !== this.#field ? 1 : 3;
  }

  async #send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    this.dom.setAttribute("aria-busy", "true");
    this.#problem.textContent = "";
    const sent = this.#field.value;
    try {
      await this.#options.send(withIds(sent, this.#people));
      // Unless one has gone on writing meanwhile.
      if (this.#field.value === sent) this.#empty();
    } catch (error) {
      this.#problem.textContent = error instanceof Error ? error.message : String(error);
      this.#field.focus();
    }
    this.#sending = false;
    this.dom.removeAttribute("aria-busy");
  }

  #discard(): void {
    this.#empty();
    this.#options.cancel?.();
    this.#options.leave();
  }

  #empty(): void {
    this.#field.value = "";
    this.#people = [];
    this.#problem.textContent = "";
    keep(this.#options.key, null);
    this.#show();
  }
}

/** Keeps something in this browser, or forgets it. */
export function keep(key: string, value: unknown): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Storage is forbidden or full: then it stands in the page alone.
  }
}

/** What this browser keeps under a name. */
export function kept(key: string): Record<string, unknown> {
  try {
    return (JSON.parse(localStorage.getItem(key) ?? "{}") ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function read(key: string): Typed {
  const { text, people } = kept(key);
  return {
    text: typeof text === "string" ? text : "",
    people: Array.isArray(people) ? people as Person[] : [],
  };
}
