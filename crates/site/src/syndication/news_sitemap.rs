//! The sitemap of fresh news
//! (developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap).

use std::time::Duration;

use base::Timestamp;

use super::entry::{Entry, Publication};
use super::xml::Xml;

/// What the document is served as.
pub const CONTENT_TYPE: &str = "application/xml; charset=utf-8";
/// The most articles that it may hold.
pub const ARTICLES_MAX: usize = 1_000;
/// Articles first published longer ago than this are no news any more.
pub const FRESH_FOR: Duration = Duration::from_secs(2 * 24 * 60 * 60);

/// The articles of the last two days, the newest first. Older ones are left out, and an empty
/// document is as good as any.
///
/// What counts is the first publication: an update neither keeps an article fresh nor gives it a
/// new date.
pub fn write(publication: &Publication, entries: &[Entry], now: Timestamp) -> String {
    let mut fresh: Vec<&Entry> = entries
        .iter()
        .filter(|entry| entry.published <= now && now.since(entry.published) <= FRESH_FOR)
        .collect();
    fresh.sort_by(|a, b| b.published.cmp(&a.published).then(b.id.cmp(&a.id)));
    fresh.truncate(ARTICLES_MAX);
    let namespaces = [
        ("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9"),
        ("xmlns:news", "http://www.google.com/schemas/sitemap-news/0.9"),
    ];
    Xml::document("urlset", &namespaces, |xml| {
        for entry in fresh {
            xml.element("url", &[], |xml| {
                xml.text("loc", &publication.absolute(&entry.url));
                xml.text("lastmod", &publication.local(entry.modified()));
                xml.element("news:news", &[], |xml| {
                    xml.element("news:publication", &[], |xml| {
                        xml.text("news:name", &publication.name);
                        xml.text("news:language", &language(&entry.language));
                    });
                    xml.text("news:publication_date", &publication.local(entry.published));
                    xml.text("news:title", &entry.headline);
                });
            });
        }
    })
}

/// The code of two or three letters that Google asks for, which tells only the two Chinese scripts
/// apart.
fn language(tag: &str) -> String {
    let tag = tag.to_ascii_lowercase();
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or_default();
    if first != "zh" {
        return first.to_owned();
    }
    let traditional = parts.any(|part| matches!(part, "hant" | "tw" | "hk" | "mo"));
    if traditional { "zh-tw" } else { "zh-cn" }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn titles(entries: &[Entry], now: Timestamp) -> Vec<String> {
        let xml = write(&sample::publication(), entries, now);
        sample::assert_well_formed(&xml);
        xml.split("<news:title>")
            .skip(1)
            .map(|rest| rest.split("</").next().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn holds_two_days_and_not_a_microsecond_more() {
        let entry = sample::entry();
        let end = entry.published.plus(FRESH_FOR);
        assert_eq!(titles(std::slice::from_ref(&entry), end).len(), 1);
        let after = end.plus(Duration::from_micros(1));
        assert_eq!(titles(std::slice::from_ref(&entry), after).len(), 0);
        let before = Timestamp::from_micros(entry.published.as_micros() - 1);
        assert_eq!(titles(&[entry], before).len(), 0);
    }

    #[test]
    fn an_update_does_not_make_old_news_fresh() {
        let mut entry = sample::entry();
        let now = entry.published.plus(FRESH_FOR * 2);
        entry.updated = Some(now);
        assert!(titles(&[entry], now).is_empty());
    }

    #[test]
    fn keeps_the_newest_thousand() {
        let entries: Vec<_> = (0..=ARTICLES_MAX)
            .map(|number| {
                let mut entry = sample::entry();
                entry.published = entry.published.plus(Duration::from_secs(number as u64));
                entry.headline = format!("Story {number}");
                entry
            })
            .collect();
        let titles = titles(&entries, entries[ARTICLES_MAX].published);
        assert_eq!(titles.len(), ARTICLES_MAX);
        assert_eq!(titles[0], "Story 1000");
        assert_eq!(titles[ARTICLES_MAX - 1], "Story 1");
    }

    #[test]
    fn names_languages_as_google_does() {
        assert_eq!(language("es-419"), "es");
        assert_eq!(language("zh-Hant"), "zh-tw");
        assert_eq!(language("zh"), "zh-cn");
    }

    #[test]
    fn golden() {
        let entry = sample::entry();
        insta::assert_snapshot!(write(
            &sample::publication(),
            std::slice::from_ref(&entry),
            entry.published
        ));
    }
}
