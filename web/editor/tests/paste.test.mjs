import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { parseHTML } from "linkedom";
import { DOMSerializer } from "prosemirror-model";
import { EditorState, TextSelection } from "prosemirror-state";
import { insert, sliceOfHtml, sliceOfText } from "../../node_modules/.tests/paste.mjs";
import { schema, toDocument } from "../../node_modules/.tests/schema.mjs";

// A browser makes a body where there is none.
const parse = (html) => parseHTML(html.includes("<body") ? html : `<html><body>${html}</body></html>`).document;

/** What stands in a document after HTML was pasted into its empty paragraph. */
function pasted(html) {
  const state = EditorState.create({ schema });
  const tr = state.tr;
  insert(tr, sliceOfHtml(html, parse));
  tr.doc.check();
  return tr.doc;
}

/** A document in a few words. */
function brief(node) {
  if (node.isText) {
    const marks = node.marks.map((mark) => mark.type.name === "link" ? `link ${mark.attrs.href}` : mark.type.name);
    return marks.length > 0 ? `{${marks.join(", ")}: ${node.text}}` : node.text;
  }
  const children = [];
  node.forEach((child) => children.push(brief(child)));
  if (node.type.name === "paragraph") return children.join("");
  if (node.type.name === "hard_break") return "⏎";
  const attrs = Object.entries(node.attrs).filter(([name, value]) => value !== null && value !== false && name !== "suggestion");
  const shown = attrs.map(([name, value]) => `${name}=${value}`).join(" ");
  return `${node.type.name}${shown && ` ${shown}`}[${children.join(node.isTextblock ? "" : " | ")}]`;
}

async function fixture(name) {
  const doc = pasted(await readFile(new URL(`fixtures/${name}.html`, import.meta.url), "utf8"));
  return doc.content.content.map(brief);
}

test("Google Docs", async () => {
  assert.deepEqual(await fixture("google-docs"), [
    "heading level=2[The title of the document]",
    "Plain, {strong: bold}, {emphasis: italic} and {link https://example.org/report?id=7: a link}. E=mc{superscript: 2}{strike:  wrong}",
    "A second paragraph.",
    "bullet_list[list_item[One | bullet_list[list_item[One and a half]]] | list_item[{strong: Two}]]",
    "heading level=4[A small heading]",
    "table[table_row[table_cell[Party] | table_cell[Seats]] | table_row[table_cell[North⏎(and West)] | table_cell[]]]",
  ]);
});

test("Word", async () => {
  assert.deepEqual(await fixture("word"), [
    "heading level=2[From Word]",
    "Some {strong: bold} and {emphasis: italic} text\u00A0with a wrapped line.",
    "bullet_list[list_item[First point | bullet_list[list_item[A point below it]]] | list_item[Second {strong: point}]]",
    "ordered_list order=3[list_item[Third in order] | list_item[Fourth in order]]",
    "quotation[It was said. | Twice.]",
    "Text with a comment and added, seen.",
    "heading level=4[Deep heading]",
    "table header_row=true[table_row[table_cell[{strong: Day}] | table_cell[Times] | table_cell[]] | "
      + "table_row[table_cell[Tuesday] | table_cell[18:08] | table_cell[20:10]] | "
      + "table_row[table_cell[] | table_cell[21:00] | table_cell[]]]",
  ]);
});

test("the web", async () => {
  assert.deepEqual(await fixture("web"), [
    "heading level=2[Headline of a page]",
    "By {link https://example.org/author/jo: Jo}",
    "First {emphasis: em}, {emphasis: cite}, {code: code()}, bad, worse, near, {link mailto:a@example.org: mail}.",
    "quotation speaker=A. Speaker source_url=https://example.org/speech[Said | One. | Two.]",
    "Line one⏎line two",
    "New paragraph",
    "code_block language=js[let a = 1;\n  b();]",
    "divider[]",
    "ordered_list order=4[list_item[four | ordered_list order=1[list_item[deep]]] | list_item[five]]",
    "Layout only",
    "table caption=Votes header_row=true header_column=true[table_row[table_cell[Name] | table_cell[Votes]] | table_row[table_cell[A] | table_cell[1⏎2]]]",
    "More",
    "Inside",
    "He said “yes”.",
    "Form text",
  ]);
});

test("hostile HTML leaves its text at most", () => {
  for (const [html, wanted] of [
    ["<script>alert(1)</script>a", ["a"]],
    ["<img src=x onerror=alert(1)>b", ["b"]],
    ["<svg onload=alert(1)><script>x</script><foreignObject><p>y</p></foreignObject></svg>c", ["c"]],
    ["<iframe srcdoc='<script>x</script>'></iframe><object data=x></object><embed src=x>d", ["d"]],
    ["<math><mtext><style><img src=x onerror=x></style></mtext></math>e", ["e"]],
    ["<style>@import 'x'</style><link rel=stylesheet href=x><base href='//evil'>f", ["f"]],
    ["<a href=' javascript:alert(1)'>g</a>", ["g"]],
    ["<a href='https://user:pass@bank.example'>h</a>", ["h"]],
    ["<a href='vbscript:x'><b>i</b></a>", ["{strong: i}"]],
    ["<p>j\u0000\u202E\uFEFFk</p>", ["jk"]],
    ["<template><p>x</p></template><noscript><p>y</p></noscript>l", ["l"]],
  ]) assert.deepEqual(pasted(html).content.content.map(brief), wanted, html);
});

test("a forged copy of our own is read by the same rules", () => {
  const html = `<div data-pm-slice="0 0 []"><p class="embed"><a href="javascript:alert(1)">x</a></p>`
    + `<figure class="photo" data-photo="../../etc"></figure><aside class="related" data-address="mailto:x@y.z"></aside>`
    + `<p><a href="javascript:x">text</a><script>alert(1)</script></p><h1>one</h1></div>`;
  const text = JSON.stringify(toDocument(pasted(html)));
  assert.doesNotMatch(text, /javascript|etc|mailto/);
  assert.match(text, /text/);
});

test("nesting without end ends", () => {
  for (const tag of ["div", "b", "ul", "blockquote", "table", "span"]) {
    const nest = tag === "ul" ? "<ul><li>" : tag === "table" ? "<table><tr><td>" : `<${tag}>`;
    const doc = pasted(`${nest.repeat(3_000)}deep`);
    assert.ok(doc.textContent.includes("deep"), tag);
    assert.ok(depthOf(doc) <= 20, tag);
  }
  const forged = `<div data-pm-slice="1 1 []">${"<ul><li>".repeat(3_000)}deep</div>`;
  assert.ok(depthOf(pasted(forged)) <= 20);
  assert.ok(pasted(`<table><tr><td colspan="99999" rowspan="99999">x</td></tr></table>`).nodeSize < 1_000);
});

function depthOf(node) {
  let deepest = 0;
  node.forEach((child) => (deepest = Math.max(deepest, depthOf(child) + 1)));
  return deepest;
}

test("a copy within the editor keeps every kind of block", async () => {
  const text = await readFile(new URL("../../../fixtures/documents/blocks.json", import.meta.url), "utf8");
  const doc = schema.nodeFromJSON(JSON.parse(text));
  const { document } = parseHTML("<html><body></body></html>");
  const fragment = DOMSerializer.fromSchema(schema).serializeFragment(doc.content, { document });
  document.body.append(fragment);
  document.body.firstElementChild.setAttribute("data-pm-slice", "0 0 []");
  const again = pasted(document.body.innerHTML);
  // The anchors stay where they were; nothing else is lost.
  assert.deepEqual(toDocument(again), toDocument(doc));
});

test("what is copied with suggestions comes as they would have it", () => {
  const mark = (name) => [schema.mark(name, { id: "s", author: "a" })];
  const paragraph = schema.node("paragraph", null, [
    schema.text("a "),
    schema.text("new ", mark("insertion")),
    schema.text("old ", mark("deletion")),
    schema.text("b", [...mark("insertion"), schema.mark("strong")]),
  ]);
  const gone = schema.node("divider", null, [], mark("deletion"));
  const { document } = parseHTML("<html><body></body></html>");
  const serializer = DOMSerializer.fromSchema(schema);
  document.body.append(serializer.serializeFragment(schema.node("doc", null, [paragraph, gone, paragraph]).content, { document }));
  document.body.firstElementChild.setAttribute("data-pm-slice", "0 0 []");
  assert.deepEqual(pasted(document.body.innerHTML).content.content.map(brief), ["a new {strong: b}", "a new {strong: b}"]);
});

test("pasting into a sentence keeps the sentence, and nothing removes nothing", () => {
  const doc = schema.node("doc", null, [schema.node("paragraph", null, schema.text("He said yes"))]);
  const at = (state, from, to = from) => state.apply(state.tr.setSelection(TextSelection.create(state.doc, from, to)));
  const state = at(EditorState.create({ schema, doc }), 9);
  const put = (state, slice) => {
    const tr = state.tr;
    insert(tr, slice);
    return tr.doc.content.content.map(brief);
  };
  assert.deepEqual(put(state, sliceOfHtml("<b>oh </b>", parse)), ["He said {strong: oh }yes"]);
  assert.deepEqual(put(state, sliceOfHtml("<p>one</p><p>two</p>", parse)), ["He said one", "twoyes"]);
  assert.deepEqual(put(state, sliceOfText("a\r\nb\n\nc")), ["He said a", "b", "cyes"]);
  assert.deepEqual(put(at(state, 1, 8), sliceOfHtml("<script>x</script>", parse)), ["He said yes"]);
  assert.deepEqual(put(state, sliceOfHtml("<ul><li>x</li></ul>", parse)), ["He said ", "bullet_list[list_item[x]]", "yes"]);
});
