//! HTML inside Markdown, cut into tags and text.

use html_escape::decode_html_entities;

/// A piece of HTML.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Text(String),
    Open(Tag),
    /// Its name.
    Close(String),
}

/// An opening tag, its names in lower case.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) name: String,
    attrs: Vec<(String, String)>,
}

impl Tag {
    /// The attribute's value, when there is one that is not empty.
    pub(crate) fn attr(&self, name: &str) -> Option<&str> {
        let (_, value) = self.attrs.iter().find(|(key, _)| key == name)?;
        (!value.is_empty()).then_some(value)
    }
}

/// Cuts `html` up. Comments vanish, and so does what is inside `script` and `style`.
pub(crate) fn tokens(html: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        text(&mut tokens, &rest[..start]);
        rest = &rest[start..];
        let behind = if let Some(comment) = rest.strip_prefix("<!--") {
            Some(comment.find("-->").map_or("", |end| &comment[end + 3..]))
        } else if rest.starts_with("<!") || rest.starts_with("<?") {
            Some(rest.find('>').map_or("", |end| &rest[end + 1..]))
        } else if let Some(closing) = rest.strip_prefix("</") {
            close(&mut tokens, closing)
        } else {
            open(&mut tokens, &rest[1..])
        };
        rest = behind.unwrap_or_else(|| {
            text(&mut tokens, "<");
            &rest[1..]
        });
    }
    text(&mut tokens, rest);
    tokens
}

fn text(tokens: &mut Vec<Token>, text: &str) {
    if !text.is_empty() {
        tokens.push(Token::Text(decode_html_entities(text).into_owned()));
    }
}

fn close<'a>(tokens: &mut Vec<Token>, source: &'a str) -> Option<&'a str> {
    let (name, behind) = name(source)?;
    let behind = behind.trim_ascii_start().strip_prefix('>')?;
    tokens.push(Token::Close(name));
    Some(behind)
}

fn open<'a>(tokens: &mut Vec<Token>, source: &'a str) -> Option<&'a str> {
    let (name, mut rest) = name(source)?;
    let mut attrs = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if let Some(behind) = rest.strip_prefix('>') {
            rest = behind;
            break;
        }
        let is_end = |c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/' | '<');
        let length = rest.find(is_end)?;
        if length == 0 {
            return None;
        }
        let key = rest[..length].to_ascii_lowercase();
        rest = rest[length..].trim_ascii_start();
        let mut value = "";
        if let Some(behind) = rest.strip_prefix('=') {
            let behind = behind.trim_ascii_start();
            (value, rest) = match behind.chars().next()? {
                quote @ ('"' | '\'') => behind[1..].split_once(quote)?,
                _ => {
                    let end = behind.find(|c: char| c.is_ascii_whitespace() || c == '>')?;
                    behind.split_at(end)
                }
            };
        }
        attrs.push((key, decode_html_entities(value).into_owned()));
    }
    if matches!(name.as_str(), "script" | "style") {
        let closes = |at: &usize| {
            rest[at + 2..].get(..name.len()).is_some_and(|other| other.eq_ignore_ascii_case(&name))
        };
        let end = rest.match_indices("</").map(|(at, _)| at).find(closes);
        rest = end.map_or("", |end| &rest[end..]);
    }
    tokens.push(Token::Open(Tag { name, attrs }));
    Some(rest)
}

fn name(source: &str) -> Option<(String, &str)> {
    let length = source
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | ':')))
        .unwrap_or(source.len());
    let name = &source[..length];
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    begins.then(|| (name.to_ascii_lowercase(), &source[length..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_tags_texts_and_entities() {
        let tokens = tokens("a &amp; b<A HREF='/x?a=1&amp;b=2' title=t>c</a><br/><!-- no -->d < e");
        let link = Tag {
            name: "a".into(),
            attrs: vec![("href".into(), "/x?a=1&b=2".into()), ("title".into(), "t".into())],
        };
        let expected = [
            Token::Text("a & b".into()),
            Token::Open(link),
            Token::Text("c".into()),
            Token::Close("a".into()),
            Token::Open(Tag { name: "br".into(), attrs: Vec::new() }),
            Token::Text("d ".into()),
            Token::Text("<".into()),
            Token::Text(" e".into()),
        ];
        assert_eq!(tokens, expected);
    }

    #[test]
    fn a_script_has_no_text() {
        let tokens = tokens("<script>if (a < b) '<b>'</SCRIPT>x");
        assert_eq!(tokens.last(), Some(&Token::Text("x".into())));
        assert_eq!(tokens.len(), 3);
    }
}
