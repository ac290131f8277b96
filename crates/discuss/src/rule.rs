//! How a discussion is moderated, and who may speak in it: the site has a rule, a section may have another, a story too. The
//! innermost that says something holds.

use std::time::Duration;

use accounts::policy::{self, Action, Object};
use base::{Actor, ArticleId, SectionId, Timestamp};
use store::{Connection, Event, FromQueryResult, Tx, sql};
use uuid::Uuid;

use crate::{DiscussError, Result, Story};

const DAY: Duration = Duration::from_secs(86_400);
const DAYS_MAX: i64 = 3_650;

/// When a comment is shown, and whether any is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// At once; moderators look at it afterwards.
    After,
    /// Once a moderator has let it stand.
    Before,
    /// At once, of those whom moderators have let stand before; of others as [`Mode::Before`].
    #[default]
    Newcomers,
    /// None is taken any more; what was said stays.
    ReadOnly,
    /// There is no discussion, and none is shown.
    Closed,
}

impl Mode {
    /// Every mode, in the order of a menu.
    pub const ALL: [Self; 5] =
        [Self::After, Self::Newcomers, Self::Before, Self::ReadOnly, Self::Closed];

    /// Its name in forms and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::After => "after",
            Self::Before => "before",
            Self::Newcomers => "newcomers",
            Self::ReadOnly => "read_only",
            Self::Closed => "closed",
        }
    }

    /// The mode of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }
}

/// Who may speak. Staff always may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speak {
    /// Anybody, under a name of their own.
    #[default]
    Guests,
    /// Readers with an account: mail has reached them.
    Confirmed,
    /// Readers whose account has a key beside mail: a passkey, or an account at a provider.
    Accounts,
}

impl Speak {
    /// All, in the order of a menu.
    pub const ALL: [Self; 3] = [Self::Guests, Self::Confirmed, Self::Accounts];

    /// Its name in forms and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Guests => "guests",
            Self::Confirmed => "confirmed",
            Self::Accounts => "accounts",
        }
    }

    /// Who goes by that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|speak| speak.name() == name)
    }
}

/// What a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every discussion.
    Site,
    /// Those of a section and the ones below it.
    Section(SectionId),
    /// One discussion.
    Story(ArticleId),
}

impl Scope {
    fn key(self) -> (&'static str, Uuid) {
        match self {
            Self::Site => ("site", Uuid::nil()),
            Self::Section(section) => ("section", section.0),
            Self::Story(article) => ("story", article.0),
        }
    }
}

/// What is said for one scope; nothing leaves it to what is around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// How it is moderated.
    pub mode: Option<Mode>,
    /// After so many days a discussion is read only; 0 is never.
    pub closes_after: Option<i64>,
    /// Who may speak.
    pub speak: Option<Speak>,
}

/// What holds for one story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InForce {
    /// How it is moderated now.
    pub mode: Mode,
    /// When it becomes read only by itself.
    pub closes_at: Option<Timestamp>,
    /// Who may speak.
    pub speak: Speak,
}

/// What is said for a scope itself.
pub async fn of(on: &impl Connection, scope: Scope) -> Result<Rule> {
    let (name, object) = scope.key();
    let row: Option<Row> = sql("SELECT scope, object_id, mode, closes_after, speak
         FROM discussion_rules WHERE scope = ? AND object_id = ?")
    .bind(name)
    .bind(object)
    .one(on)
    .await?;
    Ok(row.map(Row::rule).unwrap_or_default())
}

/// What holds for a story at this moment.
pub async fn in_force(on: &impl Connection, story: &Story, now: Timestamp) -> Result<InForce> {
    let sections = story.sections.iter().map(|it| it.0);
    let objects = sections.chain([Uuid::nil(), story.article.0]);
    let rows: Vec<Row> = sql("SELECT scope, object_id, mode, closes_after, speak
         FROM discussion_rules WHERE object_id IN (?)")
    .bind_all(objects)
    .all(on)
    .await?;
    let sections = story.sections.iter().map(|it| Scope::Section(*it));
    let inwards = std::iter::once(Scope::Story(story.article)).chain(sections).chain([Scope::Site]);
    let mut whole = Rule::default();
    for scope in inwards {
        let (name, object) = scope.key();
        let row = rows.iter().find(|row| row.scope == name && row.object_id == object);
        let rule = row.cloned().map(Row::rule).unwrap_or_default();
        whole.mode = whole.mode.or(rule.mode);
        whole.closes_after = whole.closes_after.or(rule.closes_after);
        whole.speak = whole.speak.or(rule.speak);
    }
    let days = whole.closes_after.and_then(|days| u32::try_from(days).ok()).filter(|it| *it > 0);
    let closes_at = days.map(|days| story.published_at.plus(DAY * days));
    let mut mode = whole.mode.unwrap_or_default();
    if closes_at.is_some_and(|at| at <= now) && mode != Mode::Closed {
        mode = Mode::ReadOnly;
    }
    Ok(InForce { mode, closes_at, speak: whole.speak.unwrap_or_default() })
}

/// Says how a scope is moderated. `sections` are those of the story, or of the section and those
/// above: who has a right in one of them may.
pub async fn set(
    tx: &mut Tx,
    actor: &Actor,
    scope: Scope,
    sections: &[SectionId],
    rule: Rule,
    now: Timestamp,
) -> Result<()> {
    let object = Object { sections: sections.to_vec(), ..Object::default() };
    policy::check_on(actor, Action::Moderate, &object)?;
    if rule.closes_after.is_some_and(|days| !(0..=DAYS_MAX).contains(&days)) {
        return Err(DiscussError::Invalid(format!(
            "A discussion closes after 1 to {DAYS_MAX} days, or with 0 never."
        )));
    }
    let (name, id) = scope.key();
    sql("INSERT INTO discussion_rules (scope, object_id, mode, closes_after, speak)
         VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (scope, object_id) DO UPDATE SET mode = excluded.mode,
           closes_after = excluded.closes_after, speak = excluded.speak")
    .bind(name)
    .bind(id)
    .bind(rule.mode.map(Mode::name))
    .bind(rule.closes_after)
    .bind(rule.speak.map(Speak::name))
    .run(tx)
    .await?;
    let (section, article) = match scope {
        Scope::Site => (None, None),
        Scope::Section(section) => (Some(section), None),
        Scope::Story(article) => (None, Some(article)),
    };
    tx.append(actor, &Event::DiscussionRuled { section, article }, now).await?;
    Ok(())
}

#[derive(Clone, FromQueryResult)]
struct Row {
    scope: String,
    object_id: Uuid,
    mode: Option<String>,
    closes_after: Option<i64>,
    speak: Option<String>,
}

impl Row {
    fn rule(self) -> Rule {
        let mode = self.mode.as_deref().and_then(Mode::parse);
        let speak = self.speak.as_deref().and_then(Speak::parse);
        Rule { mode, closes_after: self.closes_after, speak }
    }
}
