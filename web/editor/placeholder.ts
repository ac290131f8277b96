// What an empty body says, and an empty paragraph that the cursor is in.
import { Plugin } from "prosemirror-state";
import { Decoration, DecorationSet } from "prosemirror-view";

export function placeholder(text: string): Plugin {
  return new Plugin({
    props: {
      decorations: ({ doc, selection }) => {
        const { $from, empty } = selection;
        const only = doc.childCount === 1 ? doc.firstChild : null;
        const at = only?.type.name === "paragraph" && only.content.size === 0
          ? 0
          : empty && $from.depth === 1 && $from.parent.type.name === "paragraph" &&
              $from.parent.content.size === 0
          ? $from.before(1)
          : null;
        if (at === null) return null;
        const attributes = { "class": "editor-empty", "data-placeholder": text };
        return DecorationSet.create(doc, [Decoration.node(at, at + 2, attributes)]);
      },
    },
  });
}
