//! Bounds on one document. They are far above any article, and far below what would hurt a server.

/// A document as JSON text, in bytes.
pub const JSON_BYTES_MAX: usize = 4 * 1024 * 1024;
/// All text and attributes of a document together, in bytes.
pub const TEXT_BYTES_MAX: usize = 1024 * 1024;
/// Nodes in a document, texts included.
pub const NODES_MAX: usize = 20_000;
/// How deep nodes may nest; a list and its item are two.
pub const DEPTH_MAX: usize = 24;
/// Cells in one row of a table.
pub const TABLE_COLUMNS_MAX: usize = 50;
/// A heading's id, in characters.
pub const HEADING_ID_CHARS_MAX: usize = 80;
/// A name, role, source or title, in characters.
pub const TITLE_CHARS_MAX: usize = 300;
/// A caption, in characters.
pub const CAPTION_CHARS_MAX: usize = base::limits::CAPTION_CHARS_MAX;
/// An address, in characters.
pub const ADDRESS_CHARS_MAX: usize = 2_048;
/// The name of a code block's language, in characters.
pub const LANGUAGE_CHARS_MAX: usize = 40;
