//! What each page shows: plain, owned values, gathered by a handler and read by one template.
//!
//! Everything here is text unless its name ends in `_html`; templates escape text, always.

use base::Timestamp;
use document::Picture;
use serde::Serialize;

use super::discussion::Discussion;
use super::live::OnAir;
use super::share::ShareTarget;
use super::words::Words;
use crate::syndication::open_graph::Meta;

/// The site itself: the same for every page until somebody changes a setting or a section.
#[derive(Clone, Debug, Serialize)]
pub struct Site {
    /// As the masthead shows it.
    pub name: String,
    /// One sentence for the front page and for search engines.
    pub description: String,
    /// BCP 47; pages in a language without words of its own speak this one.
    pub language: String,
    /// The IANA zone in which the site tells dates and times, such as `Europe/Moscow`.
    pub zone: String,
    /// The public address, without a slash at its end: `https://example.org`.
    pub address: String,
    /// The section tree, in the editor's order.
    pub sections: Vec<NavSection>,
    /// What is on the channel.
    pub channel: OnAir,
    /// Whether there are meetings that readers are told of.
    pub meetings: bool,
    /// Where readers may share a story, in order; closed ones are kept and never linked.
    pub share_targets: Vec<ShareTarget>,
    /// Pages about the site for the footer: about, contact, corrections policy.
    pub links: Vec<Link>,
    /// Who holds the copyright, as the footer names them.
    pub owner: String,
    /// The year in the footer, by the clock that renders the page.
    pub year: i16,
}

/// A section in the navigation.
#[derive(Clone, Debug, Serialize)]
pub struct NavSection {
    /// Its name.
    pub name: String,
    /// Its address, from the root: `/news/russia/`.
    pub url: String,
    /// The sections below it.
    pub children: Vec<NavSection>,
}

/// A name that leads somewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// What the link says.
    pub name: String,
    /// Where it leads.
    pub url: String,
}

impl Link {
    /// A link called `name` to `url`.
    pub fn new(name: impl Into<String>, url: impl Into<String>) -> Self {
        Self { name: name.into(), url: url.into() }
    }
}

/// What machines read about the page, and its language.
#[derive(Clone, Debug, Serialize)]
pub struct Head {
    /// The page's own title; the template adds the site's name.
    pub title: String,
    /// One or two sentences; empty when there is nothing to say.
    pub description: String,
    /// BCP 47, of the page's content; its words follow it where they are translated.
    pub language: String,
    /// The one absolute address of this page; none where there is nothing to index.
    pub canonical: Option<String>,
    /// The same page in other languages, itself included; empty when there is only one.
    pub alternates: Vec<Alternate>,
    /// Feeds of this page's stories.
    pub feeds: Vec<Feed>,
    /// The address of the oEmbed document about this page.
    pub oembed: Option<String>,
    /// What a shared link shows: OpenGraph's elements, and Twitter's.
    pub open_graph: Vec<Meta>,
    /// Each a whole JSON-LD document.
    pub json_ld: Vec<String>,
    /// The robots directive; `max-image-preview:large` when none is given.
    pub robots: Option<String>,
}

/// The address of a translation.
#[derive(Clone, Debug, Serialize)]
pub struct Alternate {
    /// BCP 47, or `x-default`.
    pub language: String,
    /// Absolute.
    pub url: String,
    /// The language's own name for itself, to offer the translation to readers; none hides it.
    pub name: Option<String>,
}

/// A feed to subscribe to.
#[derive(Clone, Debug, Serialize)]
pub struct Feed {
    /// Such as "Tribune: Russia".
    pub title: String,
    /// From the root.
    pub url: String,
    /// Such as `application/rss+xml`.
    pub media_type: String,
}

/// A story as it is announced on another page.
#[derive(Clone, Debug, Serialize)]
pub struct Card {
    /// From the root.
    pub url: String,
    /// The headline.
    pub headline: String,
    /// The deck; empty for none.
    pub deck: String,
    /// The kind's key: `news`, `opinion`, `analysis`, `interview`, `explainer`, `editorial`,
    /// `readout`, `advisory` or `live`.
    pub kind: String,
    /// The section it was published in.
    pub section: Option<Link>,
    /// Names of its authors.
    pub authors: Vec<String>,
    /// When it was first published.
    pub published: Timestamp,
    /// Its lead photo.
    pub picture: Option<Picture>,
    /// BCP 47; shown with `lang` where it differs from the page's.
    pub language: String,
}

/// The front page.
#[derive(Clone, Debug, Serialize)]
pub struct FrontPage {
    /// For machines.
    pub head: Head,
    /// The editor's order; the first leads the page.
    pub top: Vec<Card>,
    /// The newest of each section, without those at the top.
    pub sections: Vec<FrontSection>,
}

/// One section's stories on the front page.
#[derive(Clone, Debug, Serialize)]
pub struct FrontSection {
    /// The section.
    pub section: Link,
    /// Its newest stories.
    pub cards: Vec<Card>,
}

/// One page of a section's stories, newest first.
#[derive(Clone, Debug, Serialize)]
pub struct SectionPage {
    /// For machines.
    pub head: Head,
    /// The section's name.
    pub name: String,
    /// What it is about; empty for none.
    pub description: String,
    /// The sections above it, from the root down, without itself.
    pub crumbs: Vec<Link>,
    /// The sections right below it.
    pub children: Vec<Link>,
    /// The stories of this page.
    pub cards: Vec<Card>,
    /// The neighbouring pages.
    pub pagination: Pagination,
}

/// Addresses of the neighbouring pages; each carries the key of the story it starts after.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Pagination {
    /// The page with the newest stories, unless this is it.
    pub first: Option<String>,
    /// The page with newer stories.
    pub newer: Option<String>,
    /// The page with older stories.
    pub older: Option<String>,
}

/// A story.
#[derive(Clone, Debug, Serialize)]
pub struct ArticlePage {
    /// For machines; `head.language` is the article's.
    pub head: Head,
    /// The section it stands in and those above, from the root down.
    pub crumbs: Vec<Link>,
    /// The kind's key, as in [`Card::kind`].
    pub kind: String,
    /// The headline.
    pub headline: String,
    /// The deck; empty for none.
    pub deck: String,
    /// The lead photo, with its caption and credit.
    pub picture: Option<Picture>,
    /// What leads it in the picture's place.
    pub video: Option<super::Video>,
    /// When it was first published. Exactly midnight in the site's zone means that only the day
    /// is known, and only the day is shown.
    pub published: Timestamp,
    /// When it last changed for its readers, if it did.
    pub updated: Option<Timestamp>,
    /// Its authors, in order.
    pub byline: Vec<Byline>,
    /// Where it was written: `GENEVA`, without the dash.
    pub dateline: Option<String>,
    /// Where it can be shared, from [`Site::share_links`].
    pub share: Vec<ShareLink>,
    /// The body, rendered by `document`, which is trusted to have escaped it.
    pub body_html: String,
    /// Newest first.
    pub corrections: Vec<Correction>,
    /// The editor's choice; one without a page yet is shown as its plain title.
    pub related: Vec<Related>,
    /// The system's choice.
    pub suggested: Vec<Card>,
    /// The meeting that it is about, as far as readers are told of it.
    pub meeting: Option<super::Gathering>,
    /// Whether the channel is about it at this moment.
    pub on_air: bool,
    /// What readers say; none where there is to be no discussion.
    pub discussion: Option<Discussion>,
}

/// An author of a story.
#[derive(Clone, Debug, Serialize)]
pub struct Byline {
    /// The author's name.
    pub name: String,
    /// The author's page, if they have one.
    pub url: Option<String>,
    /// What they did or are, in the site's own words: "photographs", "Moscow correspondent".
    pub role: Option<String>,
}

/// A place to share the story at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShareLink {
    /// The target's key, for styles and words: `bluesky`, `email`.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Where it leads, with the story's address and headline in it.
    pub url: String,
}

/// A correction, as readers see it.
#[derive(Clone, Debug, Serialize)]
pub struct Correction {
    /// When it was made.
    pub at: Timestamp,
    /// What was wrong and what is right.
    pub text: String,
}

/// A story that the editor calls related.
#[derive(Clone, Debug, Serialize)]
pub struct Related {
    /// Its headline.
    pub headline: String,
    /// Its address, once it is published.
    pub url: Option<String>,
    /// BCP 47, when it is known.
    pub language: Option<String>,
}

/// A person's page, with their stories.
#[derive(Clone, Debug, Serialize)]
pub struct AuthorPage {
    /// For machines.
    pub head: Head,
    /// The person's name.
    pub name: String,
    /// What they are: "Moscow correspondent"; empty for none.
    pub title: String,
    /// Paragraphs about them; empty for none.
    pub biography: Vec<String>,
    /// Their portrait.
    pub picture: Option<Picture>,
    /// Their pages elsewhere.
    pub links: Vec<Link>,
    /// Their stories, newest first.
    pub cards: Vec<Card>,
    /// The neighbouring pages.
    pub pagination: Pagination,
}

/// The search form with its results.
#[derive(Clone, Debug, Serialize)]
pub struct SearchPage {
    /// For machines.
    pub head: Head,
    /// The form's address: `/search`.
    pub action: String,
    /// The words that were asked for, as they were typed; a question may be filters alone.
    pub query: String,
    /// Whether anything was asked.
    pub asked: bool,
    /// Sections to choose from, in tree order.
    pub sections: Vec<SearchSection>,
    /// The first day, as `2021-12-07`; empty for any.
    pub from: String,
    /// The last day, as `2021-12-07`; empty for any.
    pub until: String,
    /// What is wrong with the question, as a key of the words: `search-problem-dates`.
    pub problem: Option<String>,
    /// How many stories match in all.
    pub total: u64,
    /// The matches of this page, best first.
    pub results: Vec<SearchResult>,
    /// A likelier spelling, and the search for it.
    pub suggestion: Option<Link>,
    /// The neighbouring pages: `newer` holds better matches, `older` lesser ones.
    pub pagination: Pagination,
}

/// A section to search in.
#[derive(Clone, Debug, Serialize)]
pub struct SearchSection {
    /// Its name.
    pub name: String,
    /// The value of the `section` parameter: `news/russia`.
    pub path: String,
    /// How deep in the tree it stands; 0 at the root.
    pub depth: u8,
    /// Whether the search is limited to it.
    pub selected: bool,
}

/// A match.
#[derive(Clone, Debug, Serialize)]
pub struct SearchResult {
    /// The story.
    pub card: Card,
    /// Where it matches, in pieces.
    pub snippet: Vec<SnippetPart>,
}

/// A piece of a snippet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SnippetPart {
    /// Its text.
    pub text: String,
    /// Whether it is what was searched for.
    pub matched: bool,
}

/// A page that says why there is no other.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorPage {
    /// For machines; never indexed.
    pub head: Head,
    /// 404, 410, 500 or 503.
    pub status: u16,
    /// The headline of a story that was withdrawn (410).
    pub headline: Option<String>,
    /// The editor's note to its readers (410).
    pub note: Option<String>,
    /// What to quote when reporting a failure (500).
    pub reference: Option<String>,
}

impl ErrorPage {
    /// The page for a status (404, 410, 500 or 503), titled in the closest language there is.
    pub fn new(status: u16, words: &Words, language: &str, site: &Site) -> Self {
        let key = format!("error-{status}-title");
        let spoken = words.closest(language, &site.language);
        let title = words.say(spoken, &key, &[]).unwrap_or_else(|_| status.to_string());
        let head = Head { robots: Some("noindex".into()), ..Head::new(title, language) };
        Self { head, status, headline: None, note: None, reference: None }
    }
}

impl Head {
    /// A head with a title and a language, and nothing else to say.
    pub fn new(title: impl Into<String>, language: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            description: String::new(),
            language: language.into(),
            canonical: None,
            alternates: Vec::new(),
            feeds: Vec::new(),
            oembed: None,
            open_graph: Vec::new(),
            json_ld: Vec::new(),
            robots: None,
        }
    }
}
