// The pictures on buttons, drawn as lines on a grid of 20 by 20.

export type Icon = keyof typeof PATHS;

export function icon(name: Icon): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "editor-icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  bold: "M6 4v12M6 4h5a3 3 0 0 1 0 6H6M6 10h5.5a3 3 0 0 1 0 6H6",
  italic: "M12 4 8 16M9 4h6M5 16h6",
  strike: "M4 10h12M13.5 6.5c-.5-1.7-2-2.5-3.5-2.5-2 0-3.5 1-3.5 3M6.5 13.5c.5 1.7 2 2.5 3.5 2.5 2 0 3.5-1 3.5-3",
  superscript: "M4 7l7 9M11 7l-7 9M14 4.5c0-2 3-2 3 0S14 7 14 8h3",
  subscript: "M4 4l7 9M11 4l-7 9M14 13.5c0-2 3-2 3 0S14 16 14 17h3",
  code: "M7 6l-4 4 4 4M13 6l4 4-4 4",
  link: "M8.5 11.5a3 3 0 0 0 4.5.3l2.5-2.5a3 3 0 0 0-4.3-4.3L9.8 6.4M11.5 8.5a3 3 0 0 0-4.5-.3L4.5 10.7a3 3 0 0 0 4.3 4.3l1.4-1.4",
  bullets: "M8 5h9M8 10h9M8 15h9M4 5h.01M4 10h.01M4 15h.01",
  numbers: "M9 5h8M9 10h8M9 15h8M3.5 4 4.5 3.5v4M3.3 12c0-1.3 2.2-1.3 2.2 0S3.3 13.5 3.3 15h2.4",
  quotation: "M4 12.5h3.5V9H4v3.5c0 1.5.7 2.5 2 3M11.5 12.5H15V9h-3.5v3.5c0 1.5.7 2.5 2 3M5 5h10",
  plus: "M10 4v12M4 10h12",
  more: "M5 10h.01M10 10h.01M15 10h.01",
  undo: "M8 5 4.5 8.5 8 12M5 8.5h6.5a4 4 0 0 1 0 8H9",
  redo: "m12 5 3.5 3.5L12 12M15 8.5H8.5a4 4 0 0 0 0 8H11",
  note: "M3 4h14v9H9l-4 3.5V13H3ZM6.5 7.5h7M6.5 10h4",
  suggest: "M4 16l1-4 8-8 3 3-8 8-4 1ZM11.5 5.5l3 3",
  keyboard: "M3 6h14v8H3ZM6 9h.01M9 9h.01M12 9h.01M14 9h.01M7 11.5h6",
  up: "M10 15V5M5.5 9.5 10 5l4.5 4.5",
  down: "M10 5v10M5.5 10.5 10 15l4.5-4.5",
  remove: "M5.5 5.5l9 9M14.5 5.5l-9 9",
  check: "M4.5 10.5l3.5 3.5 7.5-8",
  search: "M9 4a5 5 0 1 0 0 10A5 5 0 0 0 9 4ZM12.7 12.7 16 16",
  photo: "M3 5h14v10H3ZM3 13l4-4 4 4 2-2 4 4M13 8h.01",
  gallery: "M5 4h12v9H5ZM3 7v9h11M5 11.5l3-3 3.5 3.5 2-2 3.5 3",
  related: "M4 4h12v12H4ZM7 7.5h6M7 10h6M7 12.5h3",
  embed: "M7 6l-4 4 4 4M13 6l4 4-4 4M11.5 4l-3 12",
  table: "M3 5h14v10H3ZM3 8.5h14M3 12h14M9 5v10",
  fact_box: "M3 4h14v12H3ZM6 8h8M6 11h8M6 13.5h4M3 6h14",
  divider: "M3 10h14",
  heading: "M5 4v12M15 4v12M5 10h10",
  paragraph: "M13 4v12M9 4v12M16 4H8a3 3 0 0 0 0 6h1",
  code_block: "M3 4h14v12H3ZM8 8l-2 2 2 2M12 8l2 2-2 2",
  row_add: "M3 4h14v5H3ZM10 12v5M7.5 14.5h5",
  row_remove: "M3 4h14v5H3ZM7.5 14.5h5",
  column_add: "M4 3h5v14H4ZM14.5 7.5v5M12 10h5",
  column_remove: "M4 3h5v14H4ZM12 10h5",
  header_row: "M3 4h14v12H3ZM3 8.5h14M3 6.2h14",
  header_column: "M3 4h14v12H3ZM8.5 4v12M5.7 4v12",
} as const;
