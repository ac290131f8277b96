// What the styles of foreign HTML say about the text: word processors write bold as a style.
import type { Mark, MarkType } from "prosemirror-model";
import { schema } from "./schema.ts";

/** The styles of an element that mean something. */
export interface Styles {
  isHidden: boolean;
  /** `null` when the element does not say. */
  strong: boolean | null;
  emphasis: boolean | null;
  strike: boolean;
  vertical: "superscript" | "subscript" | "none" | null;
  /** The whole attribute. */
  text: string;
}

export function stylesOf(at: Element): Styles {
  const text = at.getAttribute("style") ?? "";
  const value = (name: string) => {
    // Not what only ends in the name, as in `mso-bidi-font-weight`.
    return new RegExp(`(?:^|;)\\s*${name}\\s*:\\s*([^;]*)`, "i").exec(text)?.[1]?.trim().toLowerCase() ?? "";
  };
  const weight = value("font-weight");
  const slant = value("font-style");
  const decoration = `${value("text-decoration")} ${value("text-decoration-line")}`;
  const vertical = value("vertical-align");
  return {
    isHidden: value("display") === "none" || value("visibility") === "hidden" || value("mso-hide") === "all",
    strong: weight === "" ? null : weight === "bold" || weight === "bolder" || Number(weight) >= 600,
    emphasis: slant === "" ? null : slant === "italic" || slant === "oblique",
    strike: decoration.includes("line-through"),
    vertical: vertical === "super"
      ? "superscript"
      : vertical === "sub"
      ? "subscript"
      : vertical === "baseline"
      ? "none"
      : null,
    text,
  };
}

/** The marks of an element's text, from those around it, its name and its styles. */
export function marksOf(name: string, styles: Styles, outer: readonly Mark[]): readonly Mark[] {
  const { strong, emphasis, strike, superscript, subscript, code } = schema.marks;
  let marks = outer;
  const turn = (type: MarkType, on: boolean | null) => {
    if (on === true) marks = type.create().addToSet(marks);
    else if (on === false) marks = type.removeFromSet(marks);
  };
  // What a style denies, its element does not mean: Google Docs wraps all it copies in <b>.
  turn(strong, styles.strong ?? (STRONG.has(name) ? true : null));
  turn(emphasis, styles.emphasis ?? (EMPHASIS.has(name) ? true : null));
  turn(strike, styles.strike || name === "S" || name === "STRIKE" ? true : null);
  turn(superscript, styles.vertical === "superscript" || name === "SUP" ? true : null);
  turn(subscript, styles.vertical === "subscript" || name === "SUB" ? true : null);
  turn(code, CODE.has(name) ? true : null);
  return marks;
}

const STRONG = new Set(["B", "STRONG"]);
const EMPHASIS = new Set(["I", "EM", "CITE", "DFN", "VAR"]);
const CODE = new Set(["CODE", "KBD", "SAMP", "TT"]);
