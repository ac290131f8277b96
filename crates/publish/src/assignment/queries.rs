use base::{ArticleId, PersonId, Timestamp};
use store::{Connection, Result, sql};

use super::Assignment;

/// The columns of an [`Assignment`], before whatever says which.
macro_rules! assignments {
    ($rest:literal) => {
        concat!(
            "SELECT g.article_id, g.person_id, g.task, g.due_at, g.done_at, r.headline ",
            "FROM assignments g JOIN articles a ON a.id = g.article_id ",
            "JOIN revisions r ON r.article_id = a.id AND r.number = a.newest_revision ",
            $rest
        )
    };
}

/// Who has something to do with an article, and who had.
pub async fn of_article(on: &impl Connection, article: ArticleId) -> Result<Vec<Assignment>> {
    sql(assignments!("WHERE g.article_id = ? ORDER BY g.assigned_at, g.person_id"))
        .bind(article)
        .all(on)
        .await
}

/// What somebody has to do, the most urgent first.
pub async fn open_of(on: &impl Connection, person: PersonId) -> Result<Vec<Assignment>> {
    sql(assignments!(
        "WHERE g.person_id = ? AND g.done_at IS NULL
         ORDER BY g.due_at IS NULL, g.due_at, g.assigned_at LIMIT 100"
    ))
    .bind(person)
    .all(on)
    .await
}

/// What is to be done from `from` until before `until`.
pub async fn due_between(
    on: &impl Connection,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Assignment>> {
    sql(assignments!(
        "WHERE g.due_at >= ? AND g.due_at < ? AND g.done_at IS NULL
         ORDER BY g.due_at, g.article_id LIMIT 1000"
    ))
    .bind(from)
    .bind(until)
    .all(on)
    .await
}
