// A list that has an order: the byline, the related stories. One adds by searching, and moves and
// removes by buttons, so the keyboard does it all.
import type * as Y from "yjs";
import { announce, button, element } from "./dom.ts";
import { icon, type Icon } from "./icons.ts";
import { type Choice, Typeahead, type TypeaheadOptions } from "./typeahead.ts";
import type { Words } from "./words.ts";

export interface OrderedOptions<T> {
  words: Words;
  readOnly: boolean;
  label: string;
  /** What the empty list says. */
  empty: string;
  /** What the field that adds is called. */
  add: string;
  search: TypeaheadOptions["search"];
  free?: (typed: string) => Choice | null;
  /** What is added when somebody chooses. */
  chosen(choice: Choice): T;
  name(item: T): string;
  /** Whether two are the same, whatever else they say. */
  same(one: T, other: T): boolean;
  /** A field of each, such as a role. */
  detail?: { label(name: string): string; value(item: T): string; with(item: T, value: string): T };
}

type Act = "up" | "down" | "remove";

export class OrderedField<T> {
  readonly #root: HTMLElement;
  readonly #items: Y.Array<T>;
  readonly #options: OrderedOptions<T>;
  readonly #list: HTMLElement;
  readonly #observer = () => this.render();

  constructor(root: HTMLElement, items: Y.Array<T>, options: OrderedOptions<T>) {
    this.#root = root;
    this.#items = items;
    this.#options = options;
    this.#list = element("ol", { "class": "editor-ordered", "aria-label": options.label });
    const parts: HTMLElement[] = [this.#list];
    if (!options.readOnly) {
      const typeahead: TypeaheadOptions = {
        label: options.add,
        words: options.words,
        search: options.search,
        choose: (choice) => this.#add(options.chosen(choice)),
      };
      if (options.free) typeahead.free = options.free;
      parts.push(new Typeahead(typeahead).dom);
    }
    root.replaceChildren(...parts);
    items.observe(this.#observer);
    this.render();
  }

  destroy(): void {
    this.#items.unobserve(this.#observer);
    this.#root.replaceChildren();
  }

  render(): void {
    const items = once(this.#items.toArray(), this.#options.same);
    // Whoever types a role is not interrupted; what they type is shown when they leave.
    if (this.#list.contains(document.activeElement) && document.activeElement instanceof HTMLInputElement) {
      document.activeElement.addEventListener("blur", () => this.render(), { once: true });
      return;
    }
    this.#list.replaceChildren(...items.map((item, index) => this.#row(item, index, items.length)));
    this.#list.hidden = items.length === 0;
    this.#root.dataset["empty"] = items.length === 0 ? this.#options.empty : "";
  }

  #row(item: T, index: number, count: number): HTMLElement {
    const { words, readOnly, detail } = this.#options;
    const name = this.#options.name(item);
    const row = element("li", {}, element("span", { "class": "editor-ordered-name" }, name));
    if (detail) {
      const label = detail.label(name);
      const input = element("input", {
        "type": "text",
        "class": "editor-ordered-detail",
        "aria-label": label,
        "placeholder": words("role"),
        "readonly": readOnly,
        "autocomplete": "off",
      });
      input.value = detail.value(item);
      input.addEventListener("change", () => this.#replace(item, detail.with(item, input.value.trim())));
      row.append(input);
    }
    if (!readOnly) {
      const act = (kind: Act, label: string, name: Icon, enabled: boolean) => {
        return button(
          {
            "class": "editor-icon-button",
            "aria-label": label,
            "title": label,
            "data-act": kind,
            "aria-disabled": enabled ? null : "true",
          },
          () => enabled && this.#act(kind, item),
          icon(name),
        );
      };
      row.append(element(
        "span",
        { "class": "editor-ordered-acts" },
        act("up", words("move-up", { name }), "up", index > 0),
        act("down", words("move-down", { name }), "down", index < count - 1),
        act("remove", words("remove", { name }), "remove", true),
      ));
    }
    return row;
  }

  #act(kind: Act, item: T): void {
    const items = once(this.#items.toArray(), this.#options.same);
    const index = items.findIndex((other) => this.#options.same(other, item));
    if (index < 0) return;
    const { words } = this.#options;
    const name = this.#options.name(item);
    const to = kind === "up" ? index - 1 : kind === "down" ? index + 1 : index;
    if (kind !== "remove" && (to < 0 || to >= items.length)) return;
    const moved = items.filter((other) => other !== items[index]);
    if (kind !== "remove") moved.splice(to, 0, item);
    this.#write(moved);
    this.render();
    const place = Math.min(to, moved.length - 1);
    this.#focus(place, kind);
    announce(kind === "remove"
      ? words("removed", { name })
      : words("moved", { name, place: place + 1, count: moved.length }));
  }

  #focus(index: number, kind: Act): void {
    const row = this.#list.children[index];
    const wanted = row?.querySelector<HTMLElement>(`[data-act=${kind}]`);
    (wanted ?? this.#root.querySelector<HTMLElement>(".editor-typeahead input"))?.focus();
  }

  #add(item: T): void {
    const items = this.#items.toArray();
    if (!items.some((other) => this.#options.same(other, item))) this.#items.push([item]);
    announce(this.#options.words("added", { name: this.#options.name(item) }));
  }

  #replace(item: T, by: T): void {
    const items = this.#items.toArray();
    const index = items.findIndex((other) => this.#options.same(other, item));
    if (index < 0) return;
    this.#items.doc?.transact(() => {
      this.#items.delete(index, 1);
      this.#items.insert(index, [by]);
    });
  }

  /** Makes the list so, with as few changes as a move needs. */
  #write(wanted: readonly T[]): void {
    this.#items.doc?.transact(() => {
      const same = (one: T | undefined, other: T | undefined) => {
        return one !== undefined && other !== undefined && this.#options.same(one, other);
      };
      const now = this.#items.toArray();
      let start = 0;
      while (start < now.length && same(now[start], wanted[start])) start += 1;
      let end = 0;
      while (
        end < now.length - start && end < wanted.length - start &&
        same(now[now.length - 1 - end], wanted[wanted.length - 1 - end])
      ) end += 1;
      this.#items.delete(start, now.length - end - start);
      this.#items.insert(start, wanted.slice(start, wanted.length - end));
    });
  }
}

/** Two people can move one item at once, and it then stands in the list twice. */
export function once<T>(items: readonly T[], same: (one: T, other: T) => boolean): T[] {
  return items.filter((item, index) => items.findIndex((other) => same(item, other)) === index);
}
