//! The body as HTML.
//!
//! Everything is escaped, and nothing is written but what stands below, so the result needs no
//! sanitising. It carries no inline style and no script; a strict Content-Security-Policy holds.
//! The classes, for style sheets:
//!
//! | class | on |
//! |---|---|
//! | `quotation`; `speaker`, `role`, `source` | a figure; parts of its figcaption |
//! | `photo`; `caption`, `credit` | a figure; parts of its figcaption |
//! | `focal-x-N`, `focal-y-N` | an img whose focal point is N per cent from the left, from the top |
//! | `gallery` | a list of photo figures |
//! | `related`; `related-label`, `related-story` | an aside; its two paragraphs |
//! | `embed`; `embed-title`, `embed-provider` | a paragraph that holds one link; its parts |
//! | `table` | a div that scrolls when the table is too wide |
//! | `fact-box`; `fact-box-title` | an aside; its heading |
//! | `code` | a pre |
//!
//! Headings never skip a level, whatever was written, since readers of the page by ear navigate by
//! them. The page's headline is taken to be the `h1`.

use crate::figure::{Loading, picture_html};
use crate::inline::{Piece, pieces};
use crate::picture::Picture;
use crate::schema::{
    Block, Document, Embed, FactBox, Heading, Inline, Mark, Photo, Quotation, RelatedRef, Table,
};
use base::PhotoId;

/// What the body does not know: photos, other stories, and the site's language.
pub trait Render {
    /// The photo as it may be shown now; `None` leaves it out.
    fn picture(&self, id: PhotoId) -> Option<Picture>;

    /// The story, when it is known and public; `None` shows the title that the editor wrote.
    fn story(&self, related: &RelatedRef) -> Option<StoryLink>;

    /// Words in the site's language.
    fn labels(&self) -> &Labels;

    /// The `sizes` attribute of photos in the body.
    fn sizes(&self) -> &str {
        "(min-width: 48rem) 44rem, 100vw"
    }

    /// Finished HTML to be put after the `n`th paragraph of the top level, counted from one.
    fn after_paragraph(&self, n: usize) -> Option<String> {
        let _ = n;
        None
    }
}

/// A story to link to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryLink {
    /// Its address.
    pub href: String,
    /// Its headline.
    pub headline: String,
}

/// The words that HTML of a body needs, in the site's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    /// Stands above a related story: "RELATED:".
    pub related: String,
    /// Stands before a credit: "Photo:".
    pub photo: String,
    /// Names a table that has no caption: "Table".
    pub table: String,
}

impl Default for Labels {
    fn default() -> Self {
        Self { related: "RELATED:".into(), photo: "Photo:".into(), table: "Table".into() }
    }
}

impl Document {
    /// The body as HTML, to stand inside an `article` element below its `h1`.
    pub fn to_html(&self, render: &dyn Render) -> String {
        let mut writer = Writer { html: String::new(), render, level: 1 };
        let mut paragraphs = 0;
        for block in self.blocks() {
            writer.block(block);
            if matches!(block, Block::Paragraph(_)) {
                paragraphs += 1;
                if let Some(fragment) = render.after_paragraph(paragraphs) {
                    writer.raw(&fragment);
                    writer.raw("\n");
                }
            }
        }
        writer.html
    }
}

/// One related story as it stands in a body; empty when there is neither a title nor a known story.
pub fn related_html(related: &RelatedRef, render: &dyn Render) -> String {
    let mut writer = Writer { html: String::new(), render, level: 1 };
    writer.related(related);
    writer.html
}

struct Writer<'r> {
    html: String,
    render: &'r dyn Render,
    /// Of the heading before.
    level: u8,
}

impl Writer<'_> {
    fn block(&mut self, block: &Block) {
        match block {
            Block::Paragraph(content) => self.paragraph(content),
            Block::Heading(heading) => self.heading(heading),
            Block::Quotation(quotation) => self.quotation(quotation),
            Block::BulletList(items) => {
                self.raw("<ul>\n");
                self.items(items);
                self.raw("</ul>\n");
            }
            Block::OrderedList(1, items) => {
                self.raw("<ol>\n");
                self.items(items);
                self.raw("</ol>\n");
            }
            Block::OrderedList(order, items) => {
                self.raw(&format!("<ol start=\"{order}\">\n"));
                self.items(items);
                self.raw("</ol>\n");
            }
            Block::Photo(photo) => self.photo(photo),
            Block::Gallery(photos) => {
                self.raw("<ul class=\"gallery\">\n");
                for photo in photos {
                    let before = self.html.len();
                    self.raw("<li>");
                    self.photo(photo);
                    if self.html.len() == before + "<li>".len() {
                        self.html.truncate(before);
                    } else {
                        self.raw("</li>\n");
                    }
                }
                self.raw("</ul>\n");
            }
            Block::Related(related) => self.related(related),
            Block::Embed(embed) => self.embed(embed),
            Block::Table(table) => self.table(table),
            Block::FactBox(fact_box) => self.fact_box(fact_box),
            Block::Divider => self.raw("<hr>\n"),
            Block::Code(code) => {
                // Code reads from left to right and is nobody's to translate.
                self.raw("<pre class=\"code\" dir=\"ltr\" translate=\"no\" tabindex=\"0\"><code");
                if let Some(language) = &code.language {
                    self.raw(" class=\"language-");
                    self.escaped(language);
                    self.raw("\"");
                }
                self.raw(">");
                self.escaped(&code.text);
                self.raw("</code></pre>\n");
            }
        }
    }

    fn paragraph(&mut self, content: &[Inline]) {
        self.raw("<p>");
        self.line(content);
        self.raw("</p>\n");
    }

    fn heading(&mut self, heading: &Heading) {
        self.level = heading.level.min(self.level + 1);
        let level = self.level;
        self.raw(&format!("<h{level} id=\""));
        self.escaped(heading.id.as_deref().unwrap_or_default());
        self.raw("\">");
        self.line(&heading.content);
        self.raw(&format!("</h{level}>\n"));
    }

    fn quotation(&mut self, quotation: &Quotation) {
        self.raw("<figure class=\"quotation\">\n<blockquote");
        if let Some(url) = &quotation.source_url {
            self.attribute("cite", url);
        }
        self.raw(">\n");
        for paragraph in &quotation.paragraphs {
            self.paragraph(paragraph);
        }
        self.raw("</blockquote>\n");
        let source = quotation.source.as_ref().or(quotation.source_url.as_ref());
        if quotation.speaker.is_some() || quotation.role.is_some() || source.is_some() {
            self.raw("<figcaption>— ");
            let mut separator = "";
            for (class, text) in [("speaker", &quotation.speaker), ("role", &quotation.role)] {
                if let Some(text) = text {
                    self.raw(separator);
                    self.span(class, text);
                    separator = ", ";
                }
            }
            if let Some(source) = source {
                self.raw(separator);
                self.raw("<cite class=\"source\">");
                match &quotation.source_url {
                    Some(url) => self.link(url, None, source),
                    None => self.escaped(source),
                }
                self.raw("</cite>");
            }
            self.raw("</figcaption>\n");
        }
        self.raw("</figure>\n");
    }

    fn items(&mut self, items: &[Vec<Block>]) {
        for item in items {
            self.raw("<li>");
            match item.as_slice() {
                [Block::Paragraph(content)] => self.line(content),
                blocks => {
                    self.raw("\n");
                    for block in blocks {
                        self.block(block);
                    }
                }
            }
            self.raw("</li>\n");
        }
    }

    fn photo(&mut self, photo: &Photo) {
        let Some(mut picture) = self.render.picture(photo.id) else { return };
        if let Some(caption) = &photo.caption {
            picture.caption.clone_from(caption);
        }
        let html = picture_html(&picture, self.render.sizes(), Loading::Lazy, self.render.labels());
        self.raw(&html);
    }

    fn related(&mut self, related: &RelatedRef) {
        let story = self.render.story(related);
        let Some(headline) = story.as_ref().map(|story| &story.headline).or(related.title.as_ref())
        else {
            return;
        };
        // An aside inside an article is no landmark unless it is named, so it gets no name.
        self.raw("<aside class=\"related\">\n<p class=\"related-label\">");
        self.escaped(&self.render.labels().related);
        self.raw("</p>\n<p class=\"related-story\">");
        match &story {
            Some(story) => self.link(&story.href, None, headline),
            None => self.escaped(headline),
        }
        self.raw("</p>\n</aside>\n");
    }

    fn embed(&mut self, embed: &Embed) {
        self.raw("<p class=\"embed\"><a");
        self.attribute("href", &embed.url);
        self.raw(">");
        self.span("embed-title", embed.title.as_ref().unwrap_or(&embed.url));
        if let Some(provider) = &embed.provider {
            self.raw(" ");
            self.span("embed-provider", provider);
        }
        self.raw("</a></p>\n");
    }

    fn table(&mut self, table: &Table) {
        // A part that scrolls must be reachable by keyboard, and then needs a role and a name.
        self.raw("<div class=\"table\" role=\"group\" tabindex=\"0\"");
        let name = table.caption.as_ref().unwrap_or(&self.render.labels().table);
        self.attribute("aria-label", name);
        self.raw(">\n<table>\n");
        if let Some(caption) = &table.caption {
            self.raw("<caption>");
            self.escaped(caption);
            self.raw("</caption>\n");
        }
        let (head, rows) = table.rows.split_at(usize::from(table.header_row));
        for row in head {
            self.raw("<thead>\n<tr>");
            for cell in row {
                self.cell(cell, Some("col"));
            }
            self.raw("</tr>\n</thead>\n");
        }
        if !rows.is_empty() {
            self.raw("<tbody>\n");
            for row in rows {
                self.raw("<tr>");
                for (column, cell) in row.iter().enumerate() {
                    let heads = table.header_column && column == 0;
                    self.cell(cell, heads.then_some("row"));
                }
                self.raw("</tr>\n");
            }
            self.raw("</tbody>\n");
        }
        self.raw("</table>\n</div>\n");
    }

    /// A cell without words heads nothing, whatever row it stands in.
    fn cell(&mut self, content: &[Inline], scope: Option<&str>) {
        match scope {
            Some(scope) if !content.is_empty() => {
                self.raw(&format!("<th scope=\"{scope}\">"));
                self.line(content);
                self.raw("</th>");
            }
            _ => {
                self.raw("<td>");
                self.line(content);
                self.raw("</td>");
            }
        }
    }

    fn fact_box(&mut self, fact_box: &FactBox) {
        let outside = self.level;
        self.raw("<aside class=\"fact-box\">\n");
        if let Some(title) = &fact_box.title {
            self.level = (outside + 1).clamp(2, 4);
            let level = self.level;
            self.raw(&format!("<h{level} class=\"fact-box-title\">"));
            self.escaped(title);
            self.raw(&format!("</h{level}>\n"));
        }
        for block in &fact_box.blocks {
            self.block(block);
        }
        self.raw("</aside>\n");
    }

    fn line(&mut self, content: &[Inline]) {
        for piece in pieces(content) {
            match piece {
                Piece::Text(text) => self.escaped(text),
                Piece::Break => self.raw("<br>"),
                Piece::Open(Mark::Link { href, title }) => {
                    self.raw("<a");
                    self.attribute("href", href);
                    if let Some(title) = title {
                        self.attribute("title", title);
                    }
                    self.raw(">");
                }
                Piece::Open(mark) => {
                    let tag = tag(mark);
                    self.raw(&format!("<{tag}>"));
                }
                Piece::Close(mark) => {
                    let tag = tag(mark);
                    self.raw(&format!("</{tag}>"));
                }
            }
        }
    }

    fn link(&mut self, href: &str, title: Option<&str>, text: &str) {
        self.raw("<a");
        self.attribute("href", href);
        if let Some(title) = title {
            self.attribute("title", title);
        }
        self.raw(">");
        self.escaped(text);
        self.raw("</a>");
    }

    fn span(&mut self, class: &str, text: &str) {
        self.raw(&format!("<span class=\"{class}\">"));
        self.escaped(text);
        self.raw("</span>");
    }

    fn attribute(&mut self, name: &str, value: &str) {
        attribute(&mut self.html, name, value);
    }

    fn escaped(&mut self, text: &str) {
        escape(&mut self.html, text);
    }

    fn raw(&mut self, html: &str) {
        self.html.push_str(html);
    }
}

fn tag(mark: &Mark) -> &'static str {
    match mark {
        Mark::Link { .. } => "a",
        Mark::Strong => "strong",
        Mark::Emphasis => "em",
        Mark::Strike => "s",
        Mark::Superscript => "sup",
        Mark::Subscript => "sub",
        Mark::Code => "code",
    }
}

pub(crate) fn attribute(html: &mut String, name: &str, value: &str) {
    html.push(' ');
    html.push_str(name);
    html.push_str("=\"");
    escape(html, value);
    html.push('"');
}

/// Appends `text` such that it is text in content and in quoted attributes alike.
pub(crate) fn escape(html: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            _ => html.push(c),
        }
    }
}
