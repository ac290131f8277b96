//! Sitemaps (sitemaps.org/protocol.html), their index, and Google's image extension.
//!
//! `changefreq` and `priority` are left out: no large crawler reads them. So are the captions of
//! the image extension, which Google gave up in 2022.

use base::Timestamp;

use super::entry::Publication;
use super::xml::Xml;

/// What both documents are served as.
pub const CONTENT_TYPE: &str = "application/xml; charset=utf-8";
/// The most addresses that one part may hold.
pub const URLS_MAX: usize = 50_000;
/// The most bytes that one part may hold, uncompressed.
pub const BYTES_MAX: usize = 50 * 1024 * 1024;
/// The most images that one address may name.
pub const IMAGES_MAX: usize = 1_000;

const NAMESPACE: (&str, &str) = ("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9");
const NAMESPACES: &[(&str, &str)] = &[
    NAMESPACE,
    ("xmlns:image", "http://www.google.com/schemas/sitemap-image/1.1"),
    ("xmlns:xhtml", "http://www.w3.org/1999/xhtml"),
];

/// One page that search engines may show.
#[derive(Clone, Debug, Default)]
pub struct Location {
    /// Its canonical address.
    pub url: String,
    /// When its content last changed in substance; `None` where nobody knows, for a wrong date
    /// makes crawlers disbelieve them all.
    pub modified: Option<Timestamp>,
    /// The addresses of its images.
    pub images: Vec<String>,
    /// The same page in all its languages, itself included, for each must name all of them: BCP 47
    /// tag (or `x-default`) and address. Empty when there is one only.
    pub translations: Vec<(String, String)>,
}

/// One finished sitemap.
#[derive(Clone, Debug)]
pub struct Part {
    /// The document.
    pub xml: String,
    /// How many addresses it holds.
    pub urls: usize,
    /// The latest change in it, for the index.
    pub modified: Option<Timestamp>,
}

/// One line of the index.
#[derive(Clone, Debug)]
pub struct PartLink {
    /// The part's address.
    pub url: String,
    /// The latest change in the part.
    pub modified: Option<Timestamp>,
}

/// Sitemaps for all `locations`, in their order, none above the limits.
///
/// Give them in the order of creation: then only the last part grows, and the others stay as they
/// were fetched.
pub fn parts<'a>(
    publication: &Publication,
    locations: impl IntoIterator<Item = &'a Location>,
) -> Vec<Part> {
    split(publication, locations, URLS_MAX, BYTES_MAX)
}

fn split<'a>(
    publication: &Publication,
    locations: impl IntoIterator<Item = &'a Location>,
    urls_max: usize,
    bytes_max: usize,
) -> Vec<Part> {
    let envelope = document("").len();
    let mut parts = Vec::new();
    let mut open = Part { xml: String::new(), urls: 0, modified: None };
    for location in locations {
        let url = location_element(publication, location);
        let full = open.urls == urls_max || envelope + open.xml.len() + url.len() > bytes_max;
        if full && open.urls > 0 {
            let next = Part { xml: String::new(), urls: 0, modified: None };
            parts.push(std::mem::replace(&mut open, next));
        }
        open.xml.push_str(&url);
        open.urls += 1;
        open.modified = open.modified.max(location.modified);
    }
    // A site without a single page still has a sitemap.
    if open.urls > 0 || parts.is_empty() {
        parts.push(open);
    }
    for part in &mut parts {
        part.xml = document(&part.xml);
    }
    parts
}

/// The index of all parts. It may itself hold at most [`URLS_MAX`] lines; more are left out.
pub fn index(publication: &Publication, parts: &[PartLink]) -> String {
    Xml::document("sitemapindex", &[NAMESPACE], |xml| {
        for part in parts.iter().take(URLS_MAX) {
            xml.element("sitemap", &[], |xml| {
                xml.text("loc", &publication.absolute(&part.url));
                if let Some(modified) = part.modified {
                    xml.text("lastmod", &publication.local(modified));
                }
            });
        }
    })
}

fn document(urls: &str) -> String {
    Xml::document("urlset", NAMESPACES, |xml| xml.raw(urls))
}

fn location_element(publication: &Publication, location: &Location) -> String {
    Xml::fragment(|xml| {
        xml.element("url", &[], |xml| {
            xml.text("loc", &publication.absolute(&location.url));
            if let Some(modified) = location.modified {
                xml.text("lastmod", &publication.local(modified));
            }
            for (language, url) in &location.translations {
                let url = publication.absolute(url);
                xml.empty(
                    "xhtml:link",
                    &[("rel", "alternate"), ("hreflang", language), ("href", &url)],
                );
            }
            for image in location.images.iter().take(IMAGES_MAX) {
                xml.element("image:image", &[], |xml| {
                    xml.text("image:loc", &publication.absolute(image));
                });
            }
        });
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use proptest::prelude::*;

    fn location(number: usize) -> Location {
        Location { url: format!("/news/{number}"), ..Location::default() }
    }

    #[test]
    fn an_empty_site_has_one_empty_part() {
        let parts = parts(&sample::publication(), []);
        assert_eq!(parts.len(), 1);
        sample::assert_well_formed(&parts[0].xml);
    }

    #[test]
    fn splits_at_fifty_thousand() {
        let locations: Vec<_> = (0..=URLS_MAX).map(location).collect();
        let parts = parts(&sample::publication(), &locations);
        assert_eq!(parts.iter().map(|part| part.urls).collect::<Vec<_>>(), [URLS_MAX, 1]);
        assert!(parts[1].xml.contains("/news/50000</loc>"));
    }

    #[test]
    fn the_latest_change_of_a_part_is_its_date() {
        let at = |micros| Some(Timestamp::from_micros(micros));
        let dated = |modified| Location { modified, ..location(1) };
        let parts = parts(&sample::publication(), &[dated(at(5)), dated(None), dated(at(3))]);
        assert_eq!(parts[0].modified, at(5));
    }

    proptest! {
        #[test]
        fn no_part_exceeds_a_limit_and_no_address_is_lost(
            paths in proptest::collection::vec("[a-z&<я]{1,80}", 1..60),
            urls_max in 1_usize..20,
        ) {
            let bytes_max = 1_200;
            let locations: Vec<_> = paths
                .iter()
                .map(|path| Location { url: format!("/{path}"), ..Location::default() })
                .collect();
            let publication = sample::publication();
            let parts = split(&publication, &locations, urls_max, bytes_max);
            for part in &parts {
                prop_assert!(part.urls <= urls_max);
                prop_assert_eq!(part.xml.matches("<loc>").count(), part.urls);
                prop_assert!(part.xml.len() <= bytes_max || part.urls == 1);
                sample::assert_well_formed(&part.xml);
            }
            prop_assert_eq!(parts.iter().map(|part| part.urls).sum::<usize>(), locations.len());
        }
    }
}
