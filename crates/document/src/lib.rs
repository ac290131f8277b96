//! An article's body as a checked tree, and its ways out: HTML, plain text, Markdown, JSON.
//!
//! A [`Document`] is only made by checking, so it can be trusted inside. Its JSON is ProseMirror's,
//! which is what editors write. The tree is in `schema.rs`; what is refused is in `parse.rs`.
//!
//! Absent from here: input and output, time, randomness, and anything that knows a database. What
//! a body refers to (photos, other stories) is asked of [`Render`] when it is shown.

mod address;
mod characters;
mod error;
mod figure;
mod html;
mod inline;
mod json;
pub mod limits;
pub mod markdown;
mod normal;
mod parse;
mod picture;
mod schema;
mod text;

pub use error::DocumentError;
pub use figure::{Loading, picture_html};
pub use html::{Labels, Render, StoryLink, related_html};
pub use picture::{Picture, PictureSource};
pub use schema::{
    Block, CodeBlock, Document, Embed, FactBox, Heading, Inline, Mark, Photo, Quotation,
    RelatedRef, Table,
};
