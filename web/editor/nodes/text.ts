// Paragraphs, headings and what stands between them.
import type { NodeSpec } from "prosemirror-model";
import { suggestible } from "../suggestion_marks.ts";
import { attribute, text } from "./attributes.ts";

export const paragraph: NodeSpec = {
  group: "block",
  content: "inline*",
  attrs: { ...suggestible },
  toDOM: () => ["p", 0],
  parseDOM: [{ tag: "p" }],
};

/** The id is the anchor. The server makes it from the words and keeps it. */
export const heading: NodeSpec = {
  group: "block",
  content: "inline*",
  defining: true,
  attrs: {
    level: { default: 2, validate: "number" },
    id: text,
    ...suggestible,
  },
  toDOM: (node) => [`h${node.attrs["level"]}`, 0],
  parseDOM: [2, 3, 4].map((level) => ({ tag: `h${level}`, attrs: { level } })),
};

export const divider: NodeSpec = {
  group: "block",
  attrs: { ...suggestible },
  toDOM: () => ["hr"],
  parseDOM: [{ tag: "hr" }],
};

export const code_block: NodeSpec = {
  group: "block",
  content: "text*",
  marks: "insertion deletion",
  code: true,
  defining: true,
  attrs: { language: text, ...suggestible },
  toDOM: (node) => ["pre", { "data-language": node.attrs["language"] }, ["code", 0]],
  parseDOM: [
    {
      tag: "pre",
      preserveWhitespace: "full",
      getAttrs: (dom) => {
        const language = attribute(dom, "data-language");
        return { language: language !== null && isLanguageName(language) ? language : null };
      },
    },
  ],
};

export const hard_break: NodeSpec = {
  group: "inline",
  inline: true,
  selectable: false,
  linebreakReplacement: true,
  attrs: { ...suggestible },
  toDOM: () => ["br"],
  parseDOM: [{ tag: "br" }],
};

/** Whether a code block's language may be called so. */
export function isLanguageName(name: string): boolean {
  return /^[a-z0-9][a-z0-9+#._-]{0,39}$/i.test(name);
}
