// One attribute of a block as an input with a label.
import type { Node } from "prosemirror-model";
import { tidied } from "../address.ts";
import { oneLine } from "../characters.ts";
import { element, freshId, set } from "../dom.ts";
import { ADDRESS_CHARS_MAX } from "../limits.ts";
import type { Key, Words } from "../words.ts";
import type { FieldSpec } from "./block_view.ts";

interface Calls {
  commit(value: string | null): void;
  keydown(event: KeyboardEvent): void;
}

export class Field {
  readonly name: string;
  readonly dom: HTMLElement;
  readonly #spec: FieldSpec;
  readonly #words: Words;
  readonly #calls: Calls;
  readonly #input: HTMLInputElement | HTMLTextAreaElement;
  readonly #error: HTMLElement;
  #node: Node | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dirty = false;

  constructor(spec: FieldSpec, words: Words, calls: Calls) {
    this.name = spec.name;
    this.#spec = spec;
    this.#words = words;
    this.#calls = calls;
    const id = freshId(spec.name);
    const common = {
      id,
      "placeholder": spec.hint ?? spec.label,
      "maxlength": spec.address ? ADDRESS_CHARS_MAX : spec.max,
      "aria-describedby": `${id}-error`,
      "autocomplete": "off",
    };
    this.#input = spec.lines
      ? element("textarea", { ...common, rows: 1 })
      : element("input", { ...common, type: "text", inputmode: spec.address ? "url" : null });
    if (spec.address) this.#input.spellcheck = false;
    this.#error = element("p", { "id": `${id}-error`, "class": "editor-field-error", "role": "alert" });
    this.dom = element(
      "div",
      { "class": "editor-field", "data-field": spec.name },
      element("label", { for: id }, spec.label),
      this.#input,
      this.#error,
    );
    this.#input.addEventListener("input", () => this.#onInput());
    this.#input.addEventListener("blur", () => this.flush());
    this.#input.addEventListener("keydown", (event) => calls.keydown(event as KeyboardEvent));
  }

  set readOnly(readOnly: boolean) {
    this.#input.readOnly = readOnly;
  }

  focus(): void {
    this.#input.focus();
    this.#input.select();
  }

  /** Shows the node's value, unless somebody is changing it here. */
  show(node: Node): void {
    this.#node = node;
    if (this.#dirty) return;
    const value = String(node.attrs[this.name] ?? "");
    if (this.#input.value !== value) this.#input.value = value;
    this.#complain("");
  }

  /** Commits what was typed, now. */
  flush(): void {
    clearTimeout(this.#timer);
    if (!this.#dirty) return;
    const value = this.#read();
    if (value === undefined) return;
    this.#dirty = false;
    this.#complain("");
    this.#calls.commit(value);
  }

  destroy(): void {
    clearTimeout(this.#timer);
  }

  #onInput(): void {
    this.#dirty = true;
    clearTimeout(this.#timer);
    // Often enough for those who watch, and not one change for each letter.
    this.#timer = setTimeout(() => {
      if (this.#read() !== undefined) this.flush();
    }, 400);
  }

  /** The value, or nothing when it is not one that the document takes. */
  #read(): string | null | undefined {
    const typed = oneLine(this.#input.value);
    const { address, accepts, required } = this.#spec;
    if (typed === "") {
      const needed = this.#node !== null && (required?.(this.#node) ?? false);
      return needed ? this.#refuse("needed") : null;
    }
    if (address) {
      return tidied(typed, address) ?? this.#refuse(address === "embed" ? "embed-wrong" : "address-wrong");
    }
    return !accepts || accepts(typed) ? typed : this.#refuse("language-wrong");
  }

  #refuse(why: Key): undefined {
    this.#complain(this.#words(why));
    return undefined;
  }

  #complain(sentence: string): void {
    if (this.#error.textContent !== sentence) this.#error.textContent = sentence;
    set(this.#input, "aria-invalid", sentence !== "" ? "true" : null);
  }
}
