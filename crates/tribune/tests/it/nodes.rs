//! Two nodes on one PostgreSQL database and one S3 storage are one site.

use serde_json::json;

use crate::support::{
    Newsroom, Place, Tribune, checkout, eventually, new_postgres_database, story,
};

/// Two nodes, each with a data folder of its own.
struct Cluster {
    newsroom: Newsroom,
    one: Tribune,
    other: Tribune,
    _storage: testkit::S3,
    _folder: tempfile::TempDir,
}

fn cluster() -> Cluster {
    let folder = tempfile::tempdir().unwrap();
    let (database, storage) = (new_postgres_database(), testkit::S3::start());
    let place = |name: &str| {
        Place::alone(&folder.path().join(name))
            .with("--database-url", &database)
            .with("--storage-url", storage.url())
            .with("--public-url", "https://news.example/")
            .among(storage.variables())
    };
    let newsroom = Newsroom::found(&place("one"));
    let (one, other) = (Tribune::serve(&place("one")), Tribune::serve(&place("other")));
    newsroom.make_section(&one.address, "news", "News");
    Cluster { newsroom, one, other, _storage: storage, _folder: folder }
}

#[test]
fn what_one_publishes_the_other_shows_and_what_it_withdraws_is_gone() {
    // In this order, so that the nodes end before what they stand on.
    let Cluster { _folder, _storage, newsroom, one, other } = cluster();
    assert_eq!(other.until("/news/", |it| it.status == 200).status, 200);

    let photo = std::fs::read(checkout("fixtures/photos/palette.png")).unwrap();
    let photo = newsroom.upload(&one.address, "caption=Two%20screens", &photo);
    let mut words = story("Published on one node");
    words["photo"] = json!({ "id": photo });
    let id = newsroom.draft(&one.address, &words);
    let path = newsroom.publish(&one.address, &id);

    other.until(&path, |page| page.status == 200 && page.says("Published on one node"));
    other.until("/", |page| page.says("Published on one node"));
    other.until("/feeds/atom.xml", |feed| feed.says("Published on one node"));
    other.until("/search?q=published", |page| page.says(&path));
    for address in newsroom.renditions(&one.address, &photo) {
        assert_eq!(other.get(&address).status, 200, "{address}");
    }
    other.until(&path, |page| page.says("Two screens"));

    let note = json!({ "note": "Its source has taken it back." });
    newsroom.post(&one.address, &format!("/articles/{id}/withdraw"), &note);
    other.until(&path, |page| page.status == 410 && page.says("Its source has taken it back."));
    other.until("/", |page| !page.says("Published on one node"));
    other.until("/feeds/atom.xml", |feed| !feed.says("Published on one node"));
}

#[test]
fn a_scheduled_story_appears_once_whichever_node_is_alive() {
    // In this order, so that the nodes end before what they stand on.
    let Cluster { _folder, _storage, newsroom, one, other } = cluster();
    let schedule = |headline: &str, seconds: u64| {
        let id = newsroom.draft(&one.address, &story(headline));
        let at = from_now(seconds);
        let body = json!({ "at": at.to_string() });
        newsroom.post(&one.address, &format!("/articles/{id}/schedule"), &body);
        (id, at)
    };
    let (both, _) = schedule("Released while both nodes live", 1);
    appears_once(&newsroom, &other, &both, "Released while both nodes live");
    let (alone, at) = schedule("Released by whoever is left", 5);
    one.kill();
    assert!(from_now(0) < at, "the node was killed too late to show anything");
    appears_once(&newsroom, &other, &alone, "Released by whoever is left");
}

fn appears_once(newsroom: &Newsroom, node: &Tribune, id: &str, headline: &str) {
    node.until("/", |page| page.says(headline));
    let feed = node.until("/feeds/feed.json", |feed| feed.says(headline)).json();
    let items = feed["items"].as_array().unwrap();
    let count = items.iter().filter(|item| item["title"] == headline).count();
    assert_eq!(count, 1, "{feed}");
    let article = eventually("the article is published", || {
        let answer = newsroom.try_send(&node.address, "GET", &format!("/articles/{id}"), b"");
        let article = answer.map_err(|error| error.to_string())?.json();
        if article["state"] == "published" { Ok(article) } else { Err(article.to_string()) }
    });
    assert!(article["published_at"].as_str() >= article["created_at"].as_str());
    assert_eq!(article["published_revision"], 1);
}

/// So many seconds from now.
fn from_now(seconds: u64) -> base::Timestamp {
    use base::Clock as _;
    base::SystemClock.now().plus(std::time::Duration::from_secs(seconds))
}
