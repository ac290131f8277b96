//! Where a published article is to be found, and who is touched when that changes.

use base::{ArticleId, PersonId, Timestamp, title_key};
use store::events::Touches;
use store::{Tx, sql};
use uuid::Uuid;

use super::{Article, Content, State, address, revision};
use crate::{Result, section};

/// Lists a published article under its sections and authors, and opens its photos to readers.
pub(super) async fn list(
    tx: &mut Tx,
    article: &Article,
    content: &Content,
    published_at: Timestamp,
) -> Result<()> {
    unlist(tx, article.id).await?;
    let sections = section::tree(tx).await?;
    let sections = sections.trail(article.section_id).into_iter().map(|it| it.id.0);
    let people = content.byline.iter().map(|author| author.person.0);
    for list in sections.chain(people).collect::<Vec<Uuid>>() {
        sql("INSERT INTO listings (list_id, published_at, article_id) VALUES (?, ?, ?)")
            .bind(list)
            .bind(published_at)
            .bind(article.id)
            .run(tx)
            .await?;
    }
    for photo in content.photos() {
        sql("INSERT INTO photo_uses (photo_id, article_id) VALUES (?, ?)")
            .bind(photo)
            .bind(article.id)
            .run(tx)
            .await?;
    }
    Ok(())
}

/// Takes an article from every list, and its photos from readers.
pub(super) async fn unlist(tx: &mut Tx, article: ArticleId) -> Result<()> {
    sql("DELETE FROM listings WHERE article_id = ?").bind(article).run(tx).await?;
    sql("DELETE FROM photo_uses WHERE article_id = ?").bind(article).run(tx).await?;
    Ok(())
}

/// What shows the article as readers see it now: nothing while it is a draft, and once it is
/// withdrawn the addresses that say so.
pub(super) async fn touches(tx: &Tx, article: &Article) -> Result<Touches> {
    let shown = match (article.state, article.published_revision) {
        (State::Published, Some(number)) => revision(tx, article.id, number).await?,
        _ => None,
    };
    match shown {
        Some(shown) => touches_of(tx, article, &shown.content).await,
        None if article.state == State::Withdrawn => {
            Ok(Touches { addresses: addresses(tx, article).await?, ..Touches::default() })
        }
        None => Ok(Touches::default()),
    }
}

/// What shows the article when readers see it with this content.
pub(super) async fn touches_of(tx: &Tx, article: &Article, content: &Content) -> Result<Touches> {
    let sections = section::tree(tx).await?;
    let translations: Vec<ArticleId> =
        sql("SELECT id AS value FROM articles WHERE translation_key = ? AND id <> ?")
            .bind(article.translation_key)
            .bind(article.id)
            .values(tx)
            .await?;
    Ok(Touches {
        sections: sections.trail(article.section_id).into_iter().map(|it| it.id).collect(),
        people: content.byline.iter().map(|author| author.person).collect::<Vec<PersonId>>(),
        translations,
        titles: vec![title_key(&content.headline)],
        addresses: addresses(tx, article).await?,
    })
}

/// Where the article is and was. Whoever asked there before it led here was told that there is
/// nothing.
async fn addresses(tx: &Tx, article: &Article) -> Result<Vec<String>> {
    let former: Vec<String> =
        sql("SELECT path AS value FROM former_addresses WHERE article_id = ? ORDER BY path")
            .bind(article.id)
            .values(tx)
            .await?;
    let mut addresses = vec![article.path.clone()];
    for path in former {
        addresses.extend(address::spelled_otherwise(&path));
        addresses.push(path);
    }
    Ok(addresses)
}

pub(super) fn joined(mut before: Touches, after: Touches) -> Touches {
    fn add<T: PartialEq>(all: &mut Vec<T>, more: Vec<T>) {
        for one in more {
            if !all.contains(&one) {
                all.push(one);
            }
        }
    }
    add(&mut before.sections, after.sections);
    add(&mut before.people, after.people);
    add(&mut before.translations, after.translations);
    add(&mut before.titles, after.titles);
    add(&mut before.addresses, after.addresses);
    before
}
