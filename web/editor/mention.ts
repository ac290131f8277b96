// Asking for somebody by name while one writes: after an @, the people who may be asked for.
import { announce, element, freshId, set } from "./dom.ts";
import { type Choice, searchAt } from "./typeahead.ts";
import type { Words } from "./words.ts";

/** Somebody who was chosen, by the name that then stands in the text. */
export interface Person {
  id: string;
  name: string;
}

/** What is typed of a name, from its @ to the cursor. */
export function typedName(text: string, cursor: number): { at: number; query: string } | null {
  const found = /(?:^|[\s(])@([\p{L}\p{M}'’.-]*(?: [\p{L}\p{M}'’.-]*)?)$/u.exec(text.slice(0, cursor));
  if (!found) return null;
  const query = found[1] ?? "";
  return { at: cursor - query.length - 1, query };
}

/** The text as the server keeps it: each person who was chosen by id. */
export function withIds(text: string, people: readonly Person[]): string {
  // A long name first, so that a short one that it begins with is not taken for it.
  const names = [...people].sort((a, b) => b.name.length - a.name.length);
  const pattern = names.map(({ name }) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  if (pattern === "") return text;
  return text.replace(new RegExp(`@(${pattern})(?![\\p{L}\\p{N}])`, "gu"), (whole, name: string) => {
    const person = names.find((one) => one.name === name);
    return person ? `@{${person.id}}` : whole;
  });
}

/** The list below a field. It is answered from the field, which keeps the focus. */
export class Mentions {
  readonly dom: HTMLElement;
  readonly #field: HTMLTextAreaElement;
  readonly #words: Words;
  readonly #search: ReturnType<typeof searchAt>;
  readonly #onChoose: (person: Person) => void;
  #choices: Choice[] = [];
  #at = 0;
  #from = 0;
  #request: AbortController | null = null;

  constructor(field: HTMLTextAreaElement, url: string, words: Words, onChoose: (person: Person) => void) {
    this.#field = field;
    this.#words = words;
    this.#search = searchAt(url);
    this.#onChoose = onChoose;
    const id = freshId("mentions");
    this.dom = element("ul", {
      id, "class": "editor-choices", "role": "listbox", "aria-label": words("note-people"), "hidden": true,
    });
    set(field, "aria-autocomplete", "list");
    set(field, "aria-haspopup", "listbox");
    set(field, "aria-controls", id);
    field.addEventListener("input", () => void this.#look());
    field.addEventListener("click", () => void this.#look());
    field.addEventListener("blur", () => this.#close());
    field.addEventListener("keydown", (event) => this.#onKey(event));
    this.dom.addEventListener("pointerdown", (event) => event.preventDefault());
    this.dom.addEventListener("click", (event) => {
      const row = (event.target as Element).closest("[role=option]");
      const index = row ? [...this.dom.children].indexOf(row) : -1;
      if (index >= 0) this.#choose(index);
    });
  }

  get isOpen(): boolean {
    return !this.dom.hidden;
  }

  async #look(): Promise<void> {
    this.#request?.abort();
    const typed = typedName(this.#field.value, this.#field.selectionStart);
    if (!typed) {
      this.#close();
      return;
    }
    const request = new AbortController();
    this.#request = request;
    let choices: Choice[];
    try {
      choices = await this.#search(typed.query, request.signal);
    } catch {
      // The name can be written all the same.
      choices = [];
    }
    if (request.signal.aborted || document.activeElement !== this.#field) return;
    this.#from = typed.at;
    this.#show(choices);
  }

  #show(choices: Choice[]): void {
    const wasOpen = this.isOpen;
    this.#choices = choices;
    this.dom.replaceChildren(...choices.map(({ label, detail }, index) => {
      return element(
        "li",
        { "id": `${this.dom.id}-${index}`, "role": "option", "aria-selected": "false" },
        element("span", { "class": "editor-choice-label" }, label),
        detail === undefined ? null : element("span", { "class": "editor-choice-detail" }, detail),
      );
    }));
    this.dom.hidden = choices.length === 0;
    if (this.isOpen && !wasOpen) announce(this.#words("note-people-found", { count: choices.length }));
    this.#mark(0);
  }

  #mark(index: number): void {
    this.#at = index;
    [...this.dom.children].forEach((row, at) => set(row, "aria-selected", String(at === index)));
    const row = this.dom.children[index];
    set(this.#field, "aria-activedescendant", row?.id);
    row?.scrollIntoView({ block: "nearest" });
  }

  #onKey(event: KeyboardEvent): void {
    if (event.isComposing || !this.isOpen) return;
    const count = this.#choices.length;
    switch (event.key) {
      case "ArrowDown":
        this.#mark((this.#at + 1) % count);
        break;
      case "ArrowUp":
        this.#mark((this.#at - 1 + count) % count);
        break;
      case "Enter":
      case "Tab":
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        this.#choose(this.#at);
        break;
      case "Escape":
        this.#close();
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  #choose(index: number): void {
    const choice = this.#choices[index];
    this.#close();
    if (!choice) return;
    const field = this.#field;
    field.setRangeText(`@${choice.label} `, this.#from, field.selectionStart, "end");
    this.#onChoose({ id: choice.id, name: choice.label });
  }

  #close(): void {
    this.#request?.abort();
    this.#show([]);
  }
}
