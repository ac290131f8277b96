import assert from "node:assert/strict";
import { test } from "node:test";
import { splitBlock } from "prosemirror-commands";
import { NodeSelection, TextSelection } from "prosemirror-state";
import * as Y from "yjs";
import { undo, yUndoPluginKey } from "../../node_modules/.tests/binding.mjs";
import { typedName, withIds } from "../../node_modules/.tests/mention.mjs";
import { noteAt, noteMarks, ranges, setNotes } from "../../node_modules/.tests/note_marks.mjs";
import { find, placesOf, quoteOf, wanted } from "../../node_modules/.tests/note_places.mjs";
import { schema } from "../../node_modules/.tests/schema.mjs";
import { setSuggesting } from "../../node_modules/.tests/suggestions.mjs";
import { toHeading } from "../../node_modules/.tests/text_commands.mjs";
import { random, View } from "./support.mjs";

const ANA = { id: "ana", name: "Ana" };
const BEN = { id: "ben", name: "Ben" };

/** Two people with one document, and what each has to tell of where words went. */
function pair(blocks) {
  const docs = [new Y.Doc(), new Y.Doc()];
  const net = { cut: false, waiting: [] };
  const pass = (to) => (update, origin) => {
    if (origin === "net") return;
    if (net.cut) net.waiting.push([to, update]);
    else Y.applyUpdate(to, update, "net");
  };
  docs[0].on("update", pass(docs[1]));
  docs[1].on("update", pass(docs[0]));
  const people = [ANA, BEN].map((author, index) => {
    const moved = new Map();
    const marks = noteMarks({ onChoose: () => {}, onMoved: (id, places) => moved.set(id, places) });
    const view = new View(docs[index].getXmlFragment("body"), author, [marks]);
    return Object.assign(view, { moved });
  });
  const join = () => {
    net.cut = false;
    for (const [to, update] of net.waiting.splice(0)) Y.applyUpdate(to, update, "net");
  };
  const [ana] = people;
  const content = blocks.map((text) => schema.node("paragraph", null, text === "" ? [] : [schema.text(text)]));
  ana.dispatch(ana.state.tr.replaceWith(0, ana.state.doc.content.size, content));
  return [...people, { cut: () => (net.cut = true), join }];
}

/** Where some text stands. */
function at(view, text) {
  const range = find(view.state.doc, text);
  assert.ok(range, `${text} stands there once`);
  return range;
}

/** Leaves a note about some words, for everybody. */
function note(views, words, id = words) {
  const [view] = views;
  const range = at(view, words);
  const made = { id, quote: words, here: true, open: true, ...placesOf(view.state, range) };
  for (const one of views) setNotes(one, [...(one.notes ?? []), made]);
  for (const one of views) one.notes = [...(one.notes ?? []), made];
  return made;
}

/** The server tells everybody what one of them has told of. */
function tellMoves(from, views) {
  for (const view of views) {
    view.notes = view.notes.map((one) => ({ ...one, ...(from.moved.get(one.id) ?? {}) }));
    setNotes(view, view.notes);
  }
  from.moved.clear();
}

/** The words that a note is about now. */
function about(view, id) {
  const range = ranges(view.state).get(id);
  return range ? view.state.doc.textBetween(range.from, range.to, "|") : null;
}

const insert = (view, position, text) => view.dispatch(view.state.tr.insertText(text, position));
const remove = (view, { from, to }) => view.dispatch(view.state.tr.delete(from, to));
const stopCapturing = (view) => yUndoPluginKey.getState(view.state).undoManager.stopCapturing();

test("a note stays with its words while others write before, in and behind them", () => {
  const [ana, ben] = pair(["It was late.", "The lamps were lit at six."]);
  note([ana, ben], "lamps were");
  insert(ben, 1, "Soon ");
  insert(ben, at(ben, "The").from, "Then ");
  insert(ben, at(ben, "were lit").from, "all ");
  insert(ben, at(ben, "lamps").from, "old ");
  insert(ben, at(ben, " lit").from, " not");
  for (const view of [ana, ben]) {
    assert.equal(view.state.doc.textContent, "Soon It was late.Then The old lamps all were not lit at six.");
    assert.equal(about(view, "lamps were"), "lamps all were");
  }
  assert.equal(noteAt(ana.state, at(ana, "all").from), "lamps were");
  assert.equal(noteAt(ana.state, 1), null);
});

test("a note stays with its words while both write without hearing of each other", () => {
  const [ana, ben, net] = pair(["The lamps were lit at six."]);
  note([ana, ben], "lamps were");
  net.cut();
  insert(ana, at(ana, "lamps").from, "four ");
  insert(ben, at(ben, "were").from, "hardly ");
  remove(ben, at(ben, "The "));
  net.join();
  for (const view of [ana, ben]) assert.equal(about(view, "lamps were"), "lamps hardly were");
});

test("words that are gone leave their note behind, and come back with it", () => {
  const [ana, ben] = pair(["The lamps were lit at six."]);
  note([ana, ben], "lamps");
  stopCapturing(ben);
  remove(ben, at(ben, "lamps "));
  for (const view of [ana, ben]) assert.equal(about(view, "lamps"), null);
  undo(ben.state);
  for (const view of [ana, ben]) {
    assert.equal(view.state.doc.textContent, "The lamps were lit at six.");
    assert.equal(about(view, "lamps"), "lamps");
  }
});

test("a paragraph that goes takes no other note with it", () => {
  const [ana, ben] = pair(["First.", "Second.", "Third."]);
  note([ana, ben], "Second");
  note([ana, ben], "Third");
  const { from } = at(ben, "Second");
  remove(ben, { from: from - 1, to: from - 1 + ben.state.doc.child(1).nodeSize });
  for (const view of [ana, ben]) {
    assert.equal(about(view, "Second"), null);
    assert.equal(about(view, "Third"), "Third");
  }
});

test("a paragraph is divided, joined and made a heading, and the note goes along", () => {
  const [ana, ben] = pair(["Before.", "The old lamps were lit. Nobody asked why."]);
  note([ana, ben], "lamps were lit");
  const split = (view, position) => {
    view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, position)));
    splitBlock(view.state, view.dispatch);
  };
  // Before the words: they are new to Yjs, and who divided says where they are.
  split(ben, at(ben, "old").from);
  assert.equal(about(ben, "lamps were lit"), "lamps were lit");
  assert.ok(ben.moved.has("lamps were lit"));
  // Until then, they are found by themselves.
  assert.equal(about(ana, "lamps were lit"), "lamps were lit");
  assert.equal(ana.moved.size, 0, "one tells");
  tellMoves(ben, [ana, ben]);

  // Within them.
  split(ben, at(ben, "were").from);
  assert.equal(about(ben, "lamps were lit"), "lamps |were lit");
  assert.equal(about(ana, "lamps were lit"), "lamps ", "what stayed, until it is told");
  tellMoves(ben, [ana, ben]);
  assert.equal(about(ana, "lamps were lit"), "lamps |were lit");

  ana.dispatch(ana.state.tr.setSelection(TextSelection.create(ana.state.doc, at(ana, "were").from)));
  toHeading(2)(ana.state, ana.dispatch);
  tellMoves(ana, [ana, ben]);
  for (const view of [ana, ben]) assert.equal(about(view, "lamps were lit"), "lamps |were lit");

  const { from } = at(ana, "were");
  ana.dispatch(ana.state.tr.join(from - 1));
  tellMoves(ana, [ana, ben]);
  for (const view of [ana, ben]) assert.equal(about(view, "lamps were lit"), "lamps were lit");
});

test("an undone division leaves the note with its words", () => {
  const [ana, ben] = pair(["The old lamps were lit."]);
  note([ana, ben], "lamps");
  stopCapturing(ben);
  ben.dispatch(ben.state.tr.setSelection(TextSelection.create(ben.state.doc, at(ben, "old").from)));
  splitBlock(ben.state, ben.dispatch);
  tellMoves(ben, [ana, ben]);
  undo(ben.state);
  assert.equal(ben.state.doc.childCount, 1);
  assert.equal(about(ben, "lamps"), "lamps");
  if (ben.moved.size > 0) tellMoves(ben, [ana, ben]);
  insert(ana, at(ana, "lamps").to, "hades");
  insert(ana, at(ana, "mpshades").from, "a");
  for (const view of [ana, ben]) assert.equal(about(view, "lamps"), "laamps", "by place, and not by name");
});

test("a note stays while its words are only suggested to go", () => {
  const [ana, ben] = pair(["The lamps were lit."]);
  note([ana, ben], "lamps");
  setSuggesting(ben, true);
  remove(ben, at(ben, "lamps"));
  for (const view of [ana, ben]) assert.equal(about(view, "lamps"), "lamps");
});

test("in a document that was begun anew, words are found again that stand there once", () => {
  const [ana, ben] = pair(["The lamps were lit.", "The end, the very end."]);
  const old = { here: false, open: true, start: "{}", end: "{}" };
  setNotes(ana, [{ id: "one", quote: "lamps were", ...old }, { id: "two", quote: "end", ...old }]);
  assert.equal(about(ana, "one"), "lamps were");
  assert.equal(about(ana, "two"), null, "nobody knows which");
  assert.deepEqual([...ana.moved.keys()], ["one"]);
  setNotes(ben, [{ id: "one", quote: "lamps were", ...old, ...ana.moved.get("one"), here: true }]);
  insert(ana, at(ana, "were").from, "nearly ");
  assert.equal(about(ben, "one"), "lamps nearly were");
});

test("places that nobody can read are none", () => {
  const [ana] = pair(["The lamps were lit."]);
  for (const place of ["", "{}", "7", "null", '{"item":{"client":9,"clock":9},"assoc":0}']) {
    setNotes(ana, [{ id: "odd", quote: "nowhere", here: true, open: true, start: place, end: place }]);
    assert.equal(about(ana, "odd"), null, place);
  }
});

test("a note is about what is selected, the word at the cursor, or a block as a whole", () => {
  const [ana] = pair(["The lamps were lit.", "", "At six."]);
  const select = (from, to = from) => {
    ana.dispatch(ana.state.tr.setSelection(TextSelection.create(ana.state.doc, from, to)));
    const range = wanted(ana.state);
    return range && quoteOf(ana.state.doc, range, (node) => node.type.name);
  };
  const { from, to } = at(ana, " lamps ");
  assert.equal(select(from, to), "lamps");
  assert.equal(select(at(ana, "mps").from), "lamps");
  assert.equal(select(at(ana, "lit").from, at(ana, "At six").to), "lit.\n\nAt six");
  assert.equal(select(ana.state.doc.child(0).nodeSize + 1), null);
  ana.dispatch(ana.state.tr.insert(0, schema.node("divider")));
  ana.dispatch(ana.state.tr.setSelection(NodeSelection.create(ana.state.doc, 0)));
  const range = wanted(ana.state);
  assert.equal(quoteOf(ana.state.doc, range, (node) => node.type.name), "[divider]");
  setNotes(ana, [{ id: "rule", quote: "[divider]", here: true, open: true, ...placesOf(ana.state, range) }]);
  assert.deepEqual(ranges(ana.state).get("rule"), { from: 0, to: 1 });
  remove(ana, { from: 0, to: 1 });
  assert.equal(ranges(ana.state).get("rule"), undefined);
});

test("whatever two people write, a note is about the same words for both", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const dice = random(seed);
    const [ana, ben, net] = pair(["alpha beta gamma delta", "epsilon zeta eta theta", "iota kappa"]);
    const views = [ana, ben];
    for (const words of ["beta gamma", "zeta", "iota kappa"]) note(views, words);
    for (let step = 0; step < 12; step++) {
      if (dice() < 0.2) net.cut();
      const view = dice.pick(views);
      const { doc } = view.state;
      const spot = () => TextSelection.near(doc.resolve(dice.below(doc.content.size + 1))).from;
      const [from, to] = [spot(), spot()].sort((a, b) => a - b);
      switch (dice.below(4)) {
        case 0:
          remove(view, { from, to: Math.min(to, from + 4) });
          break;
        case 1:
          view.dispatch(view.state.tr.setSelection(TextSelection.create(doc, from)));
          splitBlock(view.state, view.dispatch);
          break;
        default:
          insert(view, from, dice.pick(["x", "word ", "é"]));
      }
      view.state.doc.check();
    }
    net.join();
    // Each tells of what it moved, until nothing is left to tell.
    for (let round = 0; round < 3; round++) views.forEach((view) => tellMoves(view, views));
    assert.deepEqual(ana.state.doc.toJSON(), ben.state.doc.toJSON(), `seed ${seed}`);
    for (const { id } of ana.notes) assert.equal(about(ana, id), about(ben, id), `seed ${seed}, ${id}`);
  }
});

test("an @ before a name asks for somebody, and an address does not", () => {
  const cursor = (text) => typedName(text, text.length);
  assert.deepEqual(cursor("@"), { at: 0, query: "" });
  assert.deepEqual(cursor("Ask @Ro"), { at: 4, query: "Ro" });
  assert.deepEqual(cursor("Ask @Rosa Ke"), { at: 4, query: "Rosa Ke" });
  assert.deepEqual(cursor("(@Ñusta"), { at: 1, query: "Ñusta" });
  assert.equal(cursor("desk@example"), null);
  assert.equal(cursor("@Rosa Kern says"), null);
});

test("a chosen person is sent by id, wherever the name stands", () => {
  const people = [{ id: "1", name: "Rosa" }, { id: "2", name: "Rosa Kern" }];
  assert.equal(withIds("@Rosa Kern, and @Rosa: see Rosa", people), "@{2}, and @{1}: see Rosa");
  assert.equal(withIds("@Rosanna", people), "@Rosanna");
  assert.equal(withIds("@Rosa", []), "@Rosa");
  assert.equal(withIds("@A.B?", [{ id: "3", name: "A.B" }]), "@{3}?");
});
