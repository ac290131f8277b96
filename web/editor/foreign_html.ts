// Reading HTML that others made (word processors, web pages, mail) into the schema's nodes. It
// keeps what a text means and nothing of how it looked. What is not known is read through to its
// text; what could act or load is left out with all that it holds.
import type { Mark, Node } from "prosemirror-model";
import { elsewhere } from "./address.ts";
import { allowed, isBlank, oneLine } from "./characters.ts";
import { marksOf, stylesOf } from "./foreign_styles.ts";
import { readTable } from "./foreign_table.ts";
import { CAPTION_CHARS_MAX, TITLE_CHARS_MAX } from "./limits.ts";
import { firstNumber } from "./nodes/lists.ts";
import { isLanguageName } from "./nodes/text.ts";
import { schema } from "./schema.ts";
import { WordLists, wordListItem } from "./word_lists.ts";

/** The blocks that stand in `root`. */
export function fromForeign(root: Element): Node[] {
  const reader = new Reader(0);
  reader.children(root, [], 0);
  return reader.finish();
}

/** How deep elements are followed; below, only their text is read. */
const ELEMENTS_DEEP = 200;
/** How many lists may stand within each other; an item deeper is one more item. */
const LISTS_DEEP = 6;

/** Reads elements in order and makes blocks of them. */
export class Reader {
  readonly #lists: number;
  readonly #blocks: Node[] = [];
  #line: Piece[] = [];
  #hasBlocks = false;
  readonly #wordLists = new WordLists();

  constructor(lists: number) {
    this.#lists = lists;
  }

  children(parent: globalThis.Node, marks: readonly Mark[], depth: number): void {
    for (const child of parent.childNodes) this.node(child, marks, depth);
  }

  node(node: globalThis.Node, marks: readonly Mark[], depth: number): void {
    if (node.nodeType === TEXT) this.#text(node.nodeValue ?? "", marks);
    else if (node.nodeType === ELEMENT) this.#element(node as HTMLElement, marks, depth + 1);
  }

  finish(): Node[] {
    // A few words out of a sentence bring the space beside them along.
    this.#flush(!this.#hasBlocks);
    this.#endWordLists();
    return this.#blocks;
  }

  #element(at: HTMLElement, outer: readonly Mark[], depth: number): void {
    const name = at.nodeName.toUpperCase();
    const styles = stylesOf(at);
    if (LEFT_OUT.has(name) || at.hasAttribute("hidden") || styles.isHidden || isComment(at)) return;
    if (depth > ELEMENTS_DEEP) {
      this.#text(at.textContent ?? "", outer);
      return;
    }
    const marks = marksOf(name, styles, outer);
    const item = name === "P" || name === "DIV" ? wordListItem(at, styles) : null;
    if (item) {
      this.#flush();
      const inner = new Reader(this.#lists + 1);
      inner.children(item.content, marks, depth);
      this.#wordLists.add(item, inner.finish());
      return;
    }
    switch (name) {
      case "BR":
        if (at.getAttribute("class") !== "Apple-interchange-newline") this.#line.push(BREAK);
        return;
      case "A":
        this.#link(at, marks, depth);
        return;
      case "H1":
      case "H2":
      case "H3":
      case "H4":
      case "H5":
      case "H6":
        this.#heading(at, Math.min(4, Math.max(2, Number(name[1]))), marks, depth);
        return;
      case "UL":
      case "OL":
      case "MENU":
        this.#list(at, name === "OL", depth);
        return;
      case "BLOCKQUOTE":
        this.#quotation(at, marks, depth);
        return;
      case "PRE":
        this.#code(at);
        return;
      case "HR":
        this.#block(schema.nodes.divider.create());
        return;
      case "TABLE":
        this.#table(at, marks, depth);
        return;
      case "FIGURE":
        this.#figure(at, marks, depth);
        return;
      case "P": {
        const style = at.getAttribute("class") ?? "";
        if (/\bMsoTitle\b/.test(style)) return this.#heading(at, 2, marks, depth);
        if (/\bMso(Intense)?Quote\b/.test(style)) return this.#quotation(at, marks, depth);
      }
    }
    if (INLINE.has(name)) {
      // The browser draws the marks of <q>, so they are not in its text.
      if (name === "Q") this.#text("“", marks);
      this.children(at, marks, depth);
      if (name === "Q") this.#text("”", marks);
      return;
    }
    this.#flush();
    this.children(at, marks, depth);
    this.#flush();
    this.#hasBlocks = true;
  }

  #text(text: string, marks: readonly Mark[]): void {
    this.#line.push({ text: allowed(text), marks });
  }

  #link(at: HTMLElement, marks: readonly Mark[], depth: number): void {
    const written = at.getAttribute("href") ?? "";
    // The anchors of a word processor's comments stand for nothing here.
    if (/#(cmnt|_msocom_)/.test(written)) return;
    const href = elsewhere(written);
    const inner = href === null ? marks : schema.marks.link.create({ href }).addToSet(marks);
    // A link around blocks is one on their text.
    this.children(at, inner, depth);
  }

  #heading(at: HTMLElement, level: number, marks: readonly Mark[], depth: number): void {
    this.#flush();
    const inner = new Reader(this.#lists);
    // A heading is strong as it is.
    inner.children(at, marks.filter((mark) => mark.type !== schema.marks.strong), depth);
    for (const block of inner.finish()) {
      if (!block.isTextblock || block.type.spec.code) this.#block(block);
      else this.#block(schema.nodes.heading.create({ level }, unstrong(block)));
    }
  }

  #list(at: HTMLElement, ordered: boolean, depth: number): void {
    this.#flush();
    if (this.#lists >= LISTS_DEEP) {
      for (const child of at.children) {
        this.#element(child as HTMLElement, [], depth + 1);
        this.#flush();
      }
      return;
    }
    const items: Node[][] = [];
    for (const child of at.childNodes) {
      if (child.nodeType !== ELEMENT && isBlank(child.nodeValue ?? "")) continue;
      const inner = new Reader(this.#lists + 1);
      const isItem = child.nodeName.toUpperCase() === "LI";
      if (isItem && !isUnread(child)) inner.children(child, [], depth + 1);
      else inner.node(child, [], depth);
      const blocks = inner.finish();
      const last = items.at(-1);
      // Google Docs puts a list beside the item that it belongs to.
      const nested = !isItem && last !== undefined && /^(UL|OL|MENU)$/i.test(child.nodeName);
      if (nested) last.push(...blocks);
      else if (blocks.length > 0) items.push(blocks);
    }
    const made = items.map((blocks) => schema.nodes.list_item.create(null, blocks));
    if (made.length === 0) return;
    this.#block(
      ordered
        ? schema.nodes.ordered_list.create({ order: firstNumber(at.getAttribute("start")) }, made)
        : schema.nodes.bullet_list.create(null, made),
    );
  }

  #quotation(at: HTMLElement, marks: readonly Mark[], depth: number): void {
    this.#flush();
    const footer = [...at.children].find((child) => child.nodeName.toUpperCase() === "FOOTER");
    const inner = new Reader(this.#lists);
    for (const child of at.childNodes) {
      if (child !== footer) inner.node(child, marks, depth);
    }
    const paragraphs = inner.finish().flatMap(paragraphsOf);
    if (paragraphs.length === 0) return;
    const speaker = oneLine(footer?.textContent ?? "").replace(/^[—–-]\s*/, "");
    const last = this.#blocks.at(-1);
    if (at.nodeName.toUpperCase() === "P" && last?.type === schema.nodes.quotation) {
      this.#blocks.pop();
      paragraphs.unshift(...last.content.content);
    }
    this.#block(schema.nodes.quotation.create({
      speaker: speaker === "" || speaker.length > TITLE_CHARS_MAX ? null : speaker,
      source_url: elsewhere(at.getAttribute("cite") ?? ""),
    }, paragraphs));
  }

  #code(at: HTMLElement): void {
    const text = allowed(textWithBreaks(at)).replace(/\r\n?/g, "\n").replace(/\n$/, "");
    if (isBlank(text)) return;
    const marked = [at, ...at.querySelectorAll("code")].map((one) => one.getAttribute("class") ?? "");
    const language = /\blang(?:uage)?-(\S+)/.exec(marked.join(" "))?.[1] ?? "";
    this.#block(schema.nodes.code_block.create(
      { language: isLanguageName(language) ? language : null },
      schema.text(text),
    ));
  }

  #table(at: HTMLElement, marks: readonly Mark[], depth: number): void {
    this.#flush();
    const line = (cell: Element) => {
      const inner = new Reader(this.#lists);
      inner.children(cell, marks, depth);
      return inner.finish();
    };
    for (const block of readTable(at, line, CAPTION_CHARS_MAX)) this.#block(block);
  }

  /** A picture's caption goes with the picture. */
  #figure(at: HTMLElement, marks: readonly Mark[], depth: number): void {
    this.#flush();
    const pictures = at.querySelector("img, picture, video, iframe, svg") !== null;
    for (const child of at.childNodes) {
      if (!pictures || child.nodeName.toUpperCase() !== "FIGCAPTION") this.node(child, marks, depth);
    }
    this.#flush();
  }

  #block(block: Node): void {
    this.#flush();
    this.#endWordLists();
    this.#hasBlocks = true;
    this.#blocks.push(block);
  }

  /** Ends the line, which becomes a paragraph; two breaks in a row begin another. */
  #flush(keepsEdges = false): void {
    const line = this.#line;
    this.#line = [];
    let paragraph: Piece[] = [];
    let breaks = 0;
    const end = () => {
      const content = lineOf(paragraph, keepsEdges);
      paragraph = [];
      if (content.length === 0) return;
      this.#endWordLists();
      this.#blocks.push(schema.nodes.paragraph.create(null, content));
    };
    for (const piece of line) {
      if (piece === BREAK) {
        breaks += 1;
        continue;
      }
      if (piece.text.trim() === "" && breaks > 0) continue;
      if (breaks > 1) end();
      else if (breaks === 1) paragraph.push(BREAK);
      breaks = 0;
      paragraph.push(piece);
    }
    end();
  }

  #endWordLists(): void {
    this.#blocks.push(...this.#wordLists.end());
  }
}

/** A text with its marks, or a break of the line. */
interface Piece {
  text: string;
  marks: readonly Mark[];
}

const BREAK: Piece = { text: "\n", marks: [] };

const TEXT = 3;
const ELEMENT = 1;

/** The line's nodes, with white space as a browser shows it. */
function lineOf(pieces: readonly Piece[], keepsEdges: boolean): Node[] {
  const nodes: Node[] = [];
  let atSpace = !keepsEdges;
  for (const piece of pieces) {
    if (piece === BREAK) {
      trimEnd(nodes);
      nodes.push(schema.nodes.hard_break.create());
      atSpace = true;
      continue;
    }
    // Browsers and word processors pad with no-break spaces; a single one within words is meant.
    let text = piece.text.replace(/[ \t\n\r\u00A0]{2,}/g, " ").replace(/[\t\n\r]/g, " ");
    if (atSpace) text = text.replace(/^[ \u00A0]+/, "");
    if (text === "") continue;
    atSpace = /[ \u00A0]$/.test(text);
    nodes.push(schema.text(text, piece.marks));
  }
  if (!keepsEdges) trimEnd(nodes);
  while (nodes.at(-1)?.type === schema.nodes.hard_break) {
    nodes.pop();
    trimEnd(nodes);
  }
  while (nodes[0]?.type === schema.nodes.hard_break) nodes.shift();
  return nodes.some((node) => !isBlank(node.text ?? "")) ? nodes : [];
}

function trimEnd(nodes: Node[]): void {
  for (let last = nodes.at(-1); last?.isText; last = nodes.at(-1)) {
    const text = (last.text ?? "").replace(/[ \u00A0]+$/, "");
    if (text === last.text) return;
    nodes.pop();
    if (text !== "") nodes.push(schema.text(text, last.marks));
  }
}

/** The paragraphs within a block, for what may hold nothing else. */
export function paragraphsOf(block: Node): Node[] {
  if (block.type === schema.nodes.paragraph) return [block];
  if (block.isTextblock) {
    return block.content.size > 0 ? [schema.nodes.paragraph.create(null, unmarkedCode(block))] : [];
  }
  return block.content.content.flatMap(paragraphsOf);
}

function unmarkedCode(block: Node): Node[] {
  if (!block.type.spec.code) return [...block.content.content];
  return [schema.text(oneLine(block.textContent), [schema.marks.code.create()])];
}

function unstrong(block: Node): Node[] {
  return block.content.content.map((node) => node.mark(schema.marks.strong.removeFromSet(node.marks)));
}

function textWithBreaks(at: globalThis.Node): string {
  let text = "";
  const walk = (node: globalThis.Node, depth: number) => {
    if (node.nodeType === TEXT) text += node.nodeValue ?? "";
    else if (node.nodeName.toUpperCase() === "BR") text += "\n";
    else if (depth > ELEMENTS_DEEP) text += node.textContent ?? "";
    else if (!LEFT_OUT.has(node.nodeName.toUpperCase())) {
      for (const child of node.childNodes) walk(child, depth + 1);
    }
  };
  walk(at, 0);
  return text;
}

function isUnread(node: globalThis.Node): boolean {
  return node.nodeType === ELEMENT &&
    ((node as HTMLElement).hasAttribute("hidden") || stylesOf(node as HTMLElement).isHidden);
}

/** What a word processor writes about the text, beside it. */
function isComment(at: HTMLElement): boolean {
  const style = at.getAttribute("class") ?? "";
  return /\b(MsoComment\w*|msoDel)\b/.test(style) ||
    /mso-element:\s*comment/i.test(at.getAttribute("style") ?? "");
}

/** Not read, and neither is what they hold. */
const LEFT_OUT = new Set([
  "SCRIPT", "STYLE", "TEMPLATE", "NOSCRIPT", "IFRAME", "OBJECT", "EMBED", "APPLET", "SVG", "MATH",
  "IMG", "PICTURE", "VIDEO", "AUDIO", "CANVAS", "HEAD", "TITLE", "META", "LINK", "BASE", "INPUT",
  "SELECT", "OPTION", "TEXTAREA", "BUTTON", "MAP", "AREA", "SOURCE", "TRACK", "PARAM", "FRAME",
  "FRAMESET", "RT", "RP", "DEL", "COL", "COLGROUP", "XML", "O:P",
]);

/** Part of a line; everything else stands on lines of its own. */
const INLINE = new Set([
  "SPAN", "FONT", "B", "STRONG", "I", "EM", "CITE", "DFN", "VAR", "U", "S", "STRIKE", "SUP", "SUB",
  "CODE", "KBD", "SAMP", "TT", "ABBR", "ACRONYM", "BDI", "BDO", "BIG", "SMALL", "MARK", "Q", "TIME",
  "DATA", "LABEL", "OUTPUT", "INS", "RUBY", "RB", "WBR", "NOBR", "LEGEND", "METER", "PROGRESS",
]);
