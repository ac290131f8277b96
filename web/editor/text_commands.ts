// Working on the text and the kind of block it stands in.
import { setBlockType, toggleMark, wrapIn } from "prosemirror-commands";
import type { NodeType } from "prosemirror-model";
import { liftListItem, splitListItem, wrapInList } from "prosemirror-schema-list";
import { type Command, type EditorState, NodeSelection, TextSelection } from "prosemirror-state";
import { liftTarget } from "prosemirror-transform";
import { around } from "./block_commands.ts";
import { type MarkName, type NodeName, schema } from "./schema.ts";

const { nodes, marks } = schema;

export function toggle(mark: MarkName): Command {
  return toggleMark(marks[mark]);
}

/** Whether all that is selected has the mark, or what is typed next will. */
export function hasMark(state: EditorState, name: MarkName): boolean {
  const { from, to, empty, $from } = state.selection;
  const type = marks[name];
  if (empty) return type.isInSet(state.storedMarks ?? $from.marks()) !== undefined;
  return state.doc.rangeHasMark(from, to, type);
}

/** Makes the block a heading, or a paragraph again when it is that already. */
export function toHeading(level: number): Command {
  return (state, dispatch) => {
    const { parent } = state.selection.$from;
    if (parent.type === nodes.heading && parent.attrs["level"] === level) {
      return toParagraph(state, dispatch);
    }
    // The anchor outlives a change of level, so that links to it do.
    const id: unknown = parent.type === nodes.heading ? parent.attrs["id"] : null;
    return setBlockType(nodes.heading, { level, id })(state, dispatch);
  };
}

export const toParagraph: Command = setBlockType(nodes.paragraph);

export const toCode: Command = (state, dispatch) => {
  if (state.selection.$from.parent.type === nodes.code_block) return toParagraph(state, dispatch);
  return setBlockType(nodes.code_block)(state, dispatch);
};

/** Makes a list of what is selected, or ends the list, or changes its kind. */
export function toggleList(name: "bullet_list" | "ordered_list"): Command {
  return (state, dispatch, view) => {
    const type = nodes[name];
    const list = innermostList(state);
    if (list?.node.type === type) return liftListItem(nodes.list_item)(state, dispatch, view);
    if (list) {
      dispatch?.(state.tr.setNodeMarkup(list.at, type, null, list.node.marks));
      return true;
    }
    return wrapInList(type)(state, dispatch, view);
  };
}

/** Makes a quotation of what is selected, or paragraphs of the quotation. */
export const toggleQuotation: Command = (state, dispatch, view) => {
  const quotation = around(state.selection, nodes.quotation);
  if (quotation) {
    const { doc } = state;
    const $start = doc.resolve(quotation.at + 1);
    const $end = doc.resolve(quotation.at + quotation.node.nodeSize - 1);
    const range = $start.blockRange($end);
    const target = range && liftTarget(range);
    if (!range || target === null || target === undefined) return false;
    dispatch?.(state.tr.lift(range, target).scrollIntoView());
    return true;
  }
  if (wrapIn(nodes.quotation)(state, dispatch, view)) return true;
  // A heading becomes a paragraph first, since a quotation holds nothing else.
  const { $from } = state.selection;
  if (!$from.parent.isTextblock || $from.parent.type === nodes.paragraph) return false;
  if (!toParagraph(state)) return false;
  if (!dispatch) return true;
  return toParagraph(state, (tr) => {
    const range = tr.selection.$from.blockRange(tr.selection.$to);
    if (range) tr.wrap(range, [{ type: nodes.quotation }]);
    dispatch(tr.scrollIntoView());
  });
};

export const insertBreak: Command = (state, dispatch) => {
  if (!state.selection.$from.parent.inlineContent || state.selection.$from.parent.type.spec.code) {
    return false;
  }
  dispatch?.(state.tr.replaceSelectionWith(nodes.hard_break.create()).scrollIntoView());
  return true;
};

export const splitItem: Command = splitListItem(nodes.list_item);

/** A heading cut in two gives its anchor to the first half. */
export const splitHeading: Command = (state, dispatch) => {
  const { $from, $to } = state.selection;
  if ($from.parent.type !== nodes.heading || !$from.sameParent($to)) return false;
  const atEnd = $to.parentOffset === $to.parent.content.size;
  if (dispatch) {
    const tr = state.tr.deleteSelection();
    const after = atEnd
      ? { type: nodes.paragraph }
      : { type: nodes.heading, attrs: { ...$from.parent.attrs, id: null } };
    tr.split(tr.mapping.map($from.pos), 1, [after]);
    dispatch(tr.scrollIntoView());
  }
  return true;
};

/** At the start of a block, Backspace first takes away what the block is besides text. */
export const plainAtStart: Command = (state, dispatch, view) => {
  const { $cursor } = state.selection as TextSelection;
  if (!$cursor || $cursor.parentOffset > 0) return false;
  const { parent } = $cursor;
  if (parent.type === nodes.heading) return toParagraph(state, dispatch, view);
  if (parent.type === nodes.code_block && parent.content.size === 0) {
    return toParagraph(state, dispatch, view);
  }
  const holder = $cursor.depth > 1 ? $cursor.node(-1) : null;
  const isFirst = $cursor.depth > 1 && $cursor.index(-1) === 0;
  if (!isFirst || !holder) return false;
  if (holder.type === nodes.quotation) return toggleQuotation(state, dispatch, view);
  if (holder.type === nodes.list_item) return liftListItem(nodes.list_item)(state, dispatch, view);
  if (holder.type === nodes.fact_box && holder.childCount === 1 && parent.content.size === 0) {
    const at = $cursor.before(-1);
    if (dispatch) {
      const tr = state.tr.replaceWith(at, at + holder.nodeSize, nodes.paragraph.create());
      dispatch(tr.setSelection(TextSelection.near(tr.doc.resolve(at + 1))));
    }
    return true;
  }
  return false;
};

/** Whether the selection is within such a block. */
export function isIn(state: EditorState, name: NodeName): boolean {
  return around(state.selection, nodes[name]) !== null;
}

/** The link that the cursor is in: its address and its extent. */
export function linkAt(state: EditorState): { href: string; from: number; to: number } | null {
  const { $from, empty, from, to } = state.selection;
  const at = empty ? $from.parent.childAfter($from.parentOffset) : null;
  const node = at?.node ?? $from.nodeAfter ?? null;
  const mark = node && marks.link.isInSet(node.marks);
  if (!mark) return null;
  if (!empty) return { href: String(mark.attrs["href"]), from, to };
  const start = $from.start();
  let [first, last] = [start + (at?.offset ?? 0), start + (at?.offset ?? 0) + node.nodeSize];
  // Strong words within a link are texts of their own.
  $from.parent.forEach((child, offset) => {
    if (!mark.isInSet(child.marks)) return;
    if (start + offset + child.nodeSize === first) first = start + offset;
    if (start + offset === last) last = start + offset + child.nodeSize;
  });
  return { href: String(mark.attrs["href"]), from: first, to: last };
}

/** Sets or removes the link of what is selected, or that the cursor is in. */
export function setLink(href: string): Command {
  return (state, dispatch) => {
    const link = linkAt(state);
    const { from, to, empty } = state.selection;
    const range = link ?? { from, to };
    if (!dispatch) return true;
    const tr = state.tr;
    if (href === "") tr.removeMark(range.from, range.to, marks.link);
    else if (empty && !link) {
      tr.replaceSelectionWith(schema.text(href, [marks.link.create({ href })]), false);
    } else {
      tr.addMark(range.from, range.to, marks.link.create({ href }));
    }
    dispatch(tr.scrollIntoView());
    return true;
  };
}

function innermostList(state: EditorState) {
  const bullets = around(state.selection, nodes.bullet_list);
  const numbers = around(state.selection, nodes.ordered_list);
  if (bullets && numbers) return bullets.at > numbers.at ? bullets : numbers;
  return bullets ?? numbers;
}

/** The kind of the block that the selection is in. */
export function blockOf(state: EditorState): { type: NodeType; level: number | null } {
  const { selection } = state;
  const node = selection instanceof NodeSelection ? selection.node : selection.$from.parent;
  return { type: node.type, level: node.type === nodes.heading ? Number(node.attrs["level"]) : null };
}
