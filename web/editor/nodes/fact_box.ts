// A box beside the story.
import type { NodeSpec } from "prosemirror-model";
import { TITLE_CHARS_MAX } from "../limits.ts";
import { SUGGESTION_MARKS, suggestible } from "../suggestion_marks.ts";
import { attribute, text } from "./attributes.ts";
import { BlockView, type BlockArguments } from "./block_view.ts";

export const fact_box: NodeSpec = {
  group: "block",
  content: "block+",
  marks: SUGGESTION_MARKS,
  defining: true,
  isolating: true,
  attrs: { title: text, ...suggestible },
  toDOM: (node) => ["aside", { "class": "fact-box", "data-title": node.attrs["title"] }, 0],
  parseDOM: [
    { tag: "aside.fact-box", getAttrs: (dom) => ({ title: attribute(dom, "data-title") }) },
  ],
};

export class FactBoxView extends BlockView {
  constructor(...given: BlockArguments) {
    super("fact-box", given);
    this.addFields([
      { name: "title", label: this.page.words("fact-box-title"), max: TITLE_CHARS_MAX },
    ]);
    this.hold("div");
    this.addBar();
  }
}
