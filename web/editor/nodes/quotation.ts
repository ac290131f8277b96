// What somebody said or wrote, with who said it.
import type { NodeSpec } from "prosemirror-model";
import { isAddress } from "../address.ts";
import { TITLE_CHARS_MAX } from "../limits.ts";
import { SUGGESTION_MARKS, suggestible } from "../suggestion_marks.ts";
import { attribute, text } from "./attributes.ts";
import { BlockView, type BlockArguments } from "./block_view.ts";

export const quotation: NodeSpec = {
  group: "block",
  content: "paragraph+",
  marks: SUGGESTION_MARKS,
  defining: true,
  attrs: { speaker: text, role: text, source: text, source_url: text, ...suggestible },
  toDOM: (node) => [
    "figure",
    {
      "class": "quotation",
      "data-speaker": node.attrs["speaker"],
      "data-role": node.attrs["role"],
      "data-source": node.attrs["source"],
      "data-source-url": node.attrs["source_url"],
    },
    ["blockquote", 0],
  ],
  parseDOM: [
    {
      tag: "figure.quotation",
      contentElement: "blockquote",
      getAttrs: (dom) => {
        const url = attribute(dom, "data-source-url");
        return {
          speaker: attribute(dom, "data-speaker"),
          role: attribute(dom, "data-role"),
          source: attribute(dom, "data-source"),
          source_url: url !== null && isAddress(url, "link") ? url : null,
        };
      },
    },
  ],
};

export class QuotationView extends BlockView {
  constructor(...given: BlockArguments) {
    super("quotation", given);
    const { words } = this.page;
    this.hold("blockquote");
    this.addPreview(({ attrs }) => {
      const said = [attrs["speaker"], attrs["role"], attrs["source"] ?? attrs["source_url"]];
      const parts = said.filter((part) => part !== null);
      return parts.length > 0 ? [`— ${parts.join(", ")}`] : [];
    });
    this.addFields([
      { name: "speaker", label: words("speaker"), max: TITLE_CHARS_MAX },
      { name: "role", label: words("role"), max: TITLE_CHARS_MAX },
      { name: "source", label: words("source"), max: TITLE_CHARS_MAX },
      { name: "source_url", label: words("source-url"), address: "link" },
    ]);
    this.addBar();
  }
}
