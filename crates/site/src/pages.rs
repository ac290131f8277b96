//! What readers and their machines are shown. Each page is gathered here, rendered by a template
//! or by `syndication`, and kept by the page cache under the tags of all that it shows.

pub(crate) mod account;
mod answer;
mod article;
mod author;
mod cards;
pub(crate) mod discussion;
mod entry;
mod feeds;
mod files;
mod front;
mod letters;
pub(crate) mod live;
mod meet;
pub(crate) mod meeting;
mod missing;
mod oembed;
mod path;
mod pictures;
pub(crate) mod programme;
mod related;
mod robots;
mod search;
mod section;
mod shell;
mod sitemaps;
mod warm;

pub(crate) use answer::{add_security, fast, takes_gzip, uncached};
pub(crate) use article::{like_this, preview};
pub(crate) use author::author;
pub(crate) use discussion::{Speaking, Telling};
pub(crate) use feeds::site_feed;
pub(crate) use files::{asset, photo};
pub(crate) use front::{front, preview_front};
pub(crate) use meet::{self_test, show as meet};
pub(crate) use missing::{failed, never_here};
pub(crate) use oembed::oembed;
pub(crate) use path::at_path;
pub(crate) use robots::robots;
pub(crate) use search::search;
pub(crate) use sitemaps::{news_sitemap, sitemap_index, sitemap_part};
pub use warm::Warmer;

use projections::page_cache::{Rendered, Tag};

use crate::error::PageError;

/// What a page's handler gives.
type Result<T, E = PageError> = std::result::Result<T, E>;

const HTML: &str = "text/html; charset=utf-8";

/// A page of HTML with the tags of what it shows.
fn html(status: u16, body: String, tags: Vec<Tag>) -> Rendered {
    Rendered { status, content_type: HTML, body: body.into(), modified: None, location: None, tags }
}

/// The way to another address, which the page cache keeps like a page.
fn moved(location: String, tags: Vec<Tag>) -> Rendered {
    let mut page = html(301, String::new(), tags);
    page.location = Some(location);
    page
}
