// The toolbar over the body. One Tab stops at it; the arrow keys go through it, and Esc goes back.
import { redo, undo, yUndoPluginKey } from "./binding.ts";
import type { Command, EditorState } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import type { BlockChoice } from "./blocks.ts";
import { button, element, set } from "./dom.ts";
import { icon, type Icon } from "./icons.ts";
import { openMenu } from "./menu.ts";
import { type MarkName, schema } from "./schema.ts";
import { isSuggesting } from "./suggestions.ts";
import {
  blockOf, hasMark, isIn, linkAt, toggle, toggleList, toggleQuotation, toHeading, toParagraph,
} from "./text_commands.ts";
import type { Words } from "./words.ts";

export interface ToolbarOptions {
  words: Words;
  /** Ctrl+ or ⌘. */
  mod: string;
  blocks: readonly BlockChoice[];
  link: Command;
  suggest: (on: boolean) => void;
  /** Begins a note, where there are any. */
  note: (() => void) | null;
  shortcuts: () => void;
}

/** A button that shows whether something is so. */
interface Shown {
  button: HTMLButtonElement;
  isOn?: (state: EditorState) => boolean;
  isAble?: (state: EditorState) => boolean;
}

export class Toolbar {
  readonly #root: HTMLElement;
  readonly #view: () => EditorView;
  readonly #options: ToolbarOptions;
  readonly #shown: Shown[] = [];
  readonly #style: HTMLSelectElement;
  readonly #stops: HTMLElement[];

  constructor(root: HTMLElement, view: () => EditorView, options: ToolbarOptions) {
    const { words, mod, note } = options;
    this.#root = root;
    this.#view = view;
    this.#options = options;
    this.#style = this.#styleSelect();
    const group = (...children: HTMLElement[]) => element("div", { "class": "editor-tools", "role": "group" }, ...children);
    root.replaceChildren(
      group(this.#style),
      group(
        this.#mark("strong", words("bold"), "bold", `${mod}B`),
        this.#mark("emphasis", words("italic"), "italic", `${mod}I`),
        this.#button(words("link"), "link", `${mod}K`, this.#run(options.link), {
          isOn: (state) => linkAt(state) !== null,
        }),
        this.#more(),
      ),
      group(
        this.#button(words("bullet-list"), "bullets", `${mod}Shift+8`, this.#run(toggleList("bullet_list")), {
          isOn: (state) => isIn(state, "bullet_list"),
        }),
        this.#button(words("ordered-list"), "numbers", `${mod}Shift+7`, this.#run(toggleList("ordered_list")), {
          isOn: (state) => isIn(state, "ordered_list"),
        }),
        this.#button(words("quotation"), "quotation", `${mod}Shift+9`, this.#run(toggleQuotation), {
          isOn: (state) => isIn(state, "quotation"),
        }),
        this.#insert(),
      ),
      group(
        this.#button(words("undo"), "undo", `${mod}Z`, () => undo(view().state), {
          isAble: (state) => history(state).hasUndoOps,
        }),
        this.#button(words("redo"), "redo", `${mod}Y`, () => redo(view().state), {
          isAble: (state) => history(state).hasRedoOps,
        }),
      ),
      group(
        ...(note ? [this.#note(note)] : []),
        this.#suggest(),
      ),
      group(this.#button(words("shortcuts"), "keyboard", `${mod}/`, options.shortcuts, {})),
    );
    set(root, "role", "toolbar");
    set(root, "aria-label", words("formatting"));
    this.#stops = [...root.querySelectorAll<HTMLElement>("button, select")];
    this.#stop(0);
    root.addEventListener("keydown", this.#onKey);
    root.addEventListener("focusin", this.#onFocus);
  }

  /** Where Alt+F10 goes. */
  focus(): void {
    this.#stops.find((stop) => stop.tabIndex === 0)?.focus();
  }

  show(state: EditorState): void {
    for (const { button, isOn, isAble } of this.#shown) {
      if (isOn) set(button, "aria-pressed", String(isOn(state)));
      // It stays reachable, so that the arrow keys always find the same things.
      if (isAble) set(button, "aria-disabled", isAble(state) ? null : "true");
    }
    const { type, level } = blockOf(state);
    const value = type === schema.nodes.heading ? String(level) : type === schema.nodes.paragraph ? "p" : "";
    if (this.#style.value !== value) this.#style.value = value;
  }

  destroy(): void {
    this.#root.removeEventListener("keydown", this.#onKey);
    this.#root.removeEventListener("focusin", this.#onFocus);
    this.#root.replaceChildren();
  }

  #run(command: Command): () => void {
    return () => {
      const view = this.#view();
      command(view.state, view.dispatch, view);
    };
  }

  #button(
    label: string,
    name: Icon,
    keys: string,
    run: () => void,
    shown: Omit<Shown, "button">,
  ): HTMLButtonElement {
    const made = button(
      { "class": "editor-tool", "aria-label": label, "title": `${label} (${keys})` },
      () => {
        if (made.getAttribute("aria-disabled") === "true") return;
        run();
        // What opens a dialog keeps the focus there.
        if (!document.querySelector("dialog[open]")) this.#view().focus();
      },
      icon(name),
    );
    // The selection in the body stays as it is while one clicks.
    made.addEventListener("mousedown", (event) => event.preventDefault());
    this.#shown.push({ button: made, ...shown });
    return made;
  }

  #mark(mark: MarkName, label: string, name: Icon, keys: string): HTMLButtonElement {
    return this.#button(label, name, keys, this.#run(toggle(mark)), { isOn: (state) => hasMark(state, mark) });
  }

  #more(): HTMLButtonElement {
    const { words, mod } = this.#options;
    const marks: [MarkName, string, Icon, string][] = [
      ["strike", words("strike"), "strike", `${mod}Shift+X`],
      ["superscript", words("superscript"), "superscript", `${mod}.`],
      ["subscript", words("subscript"), "subscript", `${mod},`],
      ["code", words("code"), "code", `${mod}E`],
    ];
    return this.#opener(words("more-marks"), "more", () => marks.map(([mark, label, name, keys]) => ({
      label,
      icon: name,
      keys,
      checked: hasMark(this.#view().state, mark),
      run: () => {
        this.#run(toggle(mark))();
        this.#view().focus();
      },
    })));
  }

  #insert(): HTMLButtonElement {
    return this.#opener(this.#options.words("insert"), "plus", () => this.#options.blocks.map((block) => ({
      label: block.label,
      icon: block.icon,
      ...(block.keys === undefined ? {} : { keys: block.keys }),
      run: () => {
        this.#view().focus();
        block.run(this.#view());
      },
    })));
  }

  #opener(label: string, name: Icon, items: () => Parameters<typeof openMenu>[2]): HTMLButtonElement {
    const made = button(
      { "class": "editor-tool", "aria-label": label, "title": label, "aria-haspopup": "menu", "aria-expanded": "false" },
      () => openMenu(made, label, items(), () => made.focus()),
      icon(name),
    );
    made.addEventListener("mousedown", (event) => event.preventDefault());
    return made;
  }

  #note(run: () => void): HTMLButtonElement {
    const { words, mod } = this.#options;
    const label = words("note-add");
    // The focus goes to the field that opens.
    const made = button(
      { "class": "editor-tool", "aria-label": label, "title": `${label} (${mod}Alt+M)` },
      run,
      icon("note"),
    );
    made.addEventListener("mousedown", (event) => event.preventDefault());
    return made;
  }

  #suggest(): HTMLButtonElement {
    const label = this.#options.words("suggest-changes");
    const made = button(
      { "class": "editor-tool editor-switch", "role": "switch", "aria-checked": "false" },
      () => this.#options.suggest(!isSuggesting(this.#view().state)),
      icon("suggest"),
      element("span", {}, label),
    );
    made.addEventListener("mousedown", (event) => event.preventDefault());
    this.#shown.push({
      button: made,
      isAble: (state) => {
        set(made, "aria-checked", String(isSuggesting(state)));
        return true;
      },
    });
    return made;
  }

  #styleSelect(): HTMLSelectElement {
    const { words } = this.#options;
    const select = element(
      "select",
      { "class": "editor-tool", "aria-label": words("text-style") },
      element("option", { value: "p" }, words("paragraph")),
      ...[2, 3, 4].map((level) => element("option", { value: level }, words("heading", { level }))),
      element("option", { "value": "", "hidden": true, "disabled": true }, "–"),
    );
    select.addEventListener("change", () => {
      this.#run(select.value === "p" ? toParagraph : toHeading(Number(select.value)))();
      this.#view().focus();
    });
    return select;
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const at = this.#stops.indexOf(event.target as HTMLElement);
    const count = this.#stops.length;
    const rtl = getComputedStyle(this.#root).direction === "rtl" ? -1 : 1;
    const to = {
      "ArrowRight": at + rtl,
      "ArrowLeft": at - rtl,
      "Home": 0,
      "End": count - 1,
    }[event.key];
    if (event.key === "Escape") this.#view().focus();
    else if (to !== undefined && at >= 0) this.#stops[(to + count) % count]?.focus();
    else return;
    event.preventDefault();
  };

  readonly #onFocus = (event: FocusEvent): void => {
    const at = this.#stops.indexOf(event.target as HTMLElement);
    if (at >= 0) this.#stop(at);
  };

  #stop(index: number): void {
    this.#stops.forEach((stop, at) => (stop.tabIndex = at === index ? 0 : -1));
  }
}

function history(state: EditorState): { hasUndoOps: boolean; hasRedoOps: boolean } {
  const { undoManager } = (yUndoPluginKey.getState(state) ?? {}) as {
    undoManager?: { undoStack: unknown[]; redoStack: unknown[] };
  };
  return {
    hasUndoOps: (undoManager?.undoStack.length ?? 0) > 0,
    hasRedoOps: (undoManager?.redoStack.length ?? 0) > 0,
  };
}
