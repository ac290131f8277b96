// Binds plain inputs to the shared document: texts letter by letter, so that two people can type
// in one headline, and values as a whole.
import * as Y from "yjs";
import { allowed } from "./characters.ts";
import { spelled } from "./typography.ts";

export type TextControl = HTMLInputElement | HTMLTextAreaElement;

export interface TextOptions {
  readOnly: boolean;
  language: () => string;
  /** Enter was pressed: a headline is one line. */
  onEnter?: (() => void) | undefined;
}

/** One change of a text: so many characters go at a place, and these come instead. */
export interface Change {
  at: number;
  remove: number;
  insert: string;
}

/**
 * What changed from `before` to `after`, as small as can be, when the caret now stands at `caret`:
 * where several answers are right ("a" typed into "aa"), it is the one at the caret.
 */
export function difference(before: string, after: string, caret: number): Change {
  const longest = Math.min(before.length, after.length);
  let end = 0;
  while (
    end < longest && end < after.length - caret &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  ) end += 1;
  let start = 0;
  while (start < longest - end && before[start] === after[start]) start += 1;
  while (end < longest - start && before[before.length - 1 - end] === after[after.length - 1 - end]) {
    end += 1;
  }
  // Half a character means nothing, and Yjs would put a replacement character there.
  if (isHigh(before, start - 1) || isHigh(after, start - 1)) start -= 1;
  if (isLow(before, before.length - end) || isLow(after, after.length - end)) end -= 1;
  return { at: start, remove: before.length - end - start, insert: after.slice(start, after.length - end) };
}

/** Where a caret at `offset` stands after a change by somebody else. */
export function shifted(offset: number, delta: readonly Delta[]): number {
  let at = 0;
  let moved = offset;
  for (const { retain, insert, delete: removed } of delta) {
    if (retain !== undefined) at += retain;
    else if (insert !== undefined) {
      const { length } = String(insert);
      // What others type at one's caret goes after it.
      if (at < moved) moved += length;
      at += length;
    } else if (removed !== undefined && at < moved) {
      moved -= Math.min(removed, moved - at);
    }
  }
  return moved;
}

interface Delta {
  retain?: number;
  insert?: unknown;
  delete?: number;
}

/** Binds a text. Returns what unbinds it. */
export function bindText(control: TextControl, text: Y.Text, options: TextOptions): () => void {
  const doc = text.doc;
  if (!doc) throw new Error("the text is in no document");
  const origin = { control };
  const undo = new Y.UndoManager(text, { trackedOrigins: new Set([origin]) });
  let known = text.toString();
  let composing = false;
  let corrected: { caret: number; typed: string; spelled: Change } | null = null;

  const write = () => {
    const typed = oneLineOf(control.value);
    const caret = Math.min(control.selectionStart ?? typed.length, typed.length);
    const { at, remove, insert } = difference(known, typed, caret);
    if (control.value !== typed) put(typed, caret, caret);
    if (remove === 0 && insert === "") return;
    known = typed;
    doc.transact(() => {
      if (remove > 0) text.delete(at, remove);
      if (insert !== "") text.insert(at, insert);
    }, origin);
    fit(control);
  };
  const put = (value: string, start: number, end: number) => {
    const focused = document.activeElement === control;
    control.value = value;
    if (focused) control.setSelectionRange(start, end);
    fit(control);
  };
  const read = (event: Y.YTextEvent | null, own: boolean) => {
    const value = text.toString();
    if (own || composing || value === control.value) {
      if (!composing) known = value;
      return;
    }
    const delta = (event?.delta ?? []) as Delta[];
    const start = shifted(control.selectionStart ?? 0, delta);
    const end = shifted(control.selectionEnd ?? 0, delta);
    known = value;
    put(value, start, end);
  };

  const observer = (event: Y.YTextEvent, transaction: Y.Transaction) => {
    read(event, transaction.origin === origin);
  };
  const onInput = () => {
    if (!composing) write();
  };
  const onCompositionStart = () => (composing = true);
  const onCompositionEnd = () => {
    composing = false;
    // Others may have typed meanwhile: what was composed is put into what there is now.
    const caret = control.selectionStart ?? 0;
    const { at, remove, insert } = difference(known, oneLineOf(control.value), caret);
    doc.transact(() => {
      const { length } = text.toString();
      const place = Math.min(at, length);
      if (remove > 0) text.delete(place, Math.min(remove, length - place));
      if (insert !== "") text.insert(place, insert);
    }, origin);
    known = text.toString();
    if (control.value !== known) put(known, at + insert.length, at + insert.length);
  };
  const onBeforeInput = (given: Event) => {
    const event = given as InputEvent;
    const { selectionStart, selectionEnd, value } = control;
    if (event.inputType === "insertLineBreak" || event.inputType === "insertParagraph") {
      event.preventDefault();
      return;
    }
    if (event.inputType !== "insertText" || event.data === null || composing) return;
    if (selectionStart === null || selectionStart !== selectionEnd) return;
    const spelling = spelled(value.slice(0, selectionStart), event.data, options.language());
    if (!spelling) return;
    event.preventDefault();
    const at = selectionStart - spelling.remove;
    const removed = value.slice(at, selectionStart);
    const caret = at + spelling.insert.length;
    put(value.slice(0, at) + spelling.insert + value.slice(selectionStart), caret, caret);
    write();
    corrected = { caret, typed: removed + event.data, spelled: { at, remove: spelling.insert.length, insert: "" } };
  };
  const onKey = (given: Event) => {
    const event = given as KeyboardEvent;
    const command = event.ctrlKey || event.metaKey;
    const taken = corrected;
    corrected = null;
    if (event.key === "Backspace" && taken && control.selectionStart === taken.caret && control.selectionEnd === taken.caret) {
      const { at, remove } = taken.spelled;
      const caret = at + taken.typed.length;
      put(control.value.slice(0, at) + taken.typed + control.value.slice(at + remove), caret, caret);
      write();
    } else if (command && !event.altKey && event.key.toLowerCase() === "z") {
      if (event.shiftKey) undo.redo();
      else undo.undo();
    } else if (command && event.key.toLowerCase() === "y") {
      undo.redo();
    } else if (event.key === "Enter" && !event.isComposing) {
      options.onEnter?.();
    } else {
      return;
    }
    event.preventDefault();
  };

  control.readOnly = options.readOnly;
  control.value = known;
  text.observe(observer);
  const listeners: [string, (event: Event) => void][] = [
    ["input", onInput],
    ["compositionstart", onCompositionStart],
    ["compositionend", onCompositionEnd],
    ["beforeinput", onBeforeInput],
    ["keydown", onKey],
  ];
  for (const [name, listener] of listeners) control.addEventListener(name, listener);
  fit(control);
  return () => {
    text.unobserve(observer);
    undo.destroy();
    for (const [name, listener] of listeners) control.removeEventListener(name, listener);
  };
}

export type ValueControl = HTMLInputElement | HTMLSelectElement;

/** Binds a value of a map. Returns what unbinds it. */
export function bindValue(
  control: ValueControl,
  map: Y.Map<unknown>,
  key: string,
  readOnly: boolean,
  onValue: (value: string) => void = () => {},
): () => void {
  const show = () => {
    const value = map.get(key);
    const text = typeof value === "string" ? value : "";
    if (document.activeElement !== control || control instanceof HTMLSelectElement) control.value = text;
    onValue(text);
  };
  const observer = (event: Y.YMapEvent<unknown>) => {
    if (event.keysChanged.has(key)) show();
  };
  const onChange = () => {
    const value = control.value.trim();
    if (map.get(key) !== value) map.set(key, value);
  };
  // Who leaves sees what others chose meanwhile.
  const onBlur = () => show();
  if (control instanceof HTMLSelectElement) control.disabled = readOnly;
  else control.readOnly = readOnly;
  map.observe(observer);
  control.addEventListener("change", onChange);
  control.addEventListener("blur", onBlur);
  show();
  return () => {
    map.unobserve(observer);
    control.removeEventListener("change", onChange);
    control.removeEventListener("blur", onBlur);
  };
}

/** Makes a text area as high as its text, where the browser does not. */
function fit(control: TextControl): void {
  if (!(control instanceof HTMLTextAreaElement) || CSS.supports("field-sizing", "content")) return;
  control.style.setProperty("height", "auto");
  control.style.setProperty("height", `${control.scrollHeight}px`);
}

function oneLineOf(text: string): string {
  return allowed(text).replace(/[\t\n\r]+/g, " ");
}

function isHigh(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xd800 && code < 0xdc00;
}

function isLow(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code < 0xe000;
}
