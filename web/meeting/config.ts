// What the page tells the script, in <script type="application/json" id="meet-config">.
import type { Word } from "./words.ts";

export interface Config {
  meeting: string;
  title: string;
  language: string;
  /** The address of the worker that seals frames. */
  sealing: string;
}

let words: Readonly<Record<string, string>> = {};

/** @throws with a sentence when the page does not say what is needed. */
export function readConfig(root: ParentNode): Config {
  const script = root.querySelector("#meet-config");
  if (!script) throw new Error("The page has no #meet-config.");
  const json = JSON.parse(script.textContent ?? "") as Record<string, unknown>;
  words = json["words"] as Record<string, string>;
  const text = (name: string): string => {
    const value = json[name];
    if (typeof value === "string" && value !== "") return value;
    throw new Error(`The page's #meet-config lacks ${name}.`);
  };
  return { meeting: text("meeting"), title: text("title"), language: text("language"), sealing: text("sealing") };
}

/** The words of the page's language, with what belongs in their blanks. */
export function say(key: Word, blanks: Blanks = {}): string {
  return fill(words[key] ?? key, blanks);
}

export type Blanks = Record<string, string | number>;

export function fill(text: string, blanks: Blanks): string {
  // A blank is filled with text that may itself look like one; each is filled once.
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(blanks[name] ?? whole));
}
