//! Template notations inside Markdown: Hugo's `{{< name … >}}` and `{{% name … %}}`, Liquid's
//! `{% name … %}` and Zola's `{{ name(…) }}` and `{% name(…) %} … {% end %}`.
//!
//! They are taken out before CommonMark is parsed, since their arguments are not Markdown, and a
//! placeholder stands in their stead: two code points that are no characters, so no text has them,
//! around a number. CommonMark carries placeholders to wherever they belong, and the reader puts
//! back what it finds, as a block, or inside code as it was written.

use crate::characters::objection;
use crate::markdown::Notice;

const BEGIN: char = '\u{FDD0}';
const END: char = '\u{FDD1}';

/// No notation is longer; beyond, a `{{<` is text.
const BYTES_MAX: usize = 16 * 1024;

/// Markdown with placeholders, and what they stand for.
pub(crate) struct Extracted {
    pub(crate) text: String,
    found: Vec<Found>,
    /// Where in `text` each line ends.
    line_ends: Vec<usize>,
    /// How many lines the notations before and at each place in `text` had swallowed.
    swallowed: Vec<(usize, usize)>,
}

/// What a placeholder stands for.
pub(crate) struct Found {
    pub(crate) source: String,
    pub(crate) what: What,
}

/// What was written in a template notation.
pub(crate) enum What {
    /// `{{< name … >}}`; also the opening of a pair.
    Open(Call),
    /// `{{< /name >}}`; the name is empty where the notation has none.
    Close(String),
    /// A whole `highlight` pair: its language and its text.
    Code(Option<String>, String),
}

/// A shortcode's name and arguments.
#[derive(Debug, Default)]
pub(crate) struct Call {
    pub(crate) name: String,
    /// Whether the notation always has an end (Zola's `{% name(…) %}`).
    pub(crate) paired: bool,
    pub(crate) positional: Vec<String>,
    named: Vec<(String, String)>,
}

impl Call {
    /// The first of these arguments that was given and is not empty.
    pub(crate) fn arg(&self, names: &[&str]) -> Option<&str> {
        let given =
            |name: &&str| self.named.iter().find(|(key, value)| key == name && !value.is_empty());
        names.iter().find_map(given).map(|(_, value)| value.as_str())
    }
}

/// A stretch of text, or a placeholder in it.
pub(crate) enum Segment<'a> {
    Text(&'a str),
    Found(&'a Found),
}

impl Extracted {
    /// The text in order, with each placeholder as what it stands for.
    pub(crate) fn segments<'a>(&'a self, text: &'a str) -> Vec<Segment<'a>> {
        let mut segments = Vec::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once(BEGIN) {
            if !before.is_empty() {
                segments.push(Segment::Text(before));
            }
            let Some((number, behind)) = behind.split_once(END) else { return segments };
            if let Some(found) = number.parse().ok().and_then(|n: usize| self.found.get(n)) {
                segments.push(Segment::Found(found));
            }
            rest = behind;
        }
        if !rest.is_empty() {
            segments.push(Segment::Text(rest));
        }
        segments
    }

    /// The text as it was written.
    pub(crate) fn restored(&self, text: &str) -> String {
        self.segments(text)
            .iter()
            .map(|segment| match segment {
                Segment::Text(text) => text,
                Segment::Found(found) => found.source.as_str(),
            })
            .collect()
    }

    /// The line of the original, counted from one, at an offset into `text`.
    pub(crate) fn line(&self, offset: usize) -> usize {
        let kept = self.line_ends.partition_point(|&end| end < offset);
        let before = self.swallowed.partition_point(|&(at, _)| at <= offset);
        let swallowed = before.checked_sub(1).map_or(0, |last| self.swallowed[last].1);
        kept + swallowed + 1
    }
}

/// Takes the notations out of `markdown`, and the characters that no document may hold.
pub(crate) fn extract(markdown: &str, notices: &mut Vec<Notice>) -> Extracted {
    let source = cleaned(markdown, notices);
    let mut text = String::with_capacity(source.len());
    let mut found: Vec<Found> = Vec::new();
    let mut swallowed = Vec::new();
    let mut swallowed_sum = 0;
    let mut fence = Fence(None);
    let mut endless_highlight = false;
    let mut at = 0;
    let mut line_begins = true;
    while at < source.len() {
        let rest = &source[at..];
        if line_begins {
            let line = &rest[..rest.find('\n').map_or(rest.len(), |end| end + 1)];
            if fence.holds(line) {
                text.push_str(line);
                at += line.len();
                continue;
            }
            line_begins = false;
        }
        let Some(next) = rest.find(['{', '\n']) else {
            text.push_str(rest);
            break;
        };
        text.push_str(&rest[..next]);
        at += next;
        let rest = &source[at..];
        if rest.starts_with('\n') {
            text.push('\n');
            at += 1;
            line_begins = true;
            continue;
        }
        let escaped = source[..at].bytes().rev().take_while(|&b| b == b'\\').count() % 2 == 1;
        let (length, what) = match (escaped, notation(rest)) {
            (false, Some(notation)) => notation,
            _ => {
                text.push('{');
                at += 1;
                continue;
            }
        };
        let (length, what) = match what {
            Notation::Text(replacement) => {
                text.push_str(&replacement);
                at += length;
                continue;
            }
            Notation::Open(call) if call.name == "highlight" && !endless_highlight => {
                match highlighted(rest, length) {
                    Some((code, length)) => {
                        let language = call.positional.first().cloned();
                        (length, What::Code(language, code.trim_matches('\n').to_owned()))
                    }
                    None => {
                        endless_highlight = true;
                        (length, What::Open(call))
                    }
                }
            }
            Notation::Open(call) => (length, What::Open(call)),
            Notation::Close(name) => (length, What::Close(name)),
        };
        let original = &rest[..length];
        swallowed_sum += original.matches('\n').count();
        swallowed.push((text.len(), swallowed_sum));
        text.push(BEGIN);
        text.push_str(&found.len().to_string());
        text.push(END);
        found.push(Found { source: original.to_owned(), what });
        at += length;
    }
    let line_ends = text.match_indices('\n').map(|(end, _)| end).collect();
    Extracted { text, found, line_ends, swallowed }
}

fn cleaned(markdown: &str, notices: &mut Vec<Notice>) -> String {
    let markdown = markdown.strip_prefix('\u{FEFF}').unwrap_or(markdown);
    let mut text = String::with_capacity(markdown.len());
    for (index, line) in markdown.split_inclusive('\n').enumerate() {
        let line = line.strip_suffix("\r\n").map_or_else(|| line.to_owned(), |l| format!("{l}\n"));
        // A lone carriage return would end a line for CommonMark only.
        let line = line.replace('\r', " ");
        match line.chars().find_map(|c| objection(c).map(|why| (c, why))) {
            None => text.push_str(&line),
            Some((c, why)) => {
                let problem = format!("U+{:04X} is {why}; it was removed", u32::from(c));
                notices.push(Notice { line: index + 1, problem });
                text.extend(line.chars().filter(|&c| objection(c).is_none()));
            }
        }
    }
    text
}

/// The code fence that the present line stands in: its character and length.
struct Fence(Option<(char, usize)>);

impl Fence {
    /// Whether `line` is part of fenced code, its fences included.
    fn holds(&mut self, line: &str) -> bool {
        let mut body = line.trim_start_matches([' ', '\t', '>']);
        if let Some((c, length)) = self.0 {
            let run = body.chars().take_while(|&other| other == c).count();
            if run >= length && body[run..].trim().is_empty() {
                self.0 = None;
            }
            return true;
        }
        while let Some(item) = behind_list_marker(body) {
            body = item.trim_start_matches([' ', '\t', '>']);
        }
        let Some(c @ ('`' | '~')) = body.chars().next() else { return false };
        let run = body.chars().take_while(|&other| other == c).count();
        if run < 3 || (c == '`' && body[run..].contains('`')) {
            return false;
        }
        self.0 = Some((c, run));
        true
    }
}

fn behind_list_marker(line: &str) -> Option<&str> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let behind = if digits > 0 {
        line[digits..].strip_prefix(['.', ')'])?
    } else {
        line.strip_prefix(['-', '*', '+'])?
    };
    behind.starts_with([' ', '\t']).then_some(behind)
}

enum Notation {
    Open(Call),
    Close(String),
    /// Stands for some text, such as the site's own address before a path.
    Text(String),
}

/// The notation that `source` begins with, and its length.
fn notation(source: &str) -> Option<(usize, Notation)> {
    let mut end = source.len().min(BYTES_MAX);
    while !source.is_char_boundary(end) {
        end -= 1;
    }
    let mut cursor = Cursor { source: &source[..end], at: 0 };
    let notation = if cursor.take("{{<") {
        hugo(&mut cursor, ">}}")
    } else if cursor.take("{{%") {
        hugo(&mut cursor, "%}}")
    } else if cursor.take("{%-") || cursor.take("{%") {
        tag(&mut cursor)
    } else if cursor.take("{{") {
        expression(&mut cursor)
    } else {
        None
    }?;
    Some((cursor.at, notation))
}

fn hugo(cursor: &mut Cursor<'_>, closer: &str) -> Option<Notation> {
    cursor.skip_space();
    let closes = cursor.take("/");
    cursor.skip_space();
    let mut call = Call { name: cursor.name()?, ..Call::default() };
    cursor.args(&mut call, &[closer])?;
    Some(if closes { Notation::Close(call.name) } else { Notation::Open(call) })
}

/// Liquid's and Zola's tags look alike; parentheses tell them apart.
fn tag(cursor: &mut Cursor<'_>) -> Option<Notation> {
    cursor.skip_space();
    let mut call = Call { name: cursor.name()?, ..Call::default() };
    if cursor.take("(") {
        call.paired = true;
        cursor.args(&mut call, &[")"])?;
        cursor.skip_space();
        if !cursor.take("-%}") && !cursor.take("%}") {
            return None;
        }
        return Some(Notation::Open(call));
    }
    cursor.args(&mut call, &["-%}", "%}"])?;
    if let Some(name) = call.name.strip_prefix("end") {
        return Some(Notation::Close(name.to_owned()));
    }
    if call.name == "include" && !call.positional.is_empty() {
        let file = call.positional.remove(0);
        let stem = file.rsplit('/').next().unwrap_or_default();
        call.name = stem.split('.').next().unwrap_or_default().to_owned();
    }
    Some(Notation::Open(call))
}

/// `{{ name(…) }}`, and the expressions by which Jekyll sites write their own addresses.
fn expression(cursor: &mut Cursor<'_>) -> Option<Notation> {
    cursor.skip_space();
    if cursor.source[cursor.at..].starts_with(['"', '\'']) {
        let path = cursor.quoted()?;
        cursor.skip_space();
        if !cursor.take("|") {
            return None;
        }
        cursor.skip_space();
        if !cursor.take("relative_url") && !cursor.take("absolute_url") {
            return None;
        }
        cursor.skip_space();
        return cursor.take("}}").then_some(Notation::Text(path));
    }
    let mut call = Call { name: cursor.name()?, ..Call::default() };
    if cursor.take("(") {
        cursor.args(&mut call, &[")"])?;
        cursor.skip_space();
        return cursor.take("}}").then_some(Notation::Open(call));
    }
    cursor.skip_space();
    let own = matches!(call.name.as_str(), "site.baseurl" | "site.url");
    (own && cursor.take("}}")).then_some(Notation::Text(String::new()))
}

/// The text between a `highlight` and its end, and the length of it all.
fn highlighted(source: &str, opening: usize) -> Option<(&str, usize)> {
    let mut at = opening;
    loop {
        at += source[at..].find('{')?;
        match notation(&source[at..]) {
            Some((length, Notation::Close(name))) if name == "highlight" => {
                return Some((&source[opening..at], at + length));
            }
            _ => at += 1,
        }
    }
}

struct Cursor<'a> {
    source: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn skip_space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn word(&mut self, is_part: impl Fn(char) -> bool) -> Option<String> {
        let length = self.rest().find(|c| !is_part(c)).unwrap_or(self.rest().len());
        let word = &self.rest()[..length];
        self.at += length;
        (!word.is_empty()).then(|| word.to_owned())
    }

    fn name(&mut self) -> Option<String> {
        self.word(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':'))
    }

    /// Arguments up to one of `closers`, which is taken as well.
    fn args(&mut self, call: &mut Call, closers: &[&str]) -> Option<()> {
        loop {
            self.skip_space();
            if closers.iter().any(|closer| self.take(closer)) {
                return Some(());
            }
            if self.take(",") || self.take("/") && self.ends(closers) {
                continue;
            }
            if self.rest().starts_with(['"', '\'', '`']) {
                let value = self.quoted()?;
                call.positional.push(value);
                continue;
            }
            let begin = self.at;
            let key = self.word(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
            self.skip_space();
            if let Some(key) = key
                && self.take("=")
            {
                self.skip_space();
                let value = self.value()?;
                call.named.push((key, value));
                continue;
            }
            self.at = begin;
            let value = self.value()?;
            call.positional.push(value);
        }
    }

    fn ends(&mut self, closers: &[&str]) -> bool {
        let rest = self.rest().trim_start();
        let ends = closers.iter().any(|closer| rest.starts_with(closer));
        if !ends {
            self.at -= 1;
        }
        ends
    }

    fn value(&mut self) -> Option<String> {
        if self.rest().starts_with(['"', '\'', '`']) {
            return self.quoted();
        }
        self.word(|c| {
            !c.is_whitespace()
                && !matches!(
                    c,
                    '"' | '\'' | '`' | '{' | '}' | '<' | '>' | '%' | ',' | '(' | ')' | '|'
                )
        })
    }

    fn quoted(&mut self) -> Option<String> {
        let mut chars = self.rest().char_indices();
        let (_, quote) = chars.next()?;
        let mut text = String::new();
        while let Some((at, c)) = chars.next() {
            if c == quote {
                self.at += at + quote.len_utf8();
                return Some(text);
            }
            match c {
                '\\' if quote != '`' => match chars.next()? {
                    (_, escaped @ ('"' | '\'' | '\\')) => text.push(escaped),
                    (_, other) => text.extend(['\\', other]),
                },
                _ => text.push(c),
            }
        }
        None
    }
}

/// A value as an argument in quotation marks.
pub(crate) fn quote(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}
