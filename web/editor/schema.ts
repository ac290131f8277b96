// The body's schema: exactly what crates/document/src/schema.rs allows, under the same names, and
// the suggestion marks besides. Rust is the one truth; the golden documents hold the two together.
import {
  type Attrs, type Fragment, type Mark, type MarkSpec, type Node, type NodeSpec, type NodeType,
  Schema,
} from "prosemirror-model";
import { marks } from "./marks.ts";
import { embed } from "./nodes/embed.ts";
import { fact_box } from "./nodes/fact_box.ts";
import { gallery } from "./nodes/gallery.ts";
import { bullet_list, list_item, ordered_list } from "./nodes/lists.ts";
import { photo } from "./nodes/photo.ts";
import { quotation } from "./nodes/quotation.ts";
import { related } from "./nodes/related.ts";
import { table, table_cell, table_row } from "./nodes/table.ts";
import { code_block, divider, hard_break, heading, paragraph } from "./nodes/text.ts";
import { attributeToMarks, isSuggestion, SUGGESTION_MARKS } from "./suggestion_marks.ts";

const nodes = {
  doc: { content: "block+", marks: SUGGESTION_MARKS },
  paragraph,
  heading,
  quotation,
  bullet_list,
  ordered_list,
  list_item,
  photo,
  gallery,
  related,
  embed,
  table,
  table_row,
  table_cell,
  fact_box,
  divider,
  code_block,
  text: { group: "inline" },
  hard_break,
} satisfies Record<string, NodeSpec>;

export type NodeName = keyof typeof nodes;
export type MarkName = keyof typeof marks;

/** A schema whose nodes take their suggestion marks from the attribute that bears them. */
class BodySchema extends Schema<NodeName, MarkName> {
  override node(
    type: string | NodeType,
    attrs: Attrs | null = null,
    content?: Fragment | Node | readonly Node[],
    marks?: readonly Mark[],
  ): Node {
    return super.node(type, attrs, content, marks ?? attributeToMarks(this, attrs));
  }

  override text(text: string, marks?: readonly Mark[] | null): Node {
    return super.text(text, marks && decided(marks));
  }
}

/**
 * Two people at once can suggest to add a text and to remove it, which the shared document then
 * both has. The removal stands: whoever turns it down loses no words.
 */
function decided(marks: readonly Mark[]): readonly Mark[] {
  const removed = marks.some((mark) => mark.type.name === "deletion");
  return removed ? marks.filter((mark) => mark.type.name !== "insertion") : marks;
}

export const schema = new BodySchema({
  nodes: nodes as Record<NodeName, NodeSpec>,
  marks: marks as Record<MarkName, MarkSpec>,
});

/** A node's JSON as a document has it: no suggestion marks, and no attribute without a value. */
export function toDocument(node: Node): unknown {
  const { attrs, content, marks, ...rest } = node.toJSON() as Record<string, unknown>;
  const kept = Object.entries((attrs ?? {}) as Attrs)
    .filter(([name, value]) => value !== null && name !== "suggestion");
  const json: Record<string, unknown> = { ...rest };
  if (kept.length > 0) json["attrs"] = Object.fromEntries(kept);
  if (content) json["content"] = node.content.content.map(toDocument);
  const own = node.marks.filter((mark) => !isSuggestion(mark));
  if (marks && own.length > 0) {
    json["marks"] = own.map((mark) => {
      const kept = Object.entries(mark.attrs).filter(([, value]) => value !== null);
      return kept.length > 0
        ? { type: mark.type.name, attrs: Object.fromEntries(kept) }
        : { type: mark.type.name };
    });
  }
  return json;
}
