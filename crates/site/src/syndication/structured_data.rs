//! Structured data: schema.org as JSON-LD, by Google's rules for articles
//! (developers.google.com/search/docs/appearance/structured-data/article), images
//! (…/image-license-metadata) and breadcrumbs.
//!
//! Each function returns the whole content of one `<script type="application/ld+json">`, already
//! safe to stand there. A template must not escape it again.

use publish::article::Kind;

use base::Timestamp;
use jiff::tz::TimeZone;

use super::entry::{
    Author, Correction, Entry, Image, LiveCoverage, Photo, Publication, SectionLink,
};
use super::json::Node;

/// An article's page, with its breadcrumb.
pub fn article(publication: &Publication, entry: &Entry) -> String {
    let mut trail = entry.sections.clone();
    trail.push(SectionLink { name: entry.headline.clone(), url: entry.url.clone() });
    graph(vec![article_node(publication, entry), breadcrumb(publication, &trail)])
}

/// What is said under a story.
#[derive(Clone, Debug)]
pub struct Posting {
    /// The story's headline.
    pub headline: String,
    /// Where the discussion is.
    pub url: String,
    /// Where the story is.
    pub story: String,
    /// When the story was first published.
    pub published: Timestamp,
    /// How many comments there are in all.
    pub count: u64,
    /// Those of this page.
    pub comments: Vec<Said>,
}

/// A comment.
#[derive(Clone, Debug)]
pub struct Said {
    /// Its own page.
    pub url: String,
    /// Who wrote it.
    pub name: String,
    /// What it says.
    pub text: String,
    /// When.
    pub written: Timestamp,
    /// How many readers recommend it.
    pub recommended: u64,
    /// The answers to it.
    pub answers: Vec<Said>,
}

/// A page of a discussion (schema.org's `DiscussionForumPosting`).
pub fn discussion(publication: &Publication, posting: &Posting) -> String {
    let comments: Vec<Node> = posting.comments.iter().map(|it| said(publication, it)).collect();
    let node = Node::typed("DiscussionForumPosting")
        .set("headline", posting.headline.as_str())
        .set("url", publication.absolute(&posting.url))
        .set("mainEntityOfPage", publication.absolute(&posting.story))
        .set("datePublished", publication.local(posting.published))
        .set("author", Node::typed("Organization").set("name", publication.name.as_str()))
        .set("commentCount", posting.count)
        .some("comment", comments);
    graph(vec![node])
}

/// A video that is on a page.
#[derive(Clone, Debug)]
pub struct Film {
    /// What it is called.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// A picture of it.
    pub poster: Option<String>,
    /// Since when it can be seen.
    pub published: Timestamp,
    /// How long it is.
    pub seconds: i64,
    /// Where the file is.
    pub file: String,
}

/// A page of a video (developers.google.com/search/docs/appearance/structured-data/video).
pub fn video(publication: &Publication, film: &Film) -> String {
    let mut node = Node::typed("VideoObject")
        .set("name", film.name.as_str())
        .set("description", film.description.as_str())
        .set("uploadDate", publication.local(film.published))
        .set("duration", format!("PT{}S", film.seconds))
        .set("contentUrl", publication.absolute(&film.file));
    if let Some(poster) = &film.poster {
        node = node.set("thumbnailUrl", publication.absolute(poster));
    }
    graph(vec![node])
}

/// What a channel shows at this moment.
#[derive(Clone, Debug)]
pub struct Broadcast {
    /// What it is called.
    pub name: String,
    /// What it is about; may be empty.
    pub description: String,
    /// The channel's page.
    pub url: String,
    /// The player alone.
    pub player: String,
    /// A picture of it.
    pub picture: Option<String>,
    /// When it began.
    pub began: Timestamp,
    /// When it is to end.
    pub ends: Timestamp,
    /// Whether anything is sent.
    pub on_air: bool,
}

/// The page of a channel, while something is on (the same address, "BroadcastEvent").
pub fn broadcast(publication: &Publication, it: &Broadcast) -> String {
    let event = Node::typed("BroadcastEvent")
        .set("isLiveBroadcast", it.on_air)
        .set("startDate", publication.local(it.began))
        .set("endDate", publication.local(it.ends));
    let description = if it.description.is_empty() { &it.name } else { &it.description };
    let node = Node::typed("VideoObject")
        .set("name", it.name.as_str())
        .set("description", description.as_str())
        .set("url", publication.absolute(&it.url))
        .set("embedUrl", publication.absolute(&it.player))
        .set("uploadDate", publication.local(it.began))
        .maybe("thumbnailUrl", it.picture.as_deref().map(|path| publication.absolute(path)))
        .set("publication", event);
    graph(vec![node])
}

/// A meeting.
#[derive(Clone, Debug)]
pub struct Gathering {
    /// What it is called.
    pub name: String,
    /// Its page.
    pub url: String,
    /// What is told of it; may be empty.
    pub description: String,
    /// The IANA zone that its times are told in.
    pub zone: String,
    /// When it begins, or began.
    pub starts_at: Timestamp,
    /// When it ends, or ended.
    pub ends_at: Timestamp,
    /// Whether it was called off.
    pub cancelled: bool,
    /// Whether it is held on this site.
    pub online: bool,
    /// Who meets.
    pub parties: Vec<String>,
    /// What about.
    pub agenda: Vec<String>,
    /// A picture of it.
    pub image: Option<String>,
    /// Stories about it.
    pub stories: Vec<String>,
}

/// A meeting's page, or the box on that of a story about it (developers.google.com/search/docs/appearance/
/// structured-data/event).
pub fn event(publication: &Publication, it: &Gathering) -> String {
    let url = publication.absolute(&it.url);
    let zone = TimeZone::get(&it.zone).unwrap_or(TimeZone::UTC);
    let local = |at: Timestamp| {
        let zoned = at.to_jiff().to_zoned_datetime(zone.clone());
        zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    };
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let party = |name: &String| Node::typed("Organization").set("name", name.as_str());
    let status = if it.cancelled { "EventCancelled" } else { "EventScheduled" };
    let online = it.online.then_some("https://schema.org/OnlineEventAttendanceMode");
    let story =
        |path: &String| Node::new().set("@id", format!("{}#article", publication.absolute(path)));
    let node = Node::typed("Event")
        .set("@id", format!("{url}#meeting"))
        .set("url", url.as_str())
        .set("name", it.name.as_str())
        .maybe("description", filled(&it.description))
        .set("startDate", local(it.starts_at))
        .set("endDate", local(it.ends_at))
        .set("eventStatus", format!("https://schema.org/{status}"))
        .maybe("eventAttendanceMode", online)
        .set("location", Node::typed("VirtualLocation").set("url", url.as_str()))
        .some("organizer", it.parties.iter().map(party).collect())
        .some("about", it.agenda.iter().map(String::as_str).collect())
        .maybe("image", it.image.as_deref().map(|image| publication.absolute(image)))
        .some("subjectOf", it.stories.iter().map(story).collect());
    graph(vec![node])
}

fn said(publication: &Publication, said: &Said) -> Node {
    let answers: Vec<Node> = said.answers.iter().map(|it| self::said(publication, it)).collect();
    Node::typed("Comment")
        .set("url", publication.absolute(&said.url))
        .set("author", Node::typed("Person").set("name", said.name.as_str()))
        .set("datePublished", publication.local(said.written))
        .set("text", said.text.as_str())
        .set("upvoteCount", said.recommended)
        .some("comment", answers)
}

/// The front page: the site, who publishes it, and how to search it.
pub fn front_page(publication: &Publication) -> String {
    let search = publication.search_prefix.as_deref().map(|prefix| {
        // The braces belong to the template, and must not be percent-encoded.
        let template = format!("{}{{search_term_string}}", publication.absolute(prefix));
        Node::typed("SearchAction")
            .set("target", Node::typed("EntryPoint").set("urlTemplate", template))
            .set("query-input", "required name=search_term_string")
    });
    let site = site_node(publication)
        .set("description", publication.description.as_str())
        .set("inLanguage", publication.language.as_str())
        .set("publisher", Node::new().set("@id", publisher_id(publication)))
        .maybe("potentialAction", search);
    graph(vec![site, publisher(publication)])
}

/// A section's page: its place in the tree (the section itself last) and the articles it shows.
pub fn section(publication: &Publication, trail: &[SectionLink], shown: &[Entry]) -> String {
    let (name, url) = match trail.last() {
        Some(section) => (section.name.as_str(), publication.absolute(&section.url)),
        None => (publication.name.as_str(), publication.public_url.to_string()),
    };
    let page = Node::typed("CollectionPage")
        .set("@id", url.as_str())
        .set("url", url.as_str())
        .set("name", name)
        .set("inLanguage", publication.language.as_str())
        .set("isPartOf", site_node(publication))
        .set("mainEntity", list(publication, shown));
    graph(vec![page, breadcrumb(publication, trail)])
}

/// Somebody who writes for the site.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Their name.
    pub name: String,
    /// Their page on the site.
    pub url: String,
    /// What they do, such as "Moscow correspondent".
    pub job_title: Option<String>,
    /// Their life in a few sentences, as plain text.
    pub description: Option<String>,
    /// Their portrait.
    pub image: Option<Image>,
    /// Their profiles elsewhere.
    pub same_as: Vec<String>,
}

/// An author's page.
pub fn author(publication: &Publication, profile: &Profile) -> String {
    let url = publication.absolute(&profile.url);
    let person = Node::typed("Person")
        .set("@id", format!("{url}#person"))
        .set("name", profile.name.as_str())
        .set("url", url.as_str())
        .maybe("jobTitle", profile.job_title.as_deref())
        .maybe("description", profile.description.as_deref())
        .maybe("image", profile.image.as_ref().map(|image| image_node(publication, image)))
        .some("sameAs", profile.same_as.iter().map(String::as_str).collect())
        .set("worksFor", publisher(publication));
    graph(vec![
        Node::typed("ProfilePage")
            .set("@id", url.as_str())
            .set("url", url.as_str())
            .set("inLanguage", publication.language.as_str())
            .set("isPartOf", site_node(publication))
            .set("mainEntity", person),
    ])
}

/// The type that says what the article is.
///
/// - A dateline says that somebody reported from the place, which is what
///   `ReportageNewsArticle` means; news without one is a plain `NewsArticle`.
/// - schema.org has no type for interviews; `genre` tells them.
/// - A readout and an advisory are a party's own words. `NewsArticle` and its subtypes would claim
///   that a newsroom stands behind them, so they are an `Article`, which Google reads as well.
/// - A live page without updates has nothing that `LiveBlogPosting` requires.
fn article_type(entry: &Entry) -> &'static str {
    match entry.kind {
        Kind::News if entry.dateline.is_some() => "ReportageNewsArticle",
        Kind::News | Kind::Interview => "NewsArticle",
        Kind::Opinion | Kind::Editorial => "OpinionNewsArticle",
        Kind::Analysis => "AnalysisNewsArticle",
        Kind::Explainer => "BackgroundNewsArticle",
        Kind::Readout | Kind::Advisory => "Article",
        Kind::Live if coverage(entry).is_some() => "LiveBlogPosting",
        Kind::Live => "NewsArticle",
    }
}

fn coverage(entry: &Entry) -> Option<&LiveCoverage> {
    entry.live.as_ref().filter(|live| entry.kind == Kind::Live && !live.updates.is_empty())
}

fn article_node(publication: &Publication, entry: &Entry) -> Node {
    let url = publication.absolute(&entry.url);
    let node = Node::typed(article_type(entry))
        .set("@id", format!("{url}#article"))
        .set("identifier", entry.guid())
        .set("url", url.as_str())
        .set("mainEntityOfPage", Node::typed("WebPage").set("@id", url.as_str()))
        .set("headline", entry.headline.as_str())
        .set("description", entry.summary.as_str())
        .some("image", entry.photo.iter().flat_map(|photo| photos(publication, photo)).collect())
        .set("datePublished", publication.local(entry.published))
        .set("dateModified", publication.local(entry.modified()))
        .set("author", authors(publication, entry));
    let contributors = entry.contributors().map(|author| person(publication, author)).collect();
    let node = node
        .some("contributor", contributors)
        .maybe("dateline", entry.dateline.as_deref())
        .set("genre", entry.kind_label.as_str())
        .some(
            "articleSection",
            entry.sections.iter().map(|section| section.name.as_str()).collect::<Vec<_>>(),
        )
        .set("inLanguage", entry.language.as_str())
        .set("wordCount", entry.word_count)
        .set("isAccessibleForFree", entry.gated.is_none())
        .maybe(
            "hasPart",
            entry.gated.as_deref().map(|selector| {
                Node::typed("WebPageElement")
                    .set("isAccessibleForFree", false)
                    .set("cssSelector", selector)
            }),
        )
        .maybe("copyrightNotice", publication.copyright.as_deref())
        .set("publisher", publisher(publication))
        .some(
            "correction",
            entry.corrections.iter().map(|one| correction(publication, one)).collect(),
        );
    match coverage(entry) {
        Some(live) => with_coverage(publication, entry, &url, live, node),
        None => node,
    }
}

fn with_coverage(
    publication: &Publication,
    entry: &Entry,
    url: &str,
    live: &LiveCoverage,
    node: Node,
) -> Node {
    let updates: Vec<Node> = live
        .updates
        .iter()
        .map(|update| {
            let address = format!("{url}#{}", update.anchor);
            Node::typed("BlogPosting")
                .set("@id", address.as_str())
                .set("url", address.as_str())
                .set("headline", update.headline.as_str())
                .set("articleBody", update.text.as_str())
                .set("datePublished", publication.local(update.published))
                .set("dateModified", publication.local(update.updated.unwrap_or(update.published)))
                .set("author", authors(publication, entry))
                .set("publisher", Node::new().set("@id", publisher_id(publication)))
        })
        .collect();
    node.set("coverageStartTime", publication.local(live.started))
        .maybe("coverageEndTime", live.ended.map(|ended| publication.local(ended)))
        .set("liveBlogUpdate", updates)
}

/// One object for each writer, as Google asks; the publication itself where there is no byline.
fn authors(publication: &Publication, entry: &Entry) -> Vec<Node> {
    let writers: Vec<Node> = entry.writers().map(|author| person(publication, author)).collect();
    if writers.is_empty() { vec![publisher(publication)] } else { writers }
}

fn person(publication: &Publication, author: &Author) -> Node {
    Node::typed("Person")
        .set("name", author.name.as_str())
        .maybe("url", author.url.as_deref().map(|url| publication.absolute(url)))
}

/// The crops, for Google wants several shapes, and then the whole picture.
fn photos(publication: &Publication, photo: &Photo) -> Vec<Node> {
    photo
        .crops
        .iter()
        .chain(photo.renditions.first())
        .map(|image| photo_node(publication, photo, image))
        .collect()
}

fn photo_node(publication: &Publication, photo: &Photo, image: &Image) -> Node {
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let license_page = photo.license_page.as_deref().or(publication.license_page.as_deref());
    image_node(publication, image)
        .maybe("caption", filled(&photo.caption))
        .maybe("creditText", filled(&photo.credit))
        .maybe(
            "creator",
            photo.creator.as_deref().map(|name| Node::typed("Person").set("name", name)),
        )
        .maybe("copyrightNotice", photo.copyright.as_deref())
        .maybe("acquireLicensePage", license_page.map(|page| publication.absolute(page)))
}

fn image_node(publication: &Publication, image: &Image) -> Node {
    let url = publication.absolute(&image.url);
    Node::typed("ImageObject")
        .set("url", url.as_str())
        .set("contentUrl", url.as_str())
        .set("width", image.width)
        .set("height", image.height)
        .set("encodingFormat", image.media_type.as_str())
}

fn correction(publication: &Publication, correction: &Correction) -> Node {
    Node::typed("CorrectionComment")
        .set("text", correction.text.as_str())
        .set("datePublished", publication.local(correction.published))
}

fn publisher(publication: &Publication) -> Node {
    let policies = &publication.policies;
    let page = |page: &Option<String>| page.as_deref().map(|page| publication.absolute(page));
    Node::typed("NewsMediaOrganization")
        .set("@id", publisher_id(publication))
        .set("name", publication.name.as_str())
        .set("url", publication.public_url.as_str())
        .maybe("logo", publication.logo.as_ref().map(|logo| image_node(publication, logo)))
        .some("sameAs", publication.same_as.iter().map(String::as_str).collect())
        .maybe("ethicsPolicy", page(&policies.ethics))
        .maybe("correctionsPolicy", page(&policies.corrections))
        .maybe("verificationFactCheckingPolicy", page(&policies.verification))
        .maybe("unnamedSourcesPolicy", page(&policies.unnamed_sources))
        .maybe("ownershipFundingInfo", page(&policies.ownership))
        .maybe("masthead", page(&policies.masthead))
        .maybe("missionCoveragePrioritiesPolicy", page(&policies.mission))
        .maybe("actionableFeedbackPolicy", page(&policies.feedback))
        .maybe("diversityPolicy", page(&policies.diversity))
        .maybe("noBylinesPolicy", page(&policies.no_bylines))
}

fn publisher_id(publication: &Publication) -> String {
    format!("{}#publisher", publication.public_url)
}

fn site_node(publication: &Publication) -> Node {
    Node::typed("WebSite")
        .set("@id", format!("{}#site", publication.public_url))
        .set("url", publication.public_url.as_str())
        .set("name", publication.name.as_str())
}

fn list(publication: &Publication, shown: &[Entry]) -> Node {
    let items: Vec<Node> = (1_u32..)
        .zip(shown)
        .map(|(position, entry)| {
            Node::typed("ListItem")
                .set("position", position)
                .set("url", publication.absolute(&entry.url))
                .set("name", entry.headline.as_str())
        })
        .collect();
    Node::typed("ItemList").set("itemListElement", items)
}

fn breadcrumb(publication: &Publication, trail: &[SectionLink]) -> Node {
    let items: Vec<Node> = (1_u32..)
        .zip(trail)
        .map(|(position, link)| {
            Node::typed("ListItem")
                .set("position", position)
                .set("name", link.name.as_str())
                .set("item", publication.absolute(&link.url))
        })
        .collect();
    Node::typed("BreadcrumbList").set("itemListElement", items)
}

fn graph(nodes: Vec<Node>) -> String {
    Node::new().set("@context", "https://schema.org").set("@graph", nodes).to_script()
}
