//! Verbs for tests: what a newsroom does, each as one change.

use std::time::Duration;

use base::{Actor, ArticleId, PersonId, PhotoId, Role, SectionId, Timestamp};
use document::{Block, Document, Inline};
use publish::article::{self, Content, CreateArticle, Kind, LeadPhoto, Publish};
use publish::photo::{self, DescribePhoto};
use publish::{Result, section};
use store::{Files, Store, Tx};
use testkit::{TestStore, noon};

pub(crate) fn person(role: Role) -> Actor {
    Actor::Person { person: PersonId(Default::default()), role, grants: Vec::new() }
}

pub(crate) fn editor() -> Actor {
    person(Role::Editor)
}

pub(crate) fn after(seconds: u64) -> Timestamp {
    noon().plus(Duration::from_secs(seconds))
}

/// Makes a change true, or leaves everything as it was.
pub(crate) async fn change<T>(
    store: &Store,
    work: impl AsyncFnOnce(&mut Tx) -> Result<T>,
) -> Result<T> {
    let mut tx = store.begin().await?;
    let done = work(&mut tx).await?;
    tx.commit().await?;
    Ok(done)
}

pub(crate) fn body(words: &str) -> Document {
    Document::from_blocks(&[Block::Paragraph(vec![Inline::Text(words.into(), Vec::new())])])
        .unwrap()
}

pub(crate) fn content(headline: &str) -> Content {
    Content {
        kind: Kind::News,
        language: "en".into(),
        headline: headline.into(),
        deck: String::new(),
        dateline: String::new(),
        byline: Vec::new(),
        body: body("Words."),
        photo: None,
        related: Vec::new(),
    }
}

pub(crate) async fn ensure(store: &Store, path: &str) -> SectionId {
    change(store, async |tx| section::ensure(tx, &Actor::Operator, path, noon()).await)
        .await
        .unwrap()
}

pub(crate) async fn try_create(
    store: &Store,
    section: &str,
    slug: Option<&str>,
    content: Content,
) -> Result<ArticleId> {
    let section = ensure(store, section).await;
    let slug = slug.map(str::to_owned);
    let command = CreateArticle { section, slug, content, translation_of: None };
    change(store, async |tx| article::create(tx, &editor(), command, noon()).await).await
}

pub(crate) async fn create(store: &Store, content: Content) -> ArticleId {
    try_create(store, "news", None, content).await.unwrap()
}

pub(crate) async fn revise(store: &Store, id: ArticleId, content: Content) -> i64 {
    change(store, async |tx| article::revise(tx, &editor(), id, None, content, noon()).await)
        .await
        .unwrap()
}

pub(crate) async fn publish(store: &Store, id: ArticleId, now: Timestamp) {
    change(store, async |tx| article::publish(tx, &editor(), id, Publish::default(), now).await)
        .await
        .unwrap();
}

pub(crate) async fn published(store: &Store, content: Content) -> ArticleId {
    let id = create(store, content).await;
    publish(store, id, noon()).await;
    id
}

pub(crate) async fn withdraw(store: &Store, id: ArticleId) {
    change(store, async |tx| {
        article::withdraw(tx, &editor(), id, "It was about another town.", after(60)).await
    })
    .await
    .unwrap();
}

/// The headline that readers see.
pub(crate) async fn headline(store: &Store, id: ArticleId) -> Option<String> {
    article::published(store, id).await.unwrap().map(|it| it.revision.content.headline)
}

pub(crate) fn files(store: &TestStore) -> Files {
    Files::in_folder(&store.folder().join("files")).unwrap()
}

/// A small picture, another one for each `shade`.
pub(crate) fn jpeg(shade: u8) -> Vec<u8> {
    let (width, height) = (320, 200);
    let pixels: Vec<u8> =
        (0..width * height).flat_map(|at| [shade, (at % 251) as u8, (at / 320) as u8]).collect();
    let mut bytes = Vec::new();
    jpeg_encoder::Encoder::new(&mut bytes, 80)
        .encode(&pixels, width as u16, height as u16, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    bytes
}

/// All that readers have to be told of a photo.
pub(crate) fn complete() -> DescribePhoto {
    DescribePhoto {
        caption: Some("A view".into()),
        credit: Some("Jane Doe".into()),
        alt: Some("A bridge".into()),
        ..DescribePhoto::default()
    }
}

pub(crate) fn leading(headline: &str, photo: PhotoId) -> Content {
    Content { photo: Some(LeadPhoto { photo, caption: None }), ..content(headline) }
}

pub(crate) fn within(headline: &str, id: PhotoId) -> Content {
    let body = Document::from_blocks(&[Block::Photo(document::Photo { id, caption: None })]);
    Content { body: body.unwrap(), ..content(headline) }
}

pub(crate) async fn add_photo(store: &TestStore, shade: u8, words: DescribePhoto) -> PhotoId {
    let files = files(store);
    let upload = jpeg(shade).into();
    let prepared = photo::prepare(store, &files, &editor(), upload, noon()).await.unwrap();
    change(store, async |tx| photo::add(tx, &editor(), &prepared, words, noon()).await)
        .await
        .unwrap()
}
