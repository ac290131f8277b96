//! What was written out and taken in again is the same newspaper.

use std::collections::BTreeMap;
use std::path::Path;

use accounts::person;
use base::{Actor, ArticleId, PhotoId};
use publish::article::{self, Related};
use publish::{export, import, photo};
use store::{FromQueryResult, Store, sql};
use testkit::{TestStore, noon, on_both_engines};

use crate::desk::{
    add_photo, change, content, create, editor, files, publish, published, revise, withdraw,
};

/// All that readers see, and drafts, without the ids that another database gives.
async fn newspaper(store: &Store) -> BTreeMap<String, String> {
    #[derive(FromQueryResult)]
    struct Hash {
        id: PhotoId,
        content_hash: String,
    }
    let hashes: Vec<Hash> = sql("SELECT id, content_hash FROM photos").all(store).await.unwrap();
    let hashes: BTreeMap<PhotoId, String> =
        hashes.into_iter().map(|it| (it.id, it.content_hash)).collect();
    let names = person::all(store).await.unwrap();
    let name = |id| names.iter().find(|it| it.id == id).map(|it| it.name.clone());
    let mut pages = BTreeMap::new();
    for article in article::all(store, None, 1_000).await.unwrap() {
        if article.withdrawn_at.is_some() {
            continue;
        }
        let number = article.published_revision.unwrap_or(article.newest_revision);
        let revision = article::revision(store, article.id, number).await.unwrap().unwrap();
        let content = revision.content;
        let mut body = content.body.to_json().to_string();
        for (id, hash) in &hashes {
            body = body.replace(&id.to_string(), hash);
        }
        let photos = photo::by_ids(store, &content.photos()).await.unwrap();
        let mut photos: Vec<String> = photos
            .values()
            .map(|it| {
                let lead = content.photo.as_ref().filter(|lead| lead.photo == it.id);
                let caption = lead.and_then(|lead| lead.caption.as_ref()).unwrap_or(&it.caption);
                format!(
                    "{} {} {caption:?} {:?} {:?} {:?} {:?} {:?} {} {:?} {:?} {}/{}",
                    lead.is_some(),
                    hashes[&it.id],
                    it.credit,
                    it.credit_url,
                    it.alt,
                    it.creator,
                    it.copyright,
                    it.decorative,
                    it.rights,
                    it.usable_until,
                    it.focal_x,
                    it.focal_y
                )
            })
            .collect();
        photos.sort();
        let byline: Vec<_> = content.byline.iter().map(|it| (name(it.person), &it.role)).collect();
        let related: Vec<_> = content.related.iter().map(|it| (&it.title, &it.address)).collect();
        let corrections = article::corrections(store, article.id).await.unwrap();
        let former: Vec<String> =
            sql("SELECT path AS value FROM former_addresses WHERE article_id = ? ORDER BY path")
                .bind(article.id)
                .values(store)
                .await
                .unwrap();
        pages.insert(article.path.clone(), format!(
            "{:?} {:?} {:?} {:?}\n{:?} {:?} {:?} {:?} {:?}\n{byline:?}\n{related:?}\n{corrections:?}\n{former:?}\n{photos:#?}\n{body}",
            article.state, article.published_at, article.updated_at, article.scheduled_at,
            content.headline, content.deck, content.kind, content.dateline, content.language,
        ));
    }
    pages
}

async fn export_and_import(store: &TestStore, again: &TestStore) {
    let folder = store.folder().join("export");
    let written = export::markdown(store, &files(store), &folder, &mut |_| ()).await.unwrap();
    assert_eq!(written.notices, []);
    let report =
        import::markdown(again, &files(again), &Actor::Operator, &folder, &mut |_| (), noon())
            .await
            .unwrap();
    assert!(report.failed.is_empty() && report.notices.is_empty(), "{report}");
    assert_eq!(report.taken, written.articles);
}

async fn related(store: &TestStore, id: ArticleId, to: ArticleId) {
    let mut told = content("Tells of another");
    told.related = vec![Related { article: Some(to), title: Some("Short".into()), address: None }];
    revise(store, id, told).await;
    publish(store, id, noon()).await;
}

on_both_engines! {
    async fn the_demo_survives_the_way_out_and_in(store: &TestStore) {
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/demo");
        import::markdown(store, &files(store), &Actor::Operator, &demo, &mut |_| (), noon())
            .await
            .unwrap();
        let again = TestStore::sqlite().await;
        export_and_import(store, &again).await;
        let (before, after) = (newspaper(store).await, newspaper(&again).await);
        for (path, page) in &before {
            assert_eq!(after.get(path), Some(page), "{path}");
        }
        assert_eq!(before.len(), after.len());
        again.close().await;
    }

    async fn odd_articles_survive_the_way_out_and_in(store: &TestStore) {
        let first = published(store, content("# “Quoted”: it's \"odd\" \\ {{< x >}} --- null")).await;
        create(store, content("true")).await;
        let later = create(store, content("README")).await;
        change(store, async |tx| {
            article::schedule(tx, &editor(), later, crate::desk::after(3_600), noon()).await
        }).await.unwrap();
        let gone = published(store, content("Gone")).await;
        withdraw(store, gone).await;
        let second = create(store, content("Second")).await;
        related(store, second, first).await;
        // Words that the photo's own file does not say.
        let words = photo::DescribePhoto {
            caption: Some("Caption: with colon".into()),
            credit: Some("#credit".into()),
            decorative: Some(true),
            rights: Some("Once: in print & online".into()),
            usable_until: Some(Some("2099-12-31".parse().unwrap())),
            creator: Some("Creator".into()),
            copyright: Some("© 2026".into()),
            focal: Some((0, 100)),
            ..Default::default()
        };
        let id = add_photo(store, 7, words).await;
        let mut shown = content("With a photo");
        shown.photo = Some(article::LeadPhoto { photo: id, caption: Some("Another caption".into()) });
        let shown = published(store, shown).await;
        change(store, async |tx| {
            article::rename(tx, &editor(), shown, "renamed".into(), noon()).await
        }).await.unwrap();
        change(store, async |tx| {
            article::correct(tx, &editor(), shown, "Two\nlines: \"so\".", noon(), noon()).await
        }).await.unwrap();
        let again = TestStore::sqlite().await;
        export_and_import(store, &again).await;
        let (mut before, after) = (newspaper(store).await, newspaper(&again).await);
        // Ids mean nothing elsewhere: a related story is known by its address then.
        let second = before.get_mut("/news/tells-of-another").or(None);
        assert!(second.is_none());
        let path = article::by_id(store, first).await.unwrap().unwrap().path;
        let second = before.get_mut("/news/second").unwrap();
        *second = second.replace("(Some(\"Short\"), None)", &format!("(Some(\"Short\"), Some({path:?}))"));
        for (path, page) in &before {
            assert_eq!(after.get(path).map_or("", |it| it), page, "{path}");
        }
        assert_eq!(before.len(), after.len());
        again.close().await;
    }
}
