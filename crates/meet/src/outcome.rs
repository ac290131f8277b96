//! What a meeting decided, and what follows from it.

use base::{Actor, Day, MeetingId, OutcomeId, Timestamp};
use store::{Connection, Event, FromQueryResult, Tx, sql};

use crate::{MeetError, Result, hosts, meeting, words};

const OUTCOMES_MAX: usize = 60;

/// A decision, or what follows.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Outcome {
    /// Names it.
    pub id: OutcomeId,
    kind: String,
    /// What.
    pub words: String,
    /// Of what follows: who sees to it; may be empty.
    pub owner: String,
    due: Option<String>,
}

impl Outcome {
    /// Which of the two.
    pub fn kind(&self) -> Kind {
        Kind::parse(&self.kind).unwrap_or_default()
    }

    /// Of what follows: the day by which.
    pub fn due(&self) -> Option<Day> {
        self.due.as_deref()?.parse().ok()
    }
}

/// Decided, or to be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// It was decided.
    #[default]
    Decision,
    /// Somebody will do it.
    FollowUp,
}

impl Kind {
    /// Both, in the order of a menu.
    pub const ALL: [Self; 2] = [Self::Decision, Self::FollowUp];

    /// Its name in forms and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::FollowUp => "follow_up",
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// A decision, or what follows, as it is written.
#[derive(Clone, Debug)]
pub struct WriteOutcome<'a> {
    /// Which of the two.
    pub kind: Kind,
    /// What.
    pub words: &'a str,
    /// Who sees to it; may be empty.
    pub owner: &'a str,
    /// The day by which.
    pub due: Option<Day>,
}

/// What a meeting decided and what follows, in its order.
pub async fn of(on: &impl Connection, meeting: MeetingId) -> Result<Vec<Outcome>> {
    Ok(sql("SELECT id, kind, words, owner, due FROM meeting_outcomes WHERE meeting_id = ?
         ORDER BY position")
    .bind(meeting)
    .all(on)
    .await?)
}

/// Writes all of it, in place of what was there.
pub async fn write(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    outcomes: &[WriteOutcome<'_>],
    now: Timestamp,
) -> Result<()> {
    hosts(actor)?;
    let known = meeting::known(tx, meeting).await?;
    if known.began_at.is_none() {
        return Err(MeetError::invalid("A meeting that has not begun has decided nothing."));
    }
    if outcomes.len() > OUTCOMES_MAX {
        return Err(MeetError::Invalid(format!(
            "A record holds {OUTCOMES_MAX} decisions and follow-ups at most."
        )));
    }
    sql("DELETE FROM meeting_outcomes WHERE meeting_id = ?").bind(meeting).run(tx).await?;
    for (position, outcome) in (0_i64..).zip(outcomes) {
        let id: OutcomeId = tx.new_id(now);
        sql("INSERT INTO meeting_outcomes (id, meeting_id, position, kind, words, owner, due)
             VALUES (?, ?, ?, ?, ?, ?, ?)")
        .bind(id)
        .bind(meeting)
        .bind(position)
        .bind(outcome.kind.name())
        .bind(words(outcome.words, "What was decided or follows", 1..=1_000)?)
        .bind(words(outcome.owner, "Who sees to it", 0..=200)?)
        .bind(outcome.due.map(|day| day.to_string()))
        .run(tx)
        .await?;
    }
    tx.append(actor, &Event::OutcomesWritten { meeting }, now).await?;
    Ok(())
}
