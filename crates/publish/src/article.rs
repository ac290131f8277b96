//! Articles: what is written, in revisions, and what readers see of it.

mod address;
mod allowed;
mod compare;
mod content;
mod correct;
mod create;
mod desk;
mod listing;
mod name;
mod publish;
mod queries;
mod ready;
mod relocate;
mod replace_photo;
mod revise;
mod schedule;
mod stage;
mod video;
mod withdraw;

use base::{ArticleId, PersonId, SectionId, Timestamp};
use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use allowed::object;
pub(crate) use allowed::{allowed, touch};
pub use compare::{Compared, Part, Piece, Row, compare};
pub use content::{Author, Content, LeadPhoto, Related, is_language};
pub use correct::correct;
pub use create::{CreateArticle, create};
pub use desk::{DeskRow, DeskState, Wanted, desk, given_back, scheduled_between};
pub use name::name_revision;
pub use publish::{Publish, publish};
pub use queries::{
    Correction, Found, Page, PublishedArticle, Revision, Teaser, Version, all, by_id, by_path,
    changed_in, corrections, find, published, published_count, published_in, published_months,
    revision, revisions, teasers, teasers_by_title, teasers_in, teasers_newest, translations,
    versions,
};
pub use ready::lacks;
pub use relocate::{also_at, move_to, rename};
pub use replace_photo::{PhotoPlace, photo_places, replace_photo};
pub(crate) use revise::record;
pub use revise::{SUMMARY_CHARS, revise};
pub use schedule::{next_due, release_due, schedule, unschedule};
pub use stage::stage;
pub use video::{choose_video, tie, video};
pub use withdraw::withdraw;

/// An article without its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Article {
    /// Names the article through all its revisions.
    pub id: ArticleId,
    /// What has become of it.
    pub state: State,
    /// Where it belongs.
    pub section_id: SectionId,
    /// The last part of its address.
    pub slug: String,
    /// Its address, such as `/news/russia/some-slug`.
    pub path: String,
    /// The number of its newest revision.
    pub newest_revision: i64,
    /// The number of the revision that readers see, or last saw.
    pub published_revision: Option<i64>,
    /// When a revision will be published by itself.
    pub scheduled_at: Option<Timestamp>,
    /// Which revision that is.
    pub scheduled_revision: Option<i64>,
    /// When readers first saw it.
    pub published_at: Option<Timestamp>,
    /// When what readers see last changed in substance.
    pub updated_at: Option<Timestamp>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
    /// What readers of its address are told since.
    pub withdrawn_note: Option<String>,
    /// Articles that say the same in several languages share this.
    pub translation_key: Uuid,
    /// How far its newest words have come, before it is first published.
    pub stage: Stage,
    /// Who began it, when that was a person.
    pub owner_id: Option<PersonId>,
    /// What was said with its last step; empty for nothing.
    pub note: String,
    /// Who said so.
    pub noted_by: Option<PersonId>,
    /// When anything about it last changed.
    pub touched_at: Timestamp,
    /// Since when there is a draft.
    pub created_at: Timestamp,
}

/// How far an article has come that nobody has published yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It is being written.
    Draft,
    /// It was handed in, and waits for an editor.
    Review,
    /// It could be published.
    Ready,
}

impl Stage {
    /// As the database and the pages spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Review => "review",
            Self::Ready => "ready",
        }
    }

    /// The stage of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Draft, Self::Review, Self::Ready].into_iter().find(|stage| stage.name() == name)
    }
}

/// What has become of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// No reader has seen it.
    Draft,
    /// Readers see it.
    Published,
    /// Readers saw it once, and are told that it is gone.
    Withdrawn,
}

/// What an article is. It is data, and drives the page's label and structured data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// What happened.
    News,
    /// What its author thinks.
    Opinion,
    /// What it means.
    Analysis,
    /// Questions and answers.
    Interview,
    /// How it came about.
    Explainer,
    /// What the site itself thinks.
    Editorial,
    /// What a party says of a meeting.
    Readout,
    /// What will happen.
    Advisory,
    /// What is happening.
    Live,
}

impl Kind {
    /// Every kind, in the order of a menu.
    pub const ALL: [Self; 9] = [
        Self::News,
        Self::Opinion,
        Self::Analysis,
        Self::Interview,
        Self::Explainer,
        Self::Editorial,
        Self::Readout,
        Self::Advisory,
        Self::Live,
    ];

    /// Its name in addresses, files and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::News => "news",
            Self::Opinion => "opinion",
            Self::Analysis => "analysis",
            Self::Interview => "interview",
            Self::Explainer => "explainer",
            Self::Editorial => "editorial",
            Self::Readout => "readout",
            Self::Advisory => "advisory",
            Self::Live => "live",
        }
    }

    /// The kind of that name, whatever its case.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name.trim()))
    }
}

impl State {
    fn parse(name: &str) -> Self {
        match name {
            "published" => Self::Published,
            "withdrawn" => Self::Withdrawn,
            _ => Self::Draft,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Withdrawn => "withdrawn",
        }
    }
}

#[derive(FromQueryResult)]
struct ArticleRow {
    id: ArticleId,
    state: String,
    section_id: SectionId,
    slug: String,
    path: String,
    newest_revision: i64,
    published_revision: Option<i64>,
    scheduled_at: Option<Timestamp>,
    scheduled_revision: Option<i64>,
    published_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    withdrawn_at: Option<Timestamp>,
    withdrawn_note: Option<String>,
    translation_key: Uuid,
    stage: String,
    owner_id: Option<PersonId>,
    note: String,
    noted_by: Option<PersonId>,
    touched_at: Timestamp,
    created_at: Timestamp,
}

impl ArticleRow {
    fn read(self) -> Article {
        let state = State::parse(&self.state);
        Article {
            id: self.id,
            state,
            section_id: self.section_id,
            slug: self.slug,
            path: self.path,
            newest_revision: self.newest_revision,
            published_revision: self.published_revision,
            scheduled_at: self.scheduled_at,
            scheduled_revision: self.scheduled_revision,
            published_at: self.published_at,
            updated_at: self.updated_at,
            withdrawn_at: self.withdrawn_at,
            withdrawn_note: self.withdrawn_note,
            translation_key: self.translation_key,
            stage: Stage::parse(&self.stage).unwrap_or(Stage::Draft),
            owner_id: self.owner_id,
            note: self.note,
            noted_by: self.noted_by,
            touched_at: self.touched_at,
            created_at: self.created_at,
        }
    }
}
