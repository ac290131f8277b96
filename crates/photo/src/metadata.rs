pub(crate) mod exif;
mod iptc;
pub(crate) mod xmp;

use base::limits::CAPTION_CHARS_MAX;

use crate::container::Parts;

/// What a photo's file says of the photo.
///
/// Everything here is text from outside: trimmed, without control characters and of bounded
/// length, but as true as its sender. Places are left out on purpose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// What the photo shows, for readers.
    pub caption: Option<String>,
    /// The photo's own headline.
    pub headline: Option<String>,
    /// What the photo shows, for those who cannot see it (IPTC's alternative text).
    pub alt: Option<String>,
    /// Who took it; several names are joined by commas.
    pub creator: Option<String>,
    /// The line that must be printed beside it.
    pub credit: Option<String>,
    /// The copyright notice.
    pub copyright: Option<String>,
    /// What the photo may be used for, in words (XMP's usage terms).
    pub terms: Option<String>,
    /// The last day on which it may be used, as `2026-12-31`.
    pub usable_until: Option<String>,
    /// A web page that states the rights.
    pub rights_url: Option<String>,
    /// A web page where a licence can be had.
    pub licensor_url: Option<String>,
    /// How it was made, as an IPTC code: a capture, a composite, a trained algorithm's work…
    pub digital_source_type: Option<String>,
    /// When it was taken, as the file writes it: a date, and often a time with or without a zone.
    pub taken_at: Option<String>,
}

impl Metadata {
    /// XMP outranks IPTC-IIM, which outranks EXIF: cameras fill EXIF alone, editors XMP.
    pub(crate) fn read(parts: &Parts<'_>) -> Self {
        let xmp = parts.xmp.as_deref().map(xmp::read).unwrap_or_default();
        let iptc = parts.resources.as_deref().map(iptc::read).unwrap_or_default();
        let exif = parts.exif.as_deref().map(exif::read).unwrap_or_default();
        xmp.or(iptc).or(exif)
    }

    fn or(self, fallback: Self) -> Self {
        Self {
            caption: self.caption.or(fallback.caption),
            headline: self.headline.or(fallback.headline),
            alt: self.alt.or(fallback.alt),
            creator: self.creator.or(fallback.creator),
            credit: self.credit.or(fallback.credit),
            copyright: self.copyright.or(fallback.copyright),
            terms: self.terms.or(fallback.terms),
            usable_until: self.usable_until.or(fallback.usable_until),
            rights_url: self.rights_url.or(fallback.rights_url),
            licensor_url: self.licensor_url.or(fallback.licensor_url),
            digital_source_type: self.digital_source_type.or(fallback.digital_source_type),
            taken_at: self.taken_at.or(fallback.taken_at),
        }
    }
}

/// Text that may be shown, or nothing.
fn clean(text: &str) -> Option<String> {
    let shown = text.replace("\r\n", "\n").replace('\r', "\n");
    let shown: String = shown
        .chars()
        .filter(|&c| {
            c == '\n' || !(c.is_control() || matches!(c, '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}'))
        })
        .take(CAPTION_CHARS_MAX)
        .collect();
    let shown = shown.trim();
    (!shown.is_empty()).then(|| shown.to_owned())
}

/// An address that a page may link to, or nothing.
fn web_address(text: &str) -> Option<String> {
    let address = clean(text)?;
    let safe = address.starts_with("https://") || address.starts_with("http://");
    (safe && !address.contains(char::is_whitespace)).then_some(address)
}
