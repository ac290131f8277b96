//! The closed group's mail: sealed, in one order, and gone with the meeting.
//!
//! The group is one of MLS (RFC 9420). Its members' browsers make and check every change of it; what is
//! decided here is only which change of an epoch came first, and who may send one.

use base::{Actor, MeetingId, SeatId, Timestamp};
use store::{Connection, Event, FromQueryResult, Tx, sql};

use crate::seat::{self, State};
use crate::{MeetError, Meeting, Profile, Result, in_room, in_the_chair, meeting};

/// A commit that adds 24 members, with their welcomes, is a fraction of this.
const PAYLOAD_MAX: usize = 256 * 1024;

/// A change of the group, as one of its members made it.
#[derive(Clone, Debug)]
pub struct Commit<'a> {
    /// Of which group since the first.
    pub group: i64,
    /// In which epoch it was made.
    pub epoch: i64,
    /// For all members.
    pub commit: &'a [u8],
    /// For those whom it adds; empty if there are none.
    pub welcome: &'a [u8],
    /// The seats that it adds.
    pub admit: Vec<SeatId>,
    /// The seats that it removes and does not add.
    pub remove: Vec<SeatId>,
}

/// One piece of mail.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Mail {
    /// Its place in the order.
    pub number: i64,
    /// Of which group since the first.
    pub group_number: i64,
    /// In which epoch it was made.
    pub epoch: i64,
    /// `commit` or `welcome`.
    pub kind: String,
    /// Who sent it.
    pub from_seat: SeatId,
    /// For whom alone, if not for all.
    pub for_seat: Option<SeatId>,
    /// Sealed.
    pub payload: Vec<u8>,
}

/// Founds a group, alone with its keys. Whoever calls has made sure that nobody who is present has the
/// keys of the one before.
pub async fn found(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    instance: &str,
    now: Timestamp,
) -> Result<i64> {
    let Actor::Seat { seat } = actor else {
        return Err(MeetError::NotHere("Only who sits in the meeting may do this."));
    };
    let me = seat::in_meeting(tx, meeting, *seat).await?;
    if !me.chair {
        return Err(MeetError::NotHere("Only a chair may open the meeting. Wait for one."));
    }
    let known = meeting::known(tx, meeting).await?;
    seat::check_open(&known)?;
    check_closed(&known)?;
    let identity = me.asked_identity.clone().or_else(|| me.identity.clone());
    let Some(identity) = identity else {
        return Err(MeetError::invalid("Say first who you are, then open the meeting."));
    };
    seat::check_identity(&me, &identity)?;
    let group = known.group_number + 1;
    sql("UPDATE meetings SET group_number = ?, epoch = 0 WHERE id = ?")
        .bind(group)
        .bind(meeting)
        .run(tx)
        .await?;
    sql("DELETE FROM meeting_mail WHERE meeting_id = ?").bind(meeting).run(tx).await?;
    sql("UPDATE meeting_seats SET keyed_instance = '' WHERE meeting_id = ?")
        .bind(meeting)
        .run(tx)
        .await?;
    seat::let_in(tx, actor, &me, &identity, instance, now).await?;
    Ok(group)
}

/// Takes a change of the group, if it is the first of its epoch, and gives its number.
pub async fn commit(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    command: Commit<'_>,
    now: Timestamp,
) -> Result<i64> {
    let me = in_room(tx, actor, meeting).await?;
    let known = meeting::known(tx, meeting).await?;
    seat::check_open(&known)?;
    check_closed(&known)?;
    if command.commit.is_empty() || command.commit.len().max(command.welcome.len()) > PAYLOAD_MAX {
        return Err(MeetError::invalid("A change of the group has 1 to 262144 bytes."));
    }
    if known.group_number != command.group || known.epoch != command.epoch {
        return Err(MeetError::EpochPassed);
    }
    for id in &command.admit {
        let seat = seat::in_meeting(tx, meeting, *id).await?;
        let Some(identity) = seat.asked_identity.clone() else {
            return Err(MeetError::invalid("Nobody asks to come in with this seat any more."));
        };
        // Anybody brings back who was in and has the same key; a chair lets in who was not.
        if seat.identity.as_ref() != Some(&identity) || seat.state() != State::In {
            in_the_chair(tx, actor, meeting).await?;
        }
        let instance = seat.asked_instance.clone();
        seat::let_in(tx, actor, &seat, &identity, &instance, now).await?;
    }
    for id in &command.remove {
        seat::remove(tx, actor, meeting, *id, now).await?;
    }
    let number = known.mail_count + 1;
    post(tx, meeting, number, &command, "commit", me.id, None, command.commit).await?;
    let mut last = number;
    if !command.welcome.is_empty() {
        for id in &command.admit {
            last += 1;
            post(tx, meeting, last, &command, "welcome", me.id, Some(*id), command.welcome).await?;
        }
    }
    sql("UPDATE meetings SET epoch = epoch + 1, mail_count = ? WHERE id = ?")
        .bind(last)
        .bind(meeting)
        .run(tx)
        .await?;
    Ok(number)
}

/// The mail after a number that a seat may read, in its order.
pub async fn mail_after(
    on: &impl Connection,
    meeting: MeetingId,
    seat: SeatId,
    number: i64,
) -> Result<Vec<Mail>> {
    Ok(sql("SELECT number, group_number, epoch, kind, from_seat, for_seat, payload FROM meeting_mail
         WHERE meeting_id = ? AND number > ? AND (for_seat IS NULL OR for_seat = ?) ORDER BY number")
    .bind(meeting)
    .bind(number)
    .bind(seat)
    .all(on)
    .await?)
}

/// Nothing of the group stays, nor of those who asked and were never let in.
pub(crate) async fn forget(tx: &mut Tx, meeting: MeetingId) -> Result<()> {
    tx.forget_for_good();
    sql("UPDATE meeting_seats SET state = 'free' WHERE meeting_id = ? AND state = 'asking'")
        .bind(meeting)
        .run(tx)
        .await?;
    sql("UPDATE meeting_seats SET name = '' WHERE meeting_id = ? AND joined_at IS NULL")
        .bind(meeting)
        .run(tx)
        .await?;
    sql("DELETE FROM meeting_mail WHERE meeting_id = ?").bind(meeting).run(tx).await?;
    sql("UPDATE meeting_seats SET asked_at = NULL, asked_identity = NULL, key_package = NULL,
                mac = NULL, asked_instance = '', keyed_instance = '', hand_at = NULL
         WHERE meeting_id = ?")
    .bind(meeting)
    .run(tx)
    .await?;
    Ok(())
}

fn check_closed(known: &Meeting) -> Result<()> {
    match known.profile() {
        Profile::Closed => Ok(()),
        Profile::Open => Err(MeetError::invalid("This meeting is open: it has no keys.")),
    }
}

#[expect(clippy::too_many_arguments, reason = "they are the columns of one row")]
async fn post(
    tx: &mut Tx,
    meeting: MeetingId,
    number: i64,
    command: &Commit<'_>,
    kind: &'static str,
    from: SeatId,
    to: Option<SeatId>,
    payload: &[u8],
) -> Result<()> {
    sql("INSERT INTO meeting_mail (meeting_id, number, group_number, epoch, kind, from_seat, for_seat,
                                   payload)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
    .bind(meeting)
    .bind(number)
    .bind(command.group)
    .bind(command.epoch)
    .bind(kind)
    .bind(from)
    .bind(to)
    .bind(payload.to_vec())
    .run(tx)
    .await?;
    Ok(())
}

/// Notes that a seat read the membership code aloud and found it the same.
pub async fn confirm(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    code: &str,
    now: Timestamp,
) -> Result<()> {
    let me = in_room(tx, actor, meeting).await?;
    let digits = code.chars().filter(char::is_ascii_digit).count();
    if digits != 30 || !code.chars().all(|it| it.is_ascii_digit() || it == ' ') {
        return Err(MeetError::invalid("A membership code has six groups of five digits."));
    }
    sql("UPDATE meeting_seats SET confirmed = ? WHERE id = ?")
        .bind(code)
        .bind(me.id)
        .run(tx)
        .await?;
    tx.append(actor, &Event::CodeConfirmed { meeting, seat: me.id }, now).await?;
    Ok(())
}
