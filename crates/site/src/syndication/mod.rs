//! What machines read on the reader's site: feeds, sitemaps, robots.txt, structured data, cards.
//!
//! Every function here is pure: typed values in, text out, the same text for the same values.
//! Whoever calls it asks the database, chooses the address and caches the answer. Addresses in the
//! input may be paths on the site (`/news/russia/`); in the output they are always absolute.
//!
//! Absent from here: HTTP, the database, templates, and the clock.

pub mod atom;
mod entry;
mod html;
pub mod icalendar;
mod json;
pub mod json_feed;
pub mod news_sitemap;
pub mod oembed;
pub mod open_graph;
pub mod robots;
pub mod rss;
#[cfg(test)]
mod sample;
pub mod sitemap;
pub mod structured_data;
#[cfg(test)]
mod tests;
mod xml;

pub use entry::{
    Author, Correction, Entry, Feed, FeedContent, Image, LiveCoverage, LiveUpdate, Photo, Policies,
    Publication, SectionLink,
};
