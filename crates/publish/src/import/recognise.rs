//! Which article a file became before. Its path alone does not say: another folder may have a file
//! of the same name, and the same folder may lie elsewhere the next time.

use std::collections::{BTreeMap, BTreeSet};

use base::{ArticleId, SectionId, title_key};
use sea_orm::FromQueryResult;
use store::{Connection, Tx, sql};

use super::folder;
use super::read::Draft;
use crate::article::{self, Article, Content};
use crate::{PublishError, Result, section};

/// What the record knows of a file that was taken before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    /// The path of the file, with `#2` behind it when it is the second of that path.
    pub(super) source: String,
    pub(super) article: ArticleId,
    pub(super) content_hash: String,
}

/// Every file that was taken before, by its path.
pub(super) async fn known(on: &impl Connection) -> Result<BTreeMap<String, Vec<Known>>> {
    #[derive(FromQueryResult)]
    struct Row {
        source: String,
        article_id: ArticleId,
        content_hash: String,
    }
    let rows: Vec<Row> =
        sql("SELECT source, article_id, content_hash FROM imports").all(on).await?;
    let mut known: BTreeMap<String, Vec<Known>> = BTreeMap::new();
    for Row { source, article_id: article, content_hash } in rows {
        let path = path_of(&source).to_owned();
        known.entry(path).or_default().push(Known { source, article, content_hash });
    }
    Ok(known)
}

/// The article that a file became before: of those that came from a file of its path, the one whose
/// address its front matter claims, or else one that has its headline, its date or its words. One
/// that was exported is known by all of its address and one of those.
pub(super) async fn recognise(
    tx: &Tx,
    draft: &Draft,
    section: SectionId,
    content: &Content,
    met: &BTreeSet<ArticleId>,
) -> Result<Option<ArticleId>> {
    let claimed = match &draft.front.slug {
        Some(slug) => {
            let sections = section::tree(tx).await?;
            let section = sections.by_id(section).map_or("", |it| &it.path);
            holder(tx, &format!("/{section}/{slug}")).await?
        }
        None => None,
    };
    let mut candidates: Vec<ArticleId> = draft.known.iter().map(|it| it.article).collect();
    if claimed.is_some_and(|claimed| candidates.contains(&claimed)) {
        return Ok(claimed);
    }
    // Of two files of one folder, the second cannot be the same article.
    candidates.extend(claimed.filter(|claimed| !met.contains(claimed)));
    for id in candidates {
        let article = article::by_id(tx, id).await?.ok_or(PublishError::NoSuchArticle(id))?;
        if is_dated_like(draft, &article) || says_the_same(tx, id, content).await? {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// Under what the record knows a file that became this article.
pub(super) fn source_of(draft: &Draft, article: ArticleId) -> String {
    match draft.known.iter().find(|it| it.article == article) {
        Some(known) => known.source.clone(),
        None if draft.known.is_empty() => draft.source.clone(),
        None => format!("{}#{}", draft.source, draft.known.len() + 1),
    }
}

fn path_of(source: &str) -> &str {
    match source.rsplit_once('#') {
        Some((path, number))
            if folder::is_markdown(path) && number.bytes().all(|b| b.is_ascii_digit()) =>
        {
            path
        }
        _ => source,
    }
}

/// Who has this address, or had it.
async fn holder(tx: &Tx, address: &str) -> Result<Option<ArticleId>> {
    let holder = sql("SELECT id AS value FROM articles WHERE path = ?
         UNION ALL SELECT article_id AS value FROM former_addresses WHERE path = ?");
    Ok(holder.bind(address).bind(address).optional(tx).await?)
}

fn is_dated_like(draft: &Draft, article: &Article) -> bool {
    let dates = [article.published_at, article.scheduled_at].into_iter().flatten();
    let mut said = [draft.front.date, draft.front.publish_date].into_iter().flatten();
    said.any(|said| dates.clone().any(|at| at == said))
}

/// Whether one of its revisions has the headline or the body: the newsroom may have gone on with it.
async fn says_the_same(tx: &Tx, article: ArticleId, content: &Content) -> Result<bool> {
    let headline = title_key(&content.headline);
    Ok(article::revisions(tx, article).await?.iter().any(|revision| {
        let before = &revision.content;
        title_key(&before.headline) == headline
            || (!before.body.is_empty() && before.body == content.body)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_behind_a_path_is_no_part_of_it() {
        let cases = [
            ("news/a.md", "news/a.md"),
            ("news/a.md#2", "news/a.md"),
            ("c#.md#13", "c#.md"),
            ("c#2.md", "c#2.md"),
        ];
        for (source, path) in cases {
            assert_eq!(path_of(source), path, "{source}");
        }
    }
}
