//! Atom (RFC 4287).

use base::Timestamp;

use super::entry::{Author, Entry, Feed, FeedContent, Publication};
use super::html;
use super::xml::Xml;

/// What the document is served as.
pub const CONTENT_TYPE: &str = "application/atom+xml; charset=utf-8";

/// The feed as an Atom document.
pub fn write(feed: &Feed<'_>) -> String {
    let publication = feed.publication;
    let root =
        [("xmlns", "http://www.w3.org/2005/Atom"), ("xml:lang", publication.language.as_str())];
    Xml::document("feed", &root, |xml| {
        let address = publication.absolute(&feed.address);
        xml.text("id", &address);
        xml.text("title", &feed.title);
        xml.text_if("subtitle", Some(&feed.description));
        // Required (§4.1.1), and it must not move while nothing changes: an empty feed, never.
        let changed = feed.changed().unwrap_or(Timestamp::from_micros(0));
        xml.text("updated", &publication.local(changed));
        xml.empty("link", &[("rel", "self"), ("type", "application/atom+xml"), ("href", &address)]);
        let page = publication.absolute(&feed.page);
        xml.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("href", &page)]);
        if let Some(hub) = &feed.hub {
            xml.empty("link", &[("rel", "hub"), ("href", hub)]);
        }
        // Stands for every entry without a byline; §4.1.1 wants an author for each.
        xml.element("author", &[], |xml| {
            xml.text("name", &publication.name);
            xml.text("uri", publication.public_url.as_str());
        });
        if let Some(logo) = &publication.logo {
            xml.text("logo", &publication.absolute(&logo.url));
        }
        xml.text_if("rights", publication.copyright.as_deref());
        xml.text("generator", "Tribune");
        for item in feed.entries {
            entry(feed, item, xml);
        }
    })
}

fn entry(feed: &Feed<'_>, entry: &Entry, xml: &mut Xml) {
    let publication = feed.publication;
    xml.element("entry", &[("xml:lang", &entry.language)], |xml| {
        xml.text("id", &entry.guid());
        xml.text("title", &entry.headline);
        let url = publication.absolute(&entry.url);
        xml.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("href", &url)]);
        xml.text("published", &publication.local(entry.published));
        xml.text("updated", &publication.local(entry.modified()));
        for author in entry.writers() {
            person(publication, "author", author, xml);
        }
        for author in entry.contributors() {
            person(publication, "contributor", author, xml);
        }
        let kinds = format!("{}#kind", publication.public_url);
        xml.empty(
            "category",
            &[("term", entry.kind.name()), ("scheme", &kinds), ("label", &entry.kind_label)],
        );
        for section in &entry.sections {
            let scheme = publication.absolute(&section.url);
            xml.empty(
                "category",
                &[("term", &section.name), ("scheme", &scheme), ("label", &section.name)],
            );
        }
        xml.text_if("summary", Some(&entry.summary));
        if feed.content == FeedContent::Full {
            let content = html::for_feeds(publication, entry);
            xml.text_with("content", &[("type", "html")], &content);
        }
        enclosure(feed, entry, xml);
    });
}

fn person(publication: &Publication, element: &str, author: &Author, xml: &mut Xml) {
    xml.element(element, &[], |xml| {
        xml.text("name", &author.name);
        if let Some(url) = &author.url {
            xml.text("uri", &publication.absolute(url));
        }
    });
}

fn enclosure(feed: &Feed<'_>, entry: &Entry, xml: &mut Xml) {
    let Some(image) = entry.photo.as_ref().and_then(|photo| photo.for_feeds()) else { return };
    let url = feed.publication.absolute(&image.url);
    let bytes = image.bytes.map(|bytes| bytes.to_string());
    let mut attributes =
        vec![("rel", "enclosure"), ("type", image.media_type.as_str()), ("href", &url)];
    attributes.extend(bytes.as_deref().map(|bytes| ("length", bytes)));
    xml.empty("link", &attributes);
}
