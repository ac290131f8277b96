// Mends tables whose rows are not equally long. One browser of those that have the article open
// does it: the one with the lowest number.
import { suggestChangesKey } from "@handlewithcare/prosemirror-suggest-changes";
import { Plugin } from "prosemirror-state";
import type { Awareness } from "y-protocols/awareness";
import { evenTables } from "./table_commands.ts";

export function mendTables(awareness: Awareness): Plugin {
  return new Plugin({
    view: () => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      return {
        update: (view, before) => {
          if (view.state.doc.eq(before.doc)) return;
          clearTimeout(timer);
          // Not at once: y-prosemirror does not pass on what is changed while it takes a change in.
          timer = setTimeout(() => {
            const isFirst = Math.min(...awareness.getStates().keys()) === awareness.clientID;
            const tr = isFirst && view.editable && !view.composing ? evenTables(view.state) : null;
            if (tr) view.dispatch(tr.setMeta(suggestChangesKey, { skip: true }).setMeta("addToHistory", false));
          }, 100);
        },
        destroy: () => clearTimeout(timer),
      };
    },
  });
}
