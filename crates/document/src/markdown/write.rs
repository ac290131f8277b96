//! A document to Markdown.

use std::fmt::Write;

use crate::inline::{Piece, pieces};
use crate::markdown::shortcode::quote;
use crate::markdown::{PhotoNames, attribution};
use crate::normal::slug;
use crate::schema::{Block, CodeBlock, Document, Heading, Inline, Mark, Photo, Quotation, Table};

/// Writes the body as Markdown, from which [`super::from_markdown`] makes an equal document, given
/// a resolver that knows the same photo files.
pub fn to_markdown(document: &Document, photos: &dyn PhotoNames) -> String {
    let mut text = Writer { photos }.blocks(document.blocks());
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

struct Writer<'p> {
    photos: &'p dyn PhotoNames,
}

impl Writer<'_> {
    fn blocks(&self, blocks: &[Block]) -> String {
        let mut out = String::new();
        // Lists that follow each other would be one, were their markers not different.
        let mut alternate = false;
        for (index, block) in blocks.iter().enumerate() {
            let before = index.checked_sub(1).and_then(|before| blocks.get(before));
            alternate = match (before, block) {
                (Some(Block::BulletList(_)), Block::BulletList(_))
                | (Some(Block::OrderedList(..)), Block::OrderedList(..)) => !alternate,
                _ => false,
            };
            if index > 0 {
                out.push_str("\n\n");
            }
            out.push_str(&self.block(block, alternate));
        }
        out
    }

    fn block(&self, block: &Block, alternate: bool) -> String {
        match block {
            Block::Paragraph(content) => line(content, Place::Paragraph),
            Block::Heading(heading) => self::heading(heading),
            Block::Quotation(quotation) => self::quotation(quotation),
            Block::BulletList(items) => {
                let marker = if alternate { "* " } else { "- " };
                self.items(items, |_| marker.to_owned())
            }
            Block::OrderedList(order, items) => {
                let stop = if alternate { ')' } else { '.' };
                // CommonMark reads the first number only, and none longer than nine digits.
                let number = |index| (u64::from(*order) + index as u64).min(999_999_999);
                self.items(items, |index| format!("{}{stop} ", number(index)))
            }
            Block::Photo(photo) => self.photo(photo),
            Block::Gallery(photos) => {
                let photos: Vec<String> = photos.iter().map(|photo| self.photo(photo)).collect();
                paired("gallery", &[], &photos.join("\n\n"))
            }
            Block::Related(related) => {
                let article = related.article.map(|id| id.to_string());
                let args = [
                    ("title", related.title.as_deref()),
                    ("address", related.address.as_deref()),
                    ("article", article.as_deref()),
                ];
                shortcode("related", &args)
            }
            Block::Embed(embed) => {
                let args = [
                    ("url", Some(embed.url.as_str())),
                    ("title", embed.title.as_deref()),
                    ("provider", embed.provider.as_deref()),
                ];
                shortcode("embed", &args)
            }
            Block::Table(table) => self::table(table),
            Block::FactBox(fact_box) => {
                let args = [("title", fact_box.title.as_deref())];
                paired("fact-box", &args, &self.blocks(&fact_box.blocks))
            }
            // Hyphens or asterisks behind a list's marker would be a divider outside the list.
            Block::Divider => "___".into(),
            Block::Code(code) => self::code(code),
        }
    }

    fn items(&self, items: &[Vec<Block>], marker: impl Fn(usize) -> String) -> String {
        let simple = items.iter().all(|item| item.len() == 1);
        let items: Vec<String> = items
            .iter()
            .enumerate()
            .map(|(index, item)| {
                let marker = marker(index);
                format!("{marker}{}", indented(&self.blocks(item), marker.len()))
            })
            .collect();
        items.join(if simple { "\n" } else { "\n\n" })
    }

    fn photo(&self, photo: &Photo) -> String {
        let file = self.photos.photo(photo.id);
        let file = file.filter(|file| {
            !file.path.is_empty() && !file.path.contains(['<', '>', '\\', '\n', '\r', '{', '&'])
        });
        match file {
            Some(file) => {
                let alt = escaped(&crate::characters::one_line(&file.alt));
                let title =
                    photo.caption.as_ref().map(|caption| title(caption)).unwrap_or_default();
                format!("![{alt}]({}{title})", link_destination(&file.path))
            }
            None => {
                let id = photo.id.to_string();
                shortcode("photo", &[("id", Some(&id)), ("caption", photo.caption.as_deref())])
            }
        }
    }
}

fn heading(heading: &Heading) -> String {
    let hashes = "#".repeat(usize::from(heading.level));
    let words = line(&heading.content, Place::Heading);
    match &heading.id {
        Some(id) if *id != slug(&heading.content) => format!("{hashes} {words} {{#{id}}}"),
        _ => format!("{hashes} {words}"),
    }
}

fn quotation(quotation: &Quotation) -> String {
    let paragraphs: Vec<String> =
        quotation.paragraphs.iter().map(|content| line(content, Place::Paragraph)).collect();
    let text = paragraphs.join("\n\n");
    let unattributed = quotation.speaker.is_none()
        && quotation.role.is_none()
        && quotation.source.is_none()
        && quotation.source_url.is_none();
    if unattributed && !attribution::is_at_end(&quotation.paragraphs) {
        return quoted(&text);
    }
    if let Some(line) = attribution::line(quotation) {
        return quoted(&format!("{text}\n\n{line}"));
    }
    let args = [
        ("speaker", quotation.speaker.as_deref()),
        ("role", quotation.role.as_deref()),
        ("source", quotation.source.as_deref()),
        ("source-url", quotation.source_url.as_deref()),
    ];
    paired("quotation", &args, &text)
}

fn quoted(text: &str) -> String {
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| if line.is_empty() { ">".into() } else { format!("> {line}") })
        .collect();
    lines.join("\n")
}

fn table(table: &Table) -> String {
    let columns = table.rows.first().map_or(0, Vec::len);
    let row = |cells: &[Vec<Inline>]| {
        let cells: Vec<String> = cells.iter().map(|cell| line(cell, Place::Cell)).collect();
        format!("| {} |", cells.join(" | "))
    };
    let empty = vec![Vec::new(); columns];
    let (head, rows) = match table.rows.split_first() {
        Some((head, rows)) if table.header_row => (head, rows),
        _ => (&empty, table.rows.as_slice()),
    };
    let mut lines = vec![row(head), format!("|{}", " --- |".repeat(columns))];
    lines.extend(rows.iter().map(|cells| row(cells)));
    let text = lines.join("\n");
    if table.header_row && !table.header_column && table.caption.is_none() {
        return text;
    }
    let args = [
        ("caption", table.caption.as_deref()),
        ("header-row", (!table.header_row).then_some("no")),
        ("header-column", table.header_column.then_some("yes")),
    ];
    paired("table", &args, &text)
}

fn code(code: &CodeBlock) -> String {
    let longest = code.text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let language = code.language.as_deref().unwrap_or_default();
    format!("{fence}{language}\n{}\n{fence}", code.text)
}

fn shortcode(name: &str, args: &[(&str, Option<&str>)]) -> String {
    let mut text = format!("{{{{< {name}");
    for (key, value) in args {
        if let Some(value) = value {
            let _ = write!(text, " {key}={}", quote(value));
        }
    }
    text.push_str(" >}}");
    text
}

fn paired(name: &str, args: &[(&str, Option<&str>)], inside: &str) -> String {
    format!("{}\n\n{inside}\n\n{{{{< /{name} >}}}}", shortcode(name, args))
}

fn indented(text: &str, width: usize) -> String {
    let indent = " ".repeat(width);
    let mut lines = text.split('\n');
    let mut out = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        out.push('\n');
        if !line.is_empty() {
            out.push_str(&indent);
            out.push_str(line);
        }
    }
    out
}

/// Where a line stands decides what in it must be escaped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Paragraph,
    Heading,
    Cell,
}

fn line(content: &[Inline], place: Place) -> String {
    let pieces = pieces(content);
    let mut out = String::new();
    // How each mark that is open was written, so that it ends in the same way.
    let mut closings: Vec<String> = Vec::new();
    let mut code = 0;
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Break => {
                out.push_str(if breaks_the_line(&pieces, at, place) { "\\\n" } else { "<br>" });
            }
            Piece::Text(text) if code > 0 => out.push_str(text),
            Piece::Text(text) => {
                let begins = out.is_empty() || out.ends_with('\n');
                let before_link =
                    matches!(pieces.get(at + 1), Some(Piece::Open(Mark::Link { .. })));
                let ends = at + 1 == pieces.len();
                escape(&mut out, text, &Context { begins, before_link, ends, place });
            }
            Piece::Open(mark) => {
                let (opening, closing) = match mark {
                    Mark::Link { href, title: None } => {
                        ("[".into(), format!("]({})", link_destination(href)))
                    }
                    Mark::Link { href, title: Some(text) } => {
                        ("[".into(), format!("]({}{})", link_destination(href), title(text)))
                    }
                    Mark::Code if fits_backticks(&pieces, at) => {
                        code += 1;
                        ("`".into(), "`".to_owned())
                    }
                    mark => match delimiter(mark) {
                        Some(delimiter) if fits_delimiter(&pieces, at, &closings) => {
                            (delimiter.to_owned(), delimiter.to_owned())
                        }
                        _ => {
                            let tag = tag(mark);
                            (format!("<{tag}>"), format!("</{tag}>"))
                        }
                    },
                };
                out.push_str(&opening);
                closings.push(closing);
            }
            Piece::Close(_) => {
                let closing = closings.pop().unwrap_or_default();
                if closing == "`" {
                    code -= 1;
                }
                out.push_str(&closing);
            }
        }
    }
    out
}

/// Whether a break may be the end of a line of Markdown: not where lines are not to be had, nor
/// beside another break, which would leave a line without words.
fn breaks_the_line(pieces: &[Piece<'_>], at: usize, place: Place) -> bool {
    let next = pieces.get(at + 1);
    let last = at.checked_sub(1).and_then(|before| pieces.get(before));
    place == Place::Paragraph && next != Some(&Piece::Break) && last != Some(&Piece::Break)
}

fn delimiter(mark: &Mark) -> Option<&'static str> {
    match mark {
        Mark::Strong => Some("**"),
        Mark::Emphasis => Some("*"),
        Mark::Strike => Some("~~"),
        _ => None,
    }
}

fn tag(mark: &Mark) -> &'static str {
    match mark {
        Mark::Strong => "strong",
        Mark::Emphasis => "em",
        Mark::Strike => "del",
        Mark::Superscript => "sup",
        Mark::Subscript => "sub",
        Mark::Code => "code",
        Mark::Link { .. } => "a",
    }
}

/// Whether CommonMark would read asterisks here as meant: they enclose a letter or digit at either
/// end, stand apart from the words outside, and touch no other delimiter.
fn fits_delimiter(pieces: &[Piece<'_>], open: usize, closings: &[String]) -> bool {
    let close = closing(pieces, open);
    let inside = &pieces[open + 1..close];
    let opens_apart = last_char(&pieces[..open]).is_none_or(stands_apart);
    let closes_apart = first_char(&pieces[close + 1..]).is_none_or(stands_apart);
    let words = first_char(inside).is_some_and(char::is_alphanumeric)
        && last_char(inside).is_some_and(char::is_alphanumeric);
    // An enclosing delimiter that begins or ends at the same place.
    let encloses = |piece: Option<&Piece<'_>>| match piece {
        Some(Piece::Open(mark) | Piece::Close(mark)) => delimiter(mark).is_some(),
        _ => false,
    };
    let outer_begins = encloses(open.checked_sub(1).and_then(|before| pieces.get(before)));
    let outer_ends = encloses(pieces.get(close + 1));
    let enclosed = closings.iter().any(|closing| closing.starts_with(['*', '~']));
    opens_apart && closes_apart && words && !(enclosed && (outer_begins || outer_ends))
}

/// Whether the text is code that one backtick at either end can hold.
fn fits_backticks(pieces: &[Piece<'_>], open: usize) -> bool {
    match &pieces[open + 1..closing(pieces, open)] {
        [Piece::Text(text)] => {
            !text.starts_with(' ')
                && !text.ends_with(' ')
                && !text.contains(['`', '|', '\\'])
                && !text.contains("{{")
                && !text.contains("{%")
        }
        _ => false,
    }
}

/// Where the mark that opens at `open` closes.
fn closing(pieces: &[Piece<'_>], open: usize) -> usize {
    let mut depth = 0;
    for (at, piece) in pieces.iter().enumerate().skip(open) {
        match piece {
            Piece::Open(_) => depth += 1,
            Piece::Close(_) => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    pieces.len()
}

/// The first character that is text; `None` before a break and at the end.
fn first_char(pieces: &[Piece<'_>]) -> Option<char> {
    let first = pieces.iter().find(|piece| matches!(piece, Piece::Text(_) | Piece::Break));
    match first {
        Some(Piece::Text(text)) => text.chars().next(),
        _ => None,
    }
}

fn last_char(pieces: &[Piece<'_>]) -> Option<char> {
    let last = pieces.iter().rev().find(|piece| matches!(piece, Piece::Text(_) | Piece::Break));
    match last {
        Some(Piece::Text(text)) => text.chars().next_back(),
        _ => None,
    }
}

fn stands_apart(c: char) -> bool {
    c == ' '
        || c.is_ascii_punctuation()
        || matches!(c, '“' | '”' | '‘' | '’' | '«' | '»' | '–' | '—' | '…')
}

struct Context {
    begins: bool,
    before_link: bool,
    ends: bool,
    place: Place,
}

/// `text` such that CommonMark reads it as these words and nothing else, wherever it stands.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::new();
    escape(
        &mut out,
        text,
        &Context { begins: true, before_link: true, ends: true, place: Place::Cell },
    );
    out
}

fn escape(out: &mut String, text: &str, context: &Context) {
    let mut before = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|&(_, next)| next);
        let first = at == 0 && context.begins;
        let last = next.is_none();
        let inside_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '~' | '|' => out.extend(['\\', c]),
            '_' if !(inside_word(before) && inside_word(next)) => out.push_str("\\_"),
            '&' if begins_entity(&text[at + 1..]) => out.push_str("&amp;"),
            // In a heading, braces at the end are attributes whether they are escaped or not.
            '{' if context.place == Place::Heading => out.push_str("&#123;"),
            '}' if context.place == Place::Heading => out.push_str("&#125;"),
            '{' if next.is_none_or(|next| matches!(next, '{' | '%')) => out.push_str("\\{"),
            '!' if last && context.before_link => out.push_str("\\!"),
            '"' if context.place == Place::Cell && context.before_link => out.push_str("\\\""),
            '#' if first || context.place == Place::Heading => out.push_str("\\#"),
            '-' | '+' | '=' | '>' if first => out.extend(['\\', c]),
            '.' | ')' if context.begins && is_number(&text[..at]) => out.extend(['\\', c]),
            // Spaces that CommonMark might take for its own at the edge of a line.
            c if c.is_whitespace() && c != ' ' && (first || (last && context.ends)) => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c => out.push(c),
        }
        before = Some(c);
    }
}

/// Whether `&` and this would name a character.
fn begins_entity(text: &str) -> bool {
    let name = text.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '#');
    name.len() < text.len() && name.starts_with(';')
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit())
}

/// An address as the destination of a link. It holds no white space and no angle bracket.
pub(super) fn link_destination(address: &str) -> String {
    let encoded =
        if address.contains(';') { address.replace('&', "&amp;") } else { address.into() };
    if encoded.contains(['(', ')', ' ']) || encoded.contains('*') || encoded.contains('_') {
        format!("<{encoded}>")
    } else {
        encoded
    }
}

fn title(text: &str) -> String {
    format!(" \"{}\"", escaped(text))
}
