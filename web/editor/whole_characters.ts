// Removes halves of characters. Some, such as emoji, are two units in JavaScript and one in what is
// sent; a step that cuts one in two would leave each browser with another text.
import { Plugin } from "prosemirror-state";

export function wholeCharacters(): Plugin {
  return new Plugin({
    appendTransaction: (transactions, before, after) => {
      if (!transactions.some((tr) => tr.docChanged)) return null;
      const unchanged = new Set(before.doc.content.content);
      const halves: number[] = [];
      after.doc.forEach((top, offset) => {
        if (unchanged.has(top)) return;
        top.descendants((node, at) => {
          if (!node.isText) return;
          for (const { index } of (node.text ?? "").matchAll(/\p{Cs}/gu)) halves.push(offset + 1 + at + index);
        });
      });
      if (halves.length === 0) return null;
      const tr = after.tr;
      for (const at of halves.reverse()) tr.delete(at, at + 1);
      return tr;
    },
  });
}
