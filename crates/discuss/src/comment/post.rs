use base::{Actor, CommentId, Timestamp};
use store::{Event, Tx, sql};

use super::pipeline::{Facts, sent_before};
use super::thread::{above, count, path};
use super::{Comment, DEPTH_MAX, State, by_id};
use crate::commenter::Commenter;
use crate::{DiscussError, Result, Story, Text, rule};

/// What somebody says.
#[derive(Clone, Debug)]
pub struct PostComment<'a> {
    /// Under what.
    pub story: &'a Story,
    /// The language of the story, for the words that are looked for.
    pub language: &'a str,
    /// What it answers.
    pub parent: Option<CommentId>,
    /// Who says it.
    pub commenter: &'a Commenter,
    /// Whether that is one of the staff, who waits for no moderator.
    pub staff: bool,
    /// What is said.
    pub text: &'a Text,
    /// The network that it comes from: an address, or of IPv6 what one household has.
    pub network: Option<&'a str>,
    /// The proof of work that came with it: see [`crate::proof`].
    pub proof: Option<&'a str>,
    /// What a check outside of this program said of it, if there is one.
    pub external: Option<&'a External>,
}

/// What a check outside of this program says of a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum External {
    /// Nothing against it.
    Pass,
    /// A moderator should look, for this reason.
    Wait(String),
    /// It is not taken, as its author is told in these words.
    Refuse(String),
    /// It said nothing, for this reason.
    Skipped(String),
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Names it.
    pub id: CommentId,
    /// Whether readers see it already.
    pub shown: bool,
}

/// Says something. The same, sent twice by the same commenter, is said once.
pub async fn post(
    tx: &mut Tx,
    actor: &Actor,
    command: PostComment<'_>,
    now: Timestamp,
) -> Result<Posted> {
    if let Some(id) = sent_before(tx, &command, now).await? {
        let known = by_id(tx, id).await?.ok_or(DiscussError::NoSuchComment(id))?;
        return Ok(Posted { id, shown: known.state == State::Shown });
    }
    let parent = match command.parent {
        Some(parent) => Some(answered(tx, parent, command.story).await?),
        None => None,
    };
    let in_force = rule::in_force(tx, command.story, now).await?;
    let outcome = Facts::gather(tx, &command, in_force, now).await?.judge()?;
    let shown = outcome.shown || command.staff;
    let id: CommentId = tx.new_id(now);
    let article = command.story.article;
    let (thread, above, depth) = match &parent {
        None => (id, String::new(), 0),
        // At the bottom it stands beside what it answers.
        Some(it) if it.depth >= DEPTH_MAX => (it.thread, above(&it.path).to_owned(), it.depth),
        Some(it) => (it.thread, it.path.clone(), it.depth + 1),
    };
    let path = path(&above, id);
    let state = if shown { State::Shown } else { State::Waiting };
    sql("INSERT INTO comments (id, article_id, commenter_id, parent_id, thread_id, path, depth,
           name, text, state, created_at, verdicts, toxicity, network)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    .bind(id)
    .bind(article)
    .bind(command.commenter.id)
    .bind(command.parent)
    .bind(thread)
    .bind(path.as_str())
    .bind(depth)
    .bind(command.commenter.name.as_str())
    .bind(command.text.as_str())
    .bind(state.name())
    .bind(now)
    .bind(outcome.verdicts)
    .bind(outcome.toxicity)
    .bind(command.network)
    .run(tx)
    .await?;
    count(tx, article, &path, i64::from(shown)).await?;
    tx.append(actor, &Event::CommentPosted { article, comment: id, shown }, now).await?;
    Ok(Posted { id, shown })
}

/// What is answered: something that readers see, under the same story.
async fn answered(tx: &Tx, parent: CommentId, story: &Story) -> Result<Comment> {
    let known = by_id(tx, parent).await?;
    known
        .filter(|it| it.article == story.article && it.state == State::Shown)
        .ok_or(DiscussError::NoSuchComment(parent))
}
