//! Those who say something: people with an account, and guests.

mod acts;
mod history;
mod neighbours;

use accounts::policy::{self, Action, Object};
use accounts::secret;
use base::{Actor, ArticleId, CommentId, CommenterId, PersonId, ReaderId, SectionId, Timestamp};
use store::{Connection, Event, FromQueryResult, Tx, sql};

use crate::{DiscussError, Result, text};

pub use acts::{Act, note, notes_about};
pub use history::{Moment, Place, What, history, stories};
pub use neighbours::{Neighbour, neighbours, networks, writers};

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

    /// Whether readers have a page on which stands together what this one said: of the staff, and of
    /// readers with an account.
    ///
    /// A guest has none. Whatever is said in one browser is one commenter's here, under however many
    /// names, so that it can be taken away and decided about. Whoever gave a name with each comment
    /// and nothing else did not say that these belong together, and nobody is told so. An account is
    /// a name that was chosen to be known by.
    pub fn has_page(&self) -> bool {
        self.person_id.is_some() || self.reader_id.is_some()
    }

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
        return called(tx, known, name, now).await;
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

/// What a reader with an account wants to be called, here as well; what was written stays under the
/// name that it was written under.
pub async fn rename(tx: &mut Tx, reader: ReaderId, name: &str, now: Timestamp) -> Result<()> {
    let name = text::name(name)?;
    if let Some(known) = find(tx, Who::Reader(reader)).await? {
        called(tx, known, name, now).await?;
    }
    Ok(())
}

async fn called(tx: &mut Tx, known: Commenter, name: String, now: Timestamp) -> Result<Commenter> {
    if known.name == name {
        return Ok(known);
    }
    sql("UPDATE commenters SET name = ? WHERE id = ?")
        .bind(name.as_str())
        .bind(known.id)
        .run(tx)
        .await?;
    let known = Commenter { name, ..known };
    if known.has_page() {
        let (commenter, articles) = (known.id, shown_under(tx, known.id).await?);
        let event = Event::CommenterRenamed { commenter, articles };
        tx.append(&Actor::Reader, &event, now).await?;
    }
    Ok(known)
}

/// What a guest said becomes a reader's own, in the browser where the reader has just signed in:
/// unless the reader has said something already, for then it may be another's. From then on they go
/// by the account's name.
pub async fn adopt(tx: &mut Tx, guest: &str, reader: ReaderId, now: Timestamp) -> Result<()> {
    if find(tx, Who::Reader(reader)).await?.is_some() {
        return Ok(());
    }
    let Some(known) = find(tx, Who::Guest(guest)).await? else { return Ok(()) };
    let name = accounts::reader::by_id(tx, reader).await?.map(|it| it.name).unwrap_or_default();
    sql("UPDATE commenters SET reader_id = ?, secret_hash = NULL, name = ? WHERE id = ?")
        .bind(reader)
        .bind(text::name(&name).unwrap_or_default())
        .bind(known.id)
        .run(tx)
        .await?;
    let (commenter, articles) = (known.id, shown_under(tx, known.id).await?);
    let event = Event::CommenterJoined { commenter, reader, articles };
    tx.append(&Actor::Reader, &event, now).await?;
    Ok(())
}

/// The stories under which readers see something that a commenter said.
async fn shown_under(tx: &Tx, commenter: CommenterId) -> Result<Vec<ArticleId>> {
    let found = sql("SELECT DISTINCT article_id AS value FROM comments
         WHERE commenter_id = ? AND state = 'shown' ORDER BY value")
    .bind(commenter);
    Ok(found.values(tx).await?)
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

/// Lets go of a commenter's name, of their account, of the secret of their browser, of what they
/// recommended and reported, and of what moderators noted about them. What they wrote is theirs to
/// take away before.
///
/// A report that nobody has dealt with stays without its words: it is about what another wrote, and
/// that still wants looking at.
pub async fn forget(tx: &mut Tx, commenter: CommenterId, now: Timestamp) -> Result<()> {
    unrecommend_all(tx, commenter, now).await?;
    sql("DELETE FROM comment_reports WHERE commenter_id = ? AND settled_at IS NOT NULL")
        .bind(commenter)
        .run(tx)
        .await?;
    sql("UPDATE comment_reports SET words = '' WHERE commenter_id = ?")
        .bind(commenter)
        .run(tx)
        .await?;
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

async fn unrecommend_all(tx: &mut Tx, commenter: CommenterId, now: Timestamp) -> Result<()> {
    #[derive(FromQueryResult)]
    struct Recommended {
        id: CommentId,
        article_id: ArticleId,
    }
    let found: Vec<Recommended> = sql("SELECT c.id, c.article_id
         FROM recommendations r JOIN comments c ON c.id = r.comment_id
         WHERE r.commenter_id = ? ORDER BY c.id")
    .bind(commenter)
    .all(tx)
    .await?;
    sql("UPDATE comments SET recommended = recommended - 1
         WHERE id IN (SELECT comment_id FROM recommendations WHERE commenter_id = ?)")
    .bind(commenter)
    .run(tx)
    .await?;
    sql("DELETE FROM recommendations WHERE commenter_id = ?").bind(commenter).run(tx).await?;
    for Recommended { id: comment, article_id: article } in found {
        let event = Event::CommentRecommended { article, comment };
        tx.append(&Actor::Reader, &event, now).await?;
    }
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
