// Working on whole blocks.
import type { Node, NodeType } from "prosemirror-model";
import { NodeSelection, Selection, TextSelection, type Transaction } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";

/** Removes the block at `at`, and what would be left empty by that. */
export function removeBlock(view: EditorView, at: number): void {
  const node = view.state.doc.nodeAt(at);
  if (!node) return;
  view.dispatch(view.state.tr.deleteRange(at, at + node.nodeSize).scrollIntoView());
  view.focus();
}

/** Swaps the block at `at` with its neighbour. */
export function moveBlock(view: EditorView, at: number, step: 1 | -1): boolean {
  const { state } = view;
  const $at = state.doc.resolve(at);
  const node = $at.nodeAfter;
  const index = $at.index();
  if (!node || index + step < 0 || index + step >= $at.parent.childCount) return false;
  const neighbour = $at.parent.child(index + step);
  const to = step < 0 ? at - neighbour.nodeSize : at + neighbour.nodeSize;
  const offset = state.selection.from - at;
  const inside = offset >= 0 && offset <= node.nodeSize;
  const tr = state.tr.delete(at, at + node.nodeSize).insert(to, node);
  if (inside) tr.setSelection(moved(state.selection, tr, to - at));
  view.dispatch(tr.scrollIntoView());
  return true;
}

/** Puts the cursor after the block that ends at `end`, into a new paragraph when there is no text. */
export function leaveDown(view: EditorView, end: number): void {
  const { state } = view;
  const tr = state.tr;
  const after = state.doc.resolve(end).nodeAfter;
  if (after?.isTextblock !== true) {
    const type = state.doc.resolve(end).parent.contentMatchAt(state.doc.resolve(end).index()).defaultType;
    if (!type) return;
    tr.insert(end, type.create());
  }
  view.dispatch(tr.setSelection(TextSelection.near(tr.doc.resolve(end + 1))).scrollIntoView());
  view.focus();
}

/**
 * Puts a block where the cursor is: in place of an empty paragraph, else after the block that the
 * cursor is in.
 */
export function insertBlock(tr: Transaction, block: Node): Transaction {
  const { $from, $to } = tr.selection;
  const depth = depthForBlock(tr.selection);
  const here = $from.node(depth + 1);
  const replaces = here?.type.name === "paragraph" && here.content.size === 0 &&
    $from.sameParent($to);
  let at: number;
  if (depth === $from.depth) {
    at = $to.pos;
    tr.insert(at, block);
  } else if (replaces) {
    at = $from.before(depth + 1);
    tr.replaceWith(at, $from.after(depth + 1), block);
  } else {
    at = $to.after(depth + 1);
    tr.insert(at, block);
  }
  const inside = block.isTextblock || (!block.isAtom && block.type.spec["content"] !== "photo*");
  const selection = inside
    ? Selection.findFrom(tr.doc.resolve(at + 1), 1, true)
    : NodeSelection.create(tr.doc, at);
  if (selection) tr.setSelection(selection);
  const parent = tr.doc.resolve(at).parent;
  // There must be a place to go on writing.
  if (parent.lastChild === tr.doc.nodeAt(at) && !block.isTextblock) {
    const paragraph = parent.contentMatchAt(parent.childCount).defaultType;
    if (paragraph) tr.insert(at + block.nodeSize, paragraph.create());
  }
  return tr.scrollIntoView();
}

/** How deep a block is put at the selection: into a fact box, else at the top. */
function depthForBlock({ $from }: Selection): number {
  for (let depth = $from.depth; depth > 0; depth--) {
    if ($from.node(depth).type.name === "fact_box") return depth;
  }
  return 0;
}

function moved(selection: Selection, tr: Transaction, by: number): Selection {
  if (selection instanceof NodeSelection) return NodeSelection.create(tr.doc, selection.from + by);
  const place = (at: number) => tr.doc.resolve(Math.max(0, Math.min(tr.doc.content.size, at + by)));
  return TextSelection.between(place(selection.anchor), place(selection.head));
}

/** The innermost block of `type` around the selection. */
export function around(selection: Selection, type: NodeType): { node: Node; at: number } | null {
  const { $from } = selection;
  for (let depth = $from.depth; depth > 0; depth--) {
    if ($from.node(depth).type === type) return { node: $from.node(depth), at: $from.before(depth) };
  }
  return null;
}
