use accounts::policy::{self, Action, Object, Stage as PolicyStage};
use base::{Actor, ArticleId, SectionId, Timestamp};
use store::{Connection, Tx, sql};

use super::{Article, Stage, State, by_id, revision};
use crate::assignment;
use crate::section::{self, Tree};
use crate::{PublishError, Result};

/// The article, if `actor` may do this to it.
pub(crate) async fn allowed(
    tx: &Tx,
    actor: &Actor,
    action: Action,
    article: ArticleId,
) -> Result<Article> {
    // Whoever may nowhere is told so, and not whether there is such an article.
    policy::check_anywhere(actor, action)?;
    let known = by_id(tx, article).await?.ok_or(PublishError::NoSuchArticle(article))?;
    policy::check_on(actor, action, &object(tx, &known).await?)?;
    Ok(known)
}

/// An article as the policy sees it.
pub async fn object(on: &impl Connection, article: &Article) -> Result<Object> {
    let newest = revision(on, article.id, article.newest_revision).await?;
    let byline = newest.into_iter().flat_map(|newest| newest.content.byline);
    let assigned = assignment::of_article(on, article.id).await?;
    let assigned = assigned.into_iter().filter(|it| it.done_at.is_none()).map(|it| it.person_id);
    let owners = article.owner_id.into_iter().chain(byline.map(|author| author.person));
    let owners = owners.chain(assigned);
    let stage = match (article.state, article.stage) {
        (State::Published | State::Withdrawn, _) => PolicyStage::Public,
        (State::Draft, Stage::Draft) => PolicyStage::Draft,
        (State::Draft, Stage::Review) => PolicyStage::Review,
        (State::Draft, Stage::Ready) => PolicyStage::Ready,
    };
    let sections = sections(&section::tree(on).await?, article.section_id);
    Ok(Object { sections, owners: owners.collect(), stage })
}

/// A section and those above it.
pub(super) fn sections(tree: &Tree, section: SectionId) -> Vec<SectionId> {
    tree.trail(section).into_iter().map(|section| section.id).collect()
}

/// Notes that something about an article has changed: it comes to the top of the desk.
pub(crate) async fn touch(tx: &mut Tx, article: ArticleId, now: Timestamp) -> Result<()> {
    sql("UPDATE articles SET touched_at = ? WHERE id = ?").bind(now).bind(article).run(tx).await?;
    Ok(())
}
