// Who is here, and where.
import { yCursorPlugin } from "./binding.ts";
import type { Plugin } from "prosemirror-state";
import type { Awareness } from "y-protocols/awareness";
import { element, set } from "./dom.ts";
import type { Key, Words } from "./words.ts";

export interface User {
  id: string;
  name: string;
  /** As #rrggbb. */
  color: string;
}

/** Somebody who has the article open, in one browser or in several. */
export interface Present {
  user: User;
  own: boolean;
  /** Which field they are in, besides the body. */
  field: string | null;
}

/** Everybody once, oneself first, the others by name. */
export function present(states: ReadonlyMap<number, unknown>, own: number): Present[] {
  const people = new Map<string, Present>();
  for (const [client, state] of states) {
    const user = userOf(state);
    if (!user) continue;
    const field = fieldOf(state);
    const known = people.get(user.id);
    people.set(user.id, {
      user,
      own: client === own || (known?.own ?? false),
      field: field ?? known?.field ?? null,
    });
  }
  return [...people.values()].sort((a, b) => {
    return Number(b.own) - Number(a.own) || a.user.name.localeCompare(b.user.name);
  });
}

/** Colours on which white text reads well, and which stand apart on white and on black paper. */
export const COLORS = [
  "#b3261e", "#a04000", "#7a5900", "#4a6b00", "#1d7040", "#007070",
  "#0b6a99", "#2b5fc7", "#5b4bc4", "#8438b5", "#a82a7a", "#6b5d52",
] as const;

/** The colour given, or always the same one for the same person. */
export function colorFor(id: string, given: unknown): string {
  if (typeof given === "string" && /^#[0-9a-f]{6}$/i.test(given)) return given;
  let hash = 0;
  for (const c of id) hash = (hash * 31 + (c.codePointAt(0) ?? 0)) >>> 0;
  return COLORS[hash % COLORS.length] ?? COLORS[0];
}

/** How much two colours differ in lightness, as WCAG measures it: from 1 to 21. */
export function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

/** Black or white, whichever reads better on `color`. */
export function textOn(color: string): "#000000" | "#ffffff" {
  return contrast(color, "#ffffff") >= contrast(color, "#000000") ? "#ffffff" : "#000000";
}

/** Shows where others are in the body. */
export function cursors(awareness: Awareness): Plugin {
  return yCursorPlugin(awareness, {
    cursorBuilder: (user: unknown) => {
      const { name, color } = asUser(user);
      const cursor = element("span", { "class": "editor-cursor" });
      cursor.style.setProperty("--person", color);
      cursor.style.setProperty("--on-person", textOn(color));
      // Joiners keep the line from breaking at the cursor.
      cursor.append("\u2060", element("span", { "class": "editor-cursor-name" }, name), "\u2060");
      return cursor;
    },
    selectionBuilder: (user: unknown) => ({
      // ProseMirror sets it through CSSOM, which the page's policy allows.
      style: `--person: ${asUser(user).color}`,
      class: "editor-selection",
    }),
  }) as Plugin;
}

/** Shows who is here in `root`. Returns what ends it. */
export function showPresence(root: HTMLElement, awareness: Awareness, words: Words): () => void {
  const list = element("ul", { "class": "editor-people", "aria-label": words("here") });
  root.replaceChildren(list);
  let shown = "";
  const show = () => {
    const people = present(awareness.getStates(), awareness.clientID);
    const now = JSON.stringify(people);
    // A cursor moves with every key; who is here changes seldom.
    if (now === shown) return;
    shown = now;
    list.replaceChildren(...people.map(({ user, own, field }) => {
      const name = own ? words("you", { name: user.name }) : user.name;
      const label = field === null || own
        ? name
        : words("here-field", { name, field: words(field as Key) });
      const person = element(
        "li",
        { "title": label },
        element("span", { "aria-hidden": "true" }, initials(user.name)),
        element("span", { "class": "editor-hidden" }, label),
      );
      person.style.setProperty("--person", user.color);
      person.style.setProperty("--on-person", textOn(user.color));
      set(person, "data-own", own);
      return person;
    }));
  };
  awareness.on("change", show);
  show();
  return () => awareness.off("change", show);
}

/** The first letters of the first and the last name. */
export function initials(name: string): string {
  const parts = name.trim().split(/\s+/);
  const letters = parts.length > 1 ? [parts[0], parts.at(-1)] : parts;
  return letters.map((part) => [...(part ?? "")][0] ?? "").join("").toUpperCase();
}

function userOf(state: unknown): User | null {
  const user = (state as { user?: Partial<User> } | null)?.user;
  return typeof user?.id === "string" && typeof user.name === "string" ? asUser(user) : null;
}

function fieldOf(state: unknown): string | null {
  const field = (state as { field?: unknown } | null)?.field;
  return field === "headline" || field === "deck" || field === "dateline" ? field : null;
}

function asUser(user: unknown): User {
  const { id, name, color } = user as Partial<User>;
  return { id: String(id), name: String(name), color: colorFor(String(id), color) };
}

function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
