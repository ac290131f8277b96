// The words that notes are about, in the body: found again after every change, and shown.
//
// Yjs divides a paragraph by removing what comes after the cut and writing it anew, and so places in
// it are lost. Whoever made the cut knows where the words went, and says so: see `onMoved`.
import type { Node } from "prosemirror-model";
import { type EditorState, Plugin, PluginKey, type Transaction } from "prosemirror-state";
import { Decoration, DecorationSet, type EditorView } from "prosemirror-view";
import { ySyncPluginKey } from "./binding.ts";
import { find, type Places, placesOf, type Range, rangeOf } from "./note_places.ts";

/** A note, as far as the body is concerned. */
export interface Marked extends Places {
  id: string;
  quote: string;
  /** Whether its places are places of this document. */
  here: boolean;
  /** Whether it is shown without being asked for. */
  open: boolean;
}

export interface NoteMarksOptions {
  /** Words were clicked that this note is about. */
  onChoose: (id: string) => void;
  /** Where the words of a note are now, since the change of this browser. */
  onMoved: (id: string, places: Places) => void;
}

interface State {
  notes: readonly Marked[];
  ranges: ReadonlyMap<string, Range>;
  /** Those whose words were found by the quotation, which this browser's change has brought back. */
  found: ReadonlySet<string>;
  current: string | null;
  shown: DecorationSet;
}

interface Told {
  notes?: readonly Marked[];
  current?: string | null;
}

const key = new PluginKey<State>("notes");
const NONE: State = {
  notes: [], ranges: new Map(), found: new Set(), current: null, shown: DecorationSet.empty,
};

export function noteMarks({ onChoose, onMoved }: NoteMarksOptions): Plugin<State> {
  return new Plugin<State>({
    key,
    state: {
      init: () => NONE,
      apply: (tr, before, _old, state) => next(tr, before, state),
    },
    props: {
      decorations: (state) => stateOf(state).shown,
      handleClick: (view, position) => {
        const id = noteAt(view.state, position);
        if (id !== null) onChoose(id);
        return false;
      },
    },
    // Behind y-prosemirror's, which has brought the change into the shared document by then.
    view: () => ({
      update: (view, before) => {
        const changed = view.state.doc !== before.doc;
        if (!changed && stateOf(view.state) === stateOf(before)) return;
        tellOfMoves(view.state, changed && isLocalState(view.state), onMoved);
      },
    }),
  });
}

/** Shows these notes from now on. */
export function setNotes(view: EditorView, notes: readonly Marked[]): void {
  view.dispatch(view.state.tr.setMeta(key, { notes } satisfies Told));
}

/** Shows which note one is at. */
export function setCurrent(view: EditorView, current: string | null): void {
  if (stateOf(view.state).current === current) return;
  view.dispatch(view.state.tr.setMeta(key, { current } satisfies Told));
}

/** Where the words of each note are. */
export function ranges(state: EditorState): ReadonlyMap<string, Range> {
  return stateOf(state).ranges;
}

/** The note whose words stand there, the one with the fewest if there are several. */
export function noteAt(state: EditorState, position: number): string | null {
  const { notes, ranges } = stateOf(state);
  const size = ({ from, to }: Range) => to - from;
  let best: [string, Range] | null = null;
  for (const { id, open } of notes) {
    const range = ranges.get(id);
    if (!open || !range || position < range.from || position > range.to) continue;
    if (!best || size(range) < size(best[1])) best = [id, range];
  }
  return best && best[0];
}

function stateOf(state: EditorState): State {
  return key.getState(state) ?? NONE;
}

function next(tr: Transaction, before: State, state: EditorState): State {
  const told = tr.getMeta(key) as Told | undefined;
  const notes = told?.notes ?? before.notes;
  const current = told?.current === undefined ? before.current : told.current;
  if (!tr.docChanged && !told) return before;
  const { ranges, found } = told?.notes || (tr.docChanged && !isLocal(tr))
    ? located(state, notes, isUndo(tr))
    : { ranges: mapped(before.ranges, tr), found: before.found };
  return { notes, ranges, found, current, shown: decorations(state.doc, notes, ranges, current) };
}

/** Looks every note up in the shared document. */
function located(
  state: EditorState,
  notes: readonly Marked[],
  own: boolean,
): Pick<State, "ranges" | "found"> {
  const ranges = new Map<string, Range>();
  const found = new Set<string>();
  for (const note of notes) {
    const placed = note.here ? rangeOf(state, note) : null;
    const range = placed ?? find(state.doc, note.quote);
    if (!range) continue;
    ranges.set(note.id, range);
    if (!placed && (own || !note.here)) found.add(note.id);
  }
  return { ranges, found };
}

function mapped(ranges: State["ranges"], tr: Transaction): Map<string, Range> {
  const moved = new Map<string, Range>();
  for (const [id, range] of ranges) {
    const [from, to] = [tr.mapping.map(range.from, 1), tr.mapping.map(range.to, -1)];
    if (from < to) moved.set(id, { from, to });
  }
  return moved;
}

/** Tells of the notes whose places are not where their words are. */
function tellOfMoves(state: EditorState, local: boolean, onMoved: NoteMarksOptions["onMoved"]): void {
  const { notes, ranges, found } = stateOf(state);
  for (const note of notes) {
    const range = ranges.get(note.id);
    if (!range || !(local || found.has(note.id))) continue;
    const placed = note.here ? rangeOf(state, note) : null;
    if (placed?.from === range.from && placed.to === range.to) continue;
    const places = placesOf(state, range);
    if (places) onMoved(note.id, places);
  }
}

function decorations(
  doc: Node,
  notes: readonly Marked[],
  ranges: State["ranges"],
  current: string | null,
): DecorationSet {
  const all: Decoration[] = [];
  for (const { id, open } of notes) {
    const range = ranges.get(id);
    if (!range || !(open || id === current)) continue;
    const attributes = {
      "class": id === current ? "editor-noted editor-noted-current" : "editor-noted",
      "data-note": id,
    };
    const node = doc.nodeAt(range.from);
    const whole = node && !node.isText && range.from + node.nodeSize === range.to;
    const { from, to } = range;
    all.push((whole ? Decoration.node : Decoration.inline)(from, to, attributes));
  }
  return DecorationSet.create(doc, all);
}

interface Sync {
  isChangeOrigin?: boolean;
  isUndoRedoOperation?: boolean;
}

function isLocal(tr: Transaction): boolean {
  return (tr.getMeta(ySyncPluginKey) as Sync | undefined)?.isChangeOrigin !== true;
}

function isUndo(tr: Transaction): boolean {
  return (tr.getMeta(ySyncPluginKey) as Sync | undefined)?.isUndoRedoOperation === true;
}

/** Whether the last change was made in this browser. */
function isLocalState(state: EditorState): boolean {
  return (ySyncPluginKey.getState(state) as Sync | undefined)?.isChangeOrigin !== true;
}
