//! RSS 2.0 (rssboard.org), with the extensions that news readers use: `content:encoded`,
//! `dc:creator`, Media RSS and `atom:link`.

use base::Timestamp;

use super::entry::{Entry, Feed, FeedContent, Photo, Publication};
use super::html;
use super::xml::Xml;

/// What the document is served as.
pub const CONTENT_TYPE: &str = "application/rss+xml; charset=utf-8";

/// Namespaces: RSS has none of its own, so every extension declares one.
const NAMESPACES: &[(&str, &str)] = &[
    ("version", "2.0"),
    ("xmlns:atom", "http://www.w3.org/2005/Atom"),
    ("xmlns:content", "http://purl.org/rss/1.0/modules/content/"),
    ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
    ("xmlns:media", "http://search.yahoo.com/mrss/"),
];

/// The feed as an RSS document.
pub fn write(feed: &Feed<'_>) -> String {
    let publication = feed.publication;
    Xml::document("rss", NAMESPACES, |xml| {
        xml.element("channel", &[], |xml| {
            xml.text("title", &feed.title);
            xml.text("link", &publication.absolute(&feed.page));
            xml.text("description", &feed.description);
            xml.text("language", &publication.language);
            xml.text_if("copyright", publication.copyright.as_deref());
            // Left out of an empty feed: nothing was ever built into it.
            if let Some(changed) = feed.changed() {
                xml.text("lastBuildDate", &rfc822(changed));
            }
            xml.text("generator", "Tribune");
            xml.text("docs", "https://www.rssboard.org/rss-specification");
            let address = publication.absolute(&feed.address);
            xml.empty(
                "atom:link",
                &[("rel", "self"), ("type", "application/rss+xml"), ("href", &address)],
            );
            if let Some(hub) = &feed.hub {
                xml.empty("atom:link", &[("rel", "hub"), ("href", hub)]);
            }
            logo(publication, feed, xml);
            for entry in feed.entries {
                item(feed, entry, xml);
            }
        });
    })
}

/// RSS allows no more than GIF, JPEG and PNG here.
fn logo(publication: &Publication, feed: &Feed<'_>, xml: &mut Xml) {
    let Some(logo) = &publication.logo else { return };
    if !matches!(logo.media_type.as_str(), "image/gif" | "image/jpeg" | "image/png") {
        return;
    }
    xml.element("image", &[], |xml| {
        xml.text("url", &publication.absolute(&logo.url));
        xml.text("title", &feed.title);
        xml.text("link", &publication.absolute(&feed.page));
    });
}

fn item(feed: &Feed<'_>, entry: &Entry, xml: &mut Xml) {
    let publication = feed.publication;
    xml.element("item", &[], |xml| {
        xml.text("title", &entry.headline);
        xml.text("link", &publication.absolute(&entry.url));
        xml.text_with("guid", &[("isPermaLink", "false")], &entry.guid());
        xml.text("pubDate", &rfc822(entry.published));
        if entry.modified() != entry.published {
            // RSS has no date of change; Atom's element says it without ambiguity.
            xml.text("atom:updated", &publication.local(entry.modified()));
        }
        for author in entry.writers() {
            xml.text("dc:creator", &author.name);
        }
        xml.text("category", &entry.kind_label);
        for section in &entry.sections {
            let url = publication.absolute(&section.url);
            xml.text_with("category", &[("domain", &url)], &section.name);
        }
        xml.text_if("description", Some(&entry.summary));
        if feed.content == FeedContent::Full {
            xml.text("content:encoded", &html::for_feeds(publication, entry));
        }
        if let Some(photo) = &entry.photo {
            media(publication, photo, xml);
        }
    });
}

/// The lead photo as Media RSS: credit and caption in their own elements, never mixed.
fn media(publication: &Publication, photo: &Photo, xml: &mut Xml) {
    let Some(image) = photo.for_feeds() else { return };
    let url = publication.absolute(&image.url);
    let (width, height) = (image.width.to_string(), image.height.to_string());
    let bytes = image.bytes.map(|bytes| bytes.to_string());
    let mut attributes = vec![
        ("url", url.as_str()),
        ("type", &image.media_type),
        ("medium", "image"),
        ("width", &width),
        ("height", &height),
    ];
    attributes.extend(bytes.as_deref().map(|bytes| ("fileSize", bytes)));
    xml.element("media:content", &attributes, |xml| {
        xml.text_with_if("media:description", &[("type", "plain")], Some(&photo.caption));
        // The credit line may name an agency or a place, so it gets no role; a known photographer
        // does.
        xml.text_if("media:credit", Some(&photo.credit));
        let photographer = [("role", "photographer"), ("scheme", "urn:ebu")];
        xml.text_with_if("media:credit", &photographer, photo.creator.as_deref());
        xml.text_with_if("media:text", &[("type", "plain")], Some(&photo.alt));
        xml.text_if("media:copyright", photo.copyright.as_deref());
    });
}

/// The date of RFC 822 with the four-digit year that RSS asks for, in Greenwich time.
fn rfc822(instant: Timestamp) -> String {
    instant.to_jiff().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
