use base::{ArticleId, CorrectionId, PersonId, PhotoId, RevisionId, SectionId, Timestamp, TokenId};
use serde::{Deserialize, Serialize};

/// Every fact that can happen: the table of contents of the system.
///
/// Facts name things and carry no text of theirs, except where a follower could not find it later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are what their types say")]
pub enum Event {
    // The site.
    SiteDescribed,
    SectionCreated {
        section: SectionId,
    },
    SectionRenamed {
        section: SectionId,
    },
    FrontArranged,

    // People.
    PersonAdded {
        person: PersonId,
    },
    PersonDescribed {
        person: PersonId,
    },
    TokenAdded {
        token: TokenId,
        person: PersonId,
    },
    TokenRevoked {
        token: TokenId,
    },

    // Articles.
    ArticleCreated {
        article: ArticleId,
        revision: RevisionId,
    },
    ArticleRevised {
        article: ArticleId,
        revision: RevisionId,
    },
    ArticleScheduled {
        article: ArticleId,
        at: Timestamp,
    },
    ArticleUnscheduled {
        article: ArticleId,
    },
    /// For the first time, or anew with another revision.
    ArticlePublished {
        article: ArticleId,
        revision: RevisionId,
        touches: Touches,
    },
    ArticleCorrected {
        article: ArticleId,
        correction: CorrectionId,
        touches: Touches,
    },
    ArticleWithdrawn {
        article: ArticleId,
        touches: Touches,
    },
    /// To another section or another slug; readers of the old address are sent on.
    ArticleMoved {
        article: ArticleId,
        touches: Touches,
    },

    // Photos.
    PhotoAdded {
        photo: PhotoId,
        edition: i64,
    },
    PhotoDescribed {
        photo: PhotoId,
        edition: i64,
    },
    RenditionsMade {
        photo: PhotoId,
        edition: i64,
    },

    /// A fact from a newer Tribune that runs beside this one during an upgrade.
    #[serde(other)]
    Unknown,
}

/// What readers may see differently after a published article changed: as it was before, and as it
/// is now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touches {
    /// The sections that list it, those above its own included.
    pub sections: Vec<SectionId>,
    /// The authors whose pages list it.
    pub people: Vec<PersonId>,
    /// The other languages of the same story.
    pub translations: Vec<ArticleId>,
    /// Its headline, as [`base::title_key`] spells it: other stories may know it by that only.
    pub titles: Vec<String>,
    /// Its address: other stories may have named it before it appeared.
    #[serde(default)]
    pub addresses: Vec<String>,
}

impl Event {
    /// The fact's name, as the log and the API spell it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::SiteDescribed => "site_described",
            Self::SectionCreated { .. } => "section_created",
            Self::SectionRenamed { .. } => "section_renamed",
            Self::FrontArranged => "front_arranged",
            Self::PersonAdded { .. } => "person_added",
            Self::PersonDescribed { .. } => "person_described",
            Self::TokenAdded { .. } => "token_added",
            Self::TokenRevoked { .. } => "token_revoked",
            Self::ArticleCreated { .. } => "article_created",
            Self::ArticleRevised { .. } => "article_revised",
            Self::ArticleScheduled { .. } => "article_scheduled",
            Self::ArticleUnscheduled { .. } => "article_unscheduled",
            Self::ArticlePublished { .. } => "article_published",
            Self::ArticleCorrected { .. } => "article_corrected",
            Self::ArticleWithdrawn { .. } => "article_withdrawn",
            Self::ArticleMoved { .. } => "article_moved",
            Self::PhotoAdded { .. } => "photo_added",
            Self::PhotoDescribed { .. } => "photo_described",
            Self::RenditionsMade { .. } => "renditions_made",
            Self::Unknown => "unknown",
        }
    }
}
