use std::fmt;

use base::{Actor, BatchId, CommentId, CommenterId, DecisionId, PersonId, SectionId, Timestamp};
use store::{Connection, Event, FromQueryResult, Tx, sql};
use uuid::Uuid;

use super::thread::become_state;
use super::{Comment, State, by_id};
use crate::commenter::moderates;
use crate::lesson::{self, Lesson};
use crate::{DiscussError, Result};

const WORDS_MAX: usize = 2_000;

/// What a moderator decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It stands. Reports against it are dealt with.
    Approve,
    /// It does not stand, and who wrote it is told why.
    Reject {
        /// Why.
        reason: Reason,
        /// In the moderator's words; may be empty.
        words: String,
    },
    /// As if nobody had decided: it waits again.
    PutBack,
    /// It is the editors' pick.
    Pick,
    /// It is that no longer.
    Unpick,
}

/// Why a comment does not stand, as its commenter is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It insults somebody.
    Insult,
    /// It is against people for what they are.
    Hate,
    /// It has nothing to do with the story.
    OffTopic,
    /// It sells something, or was said many times.
    Spam,
    /// It tells what is nobody's business.
    Privacy,
    /// It breaks the law.
    Illegal,
    /// Something else, which the words say.
    Other,
}

impl Reason {
    /// Every reason, in the order of a menu.
    pub const ALL: [Self; 7] = [
        Self::Insult,
        Self::Hate,
        Self::OffTopic,
        Self::Spam,
        Self::Privacy,
        Self::Illegal,
        Self::Other,
    ];

    /// Its name in forms and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Insult => "insult",
            Self::Hate => "hate",
            Self::OffTopic => "off_topic",
            Self::Spam => "spam",
            Self::Privacy => "privacy",
            Self::Illegal => "illegal",
            Self::Other => "other",
        }
    }

    /// The reason of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// A decision that was made, or the appeal against one.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Ruling {
    /// Who decided; nobody, where the commenter appealed.
    pub person_id: Option<PersonId>,
    /// `approve`, `reject`, `wait`, `feature`, `unfeature`, `undo` or `appeal`.
    pub decision: String,
    /// The name of the reason.
    pub reason: Option<String>,
    /// What was said about it.
    pub words: String,
    /// Whether it was undone later.
    pub undone: bool,
    /// When.
    pub created_at: Timestamp,
}

/// A comment of a story in these sections, as it was when a moderator looked at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Which.
    pub comment: CommentId,
    /// Where its story stands, from the inside out.
    pub sections: Vec<SectionId>,
    /// What the moderator saw.
    pub seen: Seen,
}

/// How far a comment had come when somebody looked at it. One that has come further reads or stands
/// otherwise, and whoever decides about it has to see that first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// What was decided last, or asked for.
    pub decided: Option<DecisionId>,
    /// When its author last changed it.
    pub edited_at: Option<Timestamp>,
}

impl Seen {
    /// As a form wrote it.
    pub fn parse(text: &str) -> Option<Self> {
        let (decided, edited_at) = text.split_once('.')?;
        let decided = Uuid::parse_str(decided).ok()?;
        let edited_at: i64 = edited_at.parse().ok()?;
        Some(Self {
            decided: (!decided.is_nil()).then_some(DecisionId(decided)),
            edited_at: (edited_at != 0).then(|| Timestamp::from_micros(edited_at)),
        })
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decided = self.decided.map_or(Uuid::nil(), |it| it.0);
        write!(f, "{}.{}", decided.simple(), self.edited_at.map_or(0, Timestamp::as_micros))
    }
}

/// What became of a decision about several comments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// Names all that changed, and undoes it; nothing, if nothing did.
    pub batch: Option<BatchId>,
    /// Those to which something had happened since they were looked at. They are as they were.
    pub left: Vec<CommentId>,
}

/// Decides about a comment. What was decided can be decided otherwise at any time, so nothing is
/// lost by a slip; but by one who has seen it.
///
/// # Errors
/// [`DiscussError::Changed`] when something has happened to it since it was looked at.
pub async fn decide(
    tx: &mut Tx,
    actor: &Actor,
    about: &About,
    decision: &Decision,
    now: Timestamp,
) -> Result<Comment> {
    let (batch, comment) = (tx.new_id(now), about.comment);
    match decide_in(tx, actor, batch, about, decision, now).await? {
        Outcome::Done(known) | Outcome::Nothing(known) => Ok(known),
        Outcome::Left(State::Removed) => Err(DiscussError::NoSuchComment(comment)),
        Outcome::Left(_) => Err(DiscussError::Changed(comment)),
    }
}

/// Decides the same about several comments, but for those that have changed since they were looked
/// at: who decided about one of them meanwhile is not overruled unseen.
pub async fn decide_all(
    tx: &mut Tx,
    actor: &Actor,
    comments: &[About],
    decision: &Decision,
    now: Timestamp,
) -> Result<Decided> {
    let batch = tx.new_id(now);
    let (mut any, mut left) = (false, Vec::new());
    for about in comments {
        match decide_in(tx, actor, batch, about, decision, now).await? {
            Outcome::Done(_) => any = true,
            Outcome::Nothing(_) => {}
            Outcome::Left(_) => left.push(about.comment),
        }
    }
    Ok(Decided { batch: any.then_some(batch), left })
}

/// What became of one comment.
enum Outcome {
    Done(Comment),
    /// It was so already.
    Nothing(Comment),
    /// It is not as it was seen.
    Left(State),
}

async fn decide_in(
    tx: &mut Tx,
    actor: &Actor,
    batch: BatchId,
    About { comment, sections, seen: was }: &About,
    decision: &Decision,
    now: Timestamp,
) -> Result<Outcome> {
    moderates(actor, sections)?;
    let comment = *comment;
    let known = by_id(tx, comment).await?.ok_or(DiscussError::NoSuchComment(comment))?;
    let (reason, words) = decision.told()?;
    if known.state == State::Removed || seen(tx, &known).await? != *was {
        return Ok(Outcome::Left(known.state));
    }
    let becomes = decision.standing(&known)?;
    let about_reports = !matches!(decision, Decision::Pick | Decision::Unpick);
    let settles = about_reports && known.reports > 0;
    if !settles && (known.state, known.featured) == (becomes.state, becomes.featured) {
        return Ok(Outcome::Nothing(known));
    }
    let was_lesson = match &known.text {
        Some(text) if about_reports => {
            lesson::learn(tx, comment, text, Lesson::of(decision)).await?
        }
        _ => lesson::of(tx, comment).await?,
    };
    let id: DecisionId = tx.new_id(now);
    sql("INSERT INTO comment_decisions (id, comment_id, person_id, decision, reason, words,
           created_at, batch_id, was_state, was_featured, was_counted, was_lesson)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    .bind(id)
    .bind(comment)
    .bind(actor.person())
    .bind(decision.name())
    .bind(reason.map(Reason::name))
    .bind(words.replace('\0', ""))
    .bind(now)
    .bind(batch)
    .bind(known.state.name())
    .bind(known.featured)
    .bind(known.counted.map(State::name))
    .bind(was_lesson.map(Lesson::name))
    .run(tx)
    .await?;
    stand(tx, &known, becomes).await?;
    if settles {
        sql("UPDATE comments SET reports = 0 WHERE id = ?").bind(comment).run(tx).await?;
        sql("UPDATE comment_reports SET settled_at = ?, settled_by = ?
             WHERE comment_id = ? AND settled_at IS NULL")
        .bind(now)
        .bind(id)
        .bind(comment)
        .run(tx)
        .await?;
    }
    let article = known.article;
    let event = match decision {
        Decision::Pick => Event::CommentFeatured { article, comment, featured: true },
        Decision::Unpick => Event::CommentFeatured { article, comment, featured: false },
        _ => Event::CommentDecided { article, comment, decision: decision.name().to_owned() },
    };
    tx.append(actor, &event, now).await?;
    let reports = if settles { 0 } else { known.reports };
    let Standing { state, featured, counted } = becomes;
    Ok(Outcome::Done(Comment { state, featured, counted, reports, ..known }))
}

/// How a comment stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    pub(super) state: State,
    pub(super) featured: bool,
    /// How it counts for who wrote it.
    pub(super) counted: Option<State>,
}

impl Decision {
    /// Its name in the database.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject { .. } => "reject",
            Self::PutBack => "wait",
            Self::Pick => "feature",
            Self::Unpick => "unfeature",
        }
    }

    /// What the commenter is told.
    fn told(&self) -> Result<(Option<Reason>, &str)> {
        let Self::Reject { reason, words } = self else { return Ok((None, "")) };
        let words = words.trim();
        if *reason == Reason::Other && words.is_empty() {
            return Err(DiscussError::Invalid(
                "Say why: whoever wrote the comment is told.".into(),
            ));
        }
        if words.chars().count() > WORDS_MAX {
            return Err(DiscussError::Invalid(format!("Say why in at most {WORDS_MAX} letters.")));
        }
        Ok((Some(*reason), words))
    }

    /// How a comment stands after it.
    fn standing(&self, known: &Comment) -> Result<Standing> {
        let (state, featured) = match self {
            Self::Approve => (State::Shown, known.featured),
            Self::Reject { .. } => (State::Rejected, false),
            Self::PutBack => (State::Waiting, false),
            Self::Pick | Self::Unpick if known.state != State::Shown => {
                return Err(DiscussError::Invalid("Only what readers see can be picked.".into()));
            }
            Self::Pick => (State::Shown, true),
            Self::Unpick => (State::Shown, false),
        };
        let counted = match self {
            Self::Approve | Self::Reject { .. } => Some(state),
            Self::PutBack => None,
            Self::Pick | Self::Unpick => known.counted,
        };
        Ok(Standing { state, featured, counted })
    }
}

/// Has a comment stand so, and count so for who wrote it. Nobody needs to look at it any more.
pub(super) async fn stand(tx: &mut Tx, known: &Comment, becomes: Standing) -> Result<()> {
    if known.state != becomes.state {
        become_state(tx, known, becomes.state).await?;
    }
    credit(tx, known.commenter, known.counted, -1).await?;
    credit(tx, known.commenter, becomes.counted, 1).await?;
    sql("UPDATE comments SET featured = ?, counted = ?, claimed_by = NULL, claimed_until = NULL
         WHERE id = ?")
    .bind(becomes.featured)
    .bind(becomes.counted.map(State::name))
    .bind(known.id)
    .run(tx)
    .await?;
    Ok(())
}

/// What moderators have decided of a commenter is what a newcomer has none of.
async fn credit(tx: &mut Tx, who: CommenterId, counted: Option<State>, by: i64) -> Result<()> {
    let one = |state| if counted == Some(state) { by } else { 0 };
    sql("UPDATE commenters SET approved = approved + ?, rejected = rejected + ? WHERE id = ?")
        .bind(one(State::Shown))
        .bind(one(State::Rejected))
        .bind(who)
        .run(tx)
        .await?;
    Ok(())
}

/// How far a comment has come.
pub async fn seen(on: &impl Connection, known: &Comment) -> Result<Seen> {
    let decided = sql("SELECT id AS value FROM comment_decisions
         WHERE comment_id = ? ORDER BY created_at DESC, id DESC LIMIT 1")
    .bind(known.id);
    Ok(Seen { decided: decided.optional(on).await?, edited_at: known.edited_at })
}

/// What happened to a comment last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Last {
    /// Somebody decided about it, or asked for that.
    Decided(Ruling),
    /// Its author changed it.
    Edited(Timestamp),
    /// Its author took it away.
    Removed,
}

/// What happened to a comment last; nothing, if it was only said.
pub async fn last(on: &impl Connection, known: &Comment) -> Result<Option<Last>> {
    if known.state == State::Removed {
        return Ok(Some(Last::Removed));
    }
    let ruling = history(on, known.id).await?.pop();
    Ok(match (ruling, known.edited_at) {
        (Some(ruling), Some(at)) if at > ruling.created_at => Some(Last::Edited(at)),
        (Some(ruling), _) => Some(Last::Decided(ruling)),
        (None, at) => at.map(Last::Edited),
    })
}

/// What was decided about a comment, in order.
pub async fn history(on: &impl Connection, comment: CommentId) -> Result<Vec<Ruling>> {
    let found = sql("SELECT person_id, decision, reason, words, undone, created_at
         FROM comment_decisions WHERE comment_id = ? ORDER BY created_at, id")
    .bind(comment);
    Ok(found.all(on).await?)
}
