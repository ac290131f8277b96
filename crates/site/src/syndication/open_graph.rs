//! What social sites and messengers make a card from: OpenGraph (ogp.me), X's cards, the
//! fediverse's `fediverse:creator`, and how large a preview search engines may show.

use serde::Serialize;

use super::entry::{Entry, Image, Photo, Publication};

/// The robots directive of a page that may be shown to everybody. Without it, search engines show a
/// thumbnail where they could show the picture. It is not in the lists below, because a page that
/// is not to be indexed says something else.
pub const ROBOTS: &str = "max-image-preview:large";

/// One `<meta>` element. Its content is plain text; the template escapes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Meta {
    /// Which attribute holds the key.
    pub attribute: Attribute,
    /// Such as `og:title`.
    pub key: &'static str,
    /// The value.
    pub content: String,
}

/// OpenGraph came with RDFa and uses `property`; everything else uses `name`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Attribute {
    /// `property="…"`
    Property,
    /// `name="…"`
    Name,
}

/// A page that is no article: the front page, a section, an author.
#[derive(Clone, Debug)]
pub struct Page {
    /// Its title, without the site's name.
    pub title: String,
    /// What is on it.
    pub description: String,
    /// Its canonical address.
    pub url: String,
    /// An image for the card; the site's logo if there is none.
    pub image: Option<Image>,
    /// Whether the page is about a person.
    pub profile: bool,
}

/// The card of an article.
pub fn article(publication: &Publication, entry: &Entry) -> Vec<Meta> {
    let mut card = Card::default();
    card.property("og:type", "article");
    card.common(publication, &entry.headline, &entry.summary, &entry.url, &entry.language);
    for (language, _) in &entry.translations {
        if let Some(locale) = locale(language) {
            card.property("og:locale:alternate", locale);
        }
    }
    card.property("article:published_time", publication.local(entry.published));
    card.property("article:modified_time", publication.local(entry.modified()));
    // The protocol wants an address here; a name would be taken for one.
    for author in entry.writers() {
        if let Some(url) = &author.url {
            card.property("article:author", publication.absolute(url));
        }
    }
    if let Some(section) = entry.sections.last() {
        card.property("article:section", &section.name);
    }
    let picture = entry.photo.as_ref().and_then(|photo| Some((photo.card()?, photo)));
    match picture {
        Some((image, photo)) => {
            card.image(publication, image, alt(photo));
            card.name("twitter:card", "summary_large_image");
            card.name("twitter:image:alt", alt(photo));
        }
        None => card.logo(publication),
    }
    card.twitter_site(publication);
    for author in entry.writers() {
        if let Some(account) = &author.fediverse {
            card.name("fediverse:creator", account);
        }
    }
    card.0
}

/// The card of any other page.
pub fn page(publication: &Publication, page: &Page) -> Vec<Meta> {
    let mut card = Card::default();
    card.property("og:type", if page.profile { "profile" } else { "website" });
    let language = &publication.language;
    card.common(publication, &page.title, &page.description, &page.url, language);
    match &page.image {
        Some(image) => {
            card.image(publication, image, &page.title);
            card.name("twitter:card", "summary");
        }
        None => card.logo(publication),
    }
    card.twitter_site(publication);
    card.0
}

/// Adds a video to a page's card, and its picture in the place of what was there.
pub fn video(publication: &Publication, file: &str, poster: Option<&str>, card: &mut Vec<Meta>) {
    if poster.is_some() {
        card.retain(|it| !it.key.starts_with("og:image") && it.key != "twitter:card");
    }
    let mut told = Card::default();
    if let Some(poster) = poster {
        told.property("og:image", publication.absolute(poster));
        told.property("og:image:type", "image/jpeg");
        told.name("twitter:card", "summary_large_image");
    }
    told.property("og:video", publication.absolute(file));
    told.property("og:video:type", "video/mp4");
    card.extend(told.0);
}

/// Gives a page's card a picture in the place of what was there.
pub fn photo(publication: &Publication, file: &str, alt: &str, card: &mut Vec<Meta>) {
    card.retain(|it| !it.key.starts_with("og:image") && it.key != "twitter:card");
    let mut told = Card::default();
    told.property("og:image", publication.absolute(file));
    told.property("og:image:alt", alt);
    told.name("twitter:card", "summary_large_image");
    card.extend(told.0);
}

#[derive(Default)]
struct Card(Vec<Meta>);

impl Card {
    fn property(&mut self, key: &'static str, content: impl Into<String>) {
        self.0.push(Meta { attribute: Attribute::Property, key, content: content.into() });
    }

    fn name(&mut self, key: &'static str, content: impl Into<String>) {
        self.0.push(Meta { attribute: Attribute::Name, key, content: content.into() });
    }

    fn common(
        &mut self,
        publication: &Publication,
        title: &str,
        description: &str,
        url: &str,
        language: &str,
    ) {
        self.property("og:site_name", &publication.name);
        self.property("og:title", title);
        self.property("og:description", description);
        self.property("og:url", publication.absolute(url));
        if let Some(locale) = locale(language) {
            self.property("og:locale", locale);
        }
    }

    fn image(&mut self, publication: &Publication, image: &Image, alt: &str) {
        self.property("og:image", publication.absolute(&image.url));
        self.property("og:image:type", &image.media_type);
        self.property("og:image:width", image.width.to_string());
        self.property("og:image:height", image.height.to_string());
        self.property("og:image:alt", alt);
    }

    fn logo(&mut self, publication: &Publication) {
        if let Some(logo) = &publication.logo {
            self.image(publication, logo, &publication.name);
        }
        self.name("twitter:card", "summary");
    }

    fn twitter_site(&mut self, publication: &Publication) {
        if let Some(account) = &publication.twitter {
            self.name("twitter:site", account);
        }
    }
}

/// A card shows its picture alone, so a picture that is decorative on the page is described here.
fn alt(photo: &Photo) -> &str {
    if photo.alt.is_empty() { &photo.caption } else { &photo.alt }
}

/// OpenGraph's `language_TERRITORY`. A tag without a territory gives none: guessing one would tell
/// a Mexican reader that the page is for Spain.
fn locale(tag: &str) -> Option<String> {
    let mut parts = tag.split('-');
    let language = parts.next()?.to_ascii_lowercase();
    let territory =
        parts.find(|part| part.len() == 2 && part.chars().all(|c| c.is_ascii_alphabetic()))?;
    Some(format!("{language}_{}", territory.to_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn golden_article() {
        insta::assert_json_snapshot!(article(&sample::publication(), &sample::entry()));
    }

    #[test]
    fn golden_page() {
        let page_of_section = Page {
            title: "Russia".into(),
            description: "News from Russia".into(),
            url: "/news/russia/".into(),
            image: None,
            profile: false,
        };
        insta::assert_json_snapshot!(page(&sample::publication(), &page_of_section));
    }

    #[test]
    fn a_card_takes_the_widest_crop_or_else_the_whole_picture() {
        let mut photo = sample::entry().photo.unwrap();
        assert_eq!(photo.card().unwrap().url, "/photos/summit-16x9.jpg");
        photo.crops.clear();
        assert_eq!(photo.card().unwrap().url, "/photos/summit-2400.jpg");
    }

    #[test]
    fn a_locale_is_never_guessed() {
        assert_eq!(locale("en-GB").as_deref(), Some("en_GB"));
        assert_eq!(locale("zh-Hant-TW").as_deref(), Some("zh_TW"));
        assert_eq!(locale("es"), None);
        assert_eq!(locale("es-419"), None);
    }
}
