// A table. A cell holds a line of text, and every row has as many cells as the first.
import type { NodeSpec } from "prosemirror-model";
import { SUGGESTION_MARKS, suggestible } from "../suggestion_marks.ts";
import { attribute, text } from "./attributes.ts";

export const table: NodeSpec = {
  group: "block",
  content: "table_row+",
  marks: SUGGESTION_MARKS,
  isolating: true,
  defining: true,
  attrs: {
    caption: text,
    header_row: { default: false, validate: "boolean" },
    header_column: { default: false, validate: "boolean" },
    ...suggestible,
  },
  toDOM: (node) => [
    "div",
    {
      "class": "table",
      "data-caption": node.attrs["caption"],
      "data-header-row": node.attrs["header_row"] ? "true" : null,
      "data-header-column": node.attrs["header_column"] ? "true" : null,
    },
    ["table", ["tbody", 0]],
  ],
  parseDOM: [
    {
      tag: "div.table",
      contentElement: "tbody",
      getAttrs: (dom) => ({
        caption: attribute(dom, "data-caption"),
        header_row: dom.hasAttribute("data-header-row"),
        header_column: dom.hasAttribute("data-header-column"),
      }),
    },
  ],
};

export const table_row: NodeSpec = {
  content: "table_cell+",
  marks: SUGGESTION_MARKS,
  attrs: { ...suggestible },
  toDOM: () => ["tr", 0],
  parseDOM: [{ tag: "tr" }],
};

export const table_cell: NodeSpec = {
  content: "inline*",
  isolating: true,
  attrs: { ...suggestible },
  toDOM: () => ["td", 0],
  parseDOM: [{ tag: "td" }],
};
