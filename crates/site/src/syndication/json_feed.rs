//! JSON Feed 1.1 (jsonfeed.org/version/1.1).

use super::entry::{Author, Entry, Feed, FeedContent, Publication};
use super::html;
use super::json::Node;

/// What the document is served as.
pub const CONTENT_TYPE: &str = "application/feed+json; charset=utf-8";

/// The feed as a JSON document.
pub fn write(feed: &Feed<'_>) -> String {
    let publication = feed.publication;
    Node::new()
        .set("version", "https://jsonfeed.org/version/1.1")
        .set("title", feed.title.as_str())
        .set("home_page_url", publication.absolute(&feed.page))
        .set("feed_url", publication.absolute(&feed.address))
        .set("description", feed.description.as_str())
        .maybe("icon", publication.logo.as_ref().map(|logo| publication.absolute(&logo.url)))
        .set("language", publication.language.as_str())
        .set(
            "authors",
            vec![
                Node::new()
                    .set("name", publication.name.as_str())
                    .set("url", publication.public_url.as_str()),
            ],
        )
        .maybe(
            "hubs",
            feed.hub.as_deref().map(|hub| vec![Node::new().set("type", "WebSub").set("url", hub)]),
        )
        .set("items", feed.entries.iter().map(|entry| item(feed, entry)).collect::<Vec<_>>())
        .to_json()
}

fn item(feed: &Feed<'_>, entry: &Entry) -> Node {
    let publication = feed.publication;
    let photo = entry.photo.as_ref().and_then(|photo| photo.for_feeds());
    let authors: Vec<Node> = entry.writers().map(|author| person(publication, author)).collect();
    let tags: Vec<&str> = std::iter::once(entry.kind_label.as_str())
        .chain(entry.sections.iter().map(|section| section.name.as_str()))
        .collect();
    // An item must have a content of one of the two kinds; where readers get the summary alone, it
    // is plain text.
    let (content, text) = match feed.content {
        FeedContent::Full => (Some(html::for_feeds(publication, entry)), None),
        FeedContent::Summary => (None, Some(entry.summary.as_str())),
    };
    Node::new()
        .set("id", entry.guid())
        .set("url", publication.absolute(&entry.url))
        .set("title", entry.headline.as_str())
        .maybe("content_html", content)
        .maybe("content_text", text)
        .maybe("summary", Some(entry.summary.as_str()).filter(|text| !text.is_empty()))
        .maybe("image", photo.map(|image| publication.absolute(&image.url)))
        .set("date_published", publication.local(entry.published))
        .set("date_modified", publication.local(entry.modified()))
        .some("authors", authors)
        .set("tags", tags)
        .set("language", entry.language.as_str())
}

fn person(publication: &Publication, author: &Author) -> Node {
    Node::new()
        .set("name", author.name.as_str())
        .maybe("url", author.url.as_deref().map(|url| publication.absolute(url)))
}
