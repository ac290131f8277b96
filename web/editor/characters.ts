// Which characters text may hold: the rules of crates/document/src/characters.rs.

/** `text` without the characters that no reader sees and that a body may not hold. */
export function allowed(text: string): string {
  return text.replace(OBJECTION, "");
}

/** Whether a reader would see nothing. */
export function isBlank(text: string): boolean {
  return text.trim() === "";
}

/** `text` with runs of collapsible white space made one space. Other spaces are typography. */
export function collapsed(text: string): string {
  return text.replace(/[ \t\n\r]+/g, " ");
}

/** `text` on one line, without spaces at its ends. */
export function oneLine(text: string): string {
  return collapsed(allowed(text)).replace(/^ | $/g, "");
}

/**
 * Control characters, bidirectional overrides, line separators, marks and what is no character.
 * Half a character is not sent as such, so two browsers would have different texts.
 */
const OBJECTION =
  /[\p{Cs}\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u202A-\u202E\u2028\u2029\uFEFF\uFFF9-\uFFFB\uFDD0-\uFDEF]|[\uFFFE\uFFFF]|[\u{1FFFE}\u{1FFFF}\u{2FFFE}\u{2FFFF}\u{3FFFE}\u{3FFFF}\u{10FFFE}\u{10FFFF}]/gu;
