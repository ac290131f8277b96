// Real Yjs documents for a test that is not written in JavaScript: each line of the input asks for
// one thing as JSON, each line of the output answers. `crates/publish/tests/it/yjs.rs` asks.
import { createInterface } from "node:readline";
import * as Y from "yjs";

const docs = new Map();
const bytes = (text) => new Uint8Array(Buffer.from(text, "base64"));
const text = (array) => Buffer.from(array).toString("base64");

const requests = {
  begin({ doc, client }) {
    const made = new Y.Doc();
    made.clientID = client;
    // As the editor does, before anything arrives.
    for (const name of TEXTS) made.getText(name);
    made.getMap("fields");
    for (const name of LISTS) made.getArray(name);
    made.getXmlFragment("body");
    const roots = [...made.share.values()];
    const entry = { doc: made, updates: [], undo: new Y.UndoManager(roots, { captureTimeout: 0 }) };
    made.on("update", (update) => entry.updates.push(update));
    docs.set(doc, entry);
  },
  end() {
    for (const { doc, undo } of docs.values()) {
      undo.destroy();
      doc.destroy();
    }
    docs.clear();
  },
  /** Changes a document, and answers with the updates that tell of it. */
  edit({ doc, edit }) {
    const entry = docs.get(doc);
    entry.updates.length = 0;
    if (edit.kind === "undo") entry.undo.undo();
    else if (edit.kind === "redo") entry.undo.redo();
    else entry.doc.transact(() => edits[edit.kind](entry.doc, edit));
    return entry.updates.map(text);
  },
  apply: ({ doc, update }) => Y.applyUpdate(docs.get(doc).doc, bytes(update), "elsewhere"),
  vector: ({ doc }) => text(Y.encodeStateVector(docs.get(doc).doc)),
  snapshot: ({ doc }) => text(Y.encodeSnapshot(Y.snapshot(docs.get(doc).doc))),
  missing: ({ doc, vector }) => text(Y.encodeStateAsUpdate(docs.get(doc).doc, bytes(vector))),
  merge: ({ updates }) => text(Y.mergeUpdates(updates.map(bytes))),
  waits: ({ doc }) => docs.get(doc).doc.store.pendingStructs !== null,
  read({ doc }) {
    const { doc: read } = docs.get(doc);
    const said = {};
    for (const name of TEXTS) said[name] = read.getText(name).toString();
    said.fields = read.getMap("fields").toJSON();
    for (const name of LISTS) said[name] = read.getArray(name).toJSON();
    said.body = read.getXmlFragment("body").toArray().map(node);
    return said;
  },
};

const TEXTS = ["headline", "deck", "dateline"];
const LISTS = ["byline", "related"];

function node(one) {
  if (one instanceof Y.XmlText) return one.toDelta().map(({ insert, attributes }) => [insert, attributes ?? {}]);
  return { name: one.nodeName, attributes: one.getAttributes(), content: one.toArray().map(node) };
}

/** What editors do. `a`, `b` and `c` are any numbers, and say where and how much. */
const edits = {
  insert: (doc, { name, a, words }) => {
    const whole = doc.getText(name);
    whole.insert(place(whole.toString(), a), words);
  },
  delete: (doc, { name, a, b }) => {
    const whole = doc.getText(name);
    const [from, length] = range(whole.toString(), a, b);
    if (length > 0) whole.delete(from, length);
  },
  set: (doc, { name, value }) => doc.getMap("fields").set(name, value),
  unset: (doc, { name }) => doc.getMap("fields").delete(name),
  list_insert: (doc, { name, a, value }) => {
    const list = doc.getArray(name);
    list.insert(a % (list.length + 1), [value]);
  },
  list_delete: (doc, { name, a, b }) => {
    const list = doc.getArray(name);
    const from = a % (list.length + 1);
    const length = Math.min(b % 3, list.length - from);
    if (length > 0) list.delete(from, length);
  },
  block: (doc, { a, name, attributes, words, marks }) => {
    const parent = container(doc, a);
    const made = new Y.XmlElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (name !== "list_item") {
      const inner = new Y.XmlText();
      inner.insert(0, words, marks);
      made.insert(0, [inner]);
    }
    parent.insert(a % (parent.length + 1), [made]);
  },
  block_delete: (doc, { a, b }) => {
    const parent = container(doc, b);
    if (parent.length > 0) parent.delete(a % parent.length, 1);
  },
  attribute: (doc, { a, name, value }) => {
    const all = [...elements(doc)];
    if (all.length > 0) all[a % all.length].setAttribute(name, value);
  },
  type: (doc, { a, b, words, marks }) => {
    const inner = someText(doc, a);
    if (inner) inner.insert(place(plain(inner), b), words, marks);
  },
  erase: (doc, { a, b, c }) => {
    const inner = someText(doc, a);
    const [from, length] = inner ? range(plain(inner), b, c) : [0, 0];
    if (length > 0) inner.delete(from, length);
  },
  mark: (doc, { a, b, c, marks }) => {
    const inner = someText(doc, a);
    const [from, length] = inner ? range(plain(inner), b, c) : [0, 0];
    if (length > 0) inner.format(from, length, marks);
  },
};

function* elements(doc, within = doc.getXmlFragment("body")) {
  for (const one of within.toArray()) {
    if (one instanceof Y.XmlText) continue;
    yield one;
    yield* elements(doc, one);
  }
}

/** The body, or a block that holds blocks. */
function container(doc, number) {
  const all = [doc.getXmlFragment("body"), ...[...elements(doc)].filter((one) => one.nodeName === "list_item")];
  return all[number % all.length];
}

function someText(doc, number) {
  const texts = [...elements(doc)].flatMap((one) => one.toArray()).filter((one) => one instanceof Y.XmlText);
  return texts.length > 0 ? texts[number % texts.length] : null;
}

const plain = (inner) => inner.toDelta().map(({ insert }) => insert).join("");

/** A place between two characters, never within one: as the editor minds it. */
function place(whole, number) {
  const at = number % (whole.length + 1);
  return /[\uDC00-\uDFFF]/.test(whole[at] ?? "") ? at - 1 : at;
}

function range(whole, a, b) {
  const from = place(whole, a);
  const to = place(whole, Math.min(whole.length, from + (b % 6)));
  return [from, Math.max(0, to - from)];
}

for await (const line of createInterface({ input: process.stdin })) {
  const { ask, ...rest } = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(requests[ask](rest) ?? null)}\n`);
}
