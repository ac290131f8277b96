// Suggesting changes instead of making them. While it is on, each transaction becomes one that
// adds marks, by prosemirror-suggest-changes; this file says who suggested it and when, and keeps
// one person's suggestions apart from another's.
//
// What comes from the server, and what is undone or redone, is never turned into a suggestion.
import {
  disableSuggestChanges, enableSuggestChanges, isSuggestChangesEnabled, suggestChanges,
  suggestChangesKey, transformToSuggestionTransaction,
} from "@handlewithcare/prosemirror-suggest-changes";
import type { Mark, Node } from "prosemirror-model";
import { type EditorState, Plugin, TextSelection, type Transaction } from "prosemirror-state";
import { ReplaceStep } from "prosemirror-transform";
import type { EditorView } from "prosemirror-view";
import { ySyncPluginKey } from "./binding.ts";
import { randomId } from "./ids.ts";
import { type Decision, settle } from "./settle.ts";
import { isSuggestion, marksToAttribute } from "./suggestion_marks.ts";

export interface Author {
  id: string;
  name: string;
}

/** One suggestion, which may touch several places. */
export interface Suggestion {
  id: string;
  kind: "insert" | "delete" | "replace" | "change";
  author: string | null;
  name: string | null;
  /** RFC 3339. */
  at: string | null;
  /** The words that would be new, and those that would go. */
  inserted: string;
  deleted: string;
  adds: boolean;
  removes: boolean;
  /** Which kinds of node are added, removed or changed as a whole. */
  added: string[];
  removed: string[];
  changed: string[];
  from: number;
  to: number;
}

/** The plugins that a body with suggestions needs. */
export function suggestions(): Plugin[] {
  return [suggestChanges() as Plugin, mirror()];
}

export function isSuggesting(state: EditorState): boolean {
  return isSuggestChangesEnabled(state);
}

export function setSuggesting(view: EditorView, on: boolean): void {
  (on ? enableSuggestChanges : disableSuggestChanges)(view.state, view.dispatch);
}

/** What `tr` becomes: itself, or suggestions of what it does. */
export function suggesting(
  tr: Transaction,
  state: EditorState,
  author: Author,
  now: () => Date,
): Transaction {
  if (!tr.docChanged || !isSuggestChangesEnabled(state) || !isOwn(tr)) return tr;
  const tracked = transformToSuggestionTransaction(tr, state, randomId);
  placeCursor(tracked, tr, state);
  return stamped(tracked, author, now().toISOString());
}

/**
 * Spelling corrections replace words that are not selected. The cursor then belongs behind what is
 * new, where prosemirror-suggest-changes leaves it before what is old.
 */
function placeCursor(tracked: Transaction, tr: Transaction, state: EditorState): void {
  const [step, ...others] = tr.steps;
  if (!(step instanceof ReplaceStep) || others.length > 0 || !state.selection.empty) return;
  if (step.from === step.to || step.slice.size === 0 || !tr.selection.empty) return;
  const index = tracked.steps
    .map((made) => made instanceof ReplaceStep && made.slice.eq(step.slice))
    .lastIndexOf(true);
  const made = tracked.steps[index];
  if (!(made instanceof ReplaceStep)) return;
  const end = tracked.mapping.slice(index + 1).map(made.from + made.slice.size);
  tracked.setSelection(TextSelection.near(tracked.doc.resolve(end), -1));
}

/** Every suggestion of the body, in order. */
export function list(body: Node): Suggestion[] {
  const found = new Map<string, Suggestion>();
  body.descendants((node, at) => {
    for (const mark of node.marks.filter(isSuggestion)) {
      const { id, author, name, at: time } = mark.attrs as Record<string, string | null>;
      const known = found.get(String(id)) ?? {
        id: String(id),
        kind: "change",
        author: author ?? null,
        name: name ?? null,
        at: time ?? null,
        inserted: "",
        deleted: "",
        adds: false,
        removes: false,
        added: [],
        removed: [],
        changed: [],
        from: at,
        to: at,
      } satisfies Suggestion;
      known.to = at + node.nodeSize;
      const text = textOf(node);
      if (mark.type.name === "insertion") {
        known.inserted += text;
        known.adds = true;
        if (!node.isText) known.added.push(node.type.name);
      } else if (mark.type.name === "deletion") {
        known.deleted += text;
        known.removes = true;
        if (!node.isText) known.removed.push(node.type.name);
      } else {
        known.changed.push(node.type.name);
      }
      found.set(known.id, known);
    }
  });
  for (const suggestion of found.values()) suggestion.kind = kindOf(suggestion);
  return [...found.values()];
}

/** Decides on one suggestion, or on all. */
export function decide(view: EditorView, id: string | null, decision: Decision): boolean {
  const tr = settle(view.state.tr, (at) => id === null || at === id, decision);
  if (!tr.docChanged) return false;
  view.dispatch(tr.setMeta(suggestChangesKey, { skip: true }));
  return true;
}

/** Selects what a suggestion touches, and scrolls to it. */
export function reveal(view: EditorView, { from, to }: Suggestion): void {
  const { doc } = view.state;
  const selection = TextSelection.between(doc.resolve(from), doc.resolve(Math.min(to, doc.content.size)));
  view.dispatch(view.state.tr.setSelection(selection).scrollIntoView());
  view.focus();
}

/** The suggestion that the cursor is in or beside. */
export function current(state: EditorState): string | null {
  const { $from } = state.selection;
  const marks = [...$from.marks(), ...($from.nodeBefore?.marks ?? []), ...($from.nodeAfter?.marks ?? [])];
  for (let depth = $from.depth; depth > 0; depth--) marks.push(...$from.node(depth).marks);
  const mark = marks.find(isSuggestion);
  return mark ? String(mark.attrs["id"]) : null;
}

function isOwn(tr: Transaction): boolean {
  const sync = (tr.getMeta(ySyncPluginKey) ?? {}) as Record<string, unknown>;
  const meta: unknown = tr.getMeta(suggestChangesKey);
  const skips = typeof meta === "object" && meta !== null && "skip" in meta;
  return !sync["isChangeOrigin"] && !sync["isUndoRedoOperation"] && !skips;
}

/** Says in each new mark who suggested it and when. */
export function stamped(tr: Transaction, author: Author, now: string): Transaction {
  const { storedMarks, storedMarksSet } = tr;
  const before = tr.docs[0];
  if (!before || !tr.docChanged) return tr;
  const owners = ownersOf(before);
  const inverted = tr.mapping.invert();
  const renamed = new Map<string, string>();

  /** Whom a new mark of `id` belongs to: who edits beside another's suggestion makes an own one. */
  const owned = (id: string) => {
    const owner = owners.get(id);
    if (owner && owner.author === author.id) return { id, author: author.id, name: author.name, at: owner.at };
    if (owner && !renamed.has(id)) renamed.set(id, randomId());
    return { id: renamed.get(id) ?? id, author: author.id, name: author.name, at: now };
  };
  /** What stood at `at` before, unless it is new. */
  const old = (at: number): Node | null => {
    const from = inverted.map(at, 1);
    return inverted.map(at + 1, -1) - from === 1 ? before.nodeAt(from) : null;
  };
  const stamp = (mark: Mark, was: Node | null): Mark => {
    const known = was?.marks.find((other) => other.type === mark.type && other.attrs["author"] !== null);
    const kept = known && known.attrs["author"] !== author.id ? known.attrs : null;
    return mark.type.create({ ...mark.attrs, ...(kept ? pick(kept) : owned(String(mark.attrs["id"]))) });
  };

  const changes: ((tr: Transaction) => void)[] = [];
  const unchanged = new Set(before.content.content);
  tr.doc.forEach((top, offset) => {
    if (unchanged.has(top)) return;
    const visit = (node: Node, at: number) => {
      for (const mark of node.marks) {
        if (!isSuggestion(mark) || mark.attrs["author"] !== null) continue;
        if (mark.type.name === "modification") {
          changes.push(...stampModification(node, at, mark, old(at), stamp));
        } else if (node.isInline) {
          for (const [from, to] of pieces(node, at, old)) {
            const mine = stamp(mark, old(from));
            changes.push((tr) => tr.addMark(from, to, mine));
          }
        } else {
          const mine = stamp(mark, old(at));
          changes.push((tr) => tr.addNodeMark(at, mine));
        }
      }
    };
    visit(top, offset);
    top.descendants((node, at) => visit(node, offset + 1 + at));
  });
  for (const change of changes) change(tr);
  // Each step forgets what the next character is to be marked with.
  if (storedMarksSet) tr.setStoredMarks(storedMarks ?? null);
  return tr;
}

/**
 * A second change of one attribute is still one suggestion, which goes back to what was there
 * before the first; and one that has come back to that is none.
 */
function stampModification(
  node: Node,
  at: number,
  mark: Mark,
  was: Node | null,
  stamp: (mark: Mark, was: Node | null) => Mark,
): ((tr: Transaction) => void)[] {
  const { type, attrName, newValue } = mark.attrs as Record<string, unknown>;
  const drop = (tr: Transaction) => void tr.removeNodeMark(at, mark);
  // The attribute that mirrors the marks is no change of the article.
  if (attrName === "suggestion" || (type === "attr" && !(String(attrName) in node.attrs))) return [drop];
  const first = was?.marks.find((other) => {
    return other.type === mark.type && other.attrs["type"] === type && other.attrs["attrName"] === attrName;
  });
  const previousValue: unknown = first ? first.attrs["previousValue"] : mark.attrs["previousValue"];
  if (previousValue === newValue) return [drop];
  const mine = stamp(mark.type.create({ ...mark.attrs, previousValue }), first ? was : null);
  return [drop, (tr) => void tr.addNodeMark(at, mine)];
}

/** A text cut where what is new meets what was there. */
function pieces(node: Node, at: number, old: (at: number) => Node | null): [number, number][] {
  const cuts: [number, number][] = [];
  let last: Node | null | undefined;
  for (let offset = 0; offset < node.nodeSize; offset++) {
    const was = old(at + offset);
    const piece = cuts.at(-1);
    if (piece && was === last) piece[1] = at + offset + 1;
    else cuts.push([at + offset, at + offset + 1]);
    last = was;
  }
  return cuts;
}

function ownersOf(body: Node): Map<string, { author: string; at: string }> {
  const owners = new Map<string, { author: string; at: string }>();
  body.descendants((node) => {
    for (const { attrs } of node.marks.filter(isSuggestion)) {
      const { id, author, at } = attrs as Record<string, string | null>;
      if (author && !owners.has(String(id))) owners.set(String(id), { author, at: at ?? "" });
    }
  });
  return owners;
}

function pick(attrs: Mark["attrs"]): Record<string, unknown> {
  const { id, author, name, at } = attrs;
  return { id, author, name, at };
}

/** Keeps each node's attribute `suggestion` in step with its marks; see suggestion_marks.ts. */
function mirror(): Plugin {
  return new Plugin({
    appendTransaction: (transactions, before, after) => {
      const own = transactions.some((tr) => tr.docChanged && isLocal(tr));
      if (!own) return null;
      const tr = after.tr;
      const unchanged = new Set(before.doc.content.content);
      const visit = (node: Node, at: number) => {
        if (node.isText || !("suggestion" in node.attrs)) return;
        const attribute = marksToAttribute(node.marks);
        if (node.attrs["suggestion"] !== attribute) tr.setNodeAttribute(at, "suggestion", attribute);
      };
      after.doc.forEach((top, offset) => {
        if (unchanged.has(top)) return;
        visit(top, offset);
        top.descendants((node, at) => visit(node, offset + 1 + at));
      });
      return tr.docChanged ? tr : null;
    },
  });
}

function isLocal(tr: Transaction): boolean {
  return (tr.getMeta(ySyncPluginKey) as { isChangeOrigin?: boolean } | undefined)?.isChangeOrigin !== true;
}

function kindOf({ adds, removes }: Suggestion): Suggestion["kind"] {
  if (adds && removes) return "replace";
  return adds ? "insert" : removes ? "delete" : "change";
}

function textOf(node: Node): string {
  if (node.isText) return (node.text ?? "").replaceAll("\u200B", "¶");
  return node.textBetween(0, node.content.size, " ", " ");
}
