// Working on a table's rows and columns. Each command finds the table that holds the selection.
import { Fragment, type Node, type Schema } from "prosemirror-model";
import { type Command, type EditorState, TextSelection, type Transaction } from "prosemirror-state";
import { TABLE_COLUMNS_MAX } from "./limits.ts";

/** A place in a table. */
interface Cell {
  table: Node;
  /** Before the table. */
  at: number;
  row: number;
  column: number;
}

/** A table of empty cells. */
export function emptyTable(schema: Schema, rows: number, columns: number): Node {
  const made = Array.from({ length: rows }, () => emptyRow(schema, columns));
  return need(schema, "table").create({ header_row: true }, made);
}

/** Where in a table the selection begins, if it is in one. */
export function cellAt(state: EditorState): Cell | null {
  const { $from } = state.selection;
  for (let depth = $from.depth; depth >= 2; depth--) {
    if ($from.node(depth).type.name !== "table_cell") continue;
    return {
      table: $from.node(depth - 2),
      at: $from.before(depth - 2),
      row: $from.index(depth - 2),
      column: $from.index(depth - 1),
    };
  }
  return null;
}

export const addRow: Command = (state, dispatch) => {
  const cell = cellAt(state);
  if (!cell) return false;
  if (dispatch) {
    const tr = state.tr;
    const after = rowEnd(cell.table, cell.at, cell.row);
    tr.insert(after, emptyRow(state.schema, columnsOf(cell.table)));
    dispatch(into(tr, cell.at, cell.row + 1, 0));
  }
  return true;
};

export const removeRow: Command = (state, dispatch) => {
  const cell = cellAt(state);
  if (!cell) return false;
  if (cell.table.childCount === 1) return removeTable(state, dispatch);
  if (dispatch) {
    const end = rowEnd(cell.table, cell.at, cell.row);
    const tr = state.tr.delete(end - cell.table.child(cell.row).nodeSize, end);
    dispatch(into(tr, cell.at, Math.min(cell.row, cell.table.childCount - 2), cell.column));
  }
  return true;
};

export const addColumn: Command = (state, dispatch) => {
  const cell = cellAt(state);
  if (!cell || columnsOf(cell.table) >= TABLE_COLUMNS_MAX) return false;
  if (dispatch) {
    const tr = state.tr;
    eachRow(cell.table, cell.at, (row, start) => {
      tr.insert(tr.mapping.map(cellEnd(row, start, cell.column)), emptyCell(state.schema));
    });
    dispatch(into(tr, cell.at, cell.row, cell.column + 1));
  }
  return true;
};

export const removeColumn: Command = (state, dispatch) => {
  const cell = cellAt(state);
  if (!cell) return false;
  if (columnsOf(cell.table) === 1) return removeTable(state, dispatch);
  if (dispatch) {
    const tr = state.tr;
    eachRow(cell.table, cell.at, (row, start) => {
      if (cell.column >= row.childCount || row.childCount === 1) return;
      const end = cellEnd(row, start, cell.column);
      tr.delete(tr.mapping.map(end - row.child(cell.column).nodeSize), tr.mapping.map(end));
    });
    dispatch(into(tr, cell.at, cell.row, Math.max(0, cell.column - 1)));
  }
  return true;
};

/** Goes to the next cell, or the one before; after the last, a new row begins. */
export function nextCell(step: 1 | -1): Command {
  return (state, dispatch) => {
    const cell = cellAt(state);
    if (!cell) return false;
    let { row, column } = cell;
    column += step;
    if (column < 0) {
      row -= 1;
      column = row >= 0 ? cell.table.child(row).childCount - 1 : 0;
    } else if (column >= cell.table.child(row).childCount) {
      row += 1;
      column = 0;
    }
    if (row < 0) return false;
    if (row >= cell.table.childCount) return addRow(state, dispatch);
    dispatch?.(into(state.tr, cell.at, row, column).scrollIntoView());
    return true;
  };
}

/** Goes to the cell below; below the last, a new row begins. */
export const cellBelow: Command = (state, dispatch) => {
  const cell = cellAt(state);
  if (!cell) return false;
  if (dispatch) {
    const tr = state.tr;
    if (cell.row + 1 >= cell.table.childCount) {
      tr.insert(
        rowEnd(cell.table, cell.at, cell.row),
        emptyRow(state.schema, columnsOf(cell.table)),
      );
    }
    dispatch(into(tr, cell.at, cell.row + 1, cell.column).scrollIntoView());
  }
  return true;
};

/** Empties the cells that a selection spans, instead of joining them. */
export const emptyCells: Command = (state, dispatch) => {
  const { $from, $to, from, to } = state.selection;
  const cell = cellAt(state);
  if (!cell || $from.sameParent($to) || to > cell.at + cell.table.nodeSize) return false;
  if (dispatch) {
    const tr = state.tr;
    state.doc.nodesBetween(from, to, (node, pos) => {
      if (node.type.name !== "table_cell") return true;
      const start = tr.mapping.map(Math.max(from, pos + 1));
      const end = tr.mapping.map(Math.min(to, pos + node.nodeSize - 1));
      if (end > start) tr.delete(start, end);
      return false;
    });
    dispatch(tr.setSelection(TextSelection.near(tr.doc.resolve(tr.mapping.map(from)))));
  }
  return true;
};

/**
 * Makes every row of every table as long as the first, which two people at work can undo: one adds
 * a column while the other adds a row. Returns nothing when all is well.
 *
 * Two browsers may both do this at once, so it must not matter. Empty cells beyond the first row's
 * end are deleted, and a cell can be deleted twice. Cells are only added up to a width that some
 * row has with words in it; what the other browser adds as well is again empty and beyond.
 */
export function evenTables(state: EditorState): Transaction | null {
  const tr = state.tr;
  state.doc.descendants((node, at) => {
    if (node.isTextblock) return false;
    if (node.type.name !== "table") return true;
    const width = Math.min(TABLE_COLUMNS_MAX, Math.max(columnsOf(node), ...rowsOf(node).map(filledTo)));
    eachRow(node, at, (row, start) => {
      if (row.childCount < width) {
        const missing = Array.from({ length: width - row.childCount }, () => emptyCell(state.schema));
        tr.insert(tr.mapping.map(start + row.nodeSize - 1), missing);
      } else if (row.childCount > width) {
        tr.delete(tr.mapping.map(cellEnd(row, start, width - 1)), tr.mapping.map(start + row.nodeSize - 1));
      }
    });
    return false;
  });
  return tr.docChanged ? tr : null;
}

/** How many cells of a row stand before nothing but empty ones. */
function filledTo(row: Node): number {
  let filled = 0;
  row.forEach((cell, _offset, index) => {
    if (cell.content.size > 0) filled = index + 1;
  });
  return filled;
}

const removeTable: Command = (state, dispatch) => {
  const cell = cellAt(state);
  if (!cell) return false;
  dispatch?.(state.tr.deleteRange(cell.at, cell.at + cell.table.nodeSize));
  return true;
};

function into(tr: Transaction, at: number, row: number, column: number): Transaction {
  const table = tr.doc.nodeAt(at);
  if (!table || table.type.name !== "table") return tr;
  let start = at;
  eachRow(table, at, (node, pos, index) => {
    if (index === row) start = cellEnd(node, pos, Math.min(column, node.childCount - 1)) - 1;
  });
  return tr.setSelection(TextSelection.near(tr.doc.resolve(start), -1));
}

function columnsOf(table: Node): number {
  return table.firstChild?.childCount ?? 1;
}

function rowsOf(table: Node): Node[] {
  return Array.from({ length: table.childCount }, (_, index) => table.child(index));
}

function eachRow(table: Node, at: number, visit: (row: Node, at: number, index: number) => void): void {
  table.forEach((row, offset, index) => visit(row, at + 1 + offset, index));
}

function rowEnd(table: Node, at: number, index: number): number {
  let end = at + 1;
  for (let row = 0; row <= index; row++) end += table.child(row).nodeSize;
  return end;
}

/** After the cell at `column`, or after the last. */
function cellEnd(row: Node, at: number, column: number): number {
  let end = at + 1;
  for (let index = 0; index <= column && index < row.childCount; index++) {
    end += row.child(index).nodeSize;
  }
  return end;
}

function emptyRow(schema: Schema, columns: number): Node {
  const cells = Array.from({ length: columns }, () => emptyCell(schema));
  return need(schema, "table_row").create(null, Fragment.from(cells));
}

function emptyCell(schema: Schema): Node {
  return need(schema, "table_cell").create();
}

function need(schema: Schema, name: string) {
  const type = schema.nodes[name];
  if (!type) throw new Error(`the schema has no ${name}`);
  return type;
}
