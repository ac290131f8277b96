// What a text is besides its words. The order is from the outside in, as the document's normal
// form has it; suggestions stand outside of all.
import type { MarkSpec } from "prosemirror-model";
import { isAddress } from "./address.ts";
import { attribute } from "./nodes/attributes.ts";
import { deletion, insertion, modification } from "./suggestion_marks.ts";

export const marks = {
  insertion,
  deletion,
  modification,
  link: {
    attrs: { href: { validate: "string" }, title: { default: null, validate: "string|null" } },
    inclusive: false,
    toDOM: (mark) => ["a", { href: mark.attrs["href"], title: mark.attrs["title"] }, 0],
    parseDOM: [
      {
        tag: "a[href]",
        getAttrs: (dom) => {
          const href = attribute(dom, "href") ?? "";
          return isAddress(href, "link") ? { href, title: attribute(dom, "title") } : false;
        },
      },
    ],
  },
  strong: plain("strong"),
  emphasis: plain("em"),
  strike: plain("s"),
  superscript: plain("sup"),
  subscript: plain("sub"),
  code: { ...plain("code"), code: true },
} satisfies Record<string, MarkSpec>;

function plain(tag: string): MarkSpec {
  return { toDOM: () => [tag, 0], parseDOM: [{ tag }] };
}
