// How long the article is.
import type { Node } from "prosemirror-model";
import type { Words } from "./words.ts";

export interface Count {
  words: number;
  minutes: number;
}

/** The words of `text` and how long they take to read. */
export function count(text: string, language: string): Count {
  let words = 0;
  let characters = 0;
  for (const { segment, isWordLike } of segmenter(language).segment(text)) {
    if (!isWordLike) continue;
    words += 1;
    if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(segment)) {
      characters += segment.length;
    }
  }
  // Chinese and Japanese are read by the character.
  const minutes = characters > words ? characters / 500 : words / 238;
  return { words, minutes: words === 0 ? 0 : Math.max(1, Math.round(minutes)) };
}

/** The text of a body as it would be with every suggestion accepted. */
export function textOf(body: Node): string {
  const parts: string[] = [];
  body.descendants((node) => {
    if (node.marks.some((mark) => mark.type.name === "deletion")) return false;
    if (node.isText) parts.push((node.text ?? "").replaceAll("\u200B", ""));
    else if (node.type.name === "hard_break") parts.push(" ");
    else if (node.isBlock) parts.push("\n");
    return true;
  });
  return parts.join("").trim();
}

/** Shows the count in `root` as it changes, when typing pauses. */
export class Counter {
  readonly #root: HTMLElement;
  readonly #words: Words;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(root: HTMLElement, words: Words) {
    this.#root = root;
    this.#words = words;
  }

  show(body: Node, language: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const { words, minutes } = count(textOf(body), language);
      const number = new Intl.NumberFormat(safeTag(language));
      this.#root.textContent = [
        this.#words("count-words", { count: number.format(words) }),
        this.#words("count-minutes", { count: number.format(minutes) }),
      ].join(" · ");
    }, 200);
  }

  destroy(): void {
    clearTimeout(this.#timer);
  }
}

/** `language` when the browser knows it for a tag, else English. */
export function safeTag(language: string): string {
  try {
    return Intl.getCanonicalLocales(language)[0] ?? "en";
  } catch {
    return "en";
  }
}

const segmenters = new Map<string, Intl.Segmenter>();

function segmenter(language: string): Intl.Segmenter {
  const tag = safeTag(language);
  const known = segmenters.get(tag) ?? new Intl.Segmenter(tag, { granularity: "word" });
  segmenters.set(tag, known);
  return known;
}
