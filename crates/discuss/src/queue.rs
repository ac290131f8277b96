//! What waits for moderators.

use std::time::Duration;

use accounts::policy::{self, Action};
use base::{Actor, ArticleId, CommentId, CommenterId, DecisionId, PersonId, Timestamp};
use store::{Connection, FromQueryResult, Tx, sql};

use crate::comment::Seen;
use crate::{Result, follow, network, pace, proof};

/// How long a moderator keeps what is on the screen from the others.
pub const CLAIM_LASTS: Duration = Duration::from_secs(3 * 60);

/// A comment that a moderator looks at.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Entry {
    /// Which.
    pub id: CommentId,
    /// Under what.
    pub article_id: ArticleId,
    /// Who wrote it.
    pub commenter_id: CommenterId,
    /// What it answers.
    pub parent_id: Option<CommentId>,
    /// Under which name.
    pub name: String,
    /// As it was typed.
    pub text: String,
    /// The state's name.
    pub state: String,
    /// Whether the editors have picked it.
    pub featured: bool,
    /// When.
    pub created_at: Timestamp,
    /// Reports that nobody has dealt with.
    pub reports: i64,
    /// What each step of the pipeline said, as JSON.
    pub verdicts: String,
    /// How many of the commenter's comments moderators have let stand.
    pub approved: i64,
    /// How many they have refused.
    pub rejected: i64,
    /// Until when nothing is taken from the commenter.
    pub banned_until: Option<Timestamp>,
    /// Whether a moderator watches the commenter.
    pub watched: bool,
    /// How many notes moderators have made about the commenter.
    pub notes: i64,
    /// When its author last changed it.
    pub edited_at: Option<Timestamp>,
    /// What was decided about it last, or asked for.
    pub decided: Option<DecisionId>,
    /// The network that it came from, while that is remembered.
    pub network: Option<String>,
    /// Who has it on the screen.
    pub claimed_by: Option<PersonId>,
    /// Until when that counts.
    pub claimed_until: Option<Timestamp>,
}

impl Entry {
    /// What a moderator sees here.
    pub fn seen(&self) -> Seen {
        Seen { decided: self.decided, edited_at: self.edited_at }
    }
}

/// Which comments are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum List {
    /// Those that wait, the oldest first.
    #[default]
    Waiting,
    /// Those that wait, what reads most like abuse first.
    Worst,
    /// Those that readers report, the oldest first.
    Reported,
    /// All, the newest first.
    All,
}

impl List {
    /// Every list, in the order of a menu.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Worst, Self::Reported, Self::All];

    /// Its name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Worst => "worst",
            Self::Reported => "reported",
            Self::All => "all",
        }
    }

    /// The list of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.name() == name)
    }
}

/// Comments as [`Entry`] reads them: of which kind, and in which order.
macro_rules! entries {
    ($of:literal, $in_order:literal) => {
        concat!(
            "SELECT c.*, w.approved, w.rejected, w.banned_until, w.watched,
               (SELECT COUNT(*) FROM commenter_acts a
                WHERE a.commenter_id = w.id AND a.act = 'note') AS notes,
               (SELECT d.id FROM comment_decisions d
                WHERE d.comment_id = c.id ORDER BY d.created_at DESC, d.id DESC LIMIT 1) AS decided
             FROM comments c JOIN commenters w ON w.id = c.commenter_id
             WHERE (LOWER(c.text) LIKE ? OR LOWER(c.name) LIKE ? OR c.network = ?) AND ",
            $of,
            " ORDER BY ",
            $in_order,
            " LIMIT ?"
        )
    };
}

/// The comments of a list that hold these words, or were written under such a name, or come from the
/// network of this address; no words find all.
pub async fn list(on: &impl Connection, list: List, words: &str, limit: i64) -> Result<Vec<Entry>> {
    let text = match list {
        List::Waiting => entries!("c.state = 'waiting'", "c.created_at, c.id"),
        List::Worst => entries!("c.state = 'waiting'", "c.toxicity DESC, c.created_at, c.id"),
        List::Reported => entries!("c.reports > 0", "c.created_at, c.id"),
        List::All => entries!("c.state <> 'removed'", "c.created_at DESC, c.id DESC"),
    };
    // The signs of a pattern mean nothing in what is searched.
    let pattern = format!("%{}%", words.trim().to_lowercase().replace(['%', '\\'], "_"));
    let network = network::read(words).unwrap_or_default();
    let found = sql(text).bind(pattern.as_str()).bind(pattern.as_str()).bind(network).bind(limit);
    Ok(found.all(on).await?)
}

/// How many comments wait, and how many are reported.
pub async fn counts(on: &impl Connection) -> Result<(i64, i64)> {
    let waiting =
        sql("SELECT COUNT(*) AS value FROM comments WHERE state = 'waiting'").value(on).await?;
    let reported =
        sql("SELECT COUNT(*) AS value FROM comments WHERE reports > 0").value(on).await?;
    Ok((waiting, reported))
}

/// Keeps these comments from other moderators for a while, as far as none of those has them: who
/// looks at what is settled before anybody decides. What else this moderator had is let go. Answers
/// with those that are kept.
pub async fn claim(
    tx: &mut Tx,
    actor: &Actor,
    comments: &[CommentId],
    now: Timestamp,
) -> Result<Vec<CommentId>> {
    policy::check_anywhere(actor, Action::Moderate)?;
    let Some(person) = actor.person() else { return Ok(Vec::new()) };
    sql("UPDATE comments SET claimed_by = NULL, claimed_until = NULL
         WHERE claimed_by = ? AND id NOT IN (?)")
    .bind(person)
    .bind_all(comments.iter().copied())
    .run(tx)
    .await?;
    sql("UPDATE comments SET claimed_by = ?, claimed_until = ?
         WHERE id IN (?) AND (claimed_by IS NULL OR claimed_by = ? OR claimed_until < ?)")
    .bind(person)
    .bind(now.plus(CLAIM_LASTS))
    .bind_all(comments.iter().copied())
    .bind(person)
    .bind(now)
    .run(tx)
    .await?;
    let kept = sql("SELECT id AS value FROM comments WHERE id IN (?) AND claimed_by = ?")
        .bind_all(comments.iter().copied())
        .bind(person);
    Ok(kept.values(tx).await?)
}

/// A moderator who has a comment on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Holder {
    /// What.
    pub comment_id: CommentId,
    /// Who.
    pub person_id: PersonId,
}

/// Who has these comments on the screen.
pub async fn holders(on: &impl Connection, comments: &[CommentId]) -> Result<Vec<Holder>> {
    let found = sql("SELECT id AS comment_id, claimed_by AS person_id FROM comments
         WHERE id IN (?) AND claimed_by IS NOT NULL")
    .bind_all(comments.iter().copied());
    Ok(found.all(on).await?)
}

/// What a moderator decided of late.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Decided {
    /// About what.
    pub comment_id: CommentId,
    /// Who.
    pub person_id: Option<PersonId>,
    /// The decision's name.
    pub decision: String,
}

/// What moderators decided last, the newest first.
pub async fn decided(on: &impl Connection, limit: i64) -> Result<Vec<Decided>> {
    let found = sql("SELECT comment_id, person_id, decision FROM comment_decisions
         WHERE decision <> 'appeal' ORDER BY created_at DESC, id DESC LIMIT ?")
    .bind(limit);
    Ok(found.all(on).await?)
}

/// Forgets what is needed for a while only: who was how fast, proofs of work that are of no use any
/// more, networks whose ban is over, and what followers were told of long ago.
pub async fn forget_passing(tx: &mut Tx, now: Timestamp) -> Result<()> {
    pace::forget(tx, now).await?;
    proof::forget(tx, now).await?;
    network::forget_bans(tx, now).await?;
    follow::forget_told(tx, now).await?;
    Ok(())
}

/// Forgets the networks of comments from before this moment, and says how many there were.
pub async fn forget_networks(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    let forgotten = sql("UPDATE comments SET network = NULL
         WHERE network IS NOT NULL AND created_at < ?")
    .bind(before)
    .run(tx)
    .await?;
    Ok(forgotten)
}
