//! Scripts, styles and icons, built from `web/` and embedded in the binary.

use base64::Engine as _;
use sha2::{Digest, Sha256};

/// A file to be served as it is. Its address carries a hash of its bytes, so it never changes.
#[derive(Debug)]
pub struct Asset {
    /// As the sources call it: `reader.js`.
    pub name: &'static str,
    /// From the root: `/assets/reader-5f1c0a93.js`.
    pub url: &'static str,
    /// For the `Content-Type` header.
    pub content_type: &'static str,
    /// The file.
    pub bytes: &'static [u8],
    /// The same, compressed; none of what is compressed already.
    pub brotli: Option<&'static [u8]>,
    /// The same, for those who know no Brotli.
    pub gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Everything to be served under `/assets/`.
pub fn assets() -> &'static [Asset] {
    ASSETS
}

pub(super) fn script_url() -> &'static str {
    url("reader.js")
}

pub(super) fn player_script_url() -> &'static str {
    url("player.js")
}

pub(super) fn meet_script_url() -> &'static str {
    url("meet.js")
}

pub(super) fn self_test_script_url() -> &'static str {
    url("self_test.js")
}

pub(super) fn sealing_script_url() -> &'static str {
    url("sealing.js")
}

pub(super) fn video_style_url() -> &'static str {
    url("video.css")
}

pub(super) fn meeting_style_url() -> &'static str {
    url("meeting.css")
}

pub(super) fn account_script_url() -> &'static str {
    url("account.js")
}

pub(super) fn newsroom_script_url() -> &'static str {
    url("newsroom.js")
}

pub(super) fn invitations_script_url() -> &'static str {
    url("invitations.js")
}

pub(super) fn newsroom_style_url() -> &'static str {
    url("newsroom.css")
}

pub(super) fn editor_script_url() -> &'static str {
    url("editor.js")
}

pub(super) fn editor_style_url() -> &'static str {
    url("editor.css")
}

pub(super) fn icon_url() -> &'static str {
    url("icon.svg")
}

/// A source expression for the Content-Security-Policy that allows exactly this style.
pub(super) fn style_hash(style: &str) -> String {
    let digest = Sha256::digest(style.as_bytes());
    format!("'sha256-{}'", base64::engine::general_purpose::STANDARD.encode(digest))
}

fn url(name: &str) -> &'static str {
    ASSETS.iter().find(|asset| asset.name == name).map_or("", |asset| asset.url)
}
