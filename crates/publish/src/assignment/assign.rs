use accounts::person;
use accounts::policy::Action;
use base::{Actor, ArticleId, PersonId, Timestamp};
use store::{Event, Tx, sql};

use crate::article::{allowed, touch};
use crate::{PublishError, Result};

/// Gives somebody something to do.
#[derive(Clone, Debug)]
pub struct Assign {
    /// Whom.
    pub person: PersonId,
    /// What; empty where the story says it.
    pub task: String,
    /// Until when.
    pub due: Option<Timestamp>,
}

/// Gives somebody something to do with a story; who has an assignment already is given this one
/// instead.
pub async fn assign(
    tx: &mut Tx,
    actor: &Actor,
    article: ArticleId,
    command: Assign,
    now: Timestamp,
) -> Result<()> {
    allowed(tx, actor, Action::EditArticle, article).await?;
    let Assign { person, task, due } = command;
    if !person::staff(tx).await?.iter().any(|it| it.id == person) {
        return Err(PublishError::Invalid(
            "Choose somebody of the staff, who can come into the newsroom.".into(),
        ));
    }
    if task.chars().count() > 500 {
        return Err(PublishError::Invalid("A task has at most 500 characters.".into()));
    }
    sql("INSERT INTO assignments (article_id, person_id, task, due_at, assigned_at, done_at)
         VALUES (?, ?, ?, ?, ?, NULL)
         ON CONFLICT (article_id, person_id) DO UPDATE SET task = excluded.task,
           due_at = excluded.due_at, assigned_at = excluded.assigned_at, done_at = NULL")
    .bind(article)
    .bind(person)
    .bind(task.trim())
    .bind(due)
    .bind(now)
    .run(tx)
    .await?;
    touch(tx, article, now).await?;
    tx.append(actor, &Event::ArticleAssigned { article, person }, now).await?;
    Ok(())
}
