// The body: ProseMirror on the shared document, with all that belongs to it.
import { dropCursor } from "prosemirror-dropcursor";
import { gapCursor } from "prosemirror-gapcursor";
import type { Node } from "prosemirror-model";
import { EditorState, type Plugin } from "prosemirror-state";
import { EditorView, type NodeViewConstructor } from "prosemirror-view";
import { ySyncPlugin, yUndoPlugin, yUndoPluginKey } from "./binding.ts";
import type { Awareness } from "y-protocols/awareness";
import type * as Y from "yjs";
import { activeBlock } from "./active_block.ts";
import { blockMenu } from "./block_menu.ts";
import { blockRules } from "./block_rules.ts";
import type { BlockChoice } from "./blocks.ts";
import { mendTables } from "./even_tables.ts";
import { type Elsewhere, keys } from "./keys.ts";
import type { BlockArguments, BlockView, Page } from "./nodes/block_view.ts";
import { CodeBlockView } from "./nodes/code_block.ts";
import { EmbedView } from "./nodes/embed.ts";
import { FactBoxView } from "./nodes/fact_box.ts";
import { GalleryView } from "./nodes/gallery.ts";
import { PhotoView } from "./nodes/photo.ts";
import { QuotationView } from "./nodes/quotation.ts";
import { RelatedView } from "./nodes/related.ts";
import { TableView } from "./nodes/table_view.ts";
import { type OnFiles, paste } from "./paste.ts";
import { placeholder } from "./placeholder.ts";
import { cursors } from "./presence.ts";
import { schema } from "./schema.ts";
import { type Author, suggesting, suggestions } from "./suggestions.ts";
import { typography } from "./typography.ts";
import { wholeCharacters } from "./whole_characters.ts";

export interface BodyOptions {
  fragment: Y.XmlFragment;
  awareness: Awareness;
  page: Page;
  blocks: readonly BlockChoice[];
  author: Author;
  editable: () => boolean;
  language: () => string;
  elsewhere: Elsewhere;
  onFiles: OnFiles;
  onChange: (state: EditorState) => void;
  /** What else belongs to the body, from around it. */
  others?: readonly Plugin[];
}

export function openBody(root: HTMLElement, options: BodyOptions): EditorView {
  const { page, author, language } = options;
  const view: EditorView = new EditorView({ mount: root }, {
    state: EditorState.create({ schema, plugins: plugins(options) }),
    nodeViews: nodeViews(page),
    editable: options.editable,
    attributes: {
      "class": "body editor-body",
      "role": "textbox",
      "aria-multiline": "true",
      "aria-label": page.words("body"),
      "spellcheck": "true",
      "lang": language(),
      "dir": "auto",
    },
    scrollMargin: { top: 96, bottom: 96, left: 0, right: 0 },
    scrollThreshold: { top: 96, bottom: 96, left: 0, right: 0 },
    dispatchTransaction(this: EditorView, tr) {
      // y-prosemirror tells of others' cursors a moment later, when the page may be left.
      if (this.isDestroyed) return;
      const { state } = this;
      // What is pasted is undone apart from what was typed a moment before.
      if (tr.getMeta("uiEvent") !== undefined) yUndoPluginKey.getState(state)?.undoManager.stopCapturing();
      const next = state.apply(suggesting(tr, state, author, () => new Date()));
      this.updateState(next);
      options.onChange(next);
    },
  });
  return view;
}

export function setLanguage(view: EditorView, language: string): void {
  const attributes = view.props.attributes as Record<string, string>;
  if (attributes["lang"] !== language) view.setProps({ attributes: { ...attributes, lang: language } });
}

/** The order is who hears of a key first. */
function plugins({ fragment, awareness, page, blocks, elsewhere, language, onFiles, others = [] }: BodyOptions): Plugin[] {
  return [
    ySyncPlugin(fragment) as Plugin,
    yUndoPlugin() as Plugin,
    cursors(awareness),
    ...suggestions(),
    wholeCharacters(),
    mendTables(awareness),
    blockMenu(blocks, page.words),
    paste(onFiles),
    ...keys(elsewhere),
    blockRules(),
    typography(language),
    activeBlock(),
    placeholder(page.words("body-empty")),
    dropCursor({ color: false, class: "editor-drop" }),
    gapCursor(),
    ...others,
  ];
}

function nodeViews(page: Page): Record<string, NodeViewConstructor> {
  const block = (View: new (...given: BlockArguments) => BlockView): NodeViewConstructor => {
    return (node: Node, view: EditorView, position: () => number | undefined) => {
      return new View(node, view, position, page);
    };
  };
  return {
    quotation: block(QuotationView),
    photo: block(PhotoView),
    gallery: block(GalleryView),
    related: block(RelatedView),
    embed: block(EmbedView),
    table: block(TableView),
    fact_box: block(FactBoxView),
    code_block: block(CodeBlockView),
  };
}

