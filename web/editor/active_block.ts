// Marks the blocks that the selection is in, whose buttons then show.
import { Plugin } from "prosemirror-state";
import { Decoration, DecorationSet } from "prosemirror-view";

export function activeBlock(): Plugin {
  return new Plugin({
    props: {
      decorations: ({ doc, selection }) => {
        const { $from } = selection;
        const decorations: Decoration[] = [];
        for (let depth = $from.depth; depth > 0; depth--) {
          const at = $from.before(depth);
          decorations.push(
            Decoration.node(at, at + $from.node(depth).nodeSize, { "class": "editor-active" }),
          );
        }
        return DecorationSet.create(doc, decorations);
      },
    },
  });
}
