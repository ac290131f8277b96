//! An article's HTML, made fit to be read away from its site.

use super::entry::{Entry, Photo, Publication};

/// Lead photo and body, every address absolute.
///
/// Feed readers show nothing but this, so the photo, its caption and its credit come first, as on
/// the page.
pub(super) fn for_feeds(publication: &Publication, entry: &Entry) -> String {
    let mut out = String::with_capacity(entry.html.len() + 512);
    if let Some(photo) = &entry.photo {
        figure(publication, photo, &mut out);
    }
    out.push_str(&absolute(publication, &entry.url, &entry.html));
    out
}

fn figure(publication: &Publication, photo: &Photo, out: &mut String) {
    let Some(image) = photo.for_feeds() else { return };
    out.push_str(&format!(
        "<figure><img src=\"{}\" width=\"{}\" height=\"{}\" alt=\"{}\">",
        escape(&publication.absolute(&image.url)),
        image.width,
        image.height,
        escape(&photo.alt),
    ));
    if !photo.caption.is_empty() || !photo.credit.is_empty() {
        out.push_str("<figcaption>");
        out.push_str(&escape(&photo.caption));
        if !photo.credit.is_empty() {
            if !photo.caption.is_empty() {
                out.push(' ');
            }
            let credit = escape(&photo.credit);
            let link = photo.credit_url.as_deref().map(|url| publication.absolute(url));
            // In a feed reader there is no policy of ours that would stop a script in an address.
            match link.filter(|url| url.starts_with("https:") || url.starts_with("http:")) {
                Some(url) => {
                    out.push_str(&format!("<a href=\"{}\">{credit}</a>", escape(&url)));
                }
                None => out.push_str(&credit),
            }
        }
        out.push_str("</figcaption>");
    }
    out.push_str("</figure>\n");
}

/// For text and for attributes in double quotes.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Makes the addresses in `html` absolute: `/path`, `//host/path` and `#fragment`, in every
/// attribute that holds an address. Text that only looks like an attribute is left alone.
fn absolute(publication: &Publication, page: &str, html: &str) -> String {
    let base = Base {
        scheme: publication.public_url.scheme(),
        origin: publication.public_url.origin().ascii_serialization(),
        page: escape(&publication.absolute(page)),
    };
    let mut out = String::with_capacity(html.len() + html.len() / 8);
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (text, from_tag) = rest.split_at(at);
        out.push_str(text);
        let opens = from_tag.as_bytes().get(1).is_some_and(u8::is_ascii_alphabetic);
        if let Some(comment) = from_tag.strip_prefix("<!--") {
            let end = comment.find("-->").map_or(from_tag.len(), |end| end + "<!--".len());
            out.push_str(&from_tag[..end]);
            rest = &from_tag[end..];
        } else if opens {
            rest = tag(&base, from_tag, &mut out);
        } else {
            out.push('<');
            rest = &from_tag[1..];
        }
    }
    out.push_str(rest);
    out
}

struct Base<'a> {
    scheme: &'a str,
    origin: String,
    page: String,
}

/// Copies the tag that `html` starts with and returns what follows it.
fn tag<'a>(base: &Base, html: &'a str, out: &mut String) -> &'a str {
    let name_end = html[1..]
        .find(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/')
        .map_or(html.len(), |end| end + 1);
    out.push_str(&html[..name_end]);
    let mut rest = &html[name_end..];
    while let Some(first) = rest.chars().next() {
        if first == '>' {
            out.push('>');
            return &rest[1..];
        }
        if first.is_ascii_whitespace() || first == '/' {
            out.push(first);
            rest = &rest[1..];
            continue;
        }
        rest = attribute(base, rest, out);
    }
    rest
}

/// Copies the attribute that `html` starts with and returns what follows it.
fn attribute<'a>(base: &Base, html: &'a str, out: &mut String) -> &'a str {
    let name_end = html
        .char_indices()
        .skip(1)
        .find(|(_, c)| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/'))
        .map_or(html.len(), |(end, _)| end);
    let (name, rest) = html.split_at(name_end);
    out.push_str(name);
    let after_space = rest.trim_start_matches(|c: char| c.is_ascii_whitespace());
    let Some(value) = after_space.strip_prefix('=') else { return rest };
    let value = value.trim_start_matches(|c: char| c.is_ascii_whitespace());
    out.push('=');
    let (quote, value, after) = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let end = value[1..].find(quote).map_or(value.len(), |end| end + 1);
            (Some(quote), &value[1..end], value.get(end + 1..).unwrap_or(""))
        }
        _ => {
            let end =
                value.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(value.len());
            (None, &value[..end], &value[end..])
        }
    };
    out.extend(quote);
    match name.to_ascii_lowercase().as_str() {
        "href" | "src" | "poster" | "cite" | "data" => base.address(value, out),
        "srcset" | "imagesrcset" => base.srcset(value, out),
        _ => out.push_str(value),
    }
    out.extend(quote);
    after
}

impl Base<'_> {
    fn address(&self, value: &str, out: &mut String) {
        if value.starts_with("//") {
            out.push_str(self.scheme);
            out.push(':');
        } else if value.starts_with('/') {
            out.push_str(&self.origin);
        } else if value.starts_with('#') {
            out.push_str(&self.page);
        }
        out.push_str(value);
    }

    /// Addresses and widths, as HTML's "parse a srcset attribute" takes them apart.
    fn srcset(&self, value: &str, out: &mut String) {
        let mut rest = value;
        let mut first = true;
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
            if rest.is_empty() {
                return;
            }
            if !std::mem::take(&mut first) {
                out.push_str(", ");
            }
            let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
            let (url, after) = rest.split_at(end);
            let bare = url.trim_end_matches(',');
            self.address(bare, out);
            if bare.len() < url.len() {
                rest = after;
                continue;
            }
            let (descriptor, after) = after.split_once(',').unwrap_or((after, ""));
            let descriptor = descriptor.trim();
            if !descriptor.is_empty() {
                out.push(' ');
                out.push_str(descriptor);
            }
            rest = after;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(html: &str, expected: &str) {
        assert_eq!(absolute(&sample::publication(), "/news/story", html), expected);
    }

    #[test]
    fn makes_addresses_absolute_and_nothing_else() {
        check(
            r#"<a href="/a?b=1&amp;c">x</a>"#,
            r#"<a href="https://tribune.example/a?b=1&amp;c">x</a>"#,
        );
        check(r#"<a class=l href='/a'>"#, r#"<a class=l href='https://tribune.example/a'>"#);
        check("<a href=/a>", "<a href=https://tribune.example/a>");
        check(r#"<img src="//cdn.example/a.jpg"/>"#, r#"<img src="https://cdn.example/a.jpg"/>"#);
        check(r##"<a href="#n1">"##, r#"<a href="https://tribune.example/news/story#n1">"#);
        check(r#"<a href="https://else.example/">"#, r#"<a href="https://else.example/">"#);
        check(r#"<a href="mailto:a@b.example">"#, r#"<a href="mailto:a@b.example">"#);
        check(
            r#"<a title="> href=/x" HREF="/a">"#,
            r#"<a title="> href=/x" HREF="https://tribune.example/a">"#,
        );
        check(
            r#"a < b href="/x" <!-- <a href="/y"> -->"#,
            r#"a < b href="/x" <!-- <a href="/y"> -->"#,
        );
        check("</p><br/>", "</p><br/>");
    }

    #[test]
    fn takes_srcset_apart() {
        check(
            r#"<img srcset="/a.jpg 400w,/b.jpg  800w, https://c.example/c.jpg 2x">"#,
            r#"<img srcset="https://tribune.example/a.jpg 400w, https://tribune.example/b.jpg 800w, https://c.example/c.jpg 2x">"#,
        );
        check(r#"<img srcset="/a.jpg">"#, r#"<img srcset="https://tribune.example/a.jpg">"#);
        check(
            r#"<img srcset="/a.jpg, /b.jpg 2x">"#,
            r#"<img srcset="https://tribune.example/a.jpg, https://tribune.example/b.jpg 2x">"#,
        );
    }

    #[test]
    fn a_credit_links_to_pages_only() {
        let publication = sample::publication();
        let mut entry = sample::entry();
        assert!(for_feeds(&publication, &entry).contains("<a href=\"https://pool.example/"));
        entry.photo.as_mut().unwrap().credit_url = Some("javascript:alert(1)".into());
        let html = for_feeds(&publication, &entry);
        assert!(html.contains("Photo: A. Lens/Pool</figcaption>"), "{html}");
        assert!(!html.contains("javascript:"), "{html}");
    }

    proptest! {
        #[test]
        fn never_fails_and_leaves_html_without_tags_alone(html in r#"(\PC|[<>"'=/ &]|<a|href=|srcset="|<!--){0,60}"#) {
            let out = absolute(&sample::publication(), "/", &html);
            if !html.contains('<') {
                prop_assert_eq!(out, html);
            }
        }
    }
}
