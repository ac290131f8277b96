// Lists. An item holds blocks, so a list can stand in a list.
import type { NodeSpec } from "prosemirror-model";
import { SUGGESTION_MARKS, suggestible } from "../suggestion_marks.ts";

export const bullet_list: NodeSpec = {
  group: "block",
  content: "list_item+",
  marks: SUGGESTION_MARKS,
  attrs: { ...suggestible },
  toDOM: () => ["ul", 0],
  parseDOM: [{ tag: "ul" }],
};

export const ordered_list: NodeSpec = {
  group: "block",
  content: "list_item+",
  marks: SUGGESTION_MARKS,
  attrs: { order: { default: 1, validate: "number" }, ...suggestible },
  toDOM: (node) => ["ol", node.attrs["order"] === 1 ? {} : { start: node.attrs["order"] }, 0],
  parseDOM: [
    { tag: "ol", getAttrs: (dom) => ({ order: firstNumber(dom.getAttribute("start")) }) },
  ],
};

export const list_item: NodeSpec = {
  content: "block+",
  marks: SUGGESTION_MARKS,
  defining: true,
  attrs: { ...suggestible },
  toDOM: () => ["li", 0],
  parseDOM: [{ tag: "li" }],
};

/** A list's first number, from 0 to 999999999. */
export function firstNumber(text: string | null): number {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : 1;
}
