// Tables of foreign HTML.
import type { Node } from "prosemirror-model";
import { oneLine } from "./characters.ts";
import { TABLE_COLUMNS_MAX } from "./limits.ts";
import { schema } from "./schema.ts";
import { paragraphsOf } from "./foreign_html.ts";

const ROWS_MAX = 500;

interface Cell {
  blocks: Node[];
  isHeading: boolean;
}

/** The table; or what its cells hold, when it only arranged them. */
export function readTable(
  at: Element,
  read: (cell: Element) => Node[],
  captionMax: number,
): Node[] {
  const rows = rowsOf(at);
  const grid = gridOf(rows, read);
  const width = Math.max(0, ...grid.map((row) => row.length));
  const arranges = at.getAttribute("role") === "presentation" || (grid.length <= 1 && width <= 1);
  if (arranges || width > TABLE_COLUMNS_MAX) return grid.flat().flatMap((cell) => cell?.blocks ?? []);
  if (!grid.flat().some((cell) => cell !== null && cell.blocks.length > 0)) return [];
  const made = grid.map((row) => {
    const cells = Array.from({ length: width }, (_, index) => {
      return schema.nodes.table_cell.create(null, lineOf(row[index]?.blocks ?? []));
    });
    return schema.nodes.table_row.create(null, cells);
  });
  const caption = oneLine(childOf(at, "CAPTION")?.textContent ?? "");
  const first = grid[0] ?? [];
  const inHead = rows[0]?.parentElement?.nodeName.toUpperCase() === "THEAD";
  return [
    schema.nodes.table.create({
      caption: caption === "" || caption.length > captionMax ? null : caption,
      header_row: inHead || first.every((cell) => cell?.isHeading ?? false),
      header_column: grid.length > 1 && grid.slice(1).every((row) => row[0]?.isHeading ?? false),
    }, made),
  ];
}

/** The table's own rows, and not those of a table within it. */
function rowsOf(table: Element): Element[] {
  const rows: Element[] = [];
  for (const child of table.children) {
    const name = child.nodeName.toUpperCase();
    if (name === "TR") rows.push(child);
    else if (/^T(HEAD|BODY|FOOT)$/.test(name)) {
      rows.push(...[...child.children].filter((row) => row.nodeName.toUpperCase() === "TR"));
    }
  }
  return rows.slice(0, ROWS_MAX);
}

/** Rows of cells; `null` where a cell of before spans. */
function gridOf(rows: readonly Element[], read: (cell: Element) => Node[]): (Cell | null)[][] {
  const grid: (Cell | null)[][] = rows.map(() => []);
  rows.forEach((row, y) => {
    const line = grid[y] ?? [];
    let x = 0;
    for (const cell of row.children) {
      if (!/^T[DH]$/i.test(cell.nodeName)) continue;
      while (line[x] !== undefined) x += 1;
      const columns = span(cell.getAttribute("colspan"), TABLE_COLUMNS_MAX);
      const down = Math.min(span(cell.getAttribute("rowspan"), ROWS_MAX), rows.length - y);
      for (let dy = 0; dy < down; dy++) {
        for (let dx = 0; dx < columns; dx++) {
          const below = grid[y + dy];
          if (below) below[x + dx] = null;
        }
      }
      line[x] = { blocks: read(cell), isHeading: cell.nodeName.toUpperCase() === "TH" };
      x += columns;
    }
  });
  return grid.map((row) => Array.from(row, (cell) => cell ?? null)).filter((row) => row.length > 0);
}

/** Blocks as one line, with a break between them. */
function lineOf(blocks: readonly Node[]): Node[] {
  const line: Node[] = [];
  for (const paragraph of blocks.flatMap(paragraphsOf)) {
    if (line.length > 0) line.push(schema.nodes.hard_break.create());
    line.push(...paragraph.content.content);
  }
  return line;
}

function span(text: string | null, most: number): number {
  return text !== null && /^\d{1,4}$/.test(text) ? Math.min(most, Math.max(1, Number(text))) : 1;
}

function childOf(at: Element, name: string): Element | undefined {
  return [...at.children].find((child) => child.nodeName.toUpperCase() === name);
}
