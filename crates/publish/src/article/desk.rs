use base::{ArticleId, PersonId, SectionId, Timestamp};
use sea_orm::FromQueryResult;
use store::{Connection, Result, sql};
use uuid::Uuid;

use super::{Kind, Stage, State};

/// What somebody looks for at the desk.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Only those in this state; every state else.
    pub state: Option<DeskState>,
    /// Only those that this person began.
    pub owner: Option<PersonId>,
    /// Only those of this section itself.
    pub section: Option<SectionId>,
    /// Only those with this in the headline; empty for all.
    pub text: String,
    /// Only those that were touched before this, and if at the same time, have a lower id.
    pub before: Option<(Timestamp, ArticleId)>,
}

/// Where an article stands, as a newsroom says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeskState {
    /// It is being written.
    Draft,
    /// It was handed in.
    Review,
    /// It could be published.
    Ready,
    /// It will be published by itself.
    Scheduled,
    /// Readers see it.
    Published,
    /// Readers saw it once.
    Withdrawn,
}

impl DeskState {
    /// Every state, on the way to readers.
    pub const ALL: [Self; 6] =
        [Self::Draft, Self::Review, Self::Ready, Self::Scheduled, Self::Published, Self::Withdrawn];

    /// As pages and addresses spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Review => "review",
            Self::Ready => "ready",
            Self::Scheduled => "scheduled",
            Self::Published => "published",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// An article in the desk's list.
#[derive(Clone, Debug)]
pub struct DeskRow {
    /// Which.
    pub id: ArticleId,
    /// Of its newest revision.
    pub headline: String,
    /// Of its newest revision.
    pub kind: Kind,
    /// Where it belongs.
    pub section_id: SectionId,
    /// Who began it.
    pub owner_id: Option<PersonId>,
    /// Where it stands.
    pub state: DeskState,
    /// When it will be published, if so.
    pub scheduled_at: Option<Timestamp>,
    /// Whether there are words that readers have yet to see.
    pub ahead: bool,
    /// When anything about it last changed.
    pub touched_at: Timestamp,
}

/// The articles that are wanted, those first that were touched last.
pub async fn desk(on: &impl Connection, wanted: &Wanted, limit: i64) -> Result<Vec<DeskRow>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: ArticleId,
        headline: String,
        kind: String,
        section_id: SectionId,
        owner_id: Option<PersonId>,
        state: String,
        stage: String,
        scheduled_at: Option<Timestamp>,
        newest_revision: i64,
        published_revision: Option<i64>,
        touched_at: Timestamp,
    }
    let (at, id) =
        wanted.before.unwrap_or((Timestamp::from_micros(i64::MAX), ArticleId(Uuid::max())));
    let state = wanted.state.map_or("", DeskState::name);
    let rows: Vec<Row> = sql("SELECT a.id, r.headline, r.kind, a.section_id, a.owner_id, a.state,
             a.stage, a.scheduled_at, a.newest_revision, a.published_revision, a.touched_at
         FROM articles a
         JOIN revisions r ON r.article_id = a.id AND r.number = a.newest_revision
         WHERE (a.touched_at, a.id) < (?, ?)
           AND (? = '' OR ? = CASE WHEN a.scheduled_at IS NOT NULL THEN 'scheduled'
                                   WHEN a.state <> 'draft' THEN a.state ELSE a.stage END)
           AND (? = ? OR a.owner_id = ?)
           AND (? = ? OR a.section_id = ?)
           AND (? = '' OR LOWER(r.headline) LIKE ?)
         ORDER BY a.touched_at DESC, a.id DESC LIMIT ?")
    .bind(at)
    .bind(id)
    .bind(state)
    .bind(state)
    .bind(i64::from(wanted.owner.is_none()))
    .bind(1_i64)
    .bind(wanted.owner.unwrap_or(PersonId(Uuid::nil())))
    .bind(i64::from(wanted.section.is_none()))
    .bind(1_i64)
    .bind(wanted.section.unwrap_or(SectionId(Uuid::nil())))
    .bind(wanted.text.trim())
    .bind(like(&wanted.text))
    .bind(limit)
    .all(on)
    .await?;
    let read = |row: Row| DeskRow {
        state: match (row.scheduled_at, State::parse(&row.state)) {
            (Some(_), _) => DeskState::Scheduled,
            (None, State::Published) => DeskState::Published,
            (None, State::Withdrawn) => DeskState::Withdrawn,
            (None, State::Draft) => match Stage::parse(&row.stage) {
                Some(Stage::Review) => DeskState::Review,
                Some(Stage::Ready) => DeskState::Ready,
                _ => DeskState::Draft,
            },
        },
        ahead: row.published_revision.is_some_and(|shown| shown < row.newest_revision),
        id: row.id,
        headline: row.headline,
        kind: Kind::parse(&row.kind).unwrap_or(Kind::News),
        section_id: row.section_id,
        owner_id: row.owner_id,
        scheduled_at: row.scheduled_at,
        touched_at: row.touched_at,
    };
    Ok(rows.into_iter().map(read).collect())
}

/// A pattern that finds the text anywhere; its own signs mean nothing.
fn like(text: &str) -> String {
    let plain: String = text
        .trim()
        .to_lowercase()
        .chars()
        .map(|c| if "%_\\".contains(c) { '_' } else { c })
        .collect();
    format!("%{plain}%")
}
