import assert from "node:assert/strict";
import { test } from "node:test";
import { EditorState, TextSelection } from "prosemirror-state";
import * as Y from "yjs";
import { schema } from "../../node_modules/.tests/schema.mjs";
import { addColumn, addRow, cellBelow, emptyCells, emptyTable, evenTables, nextCell, removeColumn, removeRow } from "../../node_modules/.tests/table_commands.mjs";
import { random, View } from "./support.mjs";

function table(rows) {
  const cell = (text) => schema.node("table_cell", null, text === "" ? [] : [schema.text(text)]);
  const row = (cells) => schema.node("table_row", null, cells.map(cell));
  return schema.node("doc", null, [schema.node("table", { header_row: true }, rows.map(row)), schema.node("paragraph")]);
}

function cells(doc) {
  const rows = [];
  doc.descendants((node) => {
    if (node.type.name === "table_row") rows.push([]);
    if (node.type.name === "table_cell") rows.at(-1).push(node.textContent);
  });
  return rows;
}

/** A state with the cursor after the first occurrence of `text`. */
function at(rows, text) {
  const doc = table(rows);
  let place = 0;
  doc.descendants((node, pos) => {
    if (node.isText && node.text === text) place = pos + node.nodeSize;
  });
  const state = EditorState.create({ schema, doc });
  return state.apply(state.tr.setSelection(TextSelection.create(state.doc, place)));
}

function run(state, command) {
  let next = state;
  const done = command(state, (tr) => (next = state.apply(tr)));
  next.doc.check();
  return done ? next : null;
}

const here = (state) => {
  const { $from } = state.selection;
  return [$from.index(-2), $from.index(-1)];
};

const ROWS = [["a", "b"], ["c", "d"]];

test("rows and columns come and go around the cursor", () => {
  assert.deepEqual(cells(run(at(ROWS, "a"), addRow).doc), [["a", "b"], ["", ""], ["c", "d"]]);
  assert.deepEqual(here(run(at(ROWS, "a"), addRow)), [1, 0]);
  assert.deepEqual(cells(run(at(ROWS, "c"), removeRow).doc), [["a", "b"]]);
  assert.deepEqual(cells(run(at(ROWS, "a"), addColumn).doc), [["a", "", "b"], ["c", "", "d"]]);
  assert.deepEqual(cells(run(at(ROWS, "d"), addColumn).doc), [["a", "b", ""], ["c", "d", ""]]);
  assert.deepEqual(here(run(at(ROWS, "d"), addColumn)), [1, 2]);
  assert.deepEqual(cells(run(at(ROWS, "d"), removeColumn).doc), [["a"], ["c"]]);
  assert.deepEqual(cells(run(at([["a"]], "a"), removeRow).doc), []);
  assert.deepEqual(cells(run(at([["a"], ["b"]], "a"), removeColumn).doc), []);
  const outside = EditorState.create({ schema });
  for (const command of [addRow, removeRow, addColumn, removeColumn, cellBelow, nextCell(1), emptyCells]) {
    assert.equal(command(outside), false);
  }
});

test("a table has no more columns than the document allows", () => {
  const wide = [Array.from({ length: 50 }, (_, n) => `c${n}`)];
  assert.equal(run(at(wide, "c3"), addColumn), null);
});

test("Tab goes from cell to cell, and Enter down", () => {
  assert.deepEqual(here(run(at(ROWS, "a"), nextCell(1))), [0, 1]);
  assert.deepEqual(here(run(at(ROWS, "b"), nextCell(1))), [1, 0]);
  assert.deepEqual(here(run(at(ROWS, "c"), nextCell(-1))), [0, 1]);
  assert.equal(run(at(ROWS, "a"), nextCell(-1)), null);
  assert.equal(cells(run(at(ROWS, "d"), nextCell(1)).doc).length, 3);
  assert.deepEqual(here(run(at(ROWS, "b"), cellBelow)), [1, 1]);
  assert.deepEqual(here(run(at(ROWS, "d"), cellBelow)), [2, 1]);
});

test("deleting over cells empties them", () => {
  const state = at(ROWS, "a");
  // From before the "a" to after the "b".
  const { from } = state.selection;
  const over = state.apply(state.tr.setSelection(TextSelection.create(state.doc, from - 1, from + 3)));
  assert.deepEqual(cells(run(over, emptyCells).doc), [["", ""], ["c", "d"]]);
  assert.equal(run(state, emptyCells), null);
});

test("uneven rows are made even, and words are never cut off", () => {
  const even = (rows) => {
    const state = EditorState.create({ schema, doc: table(rows) });
    const tr = evenTables(state);
    return tr ? cells(tr.doc) : null;
  };
  assert.equal(even(ROWS), null);
  assert.deepEqual(even([["a", "b"], ["c"]]), [["a", "b"], ["c", ""]]);
  assert.deepEqual(even([["a"], ["c", ""]]), [["a"], ["c"]]);
  assert.deepEqual(even([["a"], ["c", "d"]]), [["a", ""], ["c", "d"]]);
  assert.deepEqual(even([["a", "b"], ["c", "d", "", ""], ["e", "f", "g"]]), [["a", "b", ""], ["c", "d", ""], ["e", "f", "g"]]);
});

test("two people who change one table at once come to one even table", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const chance = random(seed);
    const docs = [new Y.Doc(), new Y.Doc(), new Y.Doc()];
    const exchange = () => {
      for (const from of docs) {
        for (const to of docs) Y.applyUpdate(to, Y.encodeStateAsUpdate(from, Y.encodeStateVector(to)));
      }
    };
    const views = docs.map((doc, n) => new View(doc.getXmlFragment("body"), { id: `p${n}`, name: `P${n}` }));
    views[0].dispatch(views[0].state.tr.replaceWith(0, views[0].state.doc.content.size, [emptyTable(schema, 3, 3), schema.node("paragraph")]));
    exchange();
    for (let round = 0; round < 4; round++) {
      for (const view of views) {
        const inCells = [];
        view.state.doc.descendants((node, pos) => {
          if (node.type.name === "table_cell") inCells.push(pos + 1);
        });
        if (inCells.length === 0) continue;
        view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, chance.pick(inCells))));
        const command = chance.pick([addRow, addColumn, removeRow, removeColumn, (state, dispatch) => dispatch(state.tr.insertText("x"))]);
        command(view.state, view.dispatch);
      }
      // Each of them mends, as if each thought that it was the first.
      exchange();
      for (let mends = 0; mends < 6; mends++) {
        for (const view of views) {
          const tr = evenTables(view.state);
          if (tr) view.dispatch(tr);
        }
        exchange();
      }
    }
    for (const view of views) {
      assert.ok(view.state.doc.eq(views[0].state.doc), `seed ${seed}`);
      const widths = new Set(cells(view.state.doc).map((row) => row.length));
      assert.ok(widths.size <= 1, `seed ${seed}: ${[...widths]}`);
    }
    for (const view of views) view.destroy();
  }
});
