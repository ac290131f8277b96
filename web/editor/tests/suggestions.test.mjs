import assert from "node:assert/strict";
import { test } from "node:test";
import { toggleMark } from "prosemirror-commands";
import { NodeSelection, TextSelection } from "prosemirror-state";
import { undo } from "../../node_modules/.tests/binding.mjs";
import * as Y from "yjs";
import { schema, toDocument } from "../../node_modules/.tests/schema.mjs";
import { settle } from "../../node_modules/.tests/settle.mjs";
import { decide, isSuggesting, list, setSuggesting } from "../../node_modules/.tests/suggestions.mjs";
import { toHeading } from "../../node_modules/.tests/text_commands.mjs";
import { random, View } from "./support.mjs";

const ANA = { id: "ana", name: "Ana" };
const BEN = { id: "ben", name: "Ben" };

/** Two people with one document, whose changes reach each other at once. */
function pair(blocks) {
  const [one, other] = [new Y.Doc(), new Y.Doc()];
  one.on("update", (update, origin) => origin !== "net" && Y.applyUpdate(other, update, "net"));
  other.on("update", (update, origin) => origin !== "net" && Y.applyUpdate(one, update, "net"));
  const ana = new View(one.getXmlFragment("body"), ANA);
  const ben = new View(other.getXmlFragment("body"), BEN);
  const tr = ana.state.tr;
  ana.dispatch(tr.replaceWith(0, tr.doc.content.size, blocks.map(block)));
  return [ana, ben];
}

const block = (given) => typeof given === "string"
  ? schema.node("paragraph", null, given === "" ? [] : [schema.text(given)])
  : given;

const insert = (view, at, text) => view.dispatch(view.state.tr.insertText(text, at));
const remove = (view, from, to) => view.dispatch(view.state.tr.delete(from, to));

/** The document with its suggestions written out: +added+ and -removed-. */
function shown(doc) {
  const blocks = [];
  doc.forEach((top) => {
    let text = top.marks.map((mark) => `<${mark.type.name}>`).join("");
    top.descendants((node) => {
      if (!node.isText) return;
      const mark = node.marks.find(({ type }) => type.name === "insertion" || type.name === "deletion");
      const sign = mark ? (mark.type.name === "insertion" ? "+" : "-") : "";
      text += `${sign}${node.text.replaceAll("\u200B", "¶")}${sign}`;
    });
    blocks.push(text);
  });
  return blocks;
}

function decided(view, id, decision) {
  decide(view, id, decision);
  view.state.doc.check();
  return view.state.doc.content.content.map((node) => node.textContent);
}

test("while one suggests, text is marked and not changed", () => {
  const [ana, ben] = pair(["The cat sat."]);
  setSuggesting(ana, true);
  assert.ok(isSuggesting(ana.state));
  insert(ana, 5, "big ");
  remove(ana, 9, 12);
  assert.deepEqual(shown(ana.state.doc), ["The +big +-cat- sat."]);
  // It is the same for others, who do not suggest by that.
  assert.ok(ben.state.doc.eq(ana.state.doc));
  assert.equal(isSuggesting(ben.state), false);
  insert(ben, 1, "So: ");
  assert.deepEqual(shown(ana.state.doc), ["So: The +big +-cat- sat."]);
});

test("each suggestion tells who made it and when, once for all its letters", () => {
  const [ana] = pair(["One."]);
  setSuggesting(ana, true);
  for (const [index, letter] of [..." Two."].entries()) {
    ana.now = `2026-01-01T00:00:0${index}.000Z`;
    insert(ana, 5 + index, letter);
  }
  const [suggestion, ...others] = list(ana.state.doc);
  assert.deepEqual(others, []);
  const { kind, author, name, at, inserted, deleted } = suggestion;
  assert.deepEqual({ kind, author, name, at, inserted, deleted }, {
    kind: "insert", author: "ana", name: "Ana", at: "2026-01-01T00:00:00.000Z", inserted: " Two.", deleted: "",
  });
  assert.equal(ana.state.doc.firstChild.childCount, 2);
});

test("typing beside another's suggestion makes an own one", () => {
  const [ana, ben] = pair(["x"]);
  setSuggesting(ana, true);
  setSuggesting(ben, true);
  insert(ana, 2, "ana");
  insert(ben, 5, "ben");
  insert(ben, 3, "B");
  const found = list(ben.state.doc).map(({ author, inserted }) => [author, inserted]);
  assert.deepEqual(found, [["ana", "ana"], ["ben", "B"], ["ben", "ben"]]);
  // What is Ana's stays so when Ben's is turned down.
  for (const { id, author } of list(ben.state.doc)) {
    if (author === "ben") decide(ana, id, "reject");
  }
  assert.deepEqual(shown(ben.state.doc), ["x+ana+"]);
  assert.ok(ana.state.doc.eq(ben.state.doc));
});

test("a suggestion is accepted or rejected alone, or all are", () => {
  const edit = (view) => {
    setSuggesting(view, true);
    insert(view, 5, "big ");
    remove(view, 14, 17);
  };
  const [ana] = pair(["The cat sat."]);
  edit(ana);
  const [first, second] = list(ana.state.doc);
  assert.equal(list(ana.state.doc).length, 2);
  assert.deepEqual(decided(ana, first.id, "accept"), ["The big cat sat."]);
  assert.deepEqual(decided(ana, second.id, "reject"), ["The big cat sat."]);
  assert.deepEqual(list(ana.state.doc), []);

  for (const [decision, wanted] of [["accept", "The big cat s."], ["reject", "The cat sat."]]) {
    const [view, other] = pair(["The cat sat."]);
    setSuggesting(view, true);
    insert(view, 5, "big ");
    remove(view, 14, 16);
    assert.deepEqual(decided(view, null, decision), [wanted]);
    assert.ok(other.state.doc.eq(view.state.doc));
  }
});

test("a word that goes takes one of its spaces along", () => {
  const [ana] = pair(["a big cat"]);
  setSuggesting(ana, true);
  remove(ana, 3, 6);
  assert.deepEqual(decided(ana, null, "accept"), ["a cat"]);
});

test("paragraphs can be suggested to be split and joined", () => {
  for (const [decision, split, joined] of [["accept", ["one", "two"], ["onetwo"]], ["reject", ["onetwo"], ["one", "two"]]]) {
    const [ana] = pair(["onetwo"]);
    setSuggesting(ana, true);
    ana.dispatch(ana.state.tr.split(4));
    assert.deepEqual(decided(ana, null, decision), split, `split, ${decision}`);

    const [ben] = pair(["one", "two"]);
    setSuggesting(ben, true);
    ben.dispatch(ben.state.tr.join(5));
    assert.deepEqual(decided(ben, null, decision), joined, `join, ${decision}`);
  }
});

test("whole blocks can be suggested, and reach others as such", () => {
  const photo = () => schema.node("photo", { id: "01910000-0000-7000-8000-000000000001" });
  const [ana, ben] = pair(["one", photo(), "two"]);
  setSuggesting(ana, true);
  ana.dispatch(ana.state.tr.insert(5, schema.node("divider")));
  const at = 6;
  ana.dispatch(ana.state.tr.setSelection(NodeSelection.create(ana.state.doc, at)).deleteSelection());
  assert.deepEqual(shown(ana.state.doc), ["one", "<insertion>", "<deletion>", "two"]);
  assert.ok(ben.state.doc.eq(ana.state.doc), "the marks of nodes reach others");
  const told = list(ben.state.doc).map(({ kind, added, removed }) => [kind, added, removed]);
  assert.deepEqual(told, [["replace", ["divider"], ["photo"]]]);

  // Somebody who comes later sees them, too: they are in the shared document.
  const later = new Y.Doc();
  Y.applyUpdate(later, Y.encodeStateAsUpdate(ben.state.plugins[0].getState(ben.state).doc));
  const cy = new View(later.getXmlFragment("body"), { id: "cy", name: "Cy" });
  assert.ok(cy.state.doc.eq(ana.state.doc));

  const names = (doc) => doc.content.content.map((node) => node.type.name);
  decide(ben, null, "accept");
  assert.deepEqual(names(ben.state.doc), ["paragraph", "divider", "paragraph"]);
  assert.ok(ana.state.doc.eq(ben.state.doc));
  assert.doesNotMatch(JSON.stringify(ana.state.doc.toJSON()), /insertion|deletion/);
  decide(cy, null, "reject");
  assert.deepEqual(names(cy.state.doc), ["paragraph", "photo", "paragraph"]);
});

test("a changed attribute goes back to what it was at first", () => {
  const [ana, ben] = pair([schema.node("quotation", { speaker: "Anna" }, [block("x")])]);
  setSuggesting(ana, true);
  for (const speaker of ["Anna K", "Anna Kl", "Anna Klein"]) {
    ana.dispatch(ana.state.tr.setNodeAttribute(0, "speaker", speaker));
  }
  assert.equal(list(ana.state.doc).length, 1);
  assert.ok(ben.state.doc.eq(ana.state.doc));
  decide(ben, null, "reject");
  assert.equal(ana.state.doc.firstChild.attrs.speaker, "Anna");
  assert.equal(ana.state.doc.firstChild.attrs.suggestion, null);

  ana.dispatch(ana.state.tr.setNodeAttribute(0, "speaker", "Bo"));
  ana.dispatch(ana.state.tr.setNodeAttribute(0, "role", "Baker"));
  assert.equal(list(ana.state.doc).length, 2);
  const [first] = list(ana.state.doc);
  decide(ana, first.id, "accept");
  decide(ana, null, "reject");
  assert.deepEqual([ana.state.doc.firstChild.attrs.speaker, ana.state.doc.firstChild.attrs.role], ["Bo", null]);

  // What comes back to what it was is no suggestion.
  ana.dispatch(ana.state.tr.setNodeAttribute(0, "speaker", "Cy"));
  ana.dispatch(ana.state.tr.setNodeAttribute(0, "speaker", "Bo"));
  assert.deepEqual(list(ana.state.doc), []);
});

test("a changed kind of block is one suggestion, and can be taken back", () => {
  for (const [decision, wanted] of [["accept", ["heading", 3]], ["reject", ["heading", 2]]]) {
    const [ana, ben] = pair([schema.node("heading", { level: 2, id: "a" }, [schema.text("A")])]);
    ana.dispatch(ana.state.tr.setSelection(TextSelection.create(ana.state.doc, 1)));
    setSuggesting(ana, true);
    toHeading(3)(ana.state, ana.dispatch);
    assert.equal(list(ana.state.doc).length, 1);
    decide(ben, null, decision);
    const { type, attrs } = ana.state.doc.firstChild;
    assert.deepEqual([type.name, attrs.level, attrs.id], [...wanted, "a"]);
  }
  for (const [decision, wanted] of [["accept", "heading"], ["reject", "paragraph"]]) {
    const [ana] = pair(["A"]);
    ana.dispatch(ana.state.tr.setSelection(TextSelection.create(ana.state.doc, 1)));
    setSuggesting(ana, true);
    toHeading(2)(ana.state, ana.dispatch);
    assert.equal(ana.state.doc.firstChild.type.name, "heading");
    decide(ana, null, decision);
    assert.equal(ana.state.doc.firstChild.type.name, wanted);
    assert.equal(ana.state.doc.textContent, "A");
  }
});

test("bold is suggested as other words in the same place", () => {
  const [ana] = pair(["plain"]);
  setSuggesting(ana, true);
  ana.dispatch(ana.state.tr.setSelection(TextSelection.create(ana.state.doc, 1, 6)));
  toggleMark(schema.marks.strong)(ana.state, ana.dispatch);
  assert.deepEqual(shown(ana.state.doc), ["-plain-+plain+"]);
  decide(ana, null, "accept");
  assert.deepEqual(toDocument(ana.state.doc.firstChild).content, [
    { type: "text", text: "plain", marks: [{ type: "strong" }] },
  ]);
});

test("a corrected word leaves the cursor behind it", () => {
  const [ana] = pair(["The cat sat."]);
  setSuggesting(ana, true);
  ana.dispatch(ana.state.tr.setSelection(TextSelection.create(ana.state.doc, 8)));
  const tr = ana.state.tr.replaceWith(5, 8, schema.text("dog"));
  ana.dispatch(tr.setSelection(TextSelection.create(tr.doc, 8)));
  ana.dispatch(ana.state.tr.insertText("s"));
  assert.deepEqual(shown(ana.state.doc), ["The -cat-+dogs+ sat."]);
});

test("an undone suggestion is gone, and undoing suggests nothing", () => {
  const [ana, ben] = pair(["text"]);
  setSuggesting(ana, true);
  ana.state.plugins[1].getState(ana.state).undoManager.stopCapturing();
  insert(ana, 5, " more");
  assert.deepEqual(shown(ben.state.doc), ["text+ more+"]);
  undo(ana.state);
  assert.deepEqual(shown(ana.state.doc), ["text"]);
  assert.deepEqual(list(ben.state.doc), []);
});

test("deciding moves nothing that is not suggested, whatever was done before", () => {
  let exact = 0;
  for (let seed = 1; seed <= 300; seed++) {
    const chance = random(seed);
    const [ana, ben] = pair(["The quick brown fox", "jumps over", "the lazy dog."]);
    const before = ana.state.doc;
    for (const view of [ana, ben]) setSuggesting(view, true);
    for (let step = 0; step < 12; step++) {
      const view = chance.pick([ana, ben]);
      const { doc } = view.state;
      const places = [];
      doc.descendants((node, pos) => {
        if (node.isTextblock) for (let at = 0; at <= node.content.size; at++) places.push(pos + 1 + at);
      });
      const from = chance.pick(places);
      const to = Math.min(from + 1 + chance.below(6), doc.resolve(from).end());
      const act = chance.below(4);
      if (act < 2) insert(view, from, chance.pick(["a", "bc ", "d"]));
      else if (act === 2 && to > from) remove(view, from, to);
      else if (doc.resolve(from).parentOffset > 0) view.dispatch(view.state.tr.split(from));
      view.state.doc.check();
      assert.ok(ana.state.doc.eq(ben.state.doc), `seed ${seed}`);
    }
    const text = (doc) => doc.textBetween(0, doc.content.size, "\n").replaceAll("\u200B", "");
    const rejected = settle(ana.state.tr, () => true, "reject").doc;
    rejected.check();
    // Who suggests to delete the anchors of a suggested break leaves the break; words are never
    // lost, and no paragraphs are joined that were not.
    const [had, has] = [text(before), text(rejected)];
    assert.equal(has.replaceAll("\n", ""), had.replaceAll("\n", ""), `seed ${seed}`);
    assert.match(has, new RegExp(`^${[...had].map((c) => c === "\n" ? "\n" : `\n*${c === "." ? "\\." : c}`).join("")}\n*$`), `seed ${seed}`);
    exact += Number(has === had);
    const accepted = settle(ana.state.tr, () => true, "accept").doc;
    accepted.check();
    for (const doc of [rejected, accepted]) {
      assert.deepEqual(list(doc), [], `seed ${seed}`);
      assert.doesNotMatch(doc.textContent, /\u200B/, `seed ${seed}`);
    }
  }
  assert.ok(exact >= 285, `${exact} of 300`);
});
