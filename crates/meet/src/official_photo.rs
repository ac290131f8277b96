//! The official photo: a still that leaves a meeting once every party has agreed to it.
//!
//! Until then the picture stays with those in the room; what is kept here is its hash, and who agreed.

use base::{Actor, MeetingId, OfficialPhotoId, PartyId, PhotoId, SeatId, Timestamp};
use store::{Connection, Event, FromQueryResult, Tx, sql};

use crate::{MeetError, Party, Result, hosts, in_the_chair, meeting, party, seat};

/// A picture that a chair would have leave the room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Names it.
    pub id: OfficialPhotoId,
    /// Who proposed it.
    pub seat: SeatId,
    /// Of the picture, in hexadecimal digits.
    pub sha256: String,
    /// Whether all agree, and whether it has left.
    pub state: State,
    /// The parties that agree.
    pub approved: Vec<PartyId>,
    /// The parties that do not.
    pub declined: Vec<PartyId>,
}

/// Where a picture is on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Somebody has yet to agree.
    Proposed,
    /// All have.
    Approved,
    /// It is in the photo desk.
    Released,
    /// Another was proposed, or the meeting ended.
    Dropped,
}

impl State {
    /// Its name in messages and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Approved => "approved",
            Self::Released => "released",
            Self::Dropped => "dropped",
        }
    }

    fn parse(name: &str) -> Self {
        let all = [Self::Proposed, Self::Approved, Self::Released];
        all.into_iter().find(|it| it.name() == name).unwrap_or(Self::Dropped)
    }
}

/// The picture that is talked about, or that was released last.
pub async fn of(on: &impl Connection, meeting: MeetingId) -> Result<Option<Proposal>> {
    let row: Option<Row> = sql("SELECT id, seat_id, sha256, state FROM meeting_photos
         WHERE meeting_id = ? AND state <> 'dropped' ORDER BY proposed_at DESC, id DESC LIMIT 1")
    .bind(meeting)
    .one(on)
    .await?;
    match row {
        Some(row) => Ok(Some(judged(on, row).await?)),
        None => Ok(None),
    }
}

/// Proposes a picture by its hash, in place of one that is not agreed upon yet. The party that proposes
/// it agrees.
pub async fn propose(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    sha256: &str,
    now: Timestamp,
) -> Result<OfficialPhotoId> {
    let me = in_the_chair(tx, actor, meeting).await?;
    seat::check_open(&meeting::known(tx, meeting).await?)?;
    if sha256.len() != 64 || !sha256.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(MeetError::invalid("A picture is named by its SHA-256, in 64 digits."));
    }
    sql("UPDATE meeting_photos SET state = 'dropped'
         WHERE meeting_id = ? AND state IN ('proposed', 'approved')")
    .bind(meeting)
    .run(tx)
    .await?;
    let id: OfficialPhotoId = tx.new_id(now);
    sql("INSERT INTO meeting_photos (id, meeting_id, seat_id, sha256, state, proposed_at)
         VALUES (?, ?, ?, ?, 'proposed', ?)")
    .bind(id)
    .bind(meeting)
    .bind(me.id)
    .bind(sha256)
    .bind(now)
    .run(tx)
    .await?;
    tx.append(actor, &Event::OfficialPhotoProposed { meeting, official_photo: id }, now).await?;
    judge(tx, actor, meeting, id, true, now).await?;
    Ok(id)
}

/// Says for one's party whether the picture may leave. Once every party has agreed, it may.
pub async fn judge(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    id: OfficialPhotoId,
    approves: bool,
    now: Timestamp,
) -> Result<()> {
    let me = in_the_chair(tx, actor, meeting).await?;
    let known = of(tx, meeting).await?.filter(|it| it.id == id);
    let known = known.ok_or(MeetError::Unknown("picture"))?;
    if known.state == State::Released {
        return Err(MeetError::invalid("This picture has left the meeting already."));
    }
    sql("INSERT INTO meeting_photo_words (photo_id, party_id, approves) VALUES (?, ?, ?)
         ON CONFLICT (photo_id, party_id) DO UPDATE SET approves = excluded.approves")
    .bind(id)
    .bind(me.party_id)
    .bind(approves)
    .run(tx)
    .await?;
    let known = of(tx, meeting).await?.ok_or(MeetError::Unknown("picture"))?;
    let parties = seated(tx, meeting).await?;
    let all = parties.iter().all(|party| known.approved.contains(&party.id));
    let state = if all { State::Approved } else { State::Proposed };
    sql("UPDATE meeting_photos SET state = ? WHERE id = ?")
        .bind(state.name())
        .bind(id)
        .run(tx)
        .await?;
    let party = me.party_id;
    let fact = Event::OfficialPhotoJudged { meeting, official_photo: id, party, approves };
    tx.append(actor, &fact, now).await?;
    Ok(())
}

/// Whether the actor may send out the picture of this hash now: it proposed it, and all agreed.
pub async fn may_leave(
    on: &impl Connection,
    actor: &Actor,
    meeting: MeetingId,
    id: OfficialPhotoId,
    sha256: &str,
) -> Result<()> {
    let me = in_the_chair(on, actor, meeting).await?;
    let known = of(on, meeting).await?.filter(|it| it.id == id);
    let known = known.ok_or(MeetError::Unknown("picture"))?;
    if known.seat != me.id {
        return Err(MeetError::NotHere("Who proposed the picture releases it."));
    }
    if known.state == State::Released {
        return Err(MeetError::invalid("This picture has left the meeting already."));
    }
    if known.state != State::Approved {
        return Err(MeetError::invalid("Not every party has agreed to this picture yet."));
    }
    if known.sha256 != sha256 {
        return Err(MeetError::invalid(
            "This is another picture than the one that was agreed upon.",
        ));
    }
    Ok(())
}

/// The picture is in the photo desk, and on the record.
pub async fn release(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    id: OfficialPhotoId,
    photo: PhotoId,
    now: Timestamp,
) -> Result<()> {
    in_the_chair(tx, actor, meeting).await?;
    sql("UPDATE meeting_photos SET state = 'released' WHERE id = ?").bind(id).run(tx).await?;
    sql("UPDATE meetings SET photo_id = ? WHERE id = ?").bind(photo).bind(meeting).run(tx).await?;
    let fact = Event::OfficialPhotoReleased { meeting, official_photo: id, photo };
    tx.append(actor, &fact, now).await?;
    Ok(())
}

/// Takes a photo of the photo desk onto the record of a meeting that was held elsewhere, where no chair has a
/// seat to agree to it from.
pub async fn enter(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    photo: PhotoId,
    now: Timestamp,
) -> Result<()> {
    hosts(actor)?;
    let known = meeting::known(tx, meeting).await?;
    if !known.held_elsewhere {
        return Err(MeetError::invalid(
            "The official photo leaves a meeting once every party has agreed to it, in its room.",
        ));
    }
    sql("UPDATE meetings SET photo_id = ? WHERE id = ?").bind(photo).bind(meeting).run(tx).await?;
    let id: OfficialPhotoId = tx.new_id(now);
    let fact = Event::OfficialPhotoReleased { meeting, official_photo: id, photo };
    tx.append(actor, &fact, now).await?;
    Ok(())
}

/// The parties that have somebody in the room or had: an absent party is not waited for.
async fn seated(on: &impl Connection, meeting: MeetingId) -> Result<Vec<Party>> {
    let came: Vec<PartyId> = sql("SELECT DISTINCT party_id AS value FROM meeting_seats
         WHERE meeting_id = ? AND joined_at IS NOT NULL")
    .bind(meeting)
    .values(on)
    .await?;
    let parties = party::of(on, meeting).await?;
    Ok(parties.into_iter().filter(|party| came.contains(&party.id)).collect())
}

#[derive(FromQueryResult)]
struct Row {
    id: OfficialPhotoId,
    seat_id: SeatId,
    sha256: String,
    state: String,
}

#[derive(FromQueryResult)]
struct Word {
    party_id: PartyId,
    approves: bool,
}

async fn judged(on: &impl Connection, row: Row) -> Result<Proposal> {
    let words: Vec<Word> = sql("SELECT party_id, approves FROM meeting_photo_words
         WHERE photo_id = ? ORDER BY party_id")
    .bind(row.id)
    .all(on)
    .await?;
    let who = |approves| words.iter().filter(move |it| it.approves == approves);
    Ok(Proposal {
        id: row.id,
        seat: row.seat_id,
        sha256: row.sha256,
        state: State::parse(&row.state),
        approved: who(true).map(|it| it.party_id).collect(),
        declined: who(false).map(|it| it.party_id).collect(),
    })
}
