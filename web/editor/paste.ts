// What is pasted or dropped becomes the schema's own nodes, or nothing. Neither styles nor scripts
// nor addresses that follow people about come along.
//
// ProseMirror would read the clipboard by `innerHTML`. This page's policy enforces Trusted Types,
// so HTML is only ever parsed into a document that runs nothing, under the policy named below.
import { DOMParser as ModelParser, Fragment, type Mark, Node, Slice } from "prosemirror-model";
import { Plugin, Selection, type Transaction } from "prosemirror-state";
import { dropPoint } from "prosemirror-transform";
import type { EditorView } from "prosemirror-view";
import { allowed } from "./characters.ts";
import { tidied } from "./address.ts";
import { fromForeign } from "./foreign_html.ts";
import { schema } from "./schema.ts";

/** The name of the page's only Trusted Types policy. */
export const POLICY = "tribune-editor";

/** What takes files that are pasted or dropped. */
export type OnFiles = (view: EditorView, files: File[], at: number) => void;

export function paste(onFiles: OnFiles): Plugin {
  return new Plugin({
    props: {
      handleDOMEvents: {
        paste: (view, event) => onPaste(view, event, onFiles),
        drop: (view, event) => onDrop(view, event, onFiles),
      },
    },
  });
}

/** What stands in HTML from a clipboard. */
export function sliceOfHtml(html: string, parse: (html: string) => Document = inert): Slice {
  const source = parse(html);
  const own = source.querySelector("[data-pm-slice]");
  const slice = own && !isTooDeep(source.body) ? ofOwn(source.body, own) : null;
  return slice ?? openAtTheEnds(fromForeign(source.body));
}

/** What stands in plain text: a paragraph for each line. */
export function sliceOfText(text: string, marks: readonly Mark[] = []): Slice {
  const lines = allowed(text).split(/(?:\r\n?|\n)+/);
  const paragraphs = lines.map((line) => {
    return schema.nodes.paragraph.create(null, line === "" ? null : schema.text(line, marks));
  });
  return openAtTheEnds(paragraphs);
}

function onPaste(view: EditorView, event: ClipboardEvent, onFiles: OnFiles): boolean {
  const data = event.clipboardData;
  if (!view.editable || !data || isInField(event)) return false;
  const html = data.getData("text/html");
  const text = data.getData("text/plain");
  const files = imagesOf(data);
  if (files.length > 0 && html === "" && text === "") {
    event.preventDefault();
    onFiles(view, files, view.state.selection.from);
    return true;
  }
  if (html === "" && text === "") return false;
  event.preventDefault();
  const { $from, empty } = view.state.selection;
  const tr = view.state.tr;
  const address = html === "" || sameText(html, text) ? tidied(text, "link") : null;
  if ($from.parent.type.spec.code) {
    tr.replaceSelectionWith(schema.text(allowed(text).replace(/\r\n?/g, "\n")), false);
  } else if (!empty && address && $from.sameParent(view.state.selection.$to)) {
    // An address over words links the words.
    tr.addMark(view.state.selection.from, view.state.selection.to, schema.marks.link.create({ href: address }));
  } else {
    const slice = html === "" ? sliceOfText(text, $from.marks()) : sliceOfHtml(html);
    insert(tr, slice);
  }
  view.dispatch(tr.scrollIntoView().setMeta("paste", true).setMeta("uiEvent", "paste"));
  return true;
}

function onDrop(view: EditorView, event: DragEvent, onFiles: OnFiles): boolean {
  const data = event.dataTransfer;
  // What is dragged within the body is not parsed, so ProseMirror moves it.
  if (!view.editable || !data || view.dragging || isInField(event)) return false;
  event.preventDefault();
  const place = view.posAtCoords({ left: event.clientX, top: event.clientY });
  if (!place) return true;
  const files = imagesOf(data);
  if (files.length > 0) {
    onFiles(view, files, place.pos);
    return true;
  }
  const html = data.getData("text/html");
  const slice = html === "" ? sliceOfText(data.getData("text/plain")) : sliceOfHtml(html);
  const at = dropPoint(view.state.doc, place.pos, slice) ?? place.pos;
  const tr = view.state.tr.setSelection(Selection.near(view.state.doc.resolve(at)));
  insert(tr, slice);
  view.focus();
  view.dispatch(tr.setMeta("uiEvent", "drop"));
  return true;
}

/** Puts a slice in place of the selection. */
export function insert(tr: Transaction, slice: Slice): void {
  // What was cleaned to nothing must not remove what is selected.
  if (slice.size === 0) return;
  const only = slice.openStart === 0 && slice.openEnd === 0 && slice.content.childCount === 1
    ? slice.content.firstChild
    : null;
  if (only?.isLeaf && !only.isText) tr.replaceSelectionWith(only);
  else tr.replaceSelection(slice);
}

/** HTML as a document in which no script runs and nothing is loaded. */
function inert(html: string): Document {
  return new DOMParser().parseFromString(trusted(html) as string, "text/html");
}

function trusted(html: string): unknown {
  const factory = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  if (!factory) return html;
  policy ??= factory.createPolicy(POLICY, { createHTML: (text) => text });
  return policy.createHTML(html);
}

let policy: ReturnType<TrustedTypes["createPolicy"]> | undefined;

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createHTML: (text: string) => string },
  ): { createHTML(text: string): unknown };
}

/** What an editor of ours copied: it says how far its ends were open, and what was around it. */
function ofOwn(body: HTMLElement, marked: Element): Slice | null {
  const told = /^(\d+) (\d+)(?: -(\d+))? (.*)/.exec(marked.getAttribute("data-pm-slice") ?? "");
  if (!told) return null;
  let root: Element = body;
  for (let wrapper = Number(told[3] ?? 0); wrapper > 0 && root.firstElementChild; wrapper--) {
    root = root.firstElementChild;
  }
  try {
    const parsed = ModelParser.fromSchema(schema).parseSlice(root, { preserveWhitespace: true });
    const clean = new Slice(parsed.content, parsed.openStart, parsed.openEnd);
    const closed = closedTo(clean, Number(told[1]), Number(told[2]));
    const slice = inContext(closed, told[4] ?? "[]");
    slice.content.forEach((node) => node.check());
    return slice;
  } catch {
    return null;
  }
}

function closedTo(slice: Slice, start: number, end: number): Slice {
  return new Slice(slice.content, Math.min(start, slice.openStart), Math.min(end, slice.openEnd));
}

/** Wraps a slice in the nodes that stood around it, which its open ends count. */
function inContext(slice: Slice, context: string): Slice {
  const names = JSON.parse(context) as unknown[];
  let { content, openStart, openEnd } = slice;
  for (let index = names.length - 2; index >= 0; index -= 2) {
    const type = schema.nodes[String(names[index]) as keyof typeof schema.nodes];
    if (!type || type.hasRequiredAttrs()) break;
    content = Fragment.from(type.create(names[index + 1] as Record<string, unknown> | null, content));
    openStart += 1;
    openEnd += 1;
  }
  return new Slice(content, openStart, openEnd);
}

/** The first and the last block join what is around, unless they are something of their own. */
function openAtTheEnds(blocks: readonly Node[]): Slice {
  const content = Fragment.from(blocks);
  const first = content.firstChild;
  const last = content.lastChild;
  const opens = (node: Node | null) => node?.type === schema.nodes.paragraph ? 1 : 0;
  if (content.childCount === 1 && first?.isTextblock) return new Slice(content, 1, 1);
  return new Slice(content, opens(first), opens(last));
}

/** ProseMirror reads its own HTML by recursion, and whoever forges it could nest without end. */
function isTooDeep(root: Element): boolean {
  let level = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > 100) return true;
    level = level.flatMap((at) => [...at.children]);
  }
  return false;
}

function imagesOf(data: DataTransfer): File[] {
  return [...data.files].filter((file) => file.type.startsWith("image/"));
}

/** Whether the clipboard's HTML says no more than its text, as for an address from the bar. */
function sameText(html: string, text: string): boolean {
  return (inert(html).body.textContent ?? "").trim() === text.trim();
}

/** Whether an event is of an input within a block, which the browser serves. */
function isInField(event: Event): boolean {
  const at = event.target instanceof Element ? event.target : null;
  return at !== null && at.closest(".editor-fields") !== null;
}

