//! What each HTML element in Markdown becomes. How tags are read is in `markdown/tags.rs`.

use super::frames::{Frame, Kind, Origin};
use super::{Builder, is_heading_id};
use crate::limits::{CAPTION_CHARS_MAX, TITLE_CHARS_MAX};
use crate::markdown::Image;
use crate::markdown::tags::{Tag, Token, tokens};
use crate::schema::{Block, CodeBlock, Mark, Quotation};

impl Builder<'_> {
    pub(super) fn html(&mut self, html: &str) {
        for token in tokens(html) {
            match token {
                Token::Text(text) => self.text(&text),
                Token::Open(tag) => self.open_tag(&tag),
                Token::Close(name) => self.close_tag(&name),
            }
        }
    }

    fn open_tag(&mut self, tag: &Tag) {
        if self.skipping.is_some() {
            return;
        }
        let name = tag.name.as_str();
        let origin = Origin::Tag(name.to_owned());
        if let Some(mark) = mark(name) {
            self.marks.push((origin, Some(mark)));
            return;
        }
        match name {
            "a" => {
                // An anchor that goes nowhere is only a place.
                if let Some(href) = tag.attr("href") {
                    let href = href.to_owned();
                    self.link(origin, &href, tag.attr("title").unwrap_or_default());
                }
            }
            "br" => self.hard_break(),
            "hr" => self.emit(Block::Divider),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                let level = name.as_bytes()[1].saturating_sub(b'0').clamp(2, 4);
                let id = tag.attr("id").filter(|id| is_heading_id(id)).map(str::to_owned);
                self.open(Kind::Heading(level, id), origin);
            }
            "blockquote" => self.open(Kind::Quotation(Quotation::default(), true), origin),
            "ul" => self.open(Kind::List(None, Vec::new()), origin),
            "ol" => {
                let start = tag.attr("start").and_then(|start| start.parse().ok());
                let start = start.filter(|&start: &u32| start <= 999_999_999).unwrap_or(1);
                self.open(Kind::List(Some(start), Vec::new()), origin);
            }
            "li" => {
                self.close_optional(&["li"], &["ul", "ol"]);
                self.open(Kind::Item, origin);
            }
            "pre" => {
                self.open(Kind::Code(CodeBlock::default()), origin);
            }
            "table" => self.open(Kind::Table(Vec::new(), None), origin),
            "tr" => {
                self.close_optional(&["tr"], &["table"]);
                self.open(Kind::Row(Vec::new()), origin);
            }
            "td" | "th" => {
                self.close_optional(&["td", "th"], &["tr", "table"]);
                if tag.attr("colspan").or(tag.attr("rowspan")).is_some_and(|span| span != "1") {
                    self.notice("a cell that spans several was put into the first of them");
                }
                self.open(Kind::Cell(name == "th"), origin);
            }
            "figure" => self.open(Kind::Figure(None), origin),
            "figcaption" | "caption" => self.open(Kind::Caption, origin),
            "img" => self.img(tag),
            "iframe" | "video" | "audio" | "embed" => {
                match tag.attr("src").map(str::to_owned) {
                    Some(url) => {
                        let title = tag.attr("title").unwrap_or_default();
                        let title = self.clipped(title, "title", TITLE_CHARS_MAX);
                        self.notice(format!("the element <{name}> became a link to {url}"));
                        let url =
                            url.strip_prefix("//").map_or(url.clone(), |u| format!("https://{u}"));
                        self.embed(&url, title, None);
                    }
                    None => {
                        self.notice(format!("the element <{name}> has no address; it was dropped"));
                    }
                }
                if name == "iframe" {
                    self.skipping = Some(name.to_owned());
                }
            }
            "script" | "style" | "svg" | "math" | "object" | "template" | "select" | "textarea" => {
                self.notice(format!("the element <{name}> was dropped with what it holds"));
                self.skipping = Some(name.to_owned());
            }
            _ if is_block(name) => self.flush(),
            _ if is_plain(name) => {}
            _ => self.notice(format!("the element <{name}> was dropped, and its text kept")),
        }
    }

    fn close_tag(&mut self, name: &str) {
        if let Some(skipped) = &self.skipping {
            if skipped == name {
                self.skipping = None;
            }
            return;
        }
        let origin = Origin::Tag(name.to_owned());
        if name == "a" || mark(name).is_some() {
            self.end_mark(&origin);
        } else if !self.close(|frame| frame.origin == origin) && is_block(name) {
            self.flush();
        }
    }

    /// Ends an element whose end tag HTML lets authors leave out.
    fn close_optional(&mut self, names: &[&str], within: &[&str]) {
        let is_one_of = |frame: &Frame, names: &[&str]| match &frame.origin {
            Origin::Tag(name) => names.contains(&name.as_str()),
            _ => false,
        };
        let inner = self.frames.iter().rposition(|frame| is_one_of(frame, names));
        let outer = self.frames.iter().rposition(|frame| is_one_of(frame, within));
        if inner > outer {
            let _ = self.close(|frame| is_one_of(frame, names));
        }
    }

    fn img(&mut self, tag: &Tag) {
        let Some(path) = tag.attr("src") else { return };
        let caption = tag.attr("title").unwrap_or_default();
        let image = Image {
            path: self.source.restored(path),
            alt: self.clipped(
                tag.attr("alt").unwrap_or_default(),
                "description",
                CAPTION_CHARS_MAX,
            ),
            caption: self.clipped(caption, "title", CAPTION_CHARS_MAX),
            credit: None,
            credit_url: None,
        };
        match &mut self.top().kind {
            Kind::Figure(slot @ None) => *slot = Some(image),
            _ => self.photo(image),
        }
    }
}

fn mark(tag: &str) -> Option<Mark> {
    match tag {
        "b" | "strong" => Some(Mark::Strong),
        "i" | "em" => Some(Mark::Emphasis),
        "s" | "strike" | "del" => Some(Mark::Strike),
        "sup" => Some(Mark::Superscript),
        "sub" => Some(Mark::Subscript),
        "code" | "kbd" | "samp" | "tt" => Some(Mark::Code),
        _ => None,
    }
}

/// Elements that only group, and end a line where they begin and end.
fn is_block(tag: &str) -> bool {
    matches!(
        tag,
        "p" | "div"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "main"
            | "aside"
            | "nav"
            | "center"
            | "address"
            | "dl"
            | "dt"
            | "dd"
            | "details"
            | "summary"
            | "thead"
            | "tbody"
            | "tfoot"
            | "colgroup"
            | "col"
            | "picture"
            | "source"
    )
}

/// Elements within a line that say nothing a document keeps.
fn is_plain(tag: &str) -> bool {
    matches!(
        tag,
        "span"
            | "font"
            | "u"
            | "ins"
            | "mark"
            | "small"
            | "big"
            | "abbr"
            | "cite"
            | "q"
            | "time"
            | "dfn"
            | "var"
            | "wbr"
            | "bdi"
            | "label"
    )
}
