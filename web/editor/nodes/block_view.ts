// What the blocks with fields have in common: a quotation's speaker, a photo's caption. The fields
// are ordinary inputs, so a screen reader and a phone's keyboard know what they are.
import type { Node } from "prosemirror-model";
import { type Command, NodeSelection } from "prosemirror-state";
import type { EditorView, NodeView, ViewMutationRecord } from "prosemirror-view";
import type { Use } from "../address.ts";
import { leaveDown, moveBlock, removeBlock } from "../block_commands.ts";
import { append, button, element } from "../dom.ts";
import { icon, type Icon } from "../icons.ts";
import type { Key, Words } from "../words.ts";
import { Field } from "./field.ts";

/** What a block knows of the page around it. */
export interface Page {
  readonly words: Words;
  /** Where a small picture of a photo is. */
  thumbnail(photo: string): string;
  /** Asks for a photo; `null` when nobody chose one. */
  choosePhoto(): Promise<string | null>;
  /** Asks for a story; `null` when nobody chose one. */
  chooseStory(): Promise<Story | null>;
}

/** A story as a body and the list of related stories name it. */
export interface Story {
  title?: string;
  address?: string;
  article?: string;
}

export type BlockArguments = [
  node: Node,
  view: EditorView,
  position: () => number | undefined,
  page: Page,
];

/** One attribute that is edited as text. */
export interface FieldSpec {
  /** The attribute. */
  name: string;
  label: string;
  /** Stands in the empty field, when not the label. */
  hint?: string;
  max?: number;
  /** Whether long text wraps. */
  lines?: boolean;
  /** It is an address, used so. */
  address?: Use;
  /** Whether it can be emptied, as the node stands. */
  required?: (node: Node) => boolean;
  /** Which values are taken, besides none. */
  accepts?: (value: string) => boolean;
}

/** From a selected block into its first field. */
export const enterBlock: Command = (state, dispatch, view) => {
  const { selection } = state;
  if (!view || !(selection instanceof NodeSelection)) return false;
  const dom = view.nodeDOM(selection.from);
  const block = dom instanceof HTMLElement ? views.get(dom) : undefined;
  if (!block) return false;
  return dispatch ? block.enter() : true;
};

const views = new WeakMap<HTMLElement, BlockView>();

interface Action {
  label: string;
  icon: Icon;
  run(): void;
}

export class BlockView implements NodeView {
  readonly dom: HTMLElement;
  contentDOM: HTMLElement | null = null;
  protected node: Node;
  protected readonly view: EditorView;
  protected readonly position: () => number | undefined;
  protected readonly page: Page;
  readonly #fields: Field[] = [];
  #preview: (() => void) | null = null;

  constructor(name: string, given: BlockArguments) {
    [this.node, this.view, this.position, this.page] = given;
    this.dom = element("div", {
      "class": `editor-block ${name}`,
      "role": "group",
      "aria-label": this.page.words(this.node.type.name.replaceAll("_", "-") as Key),
    });
    views.set(this.dom, this);
  }

  update(node: Node): boolean {
    if (node.type !== this.node.type) return false;
    this.node = node;
    for (const field of this.#fields) field.show(node);
    this.#preview?.();
    this.shown(node);
    return true;
  }

  /** Puts the cursor into the first field, if there is one. */
  enter(): boolean {
    const [first] = this.#fields;
    first?.focus();
    return first !== undefined;
  }

  stopEvent(event: Event): boolean {
    return this.#isOwn(event.target);
  }

  ignoreMutation(mutation: ViewMutationRecord): boolean {
    if (mutation.type === "selection") return this.#isOwn(mutation.target);
    return !this.contentDOM?.contains(mutation.target);
  }

  destroy(): void {
    for (const field of this.#fields) field.destroy();
  }

  /** For what a block shows besides its fields. */
  protected shown(_node: Node): void {}

  /** Changes attributes of the node. */
  protected commit(changes: Readonly<Record<string, unknown>>): void {
    const at = this.position();
    if (at === undefined) return;
    const tr = this.view.state.tr;
    for (const [name, value] of Object.entries(changes)) {
      if (this.node.attrs[name] !== value) tr.setNodeAttribute(at, name, value);
    }
    if (tr.docChanged) this.view.dispatch(tr);
  }

  /** Makes the element that ProseMirror fills with the node's children. */
  protected hold(
    tag: keyof HTMLElementTagNameMap,
    attributes: Readonly<Record<string, string>> = {},
    inner?: keyof HTMLElementTagNameMap,
  ): HTMLElement {
    const outer = element(tag, attributes);
    this.contentDOM = inner ? outer.appendChild(element(inner)) : outer;
    this.dom.append(outer);
    return outer;
  }

  protected addFields(specs: readonly FieldSpec[]): void {
    const fields = specs.map((spec) => {
      return new Field(spec, this.page.words, {
        commit: (value) => this.commit({ [spec.name]: value }),
        keydown: (event) => this.#onKey(event, spec.name),
      });
    });
    for (const field of fields) {
      field.show(this.node);
      field.readOnly = !this.view.editable;
    }
    this.#fields.push(...fields);
    const group = element("div", { "class": "editor-fields", "contenteditable": false });
    append(group, fields.map((field) => field.dom));
    this.dom.append(group);
  }

  /** Shows what the fields say while one is not in the block; the fields then show instead. */
  protected addPreview(build: (node: Node) => (HTMLElement | string)[]): void {
    // Who listens to the page has the fields, which say the same.
    const preview = element("p", { "class": "editor-preview", "contenteditable": false, "aria-hidden": "true" });
    this.#preview = () => {
      const parts = build(this.node);
      preview.replaceChildren(...parts);
      preview.hidden = parts.length === 0;
    };
    this.#preview();
    this.dom.classList.add("editor-previewed");
    this.dom.append(preview);
  }

  /** Adds the buttons that every block has, for those who use neither keys nor a mouse's drag. */
  protected addBar(...actions: Action[]): void {
    if (!this.view.editable) return;
    const { words } = this.page;
    const onBlock = (run: (view: EditorView, at: number) => void) => () => {
      const at = this.position();
      if (at !== undefined) run(this.view, at);
    };
    const all: Action[] = [
      ...actions,
      { label: words("block-up"), icon: "up", run: onBlock((view, at) => moveBlock(view, at, -1)) },
      { label: words("block-down"), icon: "down", run: onBlock((view, at) => moveBlock(view, at, 1)) },
      { label: words("block-remove"), icon: "remove", run: onBlock(removeBlock) },
    ];
    const bar = element("div", { "class": "editor-block-bar", "contenteditable": false });
    append(bar, all.map(({ label, icon: name, run }) => {
      return button({ "class": "editor-icon-button", "aria-label": label, "title": label }, run, icon(name));
    }));
    this.dom.append(bar);
  }

  #onKey(event: KeyboardEvent, name: string): void {
    if (event.isComposing) return;
    const index = this.#fields.findIndex((field) => field.name === name);
    const inLines = event.target instanceof HTMLTextAreaElement;
    switch (event.key) {
      case "Escape":
        this.#leaveUp();
        break;
      case "ArrowUp":
        if (inLines) return;
        if (index > 0) this.#fields[index - 1]?.focus();
        else this.#leaveUp();
        break;
      case "ArrowDown":
        if (inLines) return;
        this.#next(index);
        break;
      case "Enter":
        if (event.ctrlKey || event.metaKey) this.#leaveDown();
        else this.#next(index);
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #next(index: number): void {
    const next = this.#fields[index + 1];
    if (next) next.focus();
    else this.#leaveDown();
  }

  #leaveDown(): void {
    for (const field of this.#fields) field.flush();
    const at = this.position();
    if (at !== undefined) leaveDown(this.view, at + this.node.nodeSize);
  }

  #leaveUp(): void {
    for (const field of this.#fields) field.flush();
    const at = this.position();
    if (at === undefined) return;
    const { state } = this.view;
    this.view.dispatch(state.tr.setSelection(NodeSelection.create(state.doc, at)));
    this.view.focus();
  }

  #isOwn(target: EventTarget | globalThis.Node | null): boolean {
    const at = target instanceof Element ? target : (target as globalThis.Node | null)?.parentElement;
    const own = at?.closest(".editor-fields, .editor-block-bar");
    return own !== null && own !== undefined && this.dom.contains(own);
  }
}
