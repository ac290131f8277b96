import assert from "node:assert/strict";
import { test } from "node:test";
import { EditorState, NodeSelection, TextSelection } from "prosemirror-state";
import { insertBlock, moveBlock } from "../../node_modules/.tests/block_commands.mjs";
import { blockChoices, matching } from "../../node_modules/.tests/blocks.mjs";
import { modifier, shortcuts } from "../../node_modules/.tests/keys.mjs";
import { providerOf } from "../../node_modules/.tests/nodes/embed.mjs";
import { storyOf, storyTyped } from "../../node_modules/.tests/pickers.mjs";
import { schema } from "../../node_modules/.tests/schema.mjs";
import {
  linkAt, plainAtStart, setLink, splitHeading, splitItem, toCode, toggleList, toggleQuotation, toHeading,
} from "../../node_modules/.tests/text_commands.mjs";
import { ENGLISH, words } from "../../node_modules/.tests/words.mjs";

const p = (text = "") => schema.node("paragraph", null, text === "" ? [] : [schema.text(text)]);
const h = (level, text, id = null) => schema.node("heading", { level, id }, [schema.text(text)]);
const list = (...items) => schema.node("bullet_list", null, items.map((text) => schema.node("list_item", null, [p(text)])));
const quotation = (...texts) => schema.node("quotation", { speaker: "S" }, texts.map(p));
const photo = () => schema.node("photo", { id: "01910000-0000-7000-8000-000000000001" });
const box = (...blocks) => schema.node("fact_box", null, blocks);

/** A state with the cursor before the first `|`, which is taken out. */
function at(...blocks) {
  const doc = schema.node("doc", null, blocks);
  let place = null;
  doc.descendants((node, pos) => {
    if (node.isText && place === null && node.text.includes("|")) place = pos + node.text.indexOf("|");
  });
  const state = EditorState.create({ schema, doc });
  const tr = state.tr.delete(place, place + 1);
  return state.apply(tr.setSelection(TextSelection.create(tr.doc, place)));
}

function run(state, command) {
  let next = state;
  const done = command(state, (tr) => (next = state.apply(tr)));
  next.doc.check();
  return done ? String(next.doc).replace(/^doc\((.*)\)$/, "$1") : null;
}

test("Enter in a heading leaves the anchor with the first half, and ends it at the end", () => {
  const state = at(h(3, "on|e", "one"));
  let next;
  splitHeading(state, (tr) => (next = state.apply(tr)));
  assert.deepEqual(next.doc.content.content.map(({ attrs }) => [attrs.level, attrs.id]), [[3, "one"], [3, null]]);
  assert.equal(run(at(h(2, "one|")), splitHeading), 'heading("one"), paragraph');
  assert.equal(run(at(p("one|")), splitHeading), null);
});

test("Enter in a list makes an item, and Backspace takes the list away first", () => {
  assert.equal(run(at(list("a|b")), splitItem), 'bullet_list(list_item(paragraph("a")), list_item(paragraph("b")))');
  assert.equal(run(at(list("|ab")), plainAtStart), 'paragraph("ab")');
  assert.equal(run(at(list("a", "|b")), plainAtStart), 'bullet_list(list_item(paragraph("a"))), paragraph("b")');
  assert.equal(run(at(list("a|b")), plainAtStart), null);
});

test("Backspace at the start of a block takes away what it is besides text", () => {
  assert.equal(run(at(h(2, "|a")), plainAtStart), 'paragraph("a")');
  assert.equal(run(at(quotation("|a", "b")), plainAtStart), 'paragraph("a"), paragraph("b")');
  assert.equal(run(at(quotation("a", "|b")), plainAtStart), null);
  assert.equal(run(at(box(p("|"))), plainAtStart), "paragraph");
  assert.equal(run(at(box(p("|a"))), plainAtStart), null);
  assert.equal(run(at(p("|a")), plainAtStart), null);
});

test("what is toggled twice is as before", () => {
  assert.equal(run(at(p("|a")), toHeading(2)), 'heading("a")');
  assert.equal(run(at(h(2, "|a")), toHeading(2)), 'paragraph("a")');
  assert.equal(run(at(p("|a")), toggleQuotation), 'quotation(paragraph("a"))');
  assert.equal(run(at(h(2, "|a")), toggleQuotation), 'quotation(paragraph("a"))');
  assert.equal(run(at(quotation("|a")), toggleQuotation), 'paragraph("a")');
  assert.equal(run(at(p("|a")), toggleList("bullet_list")), 'bullet_list(list_item(paragraph("a")))');
  assert.equal(run(at(list("|a")), toggleList("bullet_list")), 'paragraph("a")');
  assert.equal(run(at(list("|a")), toggleList("ordered_list")), 'ordered_list(list_item(paragraph("a")))');
  assert.equal(run(at(p("|a")), toCode), 'code_block("a")');
});

test("a change of level keeps the anchor", () => {
  const state = at(h(2, "|a", "here"));
  let next;
  toHeading(3)(state, (tr) => (next = state.apply(tr)));
  assert.equal(next.doc.firstChild.attrs.id, "here");
});

test("a block is put where there is room for it, with a place to go on", () => {
  const put = (state, block) => run(state, (given, dispatch) => {
    dispatch(insertBlock(given.tr, block));
    return true;
  });
  assert.equal(put(at(p("|")), photo()), "photo, paragraph");
  assert.equal(put(at(p("|"), p("b")), photo()), 'photo, paragraph("b")');
  assert.equal(put(at(p("a|b"), p("c")), photo()), 'paragraph("ab"), photo, paragraph("c")');
  assert.equal(put(at(list("a|", "b")), photo()), 'bullet_list(list_item(paragraph("a")), list_item(paragraph("b"))), photo, paragraph');
  assert.equal(put(at(quotation("a|")), photo()), 'quotation(paragraph("a")), photo, paragraph');
  assert.equal(put(at(box(p("a|"))), photo()), 'fact_box(paragraph("a"), photo, paragraph)');
  const selected = EditorState.create({ schema, doc: schema.node("doc", null, [photo(), p("a")]) });
  assert.equal(put(selected.apply(selected.tr.setSelection(NodeSelection.create(selected.doc, 0))), photo()), 'photo, photo, paragraph("a")');
});

test("a block changes places with its neighbour and keeps the cursor", () => {
  let state = at(p("one"), p("t|wo"), p("three"));
  const view = {
    get state() {
      return state;
    },
    dispatch: (tr) => (state = state.apply(tr)),
  };
  const texts = () => state.doc.content.content.map((node) => node.textContent);
  assert.ok(moveBlock(view, 5, -1));
  assert.deepEqual(texts(), ["two", "one", "three"]);
  assert.equal(state.selection.$from.parent.textContent, "two");
  assert.equal(state.selection.$from.parentOffset, 1);
  assert.equal(moveBlock(view, 0, -1), false);
  assert.ok(moveBlock(view, 0, 1));
  assert.deepEqual(texts(), ["one", "two", "three"]);
});

test("a link is set on what is selected, changed as a whole, and taken away", () => {
  let state = at(p("|see here"));
  state = state.apply(state.tr.setSelection(TextSelection.create(state.doc, 5, 9)));
  setLink("https://e.org/a")(state, (tr) => (state = state.apply(tr)));
  state = state.apply(state.tr.addMark(7, 9, schema.mark("strong")));
  state = state.apply(state.tr.setSelection(TextSelection.create(state.doc, 6)));
  assert.deepEqual(linkAt(state), { href: "https://e.org/a", from: 5, to: 9 });
  setLink("/b")(state, (tr) => (state = state.apply(tr)));
  assert.doesNotMatch(JSON.stringify(state.doc.toJSON()), /e\.org/);
  setLink("")(state, (tr) => (state = state.apply(tr)));
  assert.equal(linkAt(state), null);
  setLink("https://e.org/")(state, (tr) => (state = state.apply(tr)));
  assert.match(state.doc.textContent, /https:\/\/e\.org\//);
});

test("the block menu finds by what a block is called", () => {
  const choices = blockChoices({ words: words() }, "Ctrl+");
  assert.equal(choices.length, 15);
  const found = (query) => matching(choices, query).map(({ id }) => id);
  assert.deepEqual(found("quot"), ["quotation"]);
  assert.deepEqual(found("heading 3"), ["heading-3"]);
  assert.deepEqual(found("LIST"), ["bullet_list", "ordered_list"]);
  assert.deepEqual(found("nothing"), []);
});

test("every word has its English, and takes what is given", () => {
  assert.equal(words({ heading: "Überschrift {level}" })("heading", { level: 3 }), "Überschrift 3");
  assert.equal(words()("heading"), "Heading {level}");
  for (const text of Object.values(ENGLISH)) assert.ok(text.trim() === text && text !== "");
  assert.equal(new Set(shortcuts(words(), modifier("MacIntel")).map(([keys]) => keys)).size, shortcuts(words(), "").length);
  assert.equal(modifier("Linux x86_64"), "Ctrl+");
});

test("a story is named by what is known of it", () => {
  const say = words();
  assert.deepEqual(storyOf(storyTyped("A title", say)), { title: "A title" });
  assert.deepEqual(storyOf(storyTyped("/news/a", say)), { address: "/news/a" });
  assert.equal(storyTyped("", say), null);
  assert.deepEqual(storyOf({ id: "x", label: "T", address: "javascript:1" }), { article: "x", title: "T" });
  assert.equal(providerOf("https://www.youtube.com/watch?v=1"), "YouTube");
  assert.equal(providerOf("https://e.org/"), null);
});
