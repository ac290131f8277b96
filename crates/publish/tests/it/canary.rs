//! Words that no reader may see yet appear in nothing that readers are shown.

use accounts::person::{self, AddPerson};
use base::{ArticleId, title_key};
use publish::article::{self, Author, Content, LeadPhoto, Page, Related};
use publish::photo::{self, DescribePhoto};
use publish::{front, section};
use testkit::{TestStore, noon, on_both_engines};
use uuid::Uuid;

use crate::desk::{
    add_photo, after, body, change, content, create, editor, publish, published, revise, withdraw,
};

const CANARY: &str = "Canary";

fn secret(words: &str) -> Content {
    Content {
        deck: format!("{CANARY} deck {words}"),
        dateline: CANARY.to_uppercase(),
        body: body(&format!("{CANARY} body {words}")),
        related: vec![Related { title: Some(format!("{CANARY} related")), ..Related::default() }],
        ..content(&format!("{CANARY} headline {words}"))
    }
}

/// Everything that the queries for readers give, as one text.
async fn all_that_readers_see(store: &TestStore, secrets: &[ArticleId]) -> String {
    let mut seen = String::new();
    let mut add = |part: &dyn std::fmt::Debug| seen.push_str(&format!("{part:?}\n"));
    let everything = article::all(store, None, 1_000).await.unwrap();
    let people = person::all(store).await.unwrap();
    let tree = section::tree(store).await.unwrap();
    let lists = tree.iter().map(|it| Uuid::from(it.id)).chain(people.iter().map(|it| it.id.into()));
    for list in lists.collect::<Vec<_>>() {
        add(&article::teasers_in(store, list, Page::First, 100).await.unwrap());
    }
    add(&article::teasers_newest(store, 100).await.unwrap());
    let ids: Vec<ArticleId> = everything.iter().map(|it| it.id).collect();
    add(&article::teasers(store, &ids).await.unwrap());
    let mut titles = Vec::new();
    for article in &everything {
        add(&article::published(store, article.id).await.unwrap().map(|it| it.revision));
        if !secrets.contains(&article.id) {
            add(&article::find(store, &article.path).await.unwrap());
        } else {
            let found = article::find(store, &article.path).await.unwrap();
            assert!(!matches!(found, Some(article::Found::Published(_))), "{found:?}");
        }
        add(&article::translations(store, article).await.unwrap());
        for revision in article::revisions(store, article.id).await.unwrap() {
            titles.push(title_key(&revision.content.headline));
        }
    }
    let by_title = article::teasers_by_title(store, &titles).await.unwrap();
    add(&by_title);
    for month in article::published_months(store).await.unwrap() {
        let end = month.plus(std::time::Duration::from_secs(31 * 86_400));
        add(&article::published_in(store, month, end, 0, 100).await.unwrap());
    }
    let places = front::places(store).await.unwrap();
    add(&article::teasers(store, &places).await.unwrap());
    seen
}

on_both_engines! {
    async fn what_is_not_published_is_nowhere(store: &TestStore) {
        let open = published(store, content("Open")).await;
        change(store, async |tx| front::arrange(tx, &editor(), &[open], noon()).await)
            .await
            .unwrap();
        let hidden = add_photo(store, 1, DescribePhoto::default()).await;
        let jane = change(store, async |tx| {
            Ok(person::add(tx, &editor(), AddPerson::author("Jane Doe"), noon()).await?)
        }).await.unwrap();

        let mut draft = secret("draft");
        draft.photo = Some(LeadPhoto { photo: hidden, caption: Some(CANARY.into()) });
        draft.byline = vec![Author { person: jane, role: Some(CANARY.into()) }];
        let draft = create(store, draft).await;
        let scheduled = create(store, secret("scheduled")).await;
        change(store, async |tx| {
            article::schedule(tx, &editor(), scheduled, after(100), noon()).await
        }).await.unwrap();
        revise(store, open, secret("revision")).await;
        let gone = published(store, secret("gone")).await;
        withdraw(store, gone).await;

        let seen = all_that_readers_see(store, &[draft, scheduled, gone]).await;
        assert!(seen.contains("Open"), "{seen}");
        assert!(!seen.to_lowercase().contains("canary"), "{seen}");
        assert!(!photo::is_public(store, hidden).await.unwrap());

        // The canary sings: the same queries show the words once they are published.
        publish(store, open, after(1)).await;
        let seen = all_that_readers_see(store, &[draft, scheduled, gone]).await;
        assert!(seen.contains("Canary headline revision"), "{seen}");
        assert!(!seen.contains("Canary headline draft"), "{seen}");
    }
}
