//! What somebody writes: a small subset of Markdown, and its way out as HTML.
//!
//! Paragraphs, line breaks, emphasis, quotations, lists, code and links. Everything else is shown
//! as it was typed: no heading, no image, no HTML. The HTML is written here and from nothing that
//! was not escaped, so it needs no sanitising.

use std::fmt::{self, Write as _};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, TextMergeStream};
use unicode_segmentation::UnicodeSegmentation as _;

use crate::{DiscussError, Result};

/// How long a comment may be, in characters.
pub const LENGTH_MAX: usize = 5_000;
/// Accents that one letter may bear: enough for every language, and no more than a line is high.
const MARKS_MAX: usize = 6;
/// How deep quotations and lists may stand in each other.
const DEPTH_MAX: usize = 6;
/// Of links, what may be followed.
const SCHEMES: [&str; 3] = ["https://", "http://", "mailto:"];

/// A comment's words, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(String);

impl Text {
    /// Reads what somebody typed: without what no reader could see or bear.
    ///
    /// # Errors
    /// [`DiscussError::Invalid`] when it says nothing, or is too long.
    pub fn parse(typed: &str) -> Result<Self> {
        let text = bearable(&typed.replace("\r\n", "\n").replace('\r', "\n"));
        let text = text.trim_matches(['\n', ' ']).to_owned();
        if text.trim().is_empty() {
            return Err(DiscussError::Invalid("Write something first.".into()));
        }
        let length = text.chars().count();
        if length > LENGTH_MAX {
            return Err(DiscussError::Invalid(format!(
                "A comment has at most {LENGTH_MAX} letters, and this has {length}. Shorten it, or \
                 say the rest in an answer to it."
            )));
        }
        Ok(Self(text))
    }

    /// Reads what was kept.
    pub(crate) fn read(kept: String) -> Self {
        Self(kept)
    }

    /// As it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For readers.
    pub fn html(&self) -> String {
        let mut writer = Writer::default();
        for event in TextMergeStream::new(Parser::new_ext(&self.0, Options::ENABLE_STRIKETHROUGH)) {
            writer.write(event);
        }
        writer.html
    }

    /// How many links it holds, whether they are written as links or as bare addresses.
    pub fn links(&self) -> usize {
        self.html().matches("<a ").count()
    }

    /// Its words in small letters, without their Markdown.
    pub fn words(&self) -> impl Iterator<Item = String> + '_ {
        self.0.unicode_words().map(str::to_lowercase)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name that somebody gives, on one line.
///
/// # Errors
/// [`DiscussError::Invalid`] when it is empty or too long.
pub(crate) fn name(typed: &str) -> Result<String> {
    const MAX: usize = 60;
    let name = bearable(typed).split_whitespace().collect::<Vec<_>>().join(" ");
    match name.chars().count() {
        0 => Err(DiscussError::Invalid("Say under which name you write.".into())),
        length if length > MAX => Err(DiscussError::Invalid(format!(
            "A name has at most {MAX} letters, and this has {length}."
        ))),
        _ => Ok(name),
    }
}

/// Without control characters, without what turns the direction of the text around it, and with no
/// more marks on a letter than a language has use for.
fn bearable(text: &str) -> String {
    let mut marks = 0;
    let kept = |c: &char| {
        marks = if is_mark(*c) { marks + 1 } else { 0 };
        let turns = matches!(*c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let unseen = c.is_control() && *c != '\n' && *c != '\t';
        !turns && !unseen && *c != '\u{feff}' && marks <= MARKS_MAX
    };
    text.chars().filter(kept).collect()
}

/// Whether it is drawn upon the letter before it (Unicode's blocks of combining marks).
fn is_mark(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036f}' | '\u{0483}'..='\u{0489}' | '\u{0591}'..='\u{05bd}'
        | '\u{064b}'..='\u{065f}' | '\u{0e34}'..='\u{0e3a}' | '\u{0e47}'..='\u{0e4e}'
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe20}'..='\u{fe2f}')
}

#[derive(Default)]
struct Writer {
    html: String,
    /// Quotations and lists around this place.
    depth: usize,
    /// Each link that is open, and whether it is written as one.
    links: Vec<bool>,
    verbatim: bool,
}

impl Writer {
    fn write(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.verbatim || self.links.contains(&true) => self.text(&text),
            Event::Text(text) => self.linked(&text),
            Event::Code(text) => {
                self.html.push_str("<code>");
                self.text(&text);
                self.html.push_str("</code>");
            }
            Event::Html(text) | Event::InlineHtml(text) => self.linked(&text),
            Event::SoftBreak | Event::HardBreak => self.html.push_str("<br>\n"),
            Event::Rule => self.html.push_str("<hr>\n"),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::Heading { .. } | Tag::HtmlBlock => self.html.push_str("<p>"),
            Tag::BlockQuote(_) => self.open("<blockquote>\n"),
            Tag::List(None) => self.open("<ul>\n"),
            Tag::List(Some(_)) => self.open("<ol>\n"),
            Tag::Item if self.depth <= DEPTH_MAX => self.html.push_str("<li>"),
            Tag::CodeBlock(_) => {
                self.verbatim = true;
                self.html.push_str("<pre><code>");
            }
            Tag::Emphasis => self.html.push_str("<em>"),
            Tag::Strong => self.html.push_str("<strong>"),
            Tag::Strikethrough => self.html.push_str("<del>"),
            Tag::Link { dest_url: to, .. } | Tag::Image { dest_url: to, .. } => {
                let small = to.to_lowercase();
                let followed = !self.links.contains(&true)
                    && SCHEMES.iter().any(|scheme| small.starts_with(scheme));
                if followed {
                    self.link(&to);
                }
                self.links.push(followed);
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::HtmlBlock => {
                self.html.push_str("</p>\n");
            }
            TagEnd::BlockQuote(_) => self.close("</blockquote>\n"),
            TagEnd::List(false) => self.close("</ul>\n"),
            TagEnd::List(true) => self.close("</ol>\n"),
            TagEnd::Item if self.depth <= DEPTH_MAX => self.html.push_str("</li>\n"),
            TagEnd::CodeBlock => {
                self.verbatim = false;
                self.html.push_str("</code></pre>\n");
            }
            TagEnd::Emphasis => self.html.push_str("</em>"),
            TagEnd::Strong => self.html.push_str("</strong>"),
            TagEnd::Strikethrough => self.html.push_str("</del>"),
            TagEnd::Link | TagEnd::Image => {
                let open = self.links.pop() == Some(true);
                self.html.push_str(if open { "</a>" } else { "" });
            }
            _ => {}
        }
    }

    fn open(&mut self, tag: &str) {
        self.depth += 1;
        if self.depth <= DEPTH_MAX {
            self.html.push_str(tag);
        }
    }

    fn close(&mut self, tag: &str) {
        if self.depth <= DEPTH_MAX {
            self.html.push_str(tag);
        }
        self.depth = self.depth.saturating_sub(1);
    }

    /// Text in which bare addresses are links.
    fn linked(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = ["https://", "http://"].iter().filter_map(|it| rest.find(it)).min() {
            let (before, from) = rest.split_at(at);
            let end = from
                .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"'))
                .unwrap_or(from.len());
            // A full stop at the end is the sentence's.
            let address = from[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'']);
            self.text(before);
            self.link(address);
            self.text(address);
            self.html.push_str("</a>");
            rest = &from[address.len()..];
        }
        self.text(rest);
    }

    fn link(&mut self, to: &str) {
        self.html.push_str("<a href=\"");
        self.text(to);
        self.html.push_str("\" rel=\"ugc nofollow\">");
    }

    fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.html.push_str("&amp;"),
                '<' => self.html.push_str("&lt;"),
                '>' => self.html.push_str("&gt;"),
                '"' => self.html.push_str("&quot;"),
                '\'' => self.html.push_str("&#39;"),
                c => {
                    let _ = self.html.write_char(c);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn html(typed: &str) -> String {
        Text::parse(typed).unwrap().html()
    }

    #[test]
    fn a_little_markdown_is_understood_and_nothing_else() {
        for (typed, shown) in [
            ("One\ntwo\n\nthree", "<p>One<br>\ntwo</p>\n<p>three</p>\n"),
            (
                "*a* **b** ~~c~~ `d<`",
                "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d&lt;</code></p>\n",
            ),
            ("# Not a heading", "<p>Not a heading</p>\n"),
            (
                "> said\n\n- one\n- two",
                "<blockquote>\n<p>said</p>\n</blockquote>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n",
            ),
            ("<b onclick=x>bold</b>", "<p>&lt;b onclick=x&gt;bold&lt;/b&gt;</p>\n"),
            ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
            ("[here](javascript:alert(1))", "<p>here</p>\n"),
            (
                "[here](https://example.org/?a=1&b='2')",
                "<p><a href=\"https://example.org/?a=1&amp;b=&#39;2&#39;\" rel=\"ugc nofollow\">here</a></p>\n",
            ),
            (
                "See https://example.org/a_b_c.",
                "<p>See <a href=\"https://example.org/a_b_c\" rel=\"ugc nofollow\">https://example.org/a_b_c</a>.</p>\n",
            ),
            (
                "![cat](https://example.org/cat.png)",
                "<p><a href=\"https://example.org/cat.png\" rel=\"ugc nofollow\">cat</a></p>\n",
            ),
        ] {
            assert_eq!(html(typed), shown, "{typed}");
        }
    }

    #[test]
    fn what_nobody_could_bear_is_left_out() {
        assert_eq!(Text::parse("\u{202e}evil\u{202c} a\0b\u{7}").unwrap().as_str(), "evil ab");
        let zalgo = format!("h{}i", "\u{0335}".repeat(60));
        let read = Text::parse(&zalgo).unwrap();
        assert_eq!(read.as_str(), format!("h{}i", "\u{0335}".repeat(MARKS_MAX)));
        let deep = format!("{}end", "> ".repeat(2_000));
        assert_eq!(html(&deep).matches("<blockquote>").count(), DEPTH_MAX);
    }

    #[test]
    fn what_says_nothing_or_too_much_is_refused_with_a_sentence() {
        for (typed, told) in [
            (" \n\t", "Write something first."),
            ("\u{202e}\0", "Write something first."),
            (
                "é".repeat(5_001).as_str(),
                "A comment has at most 5000 letters, and this has 5001. Shorten it, or say the \
                 rest in an answer to it.",
            ),
        ] {
            assert_eq!(Text::parse(typed).unwrap_err().to_string(), told);
        }
        assert!(Text::parse(&"é".repeat(5_000)).is_ok());
    }

    proptest! {
        /// Whatever is typed, what comes out is made of the few tags that are written here.
        #[test]
        fn no_tag_comes_out_but_ours(typed in "[\\PC<>\"'&\\[\\]()*_`~>#!\\n -]{1,200}") {
            let Ok(text) = Text::parse(&typed) else { return Ok(()) };
            let html = text.html();
            for tag in html.split('<').skip(1) {
                let tag = tag.split('>').next().unwrap_or_default();
                let name = tag.trim_start_matches('/').split(' ').next().unwrap_or_default();
                let known = ["p", "br", "hr", "em", "strong", "del", "code", "pre", "a", "ul", "ol",
                    "li", "blockquote"];
                prop_assert!(known.contains(&name), "<{tag}> of {typed:?}");
                let bare = name == tag.trim_start_matches('/');
                let link = tag.starts_with("a href=\"") && tag.ends_with("\" rel=\"ugc nofollow\"");
                prop_assert!(bare || link, "<{tag}> of {typed:?}");
            }
        }
    }
}
