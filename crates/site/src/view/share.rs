//! Where readers can share a story: plain links, made here, so that no third party's script runs.

use serde::{Deserialize, Serialize};

use super::context::{ShareLink, Site};

/// A place that takes shared links.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareTarget {
    /// A short key, such as `bluesky`.
    pub key: String,
    /// As readers know it.
    pub name: String,
    /// Its address, in which `{url}`, `{headline}` and `{text}` (both) stand for the story's.
    pub address: String,
    /// Whether the place is gone. A closed target stays in the list and is never linked.
    #[serde(default)]
    pub closed: bool,
}

/// The places that are known, in the order in which they are offered.
pub fn known_share_targets() -> Vec<ShareTarget> {
    let target = |key: &str, name: &str, address: &str| ShareTarget {
        key: key.into(),
        name: name.into(),
        address: address.into(),
        closed: false,
    };
    vec![
        target("facebook", "Facebook", "https://www.facebook.com/sharer.php?u={url}"),
        target("x", "X", "https://x.com/intent/post?text={headline}&url={url}"),
        target("bluesky", "Bluesky", "https://bsky.app/intent/compose?text={text}"),
        // A reader's Mastodon can be on any server. This page of the Mastodon project asks which,
        // within the browser: what follows the # is not sent to it.
        target("mastodon", "Mastodon", "https://share.joinmastodon.org/#text={text}"),
        target("whatsapp", "WhatsApp", "https://wa.me/?text={text}"),
        target("telegram", "Telegram", "https://t.me/share/url?url={url}&text={headline}"),
        target("email", "E-mail", "mailto:?subject={headline}&body={url}"),
        ShareTarget {
            closed: true,
            ..target("google-plus", "Google Plus", "https://plus.google.com/share?url={url}")
        },
    ]
}

impl Site {
    /// Links to share the page at `url` (absolute) with its `headline`.
    pub fn share_links(&self, url: &str, headline: &str) -> Vec<ShareLink> {
        let (encoded_url, encoded_headline) = (percent_encode(url), percent_encode(headline));
        let text = format!("{encoded_headline}%20{encoded_url}");
        self.share_targets
            .iter()
            .filter(|target| !target.closed)
            .map(|target| ShareLink {
                key: target.key.clone(),
                name: target.name.clone(),
                url: target
                    .address
                    .replace("{url}", &encoded_url)
                    .replace("{headline}", &encoded_headline)
                    .replace("{text}", &text),
            })
            .collect()
    }
}

/// Everything but RFC 3986's unreserved characters as `%XX`, so that it can stand anywhere in an
/// address, a `mailto:` (where `+` would not mean a space) included.
fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 3 / 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::super::samples;

    #[test]
    fn a_closed_target_is_never_linked() {
        let site = samples::site();
        assert!(site.share_targets.iter().any(|target| target.key == "google-plus"));
        let links = site.share_links("https://example.org/a/", "Talks");
        assert!(links.iter().all(|link| !link.url.contains("google")));
        assert_eq!(links.len(), site.share_targets.len() - 1);
    }

    #[test]
    fn addresses_carry_any_headline_unharmed() {
        let links = samples::site().share_links("https://example.org/a/?b=1&c", "«Да» & 100% + #1");
        let telegram = links.iter().find(|link| link.key == "telegram").unwrap();
        assert_eq!(
            telegram.url,
            "https://t.me/share/url?url=https%3A%2F%2Fexample.org%2Fa%2F%3Fb%3D1%26c\
             &text=%C2%AB%D0%94%D0%B0%C2%BB%20%26%20100%25%20%2B%20%231"
        );
    }
}
