// What the kinds of block are called.
import type { Key, Words } from "./words.ts";

export function nodeName(name: string, words: Words): string {
  if (name === "heading") return words("heading-short");
  return words(name.replaceAll("_", "-") as Key) ?? name;
}
