//! What a meeting is about, item by item, with its clock.

use std::time::Duration;

use base::{Actor, AgendaItemId, MeetingId, Timestamp};
use store::{Connection, Event, FromQueryResult, Tx, sql};

use crate::{MeetError, Result, in_the_chair, meeting, seat};

/// Something on the agenda.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Item {
    /// Names it.
    pub id: AgendaItemId,
    /// What it is.
    pub title: String,
    /// How long it is to take.
    pub minutes: i64,
    state: String,
    /// Since when it is on.
    pub began_at: Option<Timestamp>,
    spent: i64,
}

impl Item {
    /// What became of it.
    pub fn state(&self) -> State {
        State::parse(&self.state).unwrap_or_default()
    }

    /// How long it took, before it was taken up last.
    pub fn spent(&self) -> Duration {
        Duration::from_micros(self.spent.unsigned_abs())
    }
}

/// What became of something on the agenda.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// It is to come.
    #[default]
    Open,
    /// It is being talked about.
    On,
    /// It was dealt with.
    Dealt,
    /// It was left for another time.
    Left,
}

impl State {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Open, Self::On, Self::Dealt, Self::Left];

    /// Its name in messages and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::On => "on",
            Self::Dealt => "dealt",
            Self::Left => "left",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// The agenda of a meeting, in its order.
pub async fn of(on: &impl Connection, meeting: MeetingId) -> Result<Vec<Item>> {
    Ok(sql("SELECT id, title, minutes, state, began_at, spent FROM meeting_agenda
         WHERE meeting_id = ? ORDER BY position")
    .bind(meeting)
    .all(on)
    .await?)
}

/// Says what becomes of an item; one is on at a time, and the one before counts as dealt with.
pub async fn mark(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    item: AgendaItemId,
    state: State,
    now: Timestamp,
) -> Result<()> {
    in_the_chair(tx, actor, meeting).await?;
    seat::check_open(&meeting::known(tx, meeting).await?)?;
    let agenda = of(tx, meeting).await?;
    let known = agenda.iter().find(|it| it.id == item);
    let known = known.ok_or(MeetError::Unknown("item on the agenda"))?;
    if known.state() == state {
        return Ok(());
    }
    if state == State::On {
        for before in agenda.iter().filter(|it| it.state() == State::On) {
            leave(tx, before, State::Dealt, now).await?;
            let fact = Event::AgendaItemMarked {
                meeting,
                item: before.id,
                state: State::Dealt.name().to_owned(),
            };
            tx.append(actor, &fact, now).await?;
        }
        sql("UPDATE meeting_agenda SET state = 'on', began_at = ? WHERE id = ?")
            .bind(now)
            .bind(item)
            .run(tx)
            .await?;
    } else {
        leave(tx, known, state, now).await?;
    }
    let fact = Event::AgendaItemMarked { meeting, item, state: state.name().to_owned() };
    tx.append(actor, &fact, now).await?;
    Ok(())
}

/// What is on when a meeting ends counts as dealt with, and what was not taken up as left.
pub(crate) async fn close(tx: &mut Tx, meeting: MeetingId, now: Timestamp) -> Result<()> {
    for item in of(tx, meeting).await? {
        match item.state() {
            State::On => leave(tx, &item, State::Dealt, now).await?,
            State::Open => leave(tx, &item, State::Left, now).await?,
            State::Dealt | State::Left => {}
        }
    }
    Ok(())
}

/// Of a meeting that was held elsewhere nobody kept the clock.
pub(crate) async fn deal_with_all(tx: &mut Tx, meeting: MeetingId) -> Result<()> {
    sql("UPDATE meeting_agenda SET state = 'dealt' WHERE meeting_id = ?")
        .bind(meeting)
        .run(tx)
        .await?;
    Ok(())
}

/// Stops its clock.
async fn leave(tx: &mut Tx, item: &Item, state: State, now: Timestamp) -> Result<()> {
    let spent = item.spent() + item.began_at.map(|since| now.since(since)).unwrap_or_default();
    sql("UPDATE meeting_agenda SET state = ?, began_at = NULL, spent = ? WHERE id = ?")
        .bind(state.name())
        .bind(i64::try_from(spent.as_micros()).unwrap_or(i64::MAX))
        .bind(item.id)
        .run(tx)
        .await?;
    Ok(())
}
