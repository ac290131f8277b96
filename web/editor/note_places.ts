// Where a note stands: two places in the shared document that stay with their letters while
// anybody writes, and the words themselves for when the places are gone.
import type { Node } from "prosemirror-model";
import { type EditorState, NodeSelection } from "prosemirror-state";
import * as Y from "yjs";
import {
  absolutePositionToRelativePosition, relativePositionToAbsolutePosition, ySyncPluginKey,
} from "./binding.ts";

/** Relative positions of Yjs, as JSON. */
export interface Places {
  start: string;
  end: string;
}

export interface Range {
  from: number;
  to: number;
}

/** As many letters of a quotation as the server keeps. */
const QUOTE_MAX = 1000;

/** What a note would be about: what is selected, or the word that the cursor is in. */
export function wanted(state: EditorState): Range | null {
  const { selection, doc } = state;
  if (selection instanceof NodeSelection && !selection.node.isTextblock) {
    return textWithin(doc, selection) ?? { from: selection.from, to: selection.to };
  }
  return selection.empty ? wordAt(state) : textWithin(doc, selection);
}

/** The words of a range; of a block without any, what it is, as `label` says. */
export function quoteOf(doc: Node, { from, to }: Range, label: (node: Node) => string): string {
  const text = textBetween(doc, from, to);
  const node = text === "" ? doc.nodeAt(from) : null;
  return [...(node ? `[${label(node)}]` : text)].slice(0, QUOTE_MAX).join("").trim();
}

/** The places of a range. */
export function placesOf(state: EditorState, { from, to }: Range): Places | null {
  const shared = sharedOf(state);
  if (!shared) return null;
  const { doc, type, mapping } = shared;
  try {
    const start = absolutePositionToRelativePosition(from, type, mapping) as Y.RelativePosition;
    const after = absolutePositionToRelativePosition(to, type, mapping) as Y.RelativePosition;
    const at = Y.createAbsolutePositionFromRelativePosition(after, doc);
    // The end stays with the letter before it: what is written behind the words is not of them.
    const end = at && Y.createRelativePositionFromTypeIndex(at.type, at.index, -1);
    return end && { start: JSON.stringify(start), end: JSON.stringify(end) };
  } catch {
    // The view is about to be drawn anew.
    return null;
  }
}

/** Where the places are now; none when nothing is left between them, or nothing has come yet. */
export function rangeOf(state: EditorState, places: Places): Range | null {
  const shared = sharedOf(state);
  if (!shared) return null;
  const from = positionOf(shared, places.start);
  const to = positionOf(shared, places.end);
  if (from === null || to === null || from >= to || to > state.doc.content.size) return null;
  return { from, to };
}

/** Where the quotation stands, if it stands there once. */
export function find(doc: Node, quote: string): Range | null {
  const text: string[] = [];
  const at: number[] = [];
  doc.descendants((block, position) => {
    if (!block.isTextblock) return true;
    if (at.length > 0) {
      text.push("\n");
      at.push(position);
    }
    block.forEach((node, offset) => {
      const letters = node.isText ? node.text ?? "" : node.type.name === "hard_break" ? "\n" : "";
      for (let index = 0; index < letters.length; index++) {
        if (letters[index] === SEPARATOR) continue;
        text.push(letters[index] ?? "");
        at.push(position + 1 + offset + index);
      }
    });
    return false;
  });
  const all = text.join("");
  const index = quote === "" ? -1 : all.indexOf(quote);
  if (index < 0 || all.includes(quote, index + 1)) return null;
  const [from, last] = [at[index], at[index + quote.length - 1]];
  return from === undefined || last === undefined ? null : { from, to: last + 1 };
}

/** What stands in a paragraph whose end is only suggested. */
const SEPARATOR = "\u200B";

function textBetween(doc: Node, from: number, to: number): string {
  const leaf = (node: Node) => node.type.name === "hard_break" ? "\n" : "";
  return doc.textBetween(from, to, "\n", leaf).replaceAll(SEPARATOR, "");
}

/** The range from the first letter within it to the last, without the space around. */
function textWithin(doc: Node, { from, to }: Range): Range | null {
  let first: number | null = null;
  let last = 0;
  doc.nodesBetween(from, to, (node, at) => {
    const text = node.isText ? node.text ?? "" : "";
    for (let index = Math.max(0, from - at); index < Math.min(text.length, to - at); index++) {
      if (/[\s\u200B]/.test(text.charAt(index))) continue;
      first ??= at + index;
      last = at + index + 1;
    }
  });
  return first === null ? null : { from: first, to: last };
}

function wordAt({ selection: { $from } }: EditorState): Range | null {
  const { parent, parentOffset } = $from;
  if (!parent.isTextblock) return null;
  const text = parent.textBetween(0, parent.content.size, null, "\ufffc");
  for (const { index, 0: word } of text.matchAll(/[\p{L}\p{N}][\p{L}\p{N}\p{M}'’-]*/gu)) {
    if (index <= parentOffset && parentOffset <= index + word.length) {
      return { from: $from.start() + index, to: $from.start() + index + word.length };
    }
  }
  return null;
}

interface Shared {
  doc: Y.Doc;
  type: Y.XmlFragment;
  mapping: Map<Y.AbstractType<unknown>, Node | Node[]>;
}

function sharedOf(state: EditorState): Shared | null {
  const sync = ySyncPluginKey.getState(state) as
    | { doc: Y.Doc; type: Y.XmlFragment; binding: { mapping: Shared["mapping"] } | null }
    | undefined;
  return sync?.binding ? { doc: sync.doc, type: sync.type, mapping: sync.binding.mapping } : null;
}

function positionOf({ doc, type, mapping }: Shared, place: string): number | null {
  try {
    const relative = Y.createRelativePositionFromJSON(JSON.parse(place));
    const at = Y.createAbsolutePositionFromRelativePosition(relative, doc);
    if (!at || isGone(at.type)) return null;
    return relativePositionToAbsolutePosition(doc, type, relative, mapping) as number | null;
  } catch {
    // No place at all, or one in a part of the document that is not shown yet.
    return null;
  }
}

/** Whether the part of the document that holds a place was removed. */
function isGone(type: Y.AbstractType<unknown>): boolean {
  for (let item = type._item; item !== null; item = (item.parent as Y.AbstractType<unknown>)._item) {
    if (item.deleted) return true;
  }
  return false;
}
