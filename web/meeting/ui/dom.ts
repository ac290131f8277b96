// Elements without a framework. Whatever comes from outside becomes text, never markup.

type Given = Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>;
type Child = Node | string | null | undefined | false;

/** An element; what begins with `on` listens, `true` is an attribute without a value. */
export function el<K extends keyof HTMLElementTagNameMap>(tag: K, given: Given = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false));
  return element;
}

/** Sets text only when it differs, so that nothing is read out again. */
export function put(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function show(element: HTMLElement, isShown: boolean): void {
  if (element.hidden === isShown) element.hidden = !isShown;
}

export function set(element: Element, name: string, value: string | null): void {
  if (value === null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** A list whose elements stay the same as long as their items do: focus, video and what is typed stay with them. */
export class Keyed<T, E extends HTMLElement> {
  private readonly elements = new Map<string, E>();

  constructor(
    readonly root: HTMLElement,
    private readonly key: (item: T) => string,
    private readonly make: (item: T) => E,
    private readonly update: (element: E, item: T) => void,
  ) {}

  show(items: T[]): void {
    const keys = new Set(items.map(this.key));
    for (const [key, element] of this.elements) {
      if (keys.has(key)) continue;
      const hadFocus = element.contains(document.activeElement);
      const next = (element.nextElementSibling ?? element.previousElementSibling) as HTMLElement | null;
      element.remove();
      this.elements.delete(key);
      // Who goes through a list by keyboard goes on where it was.
      if (hadFocus) (next?.querySelector<HTMLElement>("button, a, input") ?? focusable(this.root))?.focus();
    }
    let before: Element | null = null;
    for (const item of items) {
      const key = this.key(item);
      let element = this.elements.get(key);
      if (!element) this.elements.set(key, (element = this.make(item)));
      const wanted: Element | null = before ? before.nextElementSibling : this.root.firstElementChild;
      // Moving an element would take its focus and stop its video, so only what is out of place moves.
      if (element !== wanted) this.root.insertBefore(element, wanted);
      this.update(element, item);
      before = element;
    }
  }

  get(key: string): E | undefined {
    return this.elements.get(key);
  }
}

/** The nearest place around that can have focus. */
function focusable(element: HTMLElement): HTMLElement | null {
  const place = element.closest<HTMLElement>("[tabindex]");
  return place ?? element.parentElement?.querySelector<HTMLElement>("[tabindex], button") ?? null;
}

/** A button that takes something away asks once more: its second press counts, for five seconds. */
export function askingTwice(button: HTMLButtonElement, question: string, act: () => void): HTMLButtonElement {
  const said = button.textContent ?? "";
  let isAsked = false;
  button.addEventListener("click", () => {
    if (isAsked) return act();
    isAsked = true;
    button.textContent = question;
    setTimeout(() => {
      isAsked = false;
      button.textContent = said;
    }, 5_000);
  });
  return button;
}

const ICONS = {
  microphone: "M12 15a3 3 0 0 0 3-3V6a3 3 0 0 0-6 0v6a3 3 0 0 0 3 3Zm6-3a6 6 0 0 1-12 0M12 18v3",
  camera: "M4 7h10v10H4zM14 11l6-3v8l-6-3",
  screen: "M3 5h18v11H3zM8 20h8M12 16v4M12 13V8m-2.5 2.5L12 8l2.5 2.5",
  hand: "M8 12V6.5a1.5 1.5 0 0 1 3 0V11m0 0V5a1.5 1.5 0 0 1 3 0v6m0-4.500a1.500 1.500 0 0 1 3 0V14c0 4-2.500 6.500-5.500 6.500S8 19 6.500 16.500L5 13.500c-.6-1.300 1-2.300 2-1.300l1 1",
  chat: "M4 5h16v11H10l-4 4v-4H4z",
  agenda: "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01",
  people: "M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7Zm-6 9c0-3.300 2.700-6 6-6s6 2.700 6 6M16 4.500a3.500 3.500 0 0 1 0 6.500M18 14.500c2 .8 3 2.900 3 5.500",
  chair: "M6 4v9h12V4M6 13v7M18 13v7M4 10v3h16v-3",
  view: "M4 5h7v6H4zM13 5h7v6h-7zM4 13h7v6H4zM13 13h7v6h-7z",
  leave: "M14 4h5v16h-5M4 12h11m-4-4 4 4-4 4",
  help: "M9 9a3 3 0 1 1 4 2.800c-.7.300-1 .9-1 1.700v.5M12 17.500v.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z",
} as const;

export type Icon = keyof typeof ICONS;

/** A drawing beside words; crossed out when what it shows is off. */
export function icon(name: Icon): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  set(svg, "viewBox", "0 0 24 24");
  set(svg, "aria-hidden", "true");
  set(svg, "class", "icon");
  for (const [d, kind] of [[ICONS[name], "icon-line"], ["M4 4 20 20", "icon-slash"]] as const) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    set(path, "d", d);
    set(path, "class", kind);
    svg.append(path);
  }
  return svg;
}
