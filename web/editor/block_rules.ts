// What begins a block while somebody types, as in Markdown.
import { InputRule, inputRules, textblockTypeInputRule, wrappingInputRule } from "prosemirror-inputrules";
import type { Plugin } from "prosemirror-state";
import { schema } from "./schema.ts";

export function blockRules(): Plugin {
  const { nodes } = schema;
  return inputRules({
    rules: [
      textblockTypeInputRule(/^(#{2,4})\s$/, nodes.heading, (match) => ({ level: match[1]?.length })),
      wrappingInputRule(/^\s*[-*]\s$/, nodes.bullet_list),
      wrappingInputRule(
        /^(\d{1,3})\.\s$/,
        nodes.ordered_list,
        (match) => ({ order: Number(match[1]) }),
        (match, node) => node.childCount + Number(node.attrs["order"]) === Number(match[1]),
      ),
      wrappingInputRule(/^>\s$/, nodes.quotation),
      textblockTypeInputRule(/^```$/, nodes.code_block),
      // Three hyphens on a line of their own, which typography has joined by then.
      new InputRule(/^(?:---|—-?|–-)\s$/, (state, _match, start, end) => {
        const $start = state.doc.resolve(start);
        if ($start.parent.type !== nodes.paragraph || $start.depth !== 1) return null;
        const at = $start.before();
        return state.tr.delete(start, end).insert(at, nodes.divider.create());
      }),
    ],
  });
}
