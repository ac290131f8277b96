// The menu that opens when one types "/" at the start of an empty paragraph. The focus stays in the
// text, and what is typed further narrows the choice.
import { Plugin, PluginKey } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { type BlockChoice, matching } from "./blocks.ts";
import { element, set } from "./dom.ts";
import { icon } from "./icons.ts";
import { place } from "./place.ts";
import { schema } from "./schema.ts";
import type { Words } from "./words.ts";

interface State {
  /** What was typed after the slash; `null` while the menu is closed. */
  query: string | null;
  /** Where it was closed by Esc, so that it does not open again there. */
  closedAt: number | null;
  at: number;
}

const key = new PluginKey<State>("block-menu");

const CLOSED: State = { query: null, closedAt: null, at: 0 };

export function blockMenu(choices: readonly BlockChoice[], words: Words): Plugin<State> {
  return new Plugin<State>({
    key,
    state: {
      init: () => CLOSED,
      apply: (tr, before, _old, state) => {
        const told = tr.getMeta(key) as Partial<State> | undefined;
        const { $from, empty } = state.selection;
        const { parent } = $from;
        const holder = $from.depth > 0 ? $from.node(-1).type : null;
        const takesBlocks = holder === schema.nodes.doc || holder === schema.nodes.fact_box;
        const typed = takesBlocks && empty && parent.type === schema.nodes.paragraph &&
            $from.parentOffset === parent.content.size
          ? /^\/([^/\s][^/]*)?$/.exec(parent.textContent)
          : null;
        if (!typed) return CLOSED;
        const start = $from.before();
        const closedAt = told?.closedAt ?? before.closedAt;
        if (closedAt !== null) return { ...CLOSED, closedAt };
        // Opened by typing, and not by going there later.
        const opens = before.query !== null || (tr.docChanged && typed[0] === "/" && isTyped(tr.getMeta("addToHistory")));
        if (!opens) return { ...CLOSED, closedAt: start };
        const query = typed[1] ?? "";
        return { query, closedAt: null, at: told?.at ?? (query === before.query ? before.at : 0) };
      },
    },
    props: {
      handleKeyDown: (view, event) => onKey(view, event, choices),
      attributes: (state): Record<string, string> => {
        const { query } = key.getState(state) ?? CLOSED;
        return query === null
          ? {}
          : { "aria-controls": LIST, "aria-activedescendant": `${LIST}-${(key.getState(state) ?? CLOSED).at}` };
      },
    },
    view: () => new MenuView(choices, words),
  });
}

const LIST = "editor-block-menu";

/** The editor's own changes are typed; those from the server are no history. */
function isTyped(history: unknown): boolean {
  return history !== false;
}

function onKey(view: EditorView, event: KeyboardEvent, choices: readonly BlockChoice[]): boolean {
  const state = key.getState(view.state) ?? CLOSED;
  if (state.query === null || event.isComposing) return false;
  const found = matching(choices, state.query);
  const count = found.length;
  const go = (at: number) => view.dispatch(view.state.tr.setMeta(key, { at }));
  switch (event.key) {
    case "ArrowDown":
      if (count > 0) go((state.at + 1) % count);
      return true;
    case "ArrowUp":
      if (count > 0) go((state.at - 1 + count) % count);
      return true;
    case "Enter":
    case "Tab": {
      const choice = found[state.at];
      if (!choice) return false;
      choose(view, choice);
      return true;
    }
    case "Escape":
      view.dispatch(view.state.tr.setMeta(key, { closedAt: view.state.selection.$from.before() }));
      return true;
    default:
      return false;
  }
}

function choose(view: EditorView, choice: BlockChoice): void {
  const { $from } = view.state.selection;
  view.dispatch(view.state.tr.delete($from.start(), $from.end()));
  choice.run(view);
}

class MenuView {
  readonly #choices: readonly BlockChoice[];
  readonly #words: Words;
  #menu: HTMLElement | null = null;
  #shown = "";

  constructor(choices: readonly BlockChoice[], words: Words) {
    this.#choices = choices;
    this.#words = words;
  }

  update(view: EditorView): void {
    const { query, at } = key.getState(view.state) ?? CLOSED;
    if (query === null || !view.hasFocus()) {
      this.destroy();
      return;
    }
    if (!this.#menu) {
      this.#menu = element("ul", { "id": LIST, "class": "editor-menu", "role": "listbox", "aria-label": this.#words("blocks") });
      (view.dom.closest("main") ?? document.body).append(this.#menu);
      this.#shown = "";
    }
    if (this.#shown !== query || this.#menu.childElementCount === 0) {
      this.#shown = query;
      this.#fill(view, matching(this.#choices, query));
      place(this.#menu, view.coordsAtPos(view.state.selection.from));
    }
    [...this.#menu.children].forEach((row, index) => {
      set(row, "aria-selected", String(index === at));
      if (index === at) row.scrollIntoView({ block: "nearest" });
    });
  }

  destroy(): void {
    this.#menu?.remove();
    this.#menu = null;
  }

  #fill(view: EditorView, choices: readonly BlockChoice[]): void {
    const rows = choices.map((choice, index) => {
      const row = element(
        "li",
        { "id": `${LIST}-${index}`, "role": "option" },
        icon(choice.icon),
        element("span", {}, choice.label),
        choice.keys === undefined ? null : element("kbd", {}, choice.keys),
      );
      row.addEventListener("pointerdown", (event) => event.preventDefault());
      row.addEventListener("click", () => choose(view, choice));
      return row;
    });
    this.#menu?.replaceChildren(...rows);
    if (rows.length === 0) {
      this.#menu?.append(element("li", { "class": "editor-menu-none" }, this.#words("blocks-none")));
    }
  }
}
