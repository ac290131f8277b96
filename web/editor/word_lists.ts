// Word's lists: it copies them as paragraphs, each with its level and its marker.
import type { Node } from "prosemirror-model";
import type { Styles } from "./foreign_styles.ts";
import { schema } from "./schema.ts";

interface Item {
  /** From 1. */
  level: number;
  ordered: boolean;
  /** The number that it bears. */
  number: number;
  /** The paragraph without its marker. */
  content: Element;
}

const LEVELS_MAX = 6;

/** The item, if a paragraph is one. */
export function wordListItem(at: HTMLElement, styles: Styles): Item | null {
  const level = /mso-list:\s*\S+\s+level(\d)/i.exec(styles.text)?.[1];
  if (level === undefined) return null;
  const content = at.cloneNode(true) as HTMLElement;
  const marker = [...content.querySelectorAll("*")].find((span) => {
    return /mso-list:\s*ignore/i.test(span.getAttribute("style") ?? "");
  });
  const text = (marker?.textContent ?? "").trim();
  marker?.remove();
  const numbered = /^\(?([0-9]+|[a-z]{1,3}|[ivxlcdm]+)[.)]/i.exec(text)?.[1];
  return {
    level: Math.min(LEVELS_MAX, Math.max(1, Number(level))),
    ordered: numbered !== undefined,
    number: /^\d{1,9}$/.test(numbered ?? "") ? Number(numbered) : 1,
    content,
  };
}

/** Collects items that follow each other, and makes lists of them. */
export class WordLists {
  #items: { item: Item; blocks: Node[] }[] = [];

  add(item: Item, blocks: Node[]): void {
    if (blocks.length > 0) this.#items.push({ item, blocks });
  }

  end(): Node[] {
    const items = this.#items;
    this.#items = [];
    return listsOf(items, 1);
  }
}

/** The lists of `items`, which are all of this level or deeper. */
function listsOf(items: readonly { item: Item; blocks: Node[] }[], level: number): Node[] {
  const lists: Node[] = [];
  let index = 0;
  while (index < items.length) {
    const first = items[index];
    if (!first) break;
    const made: Node[] = [];
    const { ordered, number } = first.item;
    while (index < items.length) {
      const at = items[index];
      // At its own level, a marker of the other kind begins another list.
      if (!at || (at.item.level <= level && at.item.ordered !== ordered)) break;
      let end = index + 1;
      while ((items[end]?.item.level ?? 0) > level) end += 1;
      const deeper = at.item.level > level;
      const below = listsOf(items.slice(deeper ? index : index + 1, end), level + 1);
      const blocks = deeper ? below : [...at.blocks, ...below];
      made.push(schema.nodes.list_item.create(null, blocks));
      index = end;
    }
    lists.push(
      ordered
        ? schema.nodes.ordered_list.create({ order: number }, made)
        : schema.nodes.bullet_list.create(null, made),
    );
  }
  return lists;
}
