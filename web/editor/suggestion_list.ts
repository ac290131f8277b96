// The suggestions beside the body, each with its two answers.
import type { EditorState } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { safeTag } from "./count.ts";
import { announce, button, element, set } from "./dom.ts";
import { nodeName } from "./node_names.ts";
import type { Decision } from "./settle.ts";
import { current, decide, list, reveal, type Suggestion } from "./suggestions.ts";
import type { Words } from "./words.ts";

export class SuggestionList {
  readonly #root: HTMLElement;
  readonly #words: Words;
  readonly #view: () => EditorView;
  readonly #language: () => string;
  #shown = "";
  #rows = new Map<string, HTMLElement>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(root: HTMLElement, words: Words, language: () => string, view: () => EditorView) {
    this.#root = root;
    this.#words = words;
    this.#language = language;
    this.#view = view;
    set(root, "aria-label", words("suggestions"));
    set(root, "role", "region");
  }

  /** Shows the suggestions as they are, when typing pauses. */
  show(state: EditorState): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#render(state), 150);
  }

  destroy(): void {
    clearTimeout(this.#timer);
  }

  #render(state: EditorState): void {
    const suggestions = list(state.doc);
    const now = JSON.stringify([suggestions.map(({ from: _from, to: _to, ...rest }) => rest)]);
    if (now !== this.#shown) {
      this.#shown = now;
      this.#build(suggestions);
    }
    const here = current(state);
    for (const [id, row] of this.#rows) set(row, "aria-current", id === here ? "true" : null);
  }

  #build(suggestions: readonly Suggestion[]): void {
    const words = this.#words;
    const count = suggestions.length;
    const title = count === 1
      ? words("suggestions-one")
      : count === 0
      ? words("suggestions-none")
      : words("suggestions-count", { count });
    const heading = element("p", { "class": "editor-suggestions-title" }, title);
    const rows = element("ul", { "class": "editor-suggestions" });
    this.#rows = new Map();
    for (const suggestion of suggestions) {
      const row = this.#row(suggestion);
      this.#rows.set(suggestion.id, row);
      rows.append(row);
    }
    const all = element("div", { "class": "editor-suggestions-all", "hidden": count < 2 });
    if (this.#view().editable) {
      all.append(
        button({ "class": "editor-quiet-button" }, () => this.#decide(null, "accept"), words("accept-all")),
        button({ "class": "editor-quiet-button" }, () => this.#decide(null, "reject"), words("reject-all")),
      );
    }
    this.#root.replaceChildren(heading, all, rows);
    this.#root.toggleAttribute("data-none", count === 0);
  }

  #row(suggestion: Suggestion): HTMLElement {
    const words = this.#words;
    const [what, label] = this.#what(suggestion);
    const go = button(
      { "class": "editor-suggestion-text" },
      () => this.#reveal(suggestion.id),
      ...what,
    );
    const row = element("li", {}, go, this.#byline(suggestion));
    if (this.#view().editable) {
      const answer = (decision: Decision, text: string) => {
        return button(
          { "class": "editor-quiet-button", "aria-label": `${text}: ${label}` },
          () => this.#decide(suggestion.id, decision),
          text,
        );
      };
      row.append(element(
        "div",
        { "class": "editor-suggestion-answers" },
        answer("accept", words("accept")),
        answer("reject", words("reject")),
      ));
    }
    return row;
  }

  /** What a suggestion is, as elements and as one sentence. */
  #what(suggestion: Suggestion): [(Node | string)[], string] {
    const words = this.#words;
    const names = (nodes: readonly string[]) => [...new Set(nodes)].map((name) => nodeName(name, this.#words)).join(", ");
    const inserted = shortened(suggestion.inserted) || names(suggestion.added);
    const deleted = shortened(suggestion.deleted) || names(suggestion.removed);
    switch (suggestion.kind) {
      case "insert":
        return [[element("ins", {}, inserted)], words("suggestion-insert", { text: inserted })];
      case "delete":
        return [[element("del", {}, deleted)], words("suggestion-delete", { text: deleted })];
      case "replace":
        return [
          [element("del", {}, deleted), " ", element("ins", {}, inserted)],
          words("suggestion-replace", { old: deleted, new: inserted }),
        ];
      case "change": {
        const sentence = words("suggestion-change", { what: names(suggestion.changed) });
        return [[sentence], sentence];
      }
    }
  }

  #byline({ name, at }: Suggestion): HTMLElement {
    const format = new Intl.DateTimeFormat(safeTag(this.#language()), {
      dateStyle: "medium",
      timeStyle: "short",
    });
    const time = at === null || Number.isNaN(Date.parse(at)) ? "" : format.format(new Date(at));
    const text = this.#words("suggestion-by", { name: name ?? this.#words("unknown"), time });
    return element("p", { "class": "editor-suggestion-by" }, text);
  }

  #reveal(id: string): void {
    const view = this.#view();
    const suggestion = list(view.state.doc).find((one) => one.id === id);
    if (suggestion) reveal(view, suggestion);
  }

  #decide(id: string | null, decision: Decision): void {
    const ids = [...this.#rows.keys()];
    const next = id === null ? undefined : ids[ids.indexOf(id) + 1] ?? ids[ids.indexOf(id) - 1];
    decide(this.#view(), id, decision);
    announce(this.#words(decision === "accept" ? "accepted" : "rejected"));
    this.#render(this.#view().state);
    // Who answers by keyboard goes on with the next one.
    const row = next === undefined ? undefined : this.#rows.get(next);
    const focus = row?.querySelector<HTMLElement>(".editor-suggestion-answers button");
    if (focus) focus.focus();
    else this.#view().focus();
  }
}

function shortened(text: string): string {
  const line = text.replace(/¶+/g, "¶").trim();
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
