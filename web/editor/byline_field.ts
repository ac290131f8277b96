// Who wrote it, and the stories beside it.
import type * as Y from "yjs";
import type { Story } from "./nodes/block_view.ts";
import { OrderedField } from "./ordered_field.ts";
import { storyOf, storyTyped } from "./pickers.ts";
import { type Choice, searchAt } from "./typeahead.ts";
import type { Words } from "./words.ts";

/** One of a byline, as the shared document has it. */
export interface Author {
  person: string;
  role?: string;
}

/**
 * `root` says in `data-search-url` where people are found by `?q=`, and in `data-known` which are
 * known: JSON of names by their ids. Others are asked for by `?id=`.
 */
export function bylineField(
  root: HTMLElement,
  byline: Y.Array<Author>,
  words: Words,
  readOnly: boolean,
): OrderedField<Author> {
  const url = root.dataset["searchUrl"];
  const names = new Names(url, root.dataset["known"], () => field.render());
  const field = new OrderedField<Author>(root, byline, {
    words,
    readOnly: readOnly || url === undefined,
    label: root.getAttribute("aria-label") ?? "",
    empty: words("byline-empty"),
    add: words("person-choose"),
    search: url === undefined ? () => Promise.resolve([]) : searchAt(url),
    chosen: (choice) => {
      names.learn(choice);
      return { person: choice.id };
    },
    name: ({ person }) => names.of(person) ?? words("unknown"),
    same: (one, other) => one.person === other.person,
    detail: {
      label: (name) => words("byline-role", { name }),
      value: ({ role }) => role ?? "",
      with: ({ person }, role) => (role === "" ? { person } : { person, role }),
    },
  });
  return field;
}

/** `root` says in `data-search-url` where stories are found, and knows titles as a byline does. */
export function relatedField(
  root: HTMLElement,
  related: Y.Array<Story>,
  words: Words,
  readOnly: boolean,
): OrderedField<Story> {
  const url = root.dataset["searchUrl"];
  const names = new Names(url, root.dataset["known"], () => field.render());
  const field = new OrderedField<Story>(root, related, {
    words,
    readOnly,
    label: root.getAttribute("aria-label") ?? "",
    empty: words("related-empty"),
    add: words("story-choose"),
    search: url === undefined ? () => Promise.resolve([]) : searchAt(url),
    free: (typed) => storyTyped(typed, words),
    chosen: (choice) => {
      names.learn(choice);
      return storyOf(choice);
    },
    name: ({ title, address, article }) => {
      return (article && names.of(article)) || title || address || words("unknown");
    },
    same: (one, other) => {
      return one.article !== undefined || other.article !== undefined
        ? one.article === other.article
        : one.address === other.address && one.title === other.title;
    },
  });
  return field;
}

/** Names by their ids, asked for once. */
class Names {
  readonly #url: string | undefined;
  readonly #changed: () => void;
  readonly #names = new Map<string, string>();
  readonly #asked = new Set<string>();

  constructor(url: string | undefined, known: string | undefined, changed: () => void) {
    this.#url = url;
    this.#changed = changed;
    try {
      for (const [id, name] of Object.entries(JSON.parse(known ?? "{}") as object)) {
        this.#names.set(id, String(name));
      }
    } catch {
      // They are asked for instead.
    }
  }

  learn({ id, label }: Choice): void {
    if (id !== "" && !id.startsWith("title:")) this.#names.set(id, label);
  }

  of(id: string): string | undefined {
    const name = this.#names.get(id);
    if (name === undefined && this.#url !== undefined && !this.#asked.has(id)) {
      this.#asked.add(id);
      void this.#ask(id, this.#url);
    }
    return name;
  }

  async #ask(id: string, url: string): Promise<void> {
    try {
      const address = `${url}${url.includes("?") ? "&" : "?"}id=${encodeURIComponent(id)}`;
      const answer = await fetch(address, {
        headers: { accept: "application/json" },
        credentials: "same-origin",
      });
      const found = (await answer.json()) as { id?: unknown; label?: unknown }[];
      for (const { id, label } of found) {
        if (typeof id === "string" && typeof label === "string") this.#names.set(id, label);
      }
      this.#changed();
    } catch {
      // It stays unknown, and can be removed.
    }
  }
}
