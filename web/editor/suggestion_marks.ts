// The marks that hold a suggestion until somebody decides. They exist only in drafts: a body that
// is published has none of them.
//
// On text they are marks like all others. On a node (a new paragraph, a removed photo) ProseMirror
// has them as marks, too, but y-prosemirror carries a node's attributes and loses its marks. So
// each node bears the same marks once more, as JSON in the attribute `suggestion`, which is all
// that stands in the shared document.
import type { Attrs, Mark, MarkSpec, Schema } from "prosemirror-model";

/** The attribute of every node that a suggestion can add, remove or change. */
export const suggestible = { suggestion: { default: null, validate: "string|null" } } as const;

/** Which marks the children of a node of blocks may have. */
export const SUGGESTION_MARKS = "insertion deletion modification";

/** Who suggested it, and when; `null` only between a change and its stamp. */
const stamp = {
  id: { validate: "number|string" },
  author: { default: null, validate: "string|null" },
  name: { default: null, validate: "string|null" },
  at: { default: null, validate: "string|null" },
} as const;

export const insertion: MarkSpec = {
  attrs: stamp,
  inclusive: false,
  excludes: "insertion deletion modification",
  toDOM: (mark, inline) => ["ins", shown("suggested-insertion", mark, inline), 0],
};

export const deletion: MarkSpec = {
  attrs: stamp,
  inclusive: false,
  excludes: "insertion deletion modification",
  toDOM: (mark, inline) => ["del", shown("suggested-deletion", mark, inline), 0],
  // Suggestions stay where they were made: a copy has what they would make of the text.
  parseDOM: [{ tag: "del", ignore: true }],
};

/** A node whose kind or attribute changed. One node may have several, one for each attribute. */
export const modification: MarkSpec = {
  attrs: {
    ...stamp,
    /** "attr", "nodeType" or "mark". */
    type: { validate: "string" },
    attrName: { default: null, validate: "string|null" },
    previousValue: { default: null },
    newValue: { default: null },
  },
  inclusive: false,
  excludes: "insertion deletion",
  toDOM: (mark, inline) => [
    inline ? "span" : "div",
    shown("suggested-modification", mark, inline),
    0,
  ],
};

export function isSuggestion(mark: Mark): boolean {
  return mark.type.name === "insertion" || mark.type.name === "deletion" ||
    mark.type.name === "modification";
}

/** A node's suggestion marks as its attribute. */
export function marksToAttribute(marks: readonly Mark[]): string | null {
  const suggestions = marks.filter(isSuggestion);
  return suggestions.length > 0 ? JSON.stringify(suggestions.map((mark) => mark.toJSON())) : null;
}

/** And back. What cannot be read is no suggestion. */
export function attributeToMarks(schema: Schema, attrs: Attrs | null | undefined): readonly Mark[] {
  const text: unknown = attrs?.["suggestion"];
  if (typeof text !== "string") return [];
  try {
    const marks = (JSON.parse(text) as unknown[]).map((json) => schema.markFromJSON(json));
    return marks.filter(isSuggestion).reduce<readonly Mark[]>((set, mark) => mark.addToSet(set), []);
  } catch {
    return [];
  }
}

function shown(name: string, mark: Mark, inline: boolean): Record<string, string> {
  const shown: Record<string, string> = { "class": name, "data-suggestion": String(mark.attrs["id"]) };
  if (!inline) shown["data-block"] = "";
  return shown;
}
