//! Markdown to a document.

mod frames;
mod html;
mod photos;
mod shortcodes;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag as MdTag, TagEnd};

use self::frames::{Frame, Kind, Origin};
use crate::address::{self, Use};
use crate::characters::{is_blank, objection, one_line};
use crate::error::DocumentError;
use crate::limits::{CAPTION_CHARS_MAX, HEADING_ID_CHARS_MAX, LANGUAGE_CHARS_MAX, TITLE_CHARS_MAX};
use crate::markdown::shortcode::{Extracted, Found, Segment, What, extract};
use crate::markdown::{Image, Notice, Resolver};
use crate::normal;
use crate::parse::is_language_char;
use crate::schema::{Block, CodeBlock, Document, Inline, Mark, Quotation};

/// Reads the Markdown of an article's body, without front matter.
///
/// Every text and address in it is taken as it is; nothing is made typographic.
///
/// # Errors
/// Only when the body goes beyond a limit of [`crate::limits`]: too long, too deep, too many cells.
/// Anything else that cannot be taken becomes a notice.
pub fn from_markdown(
    text: &str,
    resolver: &mut dyn Resolver,
) -> Result<(Document, Vec<Notice>), DocumentError> {
    let mut notices = Vec::new();
    let extracted = extract(text, &mut notices);
    let mut builder = Builder {
        source: &extracted,
        resolver,
        notices,
        frames: vec![Frame::new(Kind::Body, Origin::Markdown)],
        marks: Vec::new(),
        skipping: None,
        html: None,
        line: 1,
    };
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_FOOTNOTES;
    for (event, range) in Parser::new_ext(&extracted.text, options).into_offset_iter() {
        builder.line = extracted.line(range.start);
        builder.event(event);
        if builder.frames.len() > FRAMES_MAX {
            let line = builder.line;
            let problem = format!("nests blocks deeper than {FRAMES_MAX}; flatten it");
            return Err(DocumentError::new(&format_args!("line {line}"), problem));
        }
    }
    while builder.frames.len() > 1 {
        builder.leave_open();
    }
    builder.flush();
    let blocks = builder.frames.pop().map(|frame| frame.blocks).unwrap_or_default();
    let mut notices = builder.notices;
    notices.sort_by_key(|notice| notice.line);
    // Joined first, since CommonMark cuts a long line into more pieces than a document may have.
    Ok((Document::from_blocks(&normal::blocks(blocks))?, notices))
}

/// Beyond every depth that a document may have, and harmless to the stack.
const FRAMES_MAX: usize = 64;

struct Builder<'a> {
    source: &'a Extracted,
    resolver: &'a mut dyn Resolver,
    notices: Vec<Notice>,
    /// The blocks that are open, the innermost last. The first is the body.
    frames: Vec<Frame>,
    /// `None` for a link that was refused, so that its end finds its beginning.
    marks: Vec<(Origin, Option<Mark>)>,
    /// The element whose text is being left out.
    skipping: Option<String>,
    /// An HTML block that is being gathered.
    html: Option<String>,
    line: usize,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text),
            Event::Code(text) => {
                self.marks.push((Origin::Markdown, Some(Mark::Code)));
                let text = self.source.restored(&text);
                self.words(&text);
                self.marks.pop();
            }
            Event::InlineHtml(html) => self.html(&html),
            Event::Html(html) => match &mut self.html {
                Some(block) => block.push_str(&html),
                None => self.html(&html),
            },
            Event::SoftBreak => self.words("\n"),
            Event::HardBreak => self.hard_break(),
            Event::Rule => self.emit(Block::Divider),
            Event::FootnoteReference(label) => {
                self.marks.push((Origin::Markdown, Some(Mark::Superscript)));
                self.text(&format!("[{label}]"));
                self.marks.pop();
            }
            Event::TaskListMarker(done) => self.words(if done { "[x] " } else { "[ ] " }),
            Event::InlineMath(text) | Event::DisplayMath(text) => self.text(&text),
        }
    }

    fn start(&mut self, tag: MdTag<'_>) {
        match tag {
            MdTag::Paragraph => self.flush(),
            MdTag::Heading { level, id, .. } => {
                let id = id.filter(|id| is_heading_id(id)).map(|id| id.to_string());
                self.open(Kind::Heading((level as u8).clamp(2, 4), id), Origin::Markdown);
            }
            MdTag::BlockQuote(_) => {
                self.open(Kind::Quotation(Quotation::default(), true), Origin::Markdown);
            }
            MdTag::CodeBlock(kind) => {
                let language = match kind {
                    CodeBlockKind::Fenced(info) => language(&self.source.restored(&info)),
                    CodeBlockKind::Indented => None,
                };
                let code = CodeBlock { language, text: String::new() };
                self.open(Kind::Code(code), Origin::Markdown);
            }
            MdTag::HtmlBlock => self.html = Some(String::new()),
            MdTag::List(order) => {
                let order = order.map(|order| u32::try_from(order).unwrap_or(1));
                self.open(Kind::List(order, Vec::new()), Origin::Markdown);
            }
            MdTag::Item => self.open(Kind::Item, Origin::Markdown),
            MdTag::FootnoteDefinition(label) => {
                self.open(Kind::Footnote(self.source.restored(&label)), Origin::Markdown);
            }
            MdTag::Table(_) => self.open(Kind::Table(Vec::new(), None), Origin::Markdown),
            MdTag::TableHead | MdTag::TableRow => {
                self.open(Kind::Row(Vec::new()), Origin::Markdown);
            }
            MdTag::TableCell => {
                let heads = self.frames.iter().rev().nth(1).is_some_and(
                    |frame| matches!(&frame.kind, Kind::Table(rows, _) if rows.is_empty()),
                );
                self.open(Kind::Cell(heads), Origin::Markdown);
            }
            MdTag::Emphasis => self.marks.push((Origin::Markdown, Some(Mark::Emphasis))),
            MdTag::Strong => self.marks.push((Origin::Markdown, Some(Mark::Strong))),
            MdTag::Strikethrough => self.marks.push((Origin::Markdown, Some(Mark::Strike))),
            MdTag::Link { dest_url, title, .. } => self.link(Origin::Markdown, &dest_url, &title),
            MdTag::Image { dest_url, title, .. } => {
                let caption = self.clipped(&title, "title", CAPTION_CHARS_MAX);
                let path = self.target(&dest_url);
                let image = Image { path, caption, ..Image::default() };
                self.frames.push(Frame::new(Kind::Image(image), Origin::Markdown));
            }
            _ => self.flush(),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.flush(),
            TagEnd::HtmlBlock => {
                if let Some(html) = self.html.take() {
                    self.html(&html);
                }
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link => {
                self.end_mark(&Origin::Markdown);
            }
            TagEnd::Heading(_)
            | TagEnd::BlockQuote(_)
            | TagEnd::CodeBlock
            | TagEnd::List(_)
            | TagEnd::Item
            | TagEnd::FootnoteDefinition
            | TagEnd::Table
            | TagEnd::TableHead
            | TagEnd::TableRow
            | TagEnd::TableCell
            | TagEnd::Image => {
                // Whatever tags and shortcodes left open inside ends here too.
                while self.top().origin != Origin::Markdown {
                    self.leave_open();
                }
                if self.frames.len() > 1 {
                    self.close_top();
                }
            }
            _ => self.flush(),
        }
    }

    // ---- Text and marks.

    /// Text in which placeholders may stand.
    fn text(&mut self, text: &str) {
        if let Kind::Code(_) = self.top().kind {
            let text = self.source.restored(text);
            return self.words(&text);
        }
        for segment in self.source.segments(text) {
            match segment {
                Segment::Text(text) => self.words(text),
                Segment::Found(found) => self.found(found),
            }
        }
    }

    fn words(&mut self, text: &str) {
        if self.skipping.is_some() {
            return;
        }
        // Entities can name characters that the source was cleaned of.
        let text: String = text.chars().filter(|&c| objection(c).is_none()).collect();
        if let Kind::Code(code) = &mut self.top().kind {
            code.text.push_str(&text);
            return;
        }
        if text.is_empty() {
            return;
        }
        let mut marks: Vec<Mark> = Vec::new();
        for mark in self.marks.iter().filter_map(|(_, mark)| mark.as_ref()) {
            let same = |other: &Mark| std::mem::discriminant(other) == std::mem::discriminant(mark);
            if !marks.iter().any(same) {
                marks.push(mark.clone());
            }
        }
        marks.sort();
        self.top().line.push(Inline::Text(text, marks));
    }

    fn hard_break(&mut self) {
        if self.skipping.is_some() {
            return;
        }
        let top = self.top();
        match &mut top.kind {
            Kind::Code(code) => code.text.push('\n'),
            _ => top.line.push(Inline::Break),
        }
    }

    fn link(&mut self, origin: Origin, target: &str, title: &str) {
        let target = self.target(target);
        let title = self.clipped(title, "link title", TITLE_CHARS_MAX);
        match self.address(&target, Use::Link) {
            Ok(href) => self.marks.push((origin, Some(Mark::Link { href, title }))),
            Err(problem) => {
                self.notice(format!("{problem}; the link was dropped and its text kept"));
                self.marks.push((origin, None));
            }
        }
    }

    /// A target as written, with Hugo's and Jekyll's references as what they refer to.
    fn target(&self, target: &str) -> String {
        match self.source.segments(target).as_slice() {
            [Segment::Found(Found { what: What::Open(call), .. }), rest @ ..]
                if matches!(call.name.as_str(), "ref" | "relref" | "link" | "post_url") =>
            {
                let mut path = call.positional.first().cloned();
                path = path.or_else(|| call.arg(&["path"]).map(str::to_owned));
                let rest = rest.iter().map(|segment| match segment {
                    Segment::Text(text) => text,
                    Segment::Found(found) => found.source.as_str(),
                });
                path.into_iter().chain(rest.map(str::to_owned)).collect()
            }
            _ => self.source.restored(target),
        }
    }

    fn address(&mut self, target: &str, used: Use) -> Result<String, String> {
        let encoded = address::encoded(target);
        let problem = match address::check(&encoded, used) {
            Ok(()) => return Ok(encoded),
            Err(problem) => problem,
        };
        match self.resolver.link(target) {
            Some(address) if address::check(&address, used).is_ok() => Ok(address),
            _ => Err(problem),
        }
    }

    fn end_mark(&mut self, origin: &Origin) {
        if let Some(at) = self.marks.iter().rposition(|(other, _)| other == origin) {
            self.marks.remove(at);
        }
    }

    // ---- Helpers.

    fn notice(&mut self, problem: impl Into<String>) {
        self.notices.push(Notice { line: self.line, problem: problem.into() });
    }

    fn clipped_arg(&mut self, text: Option<&str>, what: &str) -> Option<String> {
        self.clipped(text.unwrap_or_default(), what, TITLE_CHARS_MAX)
    }

    /// One line of plain text, no longer than a document allows; `None` when it is blank.
    fn clipped(&mut self, text: &str, what: &str, chars_max: usize) -> Option<String> {
        let text: String = self.source.restored(text);
        let text: String = text.chars().filter(|&c| objection(c).is_none()).collect();
        let text = one_line(&text);
        if text.chars().count() > chars_max {
            self.notice(format!("a {what} was cut to {chars_max} characters: {text:?}"));
            return Some(text.chars().take(chars_max).collect());
        }
        (!is_blank(&text)).then_some(text)
    }
}

fn is_heading_id(id: &str) -> bool {
    !id.is_empty()
        && id.chars().count() <= HEADING_ID_CHARS_MAX
        && id.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
}

/// The language that a code fence's info names first.
fn language(info: &str) -> Option<String> {
    let info = info.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    let length = info.find(|c| !is_language_char(c)).unwrap_or(info.len());
    let language = &info[..length.min(LANGUAGE_CHARS_MAX)];
    (!language.is_empty()).then(|| language.to_owned())
}
