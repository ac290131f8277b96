// The bounds of crates/document/src/limits.rs that an editor can keep while somebody types.

/** How deep nodes may nest; a list and its item are two. */
export const DEPTH_MAX = 24;
/** Cells in one row of a table. */
export const TABLE_COLUMNS_MAX = 50;
/** A name, role, source or title, in characters. */
export const TITLE_CHARS_MAX = 300;
/** A caption, in characters. */
export const CAPTION_CHARS_MAX = 2_000;
/** An address, in characters. */
export const ADDRESS_CHARS_MAX = 2_048;
/** The name of a code block's language, in characters. */
export const LANGUAGE_CHARS_MAX = 40;
