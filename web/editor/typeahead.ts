// A field that finds things while one types: people, stories, photos. It is an ARIA combobox with
// a list below it.
import { element, freshId, set } from "./dom.ts";
import type { Words } from "./words.ts";

/** What a search finds, as the server's JSON has it. */
export interface Choice {
  id: string;
  label: string;
  detail?: string;
  /** A story's address. */
  address?: string;
  /** The address of a small picture. */
  image?: string;
}

export interface TypeaheadOptions {
  label: string;
  words: Words;
  search: (query: string, signal: AbortSignal) => Promise<Choice[]>;
  choose: (choice: Choice) => void;
  /** What can be chosen besides what was found, from what was typed. */
  free?: (typed: string) => Choice | null;
  /** Whether to search at once, and to show pictures. */
  pictures?: boolean;
}

export class Typeahead {
  readonly dom: HTMLElement;
  readonly input: HTMLInputElement;
  readonly #options: TypeaheadOptions;
  readonly #list: HTMLElement;
  readonly #status: HTMLElement;
  #choices: Choice[] = [];
  #at = -1;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #request: AbortController | null = null;

  constructor(options: TypeaheadOptions) {
    this.#options = options;
    const id = freshId("find");
    this.#list = element("ul", {
      "id": `${id}-list`,
      "class": options.pictures ? "editor-choices editor-pictures" : "editor-choices",
      "role": "listbox",
      "aria-label": options.label,
      "hidden": true,
    });
    this.#status = element("p", { "class": "editor-choices-status", "role": "status" });
    this.input = element("input", {
      id,
      "type": "text",
      "role": "combobox",
      "autocomplete": "off",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": `${id}-list`,
      "aria-label": options.label,
      "placeholder": options.label,
    });
    this.dom = element("div", { "class": "editor-typeahead" }, this.input, this.#list, this.#status);
    this.input.addEventListener("input", () => this.#soon(150));
    this.input.addEventListener("keydown", (event) => this.#onKey(event));
    this.input.addEventListener("focus", () => {
      if (this.input.value.trim() !== "") this.#soon(0);
    });
    if (options.pictures) this.#soon(0);
    this.input.addEventListener("blur", () => {
      if (!options.pictures) this.#close();
    });
    // The field keeps the focus while one clicks in the list.
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#list.addEventListener("click", (event) => {
      const row = (event.target as Element).closest("[role=option]");
      const index = row ? [...this.#list.children].indexOf(row) : -1;
      if (index >= 0) this.#choose(index);
    });
  }

  #soon(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#search(), milliseconds);
  }

  async #search(): Promise<void> {
    const typed = this.input.value.trim();
    this.#request?.abort();
    if (typed === "" && !this.#options.pictures) {
      this.#close();
      return;
    }
    const request = new AbortController();
    this.#request = request;
    const free = this.#options.free?.(typed) ?? null;
    let problem = "";
    try {
      this.#choices = await this.#options.search(typed, request.signal);
    } catch {
      if (request.signal.aborted) return;
      this.#choices = [];
      problem = this.#options.words("search-failed");
    }
    if (request.signal.aborted) return;
    if (free) this.#choices.push(free);
    if (problem === "" && this.#choices.length === 0) problem = this.#options.words("search-none");
    this.#status.textContent = problem;
    this.#show();
  }

  #show(): void {
    this.#list.replaceChildren(...this.#choices.map((choice, index) => {
      return element(
        "li",
        { "id": `${this.#list.id}-${index}`, "role": "option", "aria-selected": "false" },
        choice.image === undefined ? null : element("img", { "src": choice.image, "alt": "" }),
        element("span", { "class": "editor-choice-label" }, choice.label),
        choice.detail === undefined
          ? null
          : element("span", { "class": "editor-choice-detail" }, choice.detail),
      );
    }));
    const open = this.#choices.length > 0;
    this.#list.hidden = !open;
    set(this.input, "aria-expanded", String(open));
    this.#mark(open && this.input.value.trim() !== "" ? 0 : -1);
  }

  #mark(index: number): void {
    this.#at = index;
    [...this.#list.children].forEach((row, at) => set(row, "aria-selected", String(at === index)));
    const row = this.#list.children[index];
    set(this.input, "aria-activedescendant", row?.id);
    row?.scrollIntoView({ block: "nearest" });
  }

  #onKey(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const count = this.#choices.length;
    const open = !this.#list.hidden;
    switch (event.key) {
      case "ArrowDown":
        if (!open) this.#soon(0);
        else this.#mark((this.#at + 1) % count);
        break;
      case "ArrowUp":
        if (!open) return;
        this.#mark((this.#at - 1 + count) % count);
        break;
      case "Enter":
        if (open && this.#at >= 0) this.#choose(this.#at);
        break;
      case "Escape":
        // A second Esc is for whatever is around.
        if (!open || this.#options.pictures) return;
        this.#close();
        event.stopPropagation();
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  #choose(index: number): void {
    const choice = this.#choices[index];
    if (!choice) return;
    this.input.value = "";
    this.#close();
    this.#options.choose(choice);
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#request?.abort();
    this.#choices = [];
    this.#status.textContent = "";
    this.#show();
  }
}

/** Searches by `GET {url}?q=`, whose answer is a JSON list of choices. */
export function searchAt(url: string): TypeaheadOptions["search"] {
  return async (query, signal) => {
    const address = `${url}${url.includes("?") ? "&" : "?"}q=${encodeURIComponent(query)}`;
    const answer = await fetch(address, {
      signal,
      headers: { accept: "application/json" },
      credentials: "same-origin",
    });
    if (!answer.ok) throw new Error(`the search answered ${answer.status}`);
    const found = (await answer.json()) as unknown;
    return Array.isArray(found) ? found.flatMap(asChoice) : [];
  };
}

function asChoice(json: unknown): Choice[] {
  const { id, label, detail, address, image } = (json ?? {}) as Record<string, unknown>;
  if (typeof id !== "string" || typeof label !== "string") return [];
  const choice: Choice = { id, label };
  if (typeof detail === "string") choice.detail = detail;
  if (typeof address === "string") choice.address = address;
  if (typeof image === "string") choice.image = image;
  return [choice];
}
