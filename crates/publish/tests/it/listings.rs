//! Lists by key: each article once, whichever way one turns the pages.

use accounts::person::{self, AddPerson};
use base::{ArticleId, Timestamp, title_key};
use publish::article::{self, Author, Page, Publish, Teaser};
use testkit::{TestStore, on_both_engines};
use uuid::Uuid;

use crate::desk::{after, change, content, create, editor, ensure, publish, published, withdraw};

const STORIES: u64 = 60;

/// Sixty stories, three at each instant.
async fn archive(store: &TestStore) -> Vec<ArticleId> {
    let section = ensure(store, "news").await;
    let mut stories = Vec::new();
    let mut tx = store.begin().await.unwrap();
    for number in 0..STORIES {
        let command = article::CreateArticle {
            section,
            slug: None,
            content: content(&format!("Story {number}")),
            translation_of: None,
        };
        let at = after(number / 3);
        let id = article::create(&mut tx, &editor(), command, at).await.unwrap();
        article::publish(&mut tx, &editor(), id, Publish::default(), at).await.unwrap();
        stories.push((at, id));
    }
    tx.commit().await.unwrap();
    stories.sort();
    stories.into_iter().rev().map(|(_, id)| id).collect()
}

fn ids(teasers: &[Teaser]) -> Vec<ArticleId> {
    teasers.iter().map(|it| it.id).collect()
}

fn place(teaser: &Teaser) -> (Timestamp, ArticleId) {
    (teaser.published_at, teaser.id)
}

on_both_engines! {
    async fn paging_gives_each_article_once(store: &TestStore) {
        let newest_first = archive(store).await;
        let list: Uuid = ensure(store, "news").await.into();
        for size in [1, 7, 20, 60, 100] {
            let mut seen = Vec::new();
            let mut page = Page::First;
            let mut last = None;
            loop {
                let teasers = article::teasers_in(store, list, page, size).await.unwrap();
                let Some(end) = teasers.last() else { break };
                page = Page::Before(end.published_at, end.id);
                last = Some(place(end));
                seen.extend(ids(&teasers));
            }
            assert_eq!(seen, newest_first, "forwards by {size}");
            // From the oldest back to the newest, each page still newest first.
            let (at, id) = last.unwrap();
            let mut seen = vec![id];
            let mut page = Page::After(at, id);
            loop {
                let teasers = article::teasers_in(store, list, page, size).await.unwrap();
                let Some(begin) = teasers.first() else { break };
                page = Page::After(begin.published_at, begin.id);
                seen.splice(0..0, ids(&teasers));
            }
            assert_eq!(seen, newest_first, "backwards by {size}");
        }
    }

    async fn the_newest_are_of_the_whole_site(store: &TestStore) {
        let newest_first = archive(store).await;
        let newest = article::teasers_newest(store, 10).await.unwrap();
        assert_eq!(ids(&newest), newest_first[..10]);
        let chosen = [newest_first[30], newest_first[2]];
        assert_eq!(ids(&article::teasers(store, &chosen).await.unwrap()), chosen);
        assert_eq!(article::teasers(store, &[]).await.unwrap(), []);
    }

    async fn an_article_is_listed_under_all_sections_above_and_its_authors(store: &TestStore) {
        let russia = ensure(store, "news/russia").await;
        let news = ensure(store, "news").await;
        let jane = change(store, async |tx| {
            Ok(person::add(tx, &editor(), AddPerson::author("Jane Doe"), after(0)).await?)
        }).await.unwrap();
        let mut words = content("Listed");
        words.byline = vec![Author { person: jane, role: None }];
        let id = create(store, words).await;
        change(store, async |tx| article::move_to(tx, &editor(), id, russia, after(0)).await)
            .await
            .unwrap();
        let listed = async |list: Uuid| {
            ids(&article::teasers_in(store, list, Page::First, 10).await.unwrap())
        };
        assert_eq!(listed(russia.into()).await, []);
        publish(store, id, after(1)).await;
        for list in [Uuid::from(russia), news.into(), jane.into()] {
            assert_eq!(listed(list).await, [id]);
        }
        let europe = ensure(store, "world/europe").await;
        change(store, async |tx| article::move_to(tx, &editor(), id, europe, after(2)).await)
            .await
            .unwrap();
        for list in [Uuid::from(russia), news.into()] {
            assert_eq!(listed(list).await, []);
        }
        let world = ensure(store, "world").await;
        assert_eq!(listed(world.into()).await, [id]);
        withdraw(store, id).await;
        for list in [Uuid::from(europe), world.into(), jane.into()] {
            assert_eq!(listed(list).await, []);
        }
    }

    async fn a_title_finds_what_was_published_under_it(store: &TestStore) {
        let keys = [title_key("Putin’s offer"), title_key("Nothing")];
        assert_eq!(article::teasers_by_title(store, &keys).await.unwrap(), []);
        let id = create(store, content("PUTIN'S offer")).await;
        assert_eq!(article::teasers_by_title(store, &keys).await.unwrap(), []);
        publish(store, id, after(0)).await;
        assert_eq!(ids(&article::teasers_by_title(store, &keys).await.unwrap()), [id]);
        let newer = create(store, content("Putin's Offer!")).await;
        publish(store, newer, after(9)).await;
        assert_eq!(ids(&article::teasers_by_title(store, &keys).await.unwrap()), [newer, id]);
        withdraw(store, newer).await;
        assert_eq!(ids(&article::teasers_by_title(store, &keys).await.unwrap()), [id]);
    }

    async fn months_are_walked_newest_first(store: &TestStore) {
        assert_eq!(article::published_months(store).await.unwrap(), []);
        const DAY: u64 = 86_400;
        // Noon of the first of January 2026, and later.
        for days in [0, 30, 31, 90] {
            let id = create(store, content(&format!("Day {days}"))).await;
            publish(store, id, after(days * DAY)).await;
        }
        published(store, content("Day zero")).await;
        let months = article::published_months(store).await.unwrap();
        let spelled: Vec<String> = months.iter().map(ToString::to_string).collect();
        assert_eq!(spelled, ["2026-04-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z"]);
        let january = article::published_in(store, months[2], months[1], 0, 100).await.unwrap();
        assert_eq!(january.len(), 3);
        let count = article::published_count(store, months[2], months[1]).await.unwrap();
        assert_eq!(count, 3);
        let rest = article::published_in(store, months[2], months[1], 2, 100).await.unwrap();
        assert_eq!(ids(&rest), ids(&january[2..]));
    }
}
