use accounts::policy::Action;
use base::{Actor, ArticleId, Timestamp};
use store::{Event, Tx, sql};

use super::allowed::allowed;
use super::revision;
use crate::{PublishError, Result};

/// As long as a name is read at a glance.
const NAME_CHARS_MAX: usize = 120;

/// Gives a revision a name by which a newsroom finds it again; an empty one takes it away.
pub async fn name_revision(
    tx: &mut Tx,
    actor: &Actor,
    article: ArticleId,
    number: i64,
    name: &str,
    now: Timestamp,
) -> Result<()> {
    allowed(tx, actor, Action::WriteArticle, article).await?;
    let name = name.trim();
    if name.chars().count() > NAME_CHARS_MAX {
        return Err(PublishError::Invalid(format!(
            "The name of a version has at most {NAME_CHARS_MAX} characters."
        )));
    }
    let Some(known) = revision(tx, article, number).await? else {
        return Err(PublishError::Conflict(format!("The story has no version {number}.")));
    };
    sql("UPDATE revisions SET name = ? WHERE id = ?").bind(name).bind(known.id).run(tx).await?;
    tx.append(actor, &Event::RevisionNamed { article, revision: known.id }, now).await?;
    Ok(())
}
