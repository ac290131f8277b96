//! Those who say something: people with an account, and guests.

mod acts;
mod history;
mod neighbours;

use accounts::policy::{self, Action, Object};
use accounts::secret;
use base::{Actor, CommenterId, PersonId, ReaderId, SectionId, Timestamp};
use store::{Connection, Event, FromQueryResult, Tx, sql};

use crate::{DiscussError, Result, text};

pub use acts::{Act, note, notes_about};
pub use history::{Moment, Place, What, history, stories};
pub use neighbours::{Neighbour, neighbours, networks};

/// Somebody who says something.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Commenter {
    /// Names them.
    pub id: CommenterId,
    /// Who of the staff that is, if it is.
    pub person_id: Option<PersonId>,
    /// The account of a reader; one without either is a guest.
    pub reader_id: Option<ReaderId>,
    /// As they were last called.
    pub name: String,
    /// Since when they are known.
    pub created_at: Timestamp,
    /// How many of their comments moderators have let stand.
    pub approved: i64,
    /// How many moderators have refused.
    pub rejected: i64,
    /// Nothing is taken from them before this moment.
    pub banned_until: Option<Timestamp>,
    /// Whatever they write waits for a moderator.
    pub watched: bool,
}

impl Commenter {
    /// So many comments that stand make one known.
    const KNOWN_AFTER: i64 = 1;

    /// Whether moderators have let stand what this one wrote: others are newcomers.
    pub fn is_known(&self) -> bool {
        self.approved >= Self::KNOWN_AFTER
    }
}

/// Who somebody is who writes.
#[derive(Clone, Copy, Debug)]
pub enum Who<'a> {
    /// One of the staff who is signed in.
    Person(PersonId),
    /// A reader who is signed in.
    Reader(ReaderId),
    /// A guest, by the secret that the browser keeps.
    Guest(&'a str),
}

/// The commenter, made when there is none yet. A guest may be called otherwise than before; what was
/// written stays under the name that it was written under. None says nothing, and so has no name.
pub async fn enter(
    tx: &mut Tx,
    who: Who<'_>,
    name: Option<&str>,
    now: Timestamp,
) -> Result<Commenter> {
    let named = name.map(text::name).transpose()?;
    let known = find(tx, who).await?;
    let name = named.or_else(|| known.as_ref().map(|it| it.name.clone())).unwrap_or_default();
    if let Some(known) = known {
        if known.name != name {
            sql("UPDATE commenters SET name = ? WHERE id = ?")
                .bind(name.as_str())
                .bind(known.id)
                .run(tx)
                .await?;
        }
        return Ok(Commenter { name, ..known });
    }
    let (person_id, reader_id, hash) = match who {
        Who::Person(person) => (Some(person), None, None),
        Who::Reader(reader) => (None, Some(reader), None),
        Who::Guest(text) => (None, None, Some(secret::hash(text))),
    };
    let id: CommenterId = tx.new_id(now);
    sql("INSERT INTO commenters (id, person_id, reader_id, secret_hash, name, created_at)
         VALUES (?, ?, ?, ?, ?, ?)")
    .bind(id)
    .bind(person_id)
    .bind(reader_id)
    .bind(hash)
    .bind(name.as_str())
    .bind(now)
    .run(tx)
    .await?;
    Ok(Commenter {
        id,
        person_id,
        reader_id,
        name,
        created_at: now,
        approved: 0,
        rejected: 0,
        banned_until: None,
        watched: false,
    })
}

/// The commenter, if they ever said something.
pub async fn find(on: &impl Connection, who: Who<'_>) -> Result<Option<Commenter>> {
    let found = match who {
        Who::Person(person) => {
            sql("SELECT id, person_id, reader_id, name, created_at, approved, rejected,
               banned_until, watched
             FROM commenters WHERE person_id = ?")
            .bind(person)
        }
        Who::Reader(reader) => sql("SELECT id, person_id, reader_id, name, created_at, approved,
               rejected, banned_until, watched
             FROM commenters WHERE reader_id = ?")
        .bind(reader),
        Who::Guest(text) => {
            sql("SELECT id, person_id, reader_id, name, created_at, approved, rejected,
               banned_until, watched
             FROM commenters WHERE secret_hash = ?")
            .bind(secret::hash(text))
        }
    };
    Ok(found.one(on).await?)
}

/// The commenter of this id.
pub async fn by_id(on: &impl Connection, id: CommenterId) -> Result<Option<Commenter>> {
    let found =
        sql("SELECT id, person_id, reader_id, name, created_at, approved, rejected, banned_until,
           watched
         FROM commenters WHERE id = ?")
        .bind(id);
    Ok(found.one(on).await?)
}

/// What a guest said becomes a reader's own, in the browser where the reader has just signed in:
/// unless the reader has said something already, for then it may be another's.
pub async fn adopt(tx: &mut Tx, guest: &str, reader: ReaderId) -> Result<()> {
    if find(tx, Who::Reader(reader)).await?.is_none() {
        sql("UPDATE commenters SET reader_id = ?, secret_hash = NULL WHERE secret_hash = ?")
            .bind(reader)
            .bind(secret::hash(guest))
            .run(tx)
            .await?;
    }
    Ok(())
}

/// Takes nothing from a commenter until then; none lifts it.
pub async fn ban(
    tx: &mut Tx,
    actor: &Actor,
    commenter: CommenterId,
    sections: &[SectionId],
    until: Option<Timestamp>,
    now: Timestamp,
) -> Result<()> {
    moderates(actor, sections)?;
    known(tx, commenter).await?;
    sql("UPDATE commenters SET banned_until = ? WHERE id = ?")
        .bind(until)
        .bind(commenter)
        .run(tx)
        .await?;
    let act = if until.is_some() { "ban" } else { "unban" };
    acts::keep(tx, actor, commenter, (act, "", until), now).await?;
    tx.append(actor, &Event::CommenterBanned { commenter, until }, now).await?;
    Ok(())
}

/// Has whatever a commenter writes wait for a moderator, or not any more.
pub async fn watch(
    tx: &mut Tx,
    actor: &Actor,
    commenter: CommenterId,
    sections: &[SectionId],
    watched: bool,
    now: Timestamp,
) -> Result<()> {
    moderates(actor, sections)?;
    known(tx, commenter).await?;
    sql("UPDATE commenters SET watched = ? WHERE id = ?")
        .bind(watched)
        .bind(commenter)
        .run(tx)
        .await?;
    let act = if watched { "watch" } else { "unwatch" };
    acts::keep(tx, actor, commenter, (act, "", None), now).await?;
    tx.append(actor, &Event::CommenterWatched { commenter, watched }, now).await?;
    Ok(())
}

/// Lets go of a commenter's name, of their account, of the secret of their browser, and of what
/// moderators noted about them. What they wrote is theirs to take away before.
pub async fn forget(tx: &mut Tx, commenter: CommenterId) -> Result<()> {
    sql("DELETE FROM recommendations WHERE commenter_id = ?").bind(commenter).run(tx).await?;
    sql("DELETE FROM commenter_acts WHERE commenter_id = ? AND act = 'note'")
        .bind(commenter)
        .run(tx)
        .await?;
    sql("UPDATE comments SET network = NULL WHERE commenter_id = ?")
        .bind(commenter)
        .run(tx)
        .await?;
    sql("UPDATE commenters SET name = '', secret_hash = NULL, reader_id = NULL WHERE id = ?")
        .bind(commenter)
        .run(tx)
        .await?;
    Ok(())
}

/// Whether the actor may moderate what stands in these sections.
pub(crate) fn moderates(actor: &Actor, sections: &[SectionId]) -> Result<()> {
    let object = Object { sections: sections.to_vec(), ..Object::default() };
    Ok(policy::check_on(actor, Action::Moderate, &object)?)
}

async fn known(tx: &Tx, commenter: CommenterId) -> Result<Commenter> {
    let unknown = || DiscussError::Invalid("Nobody of this id ever said something here.".into());
    by_id(tx, commenter).await?.ok_or_else(unknown)
}
