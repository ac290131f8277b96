//! Which addresses a document may link to.

use url::Url;

use crate::characters;
use crate::limits::ADDRESS_CHARS_MAX;

/// Where an address is used decides which schemes it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// A link or a source: the web, mail, a telephone number, or a place on this site.
    Link,
    /// An embed: the web.
    Embed,
    /// A related story: the web, or a path on this site.
    Story,
}

/// Whether `address` may be used so; the error is a sentence for whoever wrote it.
pub(crate) fn check(address: &str, used: Use) -> Result<(), String> {
    if address.chars().count() > ADDRESS_CHARS_MAX {
        return Err(format!(
            "the address is longer than {ADDRESS_CHARS_MAX} characters; shorten it"
        ));
    }
    if let Some(c) = address.chars().find(|&c| must_be_encoded(c)) {
        let encoded = percent_encoded(c);
        return Err(format!(
            "the address holds U+{:04X}, which an address may not; write it as {encoded}",
            u32::from(c)
        ));
    }
    if used != Use::Embed && address.starts_with('/') && !address.starts_with("//") {
        return Ok(());
    }
    if used == Use::Link && address.starts_with('#') && address.len() > 1 {
        return Ok(());
    }
    let allowed = match used {
        Use::Link => "use https, http, mailto or tel",
        Use::Embed | Use::Story => "use https or http",
    };
    let noun = match used {
        Use::Link => "a link",
        Use::Embed => "an embed",
        Use::Story => "a related story",
    };
    let Some(scheme) = scheme(address) else {
        let begin = match used {
            Use::Link => "https://, / or #",
            Use::Embed => "https://",
            Use::Story => "https:// or /",
        };
        return Err(format!(
            "{address:?} is not an address {noun} may have; begin it with {begin}"
        ));
    };
    match scheme.as_str() {
        "http" | "https" => match Url::parse(address) {
            Ok(url) if !url.username().is_empty() || url.password().is_some() => {
                Err(format!("{address:?} holds a user name; leave out what is before the @"))
            }
            // Browsers also take "https:host" and "https:/host"; nobody writes them in good faith.
            Ok(_) if address[scheme.len()..].starts_with("://") => Ok(()),
            _ => {
                Err(format!("{address:?} is not a complete address; write it as https://host/path"))
            }
        },
        "mailto" | "tel" if used == Use::Link && address.len() > scheme.len() + 1 => Ok(()),
        _ => Err(format!("\"{scheme}:\" is not a scheme {noun} may have; {allowed}")),
    }
}

/// `address` with everything percent-encoded that must be.
pub(crate) fn encoded(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    for c in address.trim().chars() {
        if must_be_encoded(c) {
            out.push_str(&percent_encoded(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// Characters that RFC 3986 keeps out of addresses, and those a reader cannot see.
fn must_be_encoded(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '<' | '>' | '"' | '\\' | '^' | '`' | '{' | '|' | '}')
        || matches!(c, '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2066}'..='\u{2069}')
        || characters::objection(c).is_some()
}

fn percent_encoded(c: char) -> String {
    c.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// What stands before the colon, in lower case, when it has the form of a scheme.
fn scheme(address: &str) -> Option<String> {
    let (scheme, _) = address.split_once(':')?;
    let mut chars = scheme.chars();
    let well_formed = chars.next().is_some_and(|c| c.is_ascii_alphabetic())
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    well_formed.then(|| scheme.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_go_to_the_web_to_mail_to_telephones_and_within_the_site() {
        for address in [
            "https://example.org/a?b=c#d",
            "HTTP://example.org",
            "mailto:desk@example.org",
            "tel:+34-91-000",
            "/news/russia/",
            "#the-talks",
            "https://пример.рф/новости",
        ] {
            assert_eq!(check(address, Use::Link), Ok(()), "{address}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for address in [
            "",
            "#",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\nscript:alert(1)",
            " javascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "//evil.example",
            "/\\evil.example",
            "https:evil.example",
            "https://",
            "https://bank.example@evil.example/",
            "news/russia",
            "mailto:",
            "https://example.org/\u{202E}gnp.exe",
        ] {
            assert!(check(address, Use::Link).is_err(), "{address}");
        }
    }

    #[test]
    fn an_encoded_address_has_nothing_left_to_encode() {
        let address = encoded(" https://example.org/a b|c{d}\u{202E} ");
        assert_eq!(address, "https://example.org/a%20b%7Cc%7Bd%7D%E2%80%AE");
        assert_eq!(check(&address, Use::Link), Ok(()));
    }
}
