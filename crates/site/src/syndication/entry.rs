//! The values that all formats are made from.

use base::{ArticleId, Timestamp};
use jiff::tz::TimeZone;
use publish::article::Kind;
use url::Url;

/// Who publishes: the site, as the outside world names it.
#[derive(Clone, Debug)]
pub struct Publication {
    /// The site's name. A news sitemap must carry it exactly as readers see it.
    pub name: String,
    /// What the site is, in a sentence.
    pub description: String,
    /// The site's language as a BCP 47 tag.
    pub language: String,
    /// The address of the front page.
    pub public_url: Url,
    /// The site's logo.
    pub logo: Option<Image>,
    /// The zone whose offset is written beside local times.
    pub zone: TimeZone,
    /// Such as "© 2026 The Tribune".
    pub copyright: Option<String>,
    /// The page that tells how to license text and photos.
    pub license_page: Option<String>,
    /// The search page up to where the words go, such as `/search?q=`.
    pub search_prefix: Option<String>,
    /// The publication's own profiles elsewhere.
    pub same_as: Vec<String>,
    /// The account on X that cards name, with its `@`.
    pub twitter: Option<String>,
    /// The pages that say how the newsroom works.
    pub policies: Policies,
}

/// Pages about the newsroom's own rules, named as schema.org's `NewsMediaOrganization` names them.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    /// `ethicsPolicy`.
    pub ethics: Option<String>,
    /// `correctionsPolicy`.
    pub corrections: Option<String>,
    /// `verificationFactCheckingPolicy`.
    pub verification: Option<String>,
    /// `unnamedSourcesPolicy`.
    pub unnamed_sources: Option<String>,
    /// `ownershipFundingInfo`.
    pub ownership: Option<String>,
    /// `masthead`.
    pub masthead: Option<String>,
    /// `missionCoveragePrioritiesPolicy`.
    pub mission: Option<String>,
    /// `actionableFeedbackPolicy`.
    pub feedback: Option<String>,
    /// `diversityPolicy`.
    pub diversity: Option<String>,
    /// `noBylinesPolicy`.
    pub no_bylines: Option<String>,
}

/// One published article. Nothing unpublished is ever made into an entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Stays the same when headline and address change, so that no reader sees a story twice.
    pub id: ArticleId,
    /// The canonical address.
    pub url: String,
    /// The headline, as plain text.
    pub headline: String,
    /// The standfirst, or a summary of the body where there is none, as plain text.
    pub summary: String,
    /// The body, as the `document` crate rendered it: trusted, and well formed.
    pub html: String,
    /// What sort of article it is.
    pub kind: Kind,
    /// The kind's name in the article's language.
    pub kind_label: String,
    /// The sections it stands in, from the outermost to its own.
    pub sections: Vec<SectionLink>,
    /// The article's language as a BCP 47 tag.
    pub language: String,
    /// Where it was reported from.
    pub dateline: Option<String>,
    /// Who made it, in the order of the byline.
    pub authors: Vec<Author>,
    /// When it was first published.
    pub published: Timestamp,
    /// When its substance last changed; a mended comma does not count.
    pub updated: Option<Timestamp>,
    /// The lead photo.
    pub photo: Option<Photo>,
    /// The corrections that readers are shown.
    pub corrections: Vec<Correction>,
    /// Words in the body.
    pub word_count: u32,
    /// The running coverage, if the article is a live page.
    pub live: Option<LiveCoverage>,
    /// The CSS selector of what only subscribers can read; `None` when all can read all.
    pub gated: Option<String>,
    /// The same article in other languages: BCP 47 tag and address, this one not included.
    pub translations: Vec<(String, String)>,
}

/// A section's name and address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionLink {
    /// Its name, as readers see it.
    pub name: String,
    /// Its page.
    pub url: String,
}

/// Somebody in the byline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The name alone, without "By".
    pub name: String,
    /// Their page.
    pub url: Option<String>,
    /// What they did, such as "Photographs", if they did not simply write it.
    pub role: Option<String>,
    /// Their account in the fediverse, such as `@name@example.social`.
    pub fediverse: Option<String>,
}

/// One image file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Its address.
    pub url: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Such as `image/jpeg`.
    pub media_type: String,
    /// Length of the file, where known.
    pub bytes: Option<u64>,
}

/// The lead photo, in files that every machine can read.
///
/// Feed readers and previewers seldom read AVIF, so these are the JPEG (or PNG) renditions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// The whole picture, the largest rendition first. Never empty.
    pub renditions: Vec<Image>,
    /// The crops around the focal point, such as 1:1, 4:3 and 16:9, at least 1200 pixels wide
    /// where the original is.
    pub crops: Vec<Image>,
    /// What is to be seen.
    pub alt: String,
    /// The caption, as plain text.
    pub caption: String,
    /// Photographer or source, as plain text.
    pub credit: String,
    /// Where the credit links to.
    pub credit_url: Option<String>,
    /// The photographer, if known apart from the credit line.
    pub creator: Option<String>,
    /// The copyright notice in the file.
    pub copyright: Option<String>,
    /// Where this photo can be licensed, if not at the publication's own page.
    pub license_page: Option<String>,
}

/// A correction that readers are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// What was wrong and what is right, as plain text.
    pub text: String,
    /// When it was made.
    pub published: Timestamp,
}

/// The running coverage of an event.
#[derive(Clone, Debug)]
pub struct LiveCoverage {
    /// When it began.
    pub started: Timestamp,
    /// When it ended; `None` while it runs.
    pub ended: Option<Timestamp>,
    /// The newest first.
    pub updates: Vec<LiveUpdate>,
}

/// One item of running coverage.
#[derive(Clone, Debug)]
pub struct LiveUpdate {
    /// Names the update within its page for good: the fragment of its address.
    pub anchor: String,
    /// Its headline, as plain text.
    pub headline: String,
    /// Its body, as plain text.
    pub text: String,
    /// When it was added.
    pub published: Timestamp,
    /// When its substance last changed.
    pub updated: Option<Timestamp>,
}

/// A list of entries with an address of its own.
#[derive(Clone, Debug)]
pub struct Feed<'a> {
    /// Whose feed it is.
    pub publication: &'a Publication,
    /// The publication's name, or the section's beside it.
    pub title: String,
    /// What is in it.
    pub description: String,
    /// The page that shows the same entries to people.
    pub page: String,
    /// The address of this very feed, in this format.
    pub address: String,
    /// The WebSub hub that announces it.
    pub hub: Option<String>,
    /// How much of each entry it carries.
    pub content: FeedContent,
    /// The newest first.
    pub entries: &'a [Entry],
}

/// How much of each entry a feed carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedContent {
    /// Photo and whole body.
    Full,
    /// The summary alone.
    Summary,
}

impl Publication {
    /// The absolute address of a path on this site; what is absolute already stays as it is, and
    /// what can be no address becomes the front page's.
    ///
    /// Letters outside ASCII are percent-encoded, because sitemaps and feeds ask for URIs
    /// (RFC 3986), not for what a browser's address bar shows.
    pub fn absolute(&self, address: &str) -> String {
        self.public_url.join(address).map_or_else(|_| self.public_url.to_string(), String::from)
    }

    /// An instant with the offset of the site's zone, as RFC 3339 writes it, in whole seconds.
    pub fn local(&self, instant: Timestamp) -> String {
        instant
            .to_jiff()
            .to_zoned_datetime(self.zone.clone())
            .strftime("%Y-%m-%dT%H:%M:%S%:z")
            .to_string()
    }
}

impl Entry {
    /// The name that feeds know the entry by: it is no address, so it outlives every address.
    pub fn guid(&self) -> String {
        format!("urn:uuid:{}", self.id)
    }

    /// When it last changed in substance; its publication if it never did.
    pub fn modified(&self) -> Timestamp {
        self.updated.map_or(self.published, |updated| updated.max(self.published))
    }

    /// Those of the byline who wrote it: all without a role, or everybody if each has one, for then
    /// the roles only say who they are ("Moscow correspondent").
    pub(super) fn writers(&self) -> impl Iterator<Item = &Author> {
        let plain = self.authors.iter().any(|author| author.role.is_none());
        self.authors.iter().filter(move |author| author.role.is_none() || !plain)
    }

    /// The others of the byline.
    pub(super) fn contributors(&self) -> impl Iterator<Item = &Author> {
        let plain = self.authors.iter().any(|author| author.role.is_none());
        self.authors.iter().filter(move |author| author.role.is_some() && plain)
    }
}

impl Photo {
    /// The photo with those of its finished renditions that machines read, and with the caption
    /// that it has in this article. `None` until there is one.
    pub fn new(
        photo: &publish::photo::Photo,
        caption: Option<&str>,
        renditions: &[publish::photo::Rendition],
    ) -> Option<Self> {
        let jpegs = renditions
            .iter()
            .filter(|rendition| rendition.photo_id == photo.id)
            .filter(|rendition| rendition.media_type == "image/jpeg");
        // Whole pictures are named by their width, crops by their shape.
        let (mut whole, crops): (Vec<_>, Vec<_>) =
            jpegs.partition(|rendition| rendition.name.starts_with('w'));
        whole.sort_by_key(|rendition| std::cmp::Reverse(rendition.width));
        if whole.is_empty() {
            return None;
        }
        let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Some(Self {
            renditions: whole.into_iter().map(Image::of).collect(),
            crops: crops.into_iter().map(Image::of).collect(),
            alt: photo.told().to_owned(),
            caption: caption.unwrap_or(&photo.caption).to_owned(),
            credit: photo.credit.clone(),
            credit_url: photo.credit_url.clone(),
            creator: filled(&photo.creator),
            copyright: filled(&photo.copyright),
            license_page: photo.licensor_url.clone(),
        })
    }

    /// The picture for cards that are wide and low: the widest crop, or the whole picture.
    pub(super) fn card(&self) -> Option<&Image> {
        self.crops
            .iter()
            .filter(|image| image.width > image.height)
            .max_by(|a, b| a.ratio().total_cmp(&b.ratio()))
            .or(self.renditions.first())
    }

    /// The rendition a feed reader shows: wide enough for any screen, not the original.
    pub(super) fn for_feeds(&self) -> Option<&Image> {
        const WIDTH_ENOUGH: u32 = 1_200;
        self.renditions
            .iter()
            .filter(|image| image.width >= WIDTH_ENOUGH)
            .min_by_key(|image| image.width)
            .or(self.renditions.first())
    }
}

impl Image {
    fn of(rendition: &publish::photo::Rendition) -> Self {
        Self {
            url: rendition.address(),
            width: u32::try_from(rendition.width).unwrap_or(0),
            height: u32::try_from(rendition.height).unwrap_or(0),
            media_type: rendition.media_type.clone(),
            bytes: u64::try_from(rendition.bytes).ok(),
        }
    }

    fn ratio(&self) -> f64 {
        f64::from(self.width) / f64::from(self.height.max(1))
    }
}

impl Feed<'_> {
    /// When the feed last changed, told by its entries.
    ///
    /// The time of rendering would be a lie: nothing changed then, and every fetch would look new.
    pub(super) fn changed(&self) -> Option<Timestamp> {
        self.entries.iter().map(Entry::modified).max()
    }
}
