use std::time::Duration;

use base::{Actor, ArticleId, Timestamp};
use document::Document;
use proptest::prelude::*;
use publish::article::{self, Author, Content, CreateArticle, Kind, Publish};
use publish::section;
use store::Store;
use store::events::{Batch, Projection, after, catch_up};
use testkit::{TestStore, noon, on_both_engines};

use super::{LikeThis, Query, Results, SearchIndex, SearchProjection};

const BY: &Actor = &Actor::Operator;

/// An article, in few words.
struct Story<'a> {
    headline: &'a str,
    deck: &'a str,
    body: &'a str,
    section: &'a str,
    language: &'a str,
    author: Option<&'a str>,
    /// How many days before noon it was published.
    days_ago: u32,
}

impl Default for Story<'_> {
    fn default() -> Self {
        Self {
            headline: "Presidents meet by video",
            deck: "",
            body: "They spoke for two hours.",
            section: "news/russia",
            language: "en",
            author: None,
            days_ago: 0,
        }
    }
}

fn days_before_noon(days: u32) -> Timestamp {
    Timestamp::from_micros(noon().as_micros() - i64::from(days) * 86_400_000_000)
}

fn content(story: &Story<'_>, byline: Vec<Author>) -> Content {
    let body = serde_json::json!({"type": "doc", "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": story.body}]}
    ]});
    Content {
        kind: Kind::News,
        language: story.language.into(),
        headline: story.headline.into(),
        deck: story.deck.into(),
        dateline: String::new(),
        byline,
        body: Document::from_json_str(&body.to_string()).unwrap(),
        photo: None,
        related: Vec::new(),
    }
}

async fn draft(store: &Store, story: Story<'_>) -> ArticleId {
    let mut tx = store.begin().await.unwrap();
    let section = section::ensure(&mut tx, BY, story.section, noon()).await.unwrap();
    let mut byline = Vec::new();
    if let Some(name) = story.author {
        let add = accounts::person::AddPerson::author(name);
        let person = accounts::person::add(&mut tx, BY, add, noon()).await.unwrap();
        byline.push(Author { person, role: None });
    }
    let content = content(&story, byline);
    let create = CreateArticle { section, slug: None, content, translation_of: None };
    let id = article::create(&mut tx, BY, create, noon()).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn publish_at(store: &Store, id: ArticleId, days_ago: u32) {
    let mut tx = store.begin().await.unwrap();
    let how = Publish { dated: Some(days_before_noon(days_ago)), ..Publish::default() };
    article::publish(&mut tx, BY, id, how, noon()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn published(store: &Store, story: Story<'_>) -> ArticleId {
    let days_ago = story.days_ago;
    let id = draft(store, story).await;
    publish_at(store, id, days_ago).await;
    id
}

async fn withdraw(store: &Store, id: ArticleId) {
    let mut tx = store.begin().await.unwrap();
    article::withdraw(&mut tx, BY, id, "An error.", noon()).await.unwrap();
    tx.commit().await.unwrap();
}

/// A site and its index.
struct Archive {
    store: TestStore,
    index: SearchIndex,
    projection: SearchProjection,
}

impl Archive {
    async fn empty() -> Self {
        let store = TestStore::sqlite().await;
        let (index, projection) = SearchIndex::open(&store.folder().join("search")).unwrap();
        Self { store, index, projection }
    }

    async fn follow(&mut self) {
        catch_up(&mut self.projection, &self.store).await.unwrap();
    }

    async fn add(&mut self, story: Story<'_>) -> ArticleId {
        let id = published(&self.store, story).await;
        self.follow().await;
        id
    }

    /// As after a restart of the program.
    fn reopen(self) -> Self {
        let Self { store, index, projection } = self;
        drop((index, projection));
        let (index, projection) = SearchIndex::open(&store.folder().join("search")).unwrap();
        Self { store, index, projection }
    }

    async fn find(&self, text: &str) -> Results {
        self.index.search(&Query::new(text)).await.unwrap()
    }

    async fn ids(&self, text: &str) -> Vec<ArticleId> {
        ids(&self.find(text).await)
    }
}

fn ids(results: &Results) -> Vec<ArticleId> {
    results.hits.iter().map(|hit| hit.article).collect()
}

on_both_engines! {
    async fn what_is_published_is_found_until_it_is_withdrawn(store: &TestStore) {
        let folder = tempfile::tempdir().unwrap();
        let (index, mut projection) = SearchIndex::open(folder.path()).unwrap();
        let find = Query::new("video presidents ");
        let id = draft(store, Story::default()).await;
        catch_up(&mut projection, store).await.unwrap();
        assert_eq!(index.search(&find).await.unwrap(), Results::default());

        publish_at(store, id, 0).await;
        catch_up(&mut projection, store).await.unwrap();
        assert_eq!(ids(&index.search(&find).await.unwrap()), [id]);

        withdraw(store, id).await;
        catch_up(&mut projection, store).await.unwrap();
        assert_eq!(index.search(&find).await.unwrap(), Results::default());
        assert!(index.is_empty());
    }
}

#[tokio::test]
async fn finds_what_readers_see_and_not_what_is_being_written() {
    let mut archive = Archive::empty().await;
    let id = archive.add(Story::default()).await;
    let secret = Story { headline: "Embargoed resignation", ..Story::default() };
    let mut tx = archive.store.begin().await.unwrap();
    article::revise(&mut tx, BY, id, None, content(&secret, vec![]), noon()).await.unwrap();
    tx.commit().await.unwrap();
    archive.follow().await;
    assert!(archive.ids("resignation").await.is_empty());
    assert_eq!(archive.ids("presidents").await, [id]);

    publish_at(&archive.store, id, 0).await;
    archive.follow().await;
    assert_eq!(archive.ids("resignation").await, [id]);
    assert!(archive.ids("presidents").await.is_empty());
    assert_eq!(archive.index.len(), 1);
}

#[tokio::test]
async fn finds_by_every_part_of_an_article() {
    let mut archive = Archive::empty().await;
    let story = Story {
        headline: "Cumbre en Reikiavik",
        deck: "Los líderes hablan de sanciones",
        body: "Песков сообщил о переговорах. 習近平 did not attend.",
        author: Some("Núria Català"),
        language: "es",
        ..Story::default()
    };
    let id = archive.add(story).await;
    for text in [
        "cumbre",
        "LÍDERES",
        "lideres sancion",
        "переговорах",
        "nuria catala",
        "近平",
        "\"los líderes hablan\"",
        "cumbres reikiavik",
    ] {
        assert_eq!(archive.ids(text).await, [id], "{text:?}");
    }
    for text in ["\"hablan los líderes\"", "cumbre -reikiavik", "zzz", "-cumbre", "\"en los\""] {
        assert_eq!(archive.ids(text).await, [], "{text:?}");
    }
}

#[tokio::test]
async fn a_headline_counts_more_than_a_body_and_new_more_than_old() {
    let mut archive = Archive::empty().await;
    let body = "It is about gas and more.";
    let mentions = archive.add(Story { body, ..Story::default() }).await;
    let about = archive.add(Story { headline: "Gas for Europe", ..Story::default() }).await;
    let old =
        archive.add(Story { headline: "Gas for Europe", days_ago: 900, ..Story::default() }).await;
    assert_eq!(archive.ids("gas").await, [about, old, mentions]);
}

#[tokio::test]
async fn every_word_must_occur_unless_no_article_has_them_all() {
    let mut archive = Archive::empty().await;
    let both = archive.add(Story { body: "gas and oil", ..Story::default() }).await;
    let gas = archive.add(Story { body: "gas and coal", ..Story::default() }).await;
    assert_eq!(archive.ids("gas oil ").await, [both]);
    let either = archive.ids("oil coal ").await;
    assert_eq!(either.len(), 2);
    assert!(either.contains(&gas) && either.contains(&both));
}

#[tokio::test]
async fn forgives_slips_and_says_what_may_have_been_meant() {
    let mut archive = Archive::empty().await;
    let story = Story {
        headline: "La reunión de los presidentes",
        body: "Negotiations with Putin went on.",
        ..Story::default()
    };
    let id = archive.add(story).await;
    for (text, suggestion) in [
        ("putni", Some("putin")),
        ("Puttin negotiations ", Some("putin negotiations")),
        ("reunoin", Some("reunión")),
        ("negociatons", Some("negotiations")),
        ("putin", None),
        ("negotia", None),
    ] {
        let results = archive.find(text).await;
        assert_eq!(ids(&results), [id], "{text:?}");
        assert_eq!(results.suggestion.as_deref(), suggestion, "{text:?}");
    }
    // The first letter is taken as right, and short or quoted words as meant.
    for text in ["qutin", "wnt", "\"putni\""] {
        assert_eq!(archive.find(text).await, Results::default(), "{text:?}");
    }
}

#[tokio::test]
async fn suggests_nothing_from_what_was_withdrawn() {
    let mut archive = Archive::empty().await;
    archive.add(Story::default()).await;
    let id =
        archive.add(Story { body: "The codeword is Rumpelstiltskin", ..Story::default() }).await;
    assert_eq!(archive.find("rumpelstiltskim").await.suggestion.unwrap(), "rumpelstiltskin");
    withdraw(&archive.store, id).await;
    archive.follow().await;
    for text in ["rumpelstiltskim", "rumpel", "rumpelstiltskin"] {
        assert_eq!(archive.find(text).await, Results::default(), "{text:?}");
    }
}

#[tokio::test]
async fn looks_only_where_and_when_it_is_told() {
    let mut archive = Archive::empty().await;
    let russia = archive.add(Story { days_ago: 10, ..Story::default() }).await;
    let news = archive.add(Story { section: "news", days_ago: 5, ..Story::default() }).await;
    let other = archive.add(Story { section: "newsletters", ..Story::default() }).await;
    let found = async |text: &str, section: Option<&str>, from: Option<u32>, until: Option<u32>| {
        let query = Query {
            section: section.map(str::to_owned),
            from: from.map(days_before_noon),
            until: until.map(days_before_noon),
            ..Query::new(text)
        };
        let found = ids(&archive.index.search(&query).await.unwrap());
        [russia, news, other].into_iter().filter(|id| found.contains(id)).collect::<Vec<_>>()
    };
    assert_eq!(found("video", None, None, None).await, [russia, news, other]);
    assert_eq!(found("video", Some("news"), None, None).await, [russia, news]);
    assert_eq!(found("video", Some("/news/russia/"), None, None).await, [russia]);
    assert_eq!(found("video", Some("sport"), None, None).await, []);
    assert_eq!(found("video", None, Some(5), None).await, [news, other]);
    assert_eq!(found("video", None, None, Some(5)).await, [russia]);
    assert_eq!(found("video", Some("news"), Some(6), Some(0)).await, [news]);
    // The same where only some of the words occur.
    assert_eq!(found("video unknown ", Some("news"), Some(6), None).await, [news]);
    assert_eq!(found("", Some("news"), None, None).await, [russia, news]);
    assert_eq!(found("", None, None, None).await, []);
}

#[tokio::test]
async fn without_words_the_newest_come_first_and_pages_follow_each_other() {
    let mut archive = Archive::empty().await;
    let mut newest = Vec::new();
    for days_ago in [0, 3, 1, 4, 2] {
        newest.push((days_ago, archive.add(Story { days_ago, ..Story::default() }).await));
    }
    newest.sort_by_key(|(days_ago, _)| *days_ago);
    let newest: Vec<ArticleId> = newest.into_iter().map(|(_, id)| id).collect();
    for text in ["", "video"] {
        let mut all = Vec::new();
        for skip in [0, 2, 4, 6] {
            let section = Some("news".to_owned());
            let query = Query { section, skip, limit: 2, ..Query::new(text) };
            let results = archive.index.search(&query).await.unwrap();
            assert_eq!(results.total, 5);
            all.extend(ids(&results));
        }
        assert_eq!(all, newest, "{text:?}");
    }
}

#[tokio::test]
async fn a_moved_article_is_found_in_its_new_section_only() {
    let mut archive = Archive::empty().await;
    let id = archive.add(Story::default()).await;
    let mut tx = archive.store.begin().await.unwrap();
    let world = section::ensure(&mut tx, BY, "world", noon()).await.unwrap();
    article::move_to(&mut tx, BY, id, world, noon()).await.unwrap();
    tx.commit().await.unwrap();
    archive.follow().await;
    for (section, expected) in [("news", vec![]), ("news/russia", vec![]), ("world", vec![id])] {
        let query = Query { section: Some(section.into()), ..Query::new("video") };
        assert_eq!(ids(&archive.index.search(&query).await.unwrap()), expected, "{section}");
    }
}

#[tokio::test]
async fn shows_the_words_that_were_looked_for() {
    let mut archive = Archive::empty().await;
    archive.add(Story { body: "<b>They</b> spoke about summits.", ..Story::default() }).await;
    let results = archive.find("summit").await;
    let parts: Vec<(&str, bool)> =
        results.hits[0].snippet.iter().map(|part| (part.text.as_str(), part.matched)).collect();
    assert_eq!(parts, [("<b>They</b> spoke about ", false), ("summits", true), (".", false)]);
}

#[tokio::test]
async fn knows_what_is_alike() {
    let mut archive = Archive::empty().await;
    for number in 0..40 {
        let headline = format!("Weather report number {number}");
        published(&archive.store, Story { headline: &headline, body: "Rain.", ..Story::default() })
            .await;
    }
    let story =
        |headline, language| Story { headline, language, body: "More.", ..Story::default() };
    let pipeline = archive.add(story("Baltic pipeline halted", "en")).await;
    let spanish = archive.add(story("Baltic pipeline: el gasoducto", "es")).await;
    let again = archive.add(story("Baltic pipeline restarted", "en")).await;
    let gone = archive.add(story("Baltic pipeline withdrawn", "en")).await;
    withdraw(&archive.store, gone).await;
    archive.follow().await;
    let like = |article, headline: &str, limit| {
        let (headline, body) = (headline.to_owned(), headline.to_owned());
        let (language, deck) = ("en".to_owned(), String::new());
        archive.index.similar(LikeThis { article, language, headline, deck, body }, limit)
    };
    let headline = "Baltic pipeline halted";
    assert_eq!(like(pipeline, headline, 5).await.unwrap(), [again, spanish]);
    assert_eq!(like(pipeline, headline, 1).await.unwrap(), [again]);
    assert_eq!(like(pipeline, headline, 0).await.unwrap(), []);
    // One that is not published is like others as it will be once it is.
    let withdrawn = like(gone, "Baltic pipeline withdrawn", 5).await.unwrap();
    assert_eq!(withdrawn.len(), 3, "{withdrawn:?}");
    assert_eq!(like(gone, "Something else", 5).await.unwrap(), []);
}

#[tokio::test]
async fn stands_where_it_stood_when_it_is_opened_again() {
    let mut archive = Archive::empty().await;
    let first = archive.add(Story::default()).await;
    let stood = archive.projection.cursor(&archive.store).await.unwrap();
    assert!(stood > 0);
    let mut archive = archive.reopen();
    assert_eq!(archive.projection.cursor(&archive.store).await.unwrap(), stood);
    assert_eq!(archive.ids("video").await, [first]);
    let second = archive.add(Story::default()).await;
    assert_eq!(archive.index.len(), 2);
    assert!(archive.ids("video").await.contains(&second));
}

#[tokio::test]
async fn a_death_before_or_after_the_commit_loses_and_doubles_nothing() {
    let mut archive = Archive::empty().await;
    archive.add(Story::default()).await;
    let id = published(&archive.store, Story { body: "Lastly.", ..Story::default() }).await;
    let batch = {
        let from = archive.projection.cursor(&archive.store).await.unwrap();
        let events = after(&*archive.store, from, 100).await.unwrap();
        let through = events.last().unwrap().position;
        let wanted = |event: &_| archive.projection.wants(event);
        Batch { events: events.into_iter().filter(|it| wanted(&it.event)).collect(), through }
    };
    // Before: written, but not committed.
    let archive = archive.reopen();
    let writer = super::projection::new_writer(&archive.index.0).unwrap();
    writer.delete_all_documents().unwrap();
    drop(writer);
    let mut archive = archive.reopen();
    assert_eq!(archive.index.len(), 1);
    archive.follow().await;
    assert_eq!(archive.ids("lastly").await, [id]);
    // After: the same events come again.
    archive.projection.apply(&archive.store, batch).await.unwrap();
    assert_eq!(archive.ids("lastly").await, [id]);
    assert_eq!(archive.index.len(), 2);
}

#[tokio::test]
async fn built_anew_it_is_the_same() {
    let mut archive = Archive::empty().await;
    for days_ago in 0..7 {
        archive.add(Story { days_ago, ..Story::default() }).await;
    }
    let gone = archive.add(Story::default()).await;
    withdraw(&archive.store, gone).await;
    archive.follow().await;
    let before = archive.find("video presidents ").await;
    archive.projection.reset(&archive.store).await.unwrap();
    assert!(archive.index.is_empty());
    assert_eq!(archive.projection.cursor(&archive.store).await.unwrap(), 0);
    archive.follow().await;
    assert_eq!(archive.find("video presidents ").await, before);
}

#[tokio::test]
async fn what_is_broken_or_of_another_version_is_built_anew() {
    let mut archive = Archive::empty().await;
    let id = archive.add(Story::default()).await;
    let folder = archive.store.folder().join("search");
    for broken in ["{", "{\"segments\":[],\"schema\":[],\"opstamp\":1}"] {
        std::fs::write(folder.join("meta.json"), broken).unwrap();
        archive = archive.reopen();
        assert_eq!(archive.projection.cursor(&archive.store).await.unwrap(), 0);
        archive.follow().await;
        assert_eq!(archive.ids("video").await, [id]);
    }
    // A file of a segment is cut off.
    let segment = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|it| it == "idx" || it == "term"))
        .unwrap();
    std::fs::write(segment, "x").unwrap();
    archive = archive.reopen();
    archive.follow().await;
    assert_eq!(archive.ids("video").await, [id]);
}

#[tokio::test]
async fn an_index_of_another_database_is_not_believed() {
    let mut archive = Archive::empty().await;
    archive.add(Story::default()).await;
    let other = TestStore::sqlite().await;
    // Its log is longer, and has another event where the index saw one.
    for _ in 0..3 {
        published(&other, Story::default()).await;
    }
    let id = published(&other, Story { headline: "Elsewhere", ..Story::default() }).await;
    catch_up(&mut archive.projection, &other).await.unwrap();
    assert_eq!(archive.index.len(), 4);
    assert_eq!(archive.ids("elsewhere").await, [id]);
    // An empty log cannot have made an index either.
    let empty = TestStore::sqlite().await;
    catch_up(&mut archive.projection, &empty).await.unwrap();
    assert!(archive.index.is_empty());
}

#[tokio::test]
async fn answers_while_it_is_written() {
    let mut archive = Archive::empty().await;
    let id = archive.add(Story::default()).await;
    let index = archive.index.clone();
    let searching = tokio::spawn(async move {
        for _ in 0..50 {
            let found = index.search(&Query::new("presidents")).await.unwrap();
            assert!(ids(&found).contains(&id));
        }
    });
    for _ in 0..10 {
        archive.add(Story { body: "Another.", ..Story::default() }).await;
    }
    searching.await.unwrap();
}

#[test]
fn hostile_text_is_only_text() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let archive = runtime.block_on(async {
        let mut archive = Archive::empty().await;
        for body in ["a b c putin biden", "б в г", "習近平 \"quoted\" -minus", "aaaa aaab aaac"]
        {
            archive.add(Story { body, ..Story::default() }).await;
        }
        archive
    });
    let find = |query: &Query| {
        let started = std::time::Instant::now();
        let results = runtime.block_on(archive.index.search(query)).unwrap();
        assert!(started.elapsed() < Duration::from_secs(2), "{query:?}");
        assert!(results.hits.len() <= Query::LIMIT_MAX);
    };
    let long = ["a ", "\"a ", "-a ", "aaaaaaaaaaaaaaaaaaaaaaaa ", "(((", "*", "\u{0}", "習", "\\"];
    for text in long.map(|text| text.repeat(50_000)) {
        find(&Query { skip: usize::MAX, limit: usize::MAX, ..Query::new(text) });
    }
    proptest!(|(
        text in "\\PC{0,80}|[-+\" a-cбв习*?:^~(){}\\[\\]/\\\\|&!.']{0,80}",
        section in proptest::option::of("\\PC{0,20}"),
        from in proptest::option::of(any::<i64>()),
        until in proptest::option::of(any::<i64>()),
        skip in any::<usize>(),
        limit in any::<usize>(),
    )| {
        let (from, until) = (from.map(Timestamp::from_micros), until.map(Timestamp::from_micros));
        find(&Query { text, section, from, until, skip, limit });
    });
}
