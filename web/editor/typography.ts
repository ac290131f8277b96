// The house's spelling of quotes, dashes and ellipses, by language, while somebody types.
import { InputRule, inputRules } from "prosemirror-inputrules";
import type { Plugin } from "prosemirror-state";

/** What a typed character becomes: so many characters before it go, and this stands instead. */
export interface Spelling {
  remove: number;
  insert: string;
}

/** How a language spells. */
interface House {
  /** The outer and the inner pair of quotation marks, with the spaces that stand inside them. */
  outer: readonly [string, string];
  inner: readonly [string, string];
  /** What two hyphens become; three become the em dash everywhere. */
  dash: string;
  /** What stands before ; ! ? and before a colon, in place of a space. */
  beforeMarks?: readonly [string, string];
}

/**
 * How `typed` is spelled after `before`, the text of its line so far; `null` when as it is.
 * Languages that are not known here are left alone.
 */
export function spelled(before: string, typed: string, language: string): Spelling | null {
  const house = houseOf(language);
  if (!house) return null;
  switch (typed) {
    case '"':
      return doubleQuote(before, house);
    case "'":
      return singleQuote(before, house);
    case "-":
      if (before.endsWith("–") && house.dash === "–") return { remove: 1, insert: "—" };
      return /(^|[^-])-$/.test(before) ? { remove: 1, insert: house.dash } : null;
    case ".":
      return /(^|[^.])\.\.$/.test(before) ? { remove: 2, insert: "…" } : null;
    case ";":
    case "!":
    case "?":
    case ":": {
      if (!house.beforeMarks || !/\S $/.test(before)) return null;
      return { remove: 1, insert: house.beforeMarks[typed === ":" ? 1 : 0] + typed };
    }
    default:
      // Years are cut short by an apostrophe: the ’90s.
      return house === ENGLISH && /(^|\s)‘$/.test(before) && /^\d$/.test(typed)
        ? { remove: 1, insert: `’${typed}` }
        : null;
  }
}

/** The characters that `spelled` may answer to. */
export const SPELLED = /["'.;!?:\d-]$/;

/** Spells as the house does while somebody types, and takes it back with one Backspace. */
export function typography(language: () => string): Plugin {
  return inputRules({
    rules: [
      new InputRule(SPELLED, (state, match, start, end) => {
        const $start = state.doc.resolve(start);
        const before = $start.parent.textBetween(0, $start.parentOffset, null, "\uFFFC");
        const spelling = spelled(before, match[0], language());
        if (!spelling) return null;
        return state.tr.insertText(spelling.insert, start - spelling.remove, end);
      }, { inCodeMark: false }),
    ],
  });
}

function houseOf(language: string): House | undefined {
  const tag = language.toLowerCase();
  return HOUSES[tag] ?? HOUSES[tag.split("-")[0] ?? ""];
}

function doubleQuote(before: string, { outer, inner }: House): Spelling {
  // Inner marks that are single have a key of their own.
  const nests = !SINGLE.includes(inner[0]);
  if (opens(before)) {
    return { remove: 0, insert: (nests && isOpen(before, outer) ? inner : outer)[0] };
  }
  return { remove: 0, insert: (nests && isOpen(before, inner) ? inner : outer)[1] };
}

function singleQuote(before: string, { inner }: House): Spelling {
  const isSingle = SINGLE.includes(inner[0]);
  if (opens(before)) return { remove: 0, insert: isSingle ? inner[0] : "‘" };
  return { remove: 0, insert: isSingle && isOpen(before, inner) ? inner[1] : "’" };
}

/** Whether a quotation mark typed now begins something. */
function opens(before: string): boolean {
  const last = before.at(-1);
  return last === undefined || /[\s([{¿¡\uFFFC\u200B]/.test(last) || /[—–/=]/.test(last) ||
    /[“„«‹‘‚]/.test(last);
}

/** Whether more of a pair was opened than closed. */
function isOpen(text: string, [open, close]: readonly [string, string]): boolean {
  const [opening, closing] = [open.trim(), close.trim()];
  if (opening === closing) return (text.split(opening).length - 1) % 2 === 1;
  // An apostrophe looks like a closing single mark, and closes nothing.
  const apostrophes = closing === "’" ? /(?<=\p{L})’(?=\p{L})/gu : null;
  const plain = apostrophes ? text.replace(apostrophes, "") : text;
  return plain.lastIndexOf(opening) > plain.lastIndexOf(closing);
}

const SINGLE = ["‘", "‚", "’"];

const NARROW = "\u202F";
const NO_BREAK = "\u00A0";

const ENGLISH: House = { outer: ["“", "”"], inner: ["‘", "’"], dash: "–" };
const SPANISH: House = { outer: ["«", "»"], inner: ["“", "”"], dash: "—" };
const GERMAN: House = { outer: ["„", "“"], inner: ["‚", "‘"], dash: "–" };
const NORDIC: House = { outer: ["”", "”"], inner: ["’", "’"], dash: "–" };
const RUSSIAN: House = { outer: ["«", "»"], inner: ["„", "“"], dash: "—" };
const POLISH: House = { outer: ["„", "”"], inner: ["«", "»"], dash: "–" };
const FRENCH: House = {
  outer: [`«${NARROW}`, `${NARROW}»`],
  inner: ["“", "”"],
  dash: "–",
  beforeMarks: [NARROW, NO_BREAK],
};

const HOUSES: Readonly<Record<string, House>> = {
  "en": ENGLISH,
  "es": SPANISH,
  "ca": SPANISH,
  "gl": SPANISH,
  "eu": SPANISH,
  "it": { ...SPANISH, dash: "–" },
  "pt": ENGLISH,
  "pt-pt": SPANISH,
  "de": GERMAN,
  "de-ch": { outer: ["«", "»"], inner: ["‹", "›"], dash: "–" },
  "fr": FRENCH,
  "fr-ch": { ...FRENCH, inner: ["‹", "›"] },
  "nl": ENGLISH,
  "sv": NORDIC,
  "fi": NORDIC,
  "da": { outer: ["“", "”"], inner: ["‘", "’"], dash: "–" },
  "nb": { outer: ["«", "»"], inner: ["‘", "’"], dash: "–" },
  "no": { outer: ["«", "»"], inner: ["‘", "’"], dash: "–" },
  "nn": { outer: ["«", "»"], inner: ["‘", "’"], dash: "–" },
  "pl": POLISH,
  "hu": { ...POLISH, inner: ["»", "«"] },
  "ro": POLISH,
  "cs": GERMAN,
  "sk": GERMAN,
  "sl": GERMAN,
  "bg": GERMAN,
  "hr": { ...POLISH, inner: ["‘", "’"] },
  "sr": { ...POLISH, inner: ["’", "’"] },
  "lt": GERMAN,
  "et": { ...GERMAN, outer: ["„", "”"] },
  "lv": ENGLISH,
  "ru": RUSSIAN,
  "be": RUSSIAN,
  "uk": { ...RUSSIAN, inner: ["“", "”"] },
  "el": { outer: ["«", "»"], inner: ["“", "”"], dash: "–" },
  "tr": ENGLISH,
  "ar": { ...SPANISH, dash: "–" },
  "fa": { ...SPANISH, inner: ["‹", "›"], dash: "–" },
  "he": { outer: ["”", "”"], inner: ["’", "’"], dash: "–" },
};
