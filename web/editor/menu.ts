// A menu that opens at a button. It takes the focus, and gives it back when it closes.
import { append, element, set } from "./dom.ts";
import { icon, type Icon } from "./icons.ts";
import { place } from "./place.ts";

export interface MenuItem {
  label: string;
  icon: Icon;
  /** How to do the same by keyboard. */
  keys?: string;
  /** For what is on or off. */
  checked?: boolean;
  run(): void;
}

/** Opens a menu below `at`. `closed` is called when nothing was chosen. */
export function openMenu(at: HTMLElement, label: string, items: readonly MenuItem[], closed: () => void): void {
  const menu = element("div", { "class": "editor-menu", "role": "menu", "aria-label": label });
  const buttons = items.map((item) => {
    const made = element(
      "button",
      {
        "type": "button",
        "role": item.checked === undefined ? "menuitem" : "menuitemcheckbox",
        "aria-checked": item.checked === undefined ? null : String(item.checked),
        "tabindex": -1,
      },
      icon(item.icon),
      element("span", {}, item.label),
      item.keys === undefined ? null : element("kbd", {}, item.keys),
    );
    made.addEventListener("click", () => {
      close();
      item.run();
    });
    return made;
  });
  append(menu, buttons);

  const close = () => {
    document.removeEventListener("pointerdown", onPointer, true);
    menu.remove();
    set(at, "aria-expanded", "false");
  };
  const dismiss = () => {
    if (!menu.isConnected) return;
    close();
    closed();
  };
  const onPointer = (event: Event) => {
    if (!menu.contains(event.target as globalThis.Node)) dismiss();
  };
  menu.addEventListener("keydown", (event) => {
    const index = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const to = {
      "ArrowDown": (index + 1) % buttons.length,
      "ArrowUp": (index - 1 + buttons.length) % buttons.length,
      "Home": 0,
      "End": buttons.length - 1,
    }[event.key];
    if (to !== undefined) buttons[to]?.focus();
    else if (event.key === "Escape" || event.key === "Tab") dismiss();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  (at.closest("header, main, aside") ?? document.body).append(menu);
  set(at, "aria-expanded", "true");
  place(menu, at.getBoundingClientRect());
  document.addEventListener("pointerdown", onPointer, true);
  buttons[0]?.focus();
}
