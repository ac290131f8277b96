//! Markdown in, as Hugo, Jekyll and Zola sites have it, and Markdown out.
//!
//! What comes in is CommonMark with tables and strikethrough, the shortcodes of those three
//! programs, and common HTML. What has no place in a [`Document`] is named in a [`Notice`]; its
//! text is kept where that is possible, and never lost without being named.
//!
//! What goes out is the same Markdown, and comes in again as an equal document, whatever the
//! document holds. Where Markdown has no notation, Hugo's shortcodes serve:
//!
//! | block | notation |
//! |---|---|
//! | quotation | `> words`, then `> — Speaker, Source` or `> — Speaker, Role, Source`; or `{{< quotation speaker="…" role="…" source="…" source-url="…" >}}` … `{{< /quotation >}}` |
//! | photo | `![what is to be seen](file.jpg "caption")`, or `{{< photo id="…" caption="…" >}}` |
//! | gallery | `{{< gallery >}}`, photos, `{{< /gallery >}}` |
//! | related story | `{{< related title="…" address="/news/…" article="…" >}}` |
//! | embed | `{{< embed url="…" title="…" provider="…" >}}` |
//! | table with more than a header row | `{{< table caption="…" header-row="no" header-column="yes" >}}`, the table, `{{< /table >}}` |
//! | fact box | `{{< fact-box title="…" >}}`, blocks, `{{< /fact-box >}}` |
//! | heading with an id of its own | `## Words {#id}` |
//!
//! Marks that Markdown's asterisks cannot express in their place, such as those within a word, are
//! written as `<strong>`, `<em>` and `<del>`; subscript and superscript as `<sub>` and `<sup>`.
//! `docs/markdown.md` says the same for authors.

mod attribution;
mod read;
mod shortcode;
mod tags;
mod write;

use std::fmt;

use base::PhotoId;

pub use read::from_markdown;
pub use write::to_markdown;

/// What Markdown refers to and does not hold.
pub trait Resolver {
    /// The photo for an image; `None` when there is none, which becomes a notice.
    fn photo(&mut self, image: &Image) -> Option<PhotoId>;

    /// The address for a link to another file of the site, such as `@/news/story.md`,
    /// `../story.md`, or Hugo's and Jekyll's `ref`; asked only for what is no address by itself.
    fn link(&mut self, target: &str) -> Option<String> {
        let _ = target;
        None
    }
}

/// An image as the text names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// The file's path or address, as written.
    pub path: String,
    /// What is to be seen.
    pub alt: Option<String>,
    /// Its caption. The document keeps it, as this article's own caption for the photo.
    pub caption: Option<String>,
    /// Photographer or source.
    pub credit: Option<String>,
    /// Where the credit links to.
    pub credit_url: Option<String>,
}

/// Files for photos, on the way out.
pub trait PhotoNames {
    /// The photo's file, or `None` to write the photo by its id.
    fn photo(&self, id: PhotoId) -> Option<PhotoFile>;
}

/// A photo's file beside the Markdown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotoFile {
    /// Its path, as a resolver will be asked for it.
    pub path: String,
    /// What is to be seen.
    pub alt: String,
}

/// Something that could not be taken as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The line, counted from one.
    pub line: usize,
    /// What, and what became of it.
    pub problem: String,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}
