import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { schema, toDocument } from "../../node_modules/.tests/schema.mjs";
import { attributeToMarks, marksToAttribute } from "../../node_modules/.tests/suggestion_marks.mjs";

const documents = new URL("../../../fixtures/documents/", import.meta.url);

/** The JSON as Rust reads it: what is empty or null may as well be left out, and like texts join. */
function read(json) {
  const { type, text, attrs = {}, content = [], marks = [] } = json;
  const joined = [];
  for (const child of content.map(read)) {
    const last = joined.at(-1);
    if (child.type === "text" && last?.type === "text" && JSON.stringify(child.marks) === JSON.stringify(last.marks)) {
      last.text += child.text;
    } else {
      joined.push(child);
    }
  }
  const given = (attrs) => Object.fromEntries(Object.entries(attrs).filter(([, value]) => value !== null).sort());
  const defaults = type === "ordered_list" ? { order: 1 } : type === "table" ? { header_row: false, header_column: false } : {};
  return {
    type,
    text,
    attrs: given({ ...defaults, ...attrs }),
    content: joined,
    // A break looks the same within strong text as outside of it.
    marks: type === "hard_break"
      ? []
      : marks.map((mark) => ({ type: mark.type, attrs: given(mark.attrs ?? {}) }))
        .sort((a, b) => Object.keys(schema.marks).indexOf(a.type) - Object.keys(schema.marks).indexOf(b.type)),
  };
}

async function golden(folder) {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json"));
  return Promise.all(names.map(async (name) => [name, await readFile(new URL(name, folder), "utf8")]));
}

test("every golden document keeps all that it has", async () => {
  const all = [...await golden(documents), ...await golden(new URL("imported/", documents))];
  assert.ok(all.length > 8);
  for (const [name, text] of all) {
    const json = JSON.parse(text);
    const node = schema.nodeFromJSON(json);
    node.check();
    assert.deepEqual(read(toDocument(node)), read(json), name);
    assert.deepEqual(schema.nodeFromJSON(toDocument(node)).toJSON(), node.toJSON(), name);
  }
});

test("what Rust refuses for its shape, the schema does not hold either", async () => {
  // Characters, addresses and lengths are checked where they come in, and attributes that the
  // schema does not have fall away.
  const shapes = [
    "html-node", "list-in-quotation", "list-of-paragraphs", "marked-code",
    "paragraph-in-cell", "paragraph-in-paragraph", "photo-without-id", "script-node", "unknown-mark",
    "number-as-text", "text-without-text",
  ];
  const refused = new Map(await golden(new URL("rejected/", documents)));
  for (const name of shapes) {
    const json = JSON.parse(refused.get(`${name}.json`));
    assert.throws(() => schema.nodeFromJSON(json).check(), undefined, name);
  }
});

test("names, attributes and the order of marks are the document's", () => {
  const own = (type) => Object.keys(type.attrs ?? type.spec.attrs ?? {}).filter((name) => name !== "suggestion").sort();
  const nodes = Object.fromEntries(Object.entries(schema.nodes).map(([name, type]) => [name, own(type)]));
  assert.deepEqual(nodes, {
    doc: [],
    paragraph: [],
    heading: ["id", "level"],
    quotation: ["role", "source", "source_url", "speaker"],
    bullet_list: [],
    ordered_list: ["order"],
    list_item: [],
    photo: ["caption", "id"],
    gallery: [],
    related: ["address", "article", "title"],
    embed: ["provider", "title", "url"],
    table: ["caption", "header_column", "header_row"],
    table_row: [],
    table_cell: [],
    fact_box: ["title"],
    divider: [],
    code_block: ["language"],
    text: [],
    hard_break: [],
  });
  assert.deepEqual(Object.keys(schema.marks), [
    "insertion", "deletion", "modification",
    "link", "strong", "emphasis", "strike", "superscript", "subscript", "code",
  ]);
});

test("a node's suggestion marks survive as its attribute", () => {
  const { insertion, modification } = schema.marks;
  const mark = insertion.create({ id: "s1", author: "a", name: "Ada", at: "2026-01-01T00:00:00Z" });
  const node = schema.nodes.divider.create({ suggestion: marksToAttribute([mark]) }, null, [mark]);
  // As y-prosemirror makes it: from a name, attributes and content.
  const read = schema.node("divider", { suggestion: node.attrs.suggestion }, []);
  assert.ok(read.eq(node));

  const several = ["level", "id"].map((attrName) => modification.create({ id: "s2", type: "attr", attrName, previousValue: 2, newValue: 3 }));
  const attribute = marksToAttribute(several);
  assert.equal(attributeToMarks(schema, { suggestion: attribute }).length, 2);
  for (const broken of ["", "{", "[]", "[1]", '[{"type":"strong"}]', '[{"type":"nothing"}]', 7, null]) {
    assert.deepEqual(attributeToMarks(schema, { suggestion: broken }), []);
  }
});
