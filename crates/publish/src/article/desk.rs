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
    /// Only those that this person began, or has something to do with.
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
    /// What was said with its last step, before it is published; empty for nothing.
    pub note: String,
    /// When anything about it last changed.
    pub touched_at: Timestamp,
}

/// The columns of a [`Row`], before whatever says which.
macro_rules! desk_sql {
    ($rest:expr) => {
        concat!(
            "SELECT a.id, r.headline, r.kind, a.section_id, a.owner_id, a.state, a.stage, ",
            "a.scheduled_at, a.newest_revision, a.published_revision, a.note, a.touched_at ",
            "FROM articles a JOIN revisions r ON r.article_id = a.id ",
            "AND r.number = a.newest_revision ",
            $rest
        )
    };
}

/// What both lists of a desk ask for.
macro_rules! filtered {
    ($first:literal) => {
        desk_sql!(concat!(
            "WHERE ",
            $first,
            " AND (a.touched_at, a.id) < (?, ?)
              AND (? = '' OR ? = CASE WHEN a.scheduled_at IS NOT NULL THEN 'scheduled'
                                      WHEN a.state <> 'draft' THEN a.state ELSE a.stage END)
              AND (? = ? OR a.section_id = ?)
              AND a.desk_key LIKE ?
              ORDER BY a.touched_at DESC, a.id DESC LIMIT ?"
        ))
    };
}

/// Of everybody, each state by an index of its own: a few of many are found without the others.
const ANY: &str = filtered!("'' = ?");
const IN_STAGE: &str = filtered!("a.state = 'draft' AND a.stage = ?");
const SCHEDULED: &str = filtered!("a.scheduled_at IS NOT NULL AND 'scheduled' = ?");
const WITHDRAWN: &str = filtered!("a.state = 'withdrawn' AND 'withdrawn' = ?");
/// Those of a section are few, too; it is asked for where the state is not what makes them few.
const IN_SECTION: &str = filtered!("a.section_id = ?");
const OWN: &str = filtered!(
    "a.id IN (SELECT id FROM articles WHERE owner_id = ? UNION
              SELECT article_id FROM assignments WHERE person_id = ? AND done_at IS NULL)"
);

/// The articles that are wanted, those first that were touched last.
pub async fn desk(on: &impl Connection, wanted: &Wanted, limit: i64) -> Result<Vec<DeskRow>> {
    let (at, id) =
        wanted.before.unwrap_or((Timestamp::from_micros(i64::MAX), ArticleId(Uuid::max())));
    let state = wanted.state.map_or("", DeskState::name);
    let query = match (wanted.owner, wanted.state) {
        (Some(owner), _) => sql(OWN).bind(owner).bind(owner),
        (None, None | Some(DeskState::Published)) => match wanted.section {
            Some(section) => sql(IN_SECTION).bind(section),
            // Most are published: whoever looks for those finds them on the way.
            None => sql(ANY).bind(""),
        },
        (None, Some(DeskState::Draft | DeskState::Review | DeskState::Ready)) => {
            sql(IN_STAGE).bind(state)
        }
        (None, Some(DeskState::Scheduled)) => sql(SCHEDULED).bind(state),
        (None, Some(DeskState::Withdrawn)) => sql(WITHDRAWN).bind(state),
    };
    let rows: Vec<Row> = query
        .bind(at)
        .bind(id)
        .bind(state)
        .bind(state)
        .bind(i64::from(wanted.section.is_none()))
        .bind(1_i64)
        .bind(wanted.section.unwrap_or(SectionId(Uuid::nil())))
        .bind(like(&wanted.text))
        .bind(limit)
        .all(on)
        .await?;
    Ok(rows.into_iter().map(Row::read).collect())
}

/// The drafts that were given back to whoever began them, with a word.
pub async fn given_back(on: &impl Connection, owner: PersonId) -> Result<Vec<DeskRow>> {
    let rows: Vec<Row> = sql(desk_sql!(
        "WHERE a.owner_id = ? AND a.state = 'draft' AND a.stage = 'draft' AND a.note <> ''
           AND a.noted_by <> a.owner_id ORDER BY a.touched_at DESC LIMIT 50"
    ))
    .bind(owner)
    .all(on)
    .await?;
    Ok(rows.into_iter().map(Row::read).collect())
}

/// What will be published by itself from `from` until before `until`.
pub async fn scheduled_between(
    on: &impl Connection,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<DeskRow>> {
    let rows: Vec<Row> = sql(desk_sql!(
        "WHERE a.scheduled_at >= ? AND a.scheduled_at < ? ORDER BY a.scheduled_at, a.id LIMIT 1000"
    ))
    .bind(from)
    .bind(until)
    .all(on)
    .await?;
    Ok(rows.into_iter().map(Row::read).collect())
}

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
    note: String,
    touched_at: Timestamp,
}

impl Row {
    fn read(self) -> DeskRow {
        let state = match (self.scheduled_at, State::parse(&self.state)) {
            (Some(_), _) => DeskState::Scheduled,
            (None, State::Published) => DeskState::Published,
            (None, State::Withdrawn) => DeskState::Withdrawn,
            (None, State::Draft) => match Stage::parse(&self.stage) {
                Some(Stage::Review) => DeskState::Review,
                Some(Stage::Ready) => DeskState::Ready,
                _ => DeskState::Draft,
            },
        };
        DeskRow {
            ahead: self.published_revision.is_some_and(|shown| shown < self.newest_revision),
            // What was said on the way to readers is over once they see it.
            note: if matches!(state, DeskState::Published | DeskState::Withdrawn) {
                String::new()
            } else {
                self.note
            },
            state,
            id: self.id,
            headline: self.headline,
            kind: Kind::parse(&self.kind).unwrap_or(Kind::News),
            section_id: self.section_id,
            owner_id: self.owner_id,
            scheduled_at: self.scheduled_at,
            touched_at: self.touched_at,
        }
    }
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
