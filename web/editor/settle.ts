// Deciding on suggestions: each mark of one goes, and what it stood for is done or undone.
import type { Mark, Node } from "prosemirror-model";
import type { Transaction } from "prosemirror-state";
import { isSuggestion } from "./suggestion_marks.ts";

/** Which suggestions, by their id. */
export type Which = (id: string) => boolean;

export type Decision = "accept" | "reject";

/** Decides on suggestions in `tr.doc`. */
export function settle(tr: Transaction, which: Which, decision: Decision): Transaction {
  settleModifications(tr, which, decision);
  settleText(tr, which, decision);
  return tr;
}

/** A stretch of the document with one mark: text, or one whole node. */
interface Run {
  from: number;
  to: number;
  mark: Mark;
  /** Whether it is a whole node, other than text. */
  whole: boolean;
}

/** Modifications move nothing, so their order does not matter to positions. */
function settleModifications(tr: Transaction, which: Which, decision: Decision): void {
  const found: { at: number; mark: Mark }[] = [];
  tr.doc.descendants((node, at) => {
    for (const mark of node.marks) {
      if (mark.type.name === "modification" && which(idOf(mark))) found.push({ at, mark });
    }
  });
  // A kind decides which attributes there are, so it is restored first.
  found.sort((a, b) => Number(b.mark.attrs["type"] === "nodeType") - Number(a.mark.attrs["type"] === "nodeType"));
  for (const { at, mark } of found) {
    tr.removeNodeMark(at, mark);
    if (decision === "reject") restore(tr, at, mark);
  }
}

function restore(tr: Transaction, at: number, mark: Mark): void {
  const node = tr.doc.nodeAt(at);
  const { type, attrName, previousValue } = mark.attrs as Record<string, unknown>;
  if (!node) return;
  if (type === "attr" && typeof attrName === "string" && attrName in node.attrs) {
    tr.setNodeAttribute(at, attrName, previousValue);
  } else if (type === "nodeType" && typeof previousValue === "string") {
    const kind = node.type.schema.nodes[previousValue];
    if (kind?.validContent(node.content)) tr.setNodeMarkup(at, kind, node.attrs, node.marks);
  }
}

function settleText(tr: Transaction, which: Which, decision: Decision): void {
  const gone = decision === "accept" ? "deletion" : "insertion";
  const runs = runsOf(tr.doc, which);
  const going = runs.filter(({ mark, whole }) => mark.type.name === gone && !whole);
  const ends = boundaries(tr.doc, going);
  const parts: Part[] = [
    ...merged([...going.map(({ from, to }) => ({ from, to, joins: false })), ...ends]).map((range) => ({
      from: range.from,
      apply: () => remove(tr, range, decision),
    })),
    ...runs.filter((run) => !going.includes(run)).map((run) => ({
      from: run.from,
      apply: () => {
        if (run.mark.type.name !== gone) release(tr, run);
        else tr.deleteRange(run.from, run.to);
      },
    })),
  ];
  // From the end, so that what stands before keeps its place.
  parts.sort((one, other) => other.from - one.from);
  for (const part of parts) part.apply();
}

interface Part {
  from: number;
  apply: () => void;
}

interface Range {
  from: number;
  to: number;
  /** Whether two blocks become one by its removal. */
  joins: boolean;
}

function remove(tr: Transaction, { from, to, joins }: Range, decision: Decision): void {
  const before = tr.doc.textBetween(Math.max(0, from - 1), from, "\n", "\uFFFC");
  const after = tr.doc.textBetween(to, Math.min(tr.doc.content.size, to + 1), "\n", "\uFFFC");
  // A word that goes takes one of its spaces along.
  const extra = decision === "accept" && !joins && before === " " && after === " " ? 1 : 0;
  tr.delete(from, to + extra);
}

/** Takes the mark away and leaves what bore it. */
function release(tr: Transaction, { from, to, mark, whole }: Run): void {
  if (whole) {
    tr.removeNodeMark(from, mark);
    return;
  }
  tr.removeMark(from, to, mark);
  // The anchors have served their purpose. Some scripts part their words by the same character.
  for (let at = to - 1; at >= from; at--) {
    const around = tr.doc.textBetween(Math.max(0, at - 1), Math.min(tr.doc.content.size, at + 2), "\n", "\uFFFC");
    const isAnchor = tr.doc.textBetween(at, at + 1, "\n", "\uFFFC") === ANCHOR;
    if (isAnchor && !PARTS_WORDS.test(around)) tr.delete(at, at + 1);
  }
}

/**
 * Where a suggestion has no text at the edge of a block, a zero-width space bears its mark there:
 * it says that the edge itself is part of what is suggested.
 */
const ANCHOR = "\u200B";

const PARTS_WORDS =
  /[\p{Script=Khmer}\p{Script=Thai}\p{Script=Lao}\p{Script=Myanmar}\p{Script=Tibetan}]\u200B[\p{Script=Khmer}\p{Script=Thai}\p{Script=Lao}\p{Script=Myanmar}\p{Script=Tibetan}]/u;

/** The edges between textblocks that go along with the text in `runs`. */
function boundaries(doc: Node, runs: readonly Run[]): Range[] {
  const blocks = textblocks(doc);
  const found = blocks.map(({ start, end }) => {
    const own = runs.filter(({ from, to }) => from >= start && to <= end);
    return { start, end, ...edges(doc, start, end, own), first: own[0], last: own.at(-1) };
  });
  const ranges: Range[] = [];
  found.forEach((block, index) => {
    const next = found[index + 1];
    if (!next || !isEdge(doc, block.end, next.start)) return;
    const { first } = next;
    const { last } = block;
    const continues = last !== undefined && first !== undefined && last.to === block.end &&
      first.from === next.start && last.mark.eq(first.mark);
    if (block.after || next.before || continues) {
      ranges.push({ from: block.end, to: next.start, joins: true });
    }
  });
  // A block of nothing but one anchor, whose partner is lost, was suggested as a whole.
  found.forEach((block, index) => {
    if (!block.alone || ranges.some(({ from, to }) => to === block.start || from === block.end)) return;
    const before = found[index - 1];
    if (before && isEdge(doc, before.end, block.start)) {
      ranges.push({ from: before.end, to: block.start, joins: true });
    }
  });
  return ranges;
}

/** Which edges of a textblock its runs take along. */
function edges(
  doc: Node,
  start: number,
  end: number,
  runs: readonly Run[],
): { before: boolean; after: boolean; alone: boolean } {
  const anchors: number[] = [];
  for (const { from, to } of runs) {
    const text = doc.textBetween(from, to, "", "\uFFFC");
    for (let at = text.indexOf(ANCHOR); at >= 0; at = text.indexOf(ANCHOR, at + 1)) anchors.push(from + at);
  }
  // What goes without a gap, from the start on and up to the end.
  let head = start;
  for (const { from, to } of runs) {
    if (from === head) head = to;
  }
  let tail = end;
  for (const { from, to } of [...runs].reverse()) {
    if (to === tail) tail = from;
  }
  const all = head === end && runs.length > 0;
  if (all && anchors.length === 1) return { before: false, after: false, alone: true };
  return {
    before: anchors.some((at) => at < head),
    after: anchors.some((at) => at >= tail),
    alone: false,
  };
}

function textblocks(doc: Node): { start: number; end: number }[] {
  const blocks: { start: number; end: number }[] = [];
  doc.descendants((node, at) => {
    if (node.isTextblock) blocks.push({ start: at + 1, end: at + 1 + node.content.size });
    return !node.isTextblock;
  });
  return blocks;
}

/** Whether nothing stands between two textblocks but the edges of blocks, which may be joined. */
function isEdge(doc: Node, end: number, start: number): boolean {
  let only = true;
  doc.nodesBetween(end, start, (node, at) => {
    if (node.isLeaf || node.type.spec.isolating && (at >= end || at + node.nodeSize <= start)) only = false;
    return only;
  });
  return only;
}

/** Ranges that touch, as one. */
function merged(ranges: readonly Range[]): Range[] {
  const all: Range[] = [];
  for (const range of [...ranges].sort((one, other) => one.from - other.from)) {
    const last = all.at(-1);
    if (last && range.from <= last.to) {
      last.to = Math.max(last.to, range.to);
      last.joins ||= range.joins;
    } else {
      all.push({ ...range });
    }
  }
  return all;
}

function runsOf(doc: Node, which: Which): Run[] {
  const runs: Run[] = [];
  doc.descendants((node, at) => {
    for (const mark of node.marks) {
      if (!isSuggestion(mark) || mark.type.name === "modification" || !which(idOf(mark))) continue;
      const last = runs.at(-1);
      const to = at + node.nodeSize;
      if (node.isInline && last && !last.whole && last.to === at && last.mark.eq(mark)) last.to = to;
      else runs.push({ from: at, to, mark, whole: !node.isInline });
    }
  });
  return runs;
}

function idOf(mark: Mark): string {
  return String(mark.attrs["id"]);
}
