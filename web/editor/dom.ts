// Making elements without HTML text: the page's Content-Security-Policy enforces Trusted Types.

type Child = Node | string | null | undefined;
type Value = string | number | boolean | null | undefined;

/** An element with attributes and children. `true` is an attribute without a value. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, Value>> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(made, name, value);
  append(made, children);
  return made;
}

/** A button that submits nothing. */
export function button(
  attributes: Readonly<Record<string, Value>>,
  onClick: (event: MouseEvent) => void,
  ...children: Child[]
): HTMLButtonElement {
  const made = element("button", { type: "button", ...attributes }, ...children);
  made.addEventListener("click", onClick);
  return made;
}

/** Sets or removes an attribute. */
export function set(on: Element, name: string, value: Value): void {
  if (value === null || value === undefined || value === false) on.removeAttribute(name);
  else on.setAttribute(name, value === true ? "" : String(value));
}

export function append(to: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child !== null && child !== undefined) to.append(child);
  }
}

/** An id that no other element of the page has. */
export function freshId(prefix: string): string {
  ids += 1;
  return `editor-${prefix}-${ids}`;
}

let ids = 0;

/** Says `sentence` to whoever listens to the page. */
export function announce(sentence: string): void {
  if (!announcer?.isConnected) {
    announcer = element("div", { "class": "editor-hidden", "role": "status" });
    document.body.append(announcer);
  }
  // Emptied first, so that the same sentence is said a second time.
  announcer.textContent = "";
  const at = announcer;
  setTimeout(() => (at.textContent = sentence), 50);
}

let announcer: HTMLElement | null = null;
