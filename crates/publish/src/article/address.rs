//! How a path is spelled: editors write letters, and browsers ask for bytes.

use std::fmt::Write as _;

/// The path as browsers ask for it, `/2021/a%C3%B1o` for `/2021/año`; escapes are in upper case,
/// however they were written.
pub(super) fn as_asked_for(path: &str) -> String {
    respelled(&escaped(path), char::to_ascii_uppercase)
}

/// The other spelling of such a path that links in the world have: escapes in lower case.
pub(super) fn spelled_otherwise(path: &str) -> Option<String> {
    let other = respelled(path, char::to_ascii_lowercase);
    (other != path).then_some(other)
}

fn escaped(path: &str) -> String {
    let mut escaped = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'"' | b'<' | b'>' | b'^' | b'`' | b'{' | b'}' | 0..=b' ' | 0x7f.. => {
                let _ = write!(escaped, "%{byte:02X}");
            }
            byte => escaped.push(byte.into()),
        }
    }
    escaped
}

fn respelled(path: &str, case: fn(&char) -> char) -> String {
    let bytes = path.as_bytes();
    let is_escape = |at: usize| matches!(bytes[at..], [b'%', a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
    let within = |at: usize| (1..=2).any(|back| at >= back && is_escape(at - back));
    path.char_indices().map(|(at, c)| if within(at) { case(&c) } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_spelled_as_browsers_ask_for_it() {
        let cases = [
            ("/2021/12/story.html", "/2021/12/story.html"),
            ("/2021/año", "/2021/a%C3%B1o"),
            ("/2021/a%c3%b1o", "/2021/a%C3%B1o"),
            ("/2021/a%C3%b1ofeed", "/2021/a%C3%B1ofeed"),
            ("/%D0%B4а", "/%D0%B4%D0%B0"),
            ("/100%", "/100%"),
            ("/%zz%a", "/%zz%a"),
            ("/a|b~(c)'d", "/a|b~(c)'d"),
            ("/a{b}", "/a%7Bb%7D"),
        ];
        for (written, asked) in cases {
            assert_eq!(as_asked_for(written), asked, "{written}");
            assert_eq!(as_asked_for(asked), asked, "{written}");
        }
    }

    #[test]
    fn lower_case_is_the_other_spelling_of_an_escape() {
        let check = |path: &str, other: Option<&str>| {
            assert_eq!(spelled_otherwise(path).as_deref(), other, "{path}");
        };
        check("/2021/a%C3%B1o-No", Some("/2021/a%c3%b1o-No"));
        check("/news/One", None);
        check("/20%20", None);
        check("/100%OFF", None);
    }
}
