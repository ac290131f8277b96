//! `kill -9` in the middle of writing, again and again: what was acknowledged is there, once.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use base::Random;
use serde_json::json;

use crate::support::{
    Newsroom, Place, Tribune, checkout, eventually, new_postgres_database, story,
};

const WRITERS: usize = 3;

/// What a writer was told: the headline, and whether it was told that the story is published.
type Acknowledged = Mutex<BTreeMap<String, bool>>;

#[test]
fn fifty_kills_lose_nothing_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    storm(&Place::alone(folder.path()), 50);
}

#[test]
fn ten_kills_lose_nothing_on_postgres() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::alone(folder.path()).with("--database-url", new_postgres_database());
    storm(&place, 10);
}

fn storm(place: &Place, kills: usize) {
    let seed = std::env::var("TRIBUNE_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| u64::from_le_bytes(Random::from_system().bytes()));
    eprintln!("to repeat the moments of the kills, set TRIBUNE_TEST_SEED={seed}");
    let mut random = Random::from_seed(seed);

    let newsroom = Newsroom::found(place);
    let acknowledged = Acknowledged::default();
    for round in 0..kills {
        let node = Tribune::serve(place);
        if round == 0 {
            newsroom.make_section(&node.address, "news", "News");
        }
        let wait = Duration::from_millis(u64::from(u16::from_le_bytes(random.bytes())) % 400);
        std::thread::scope(|scope| {
            for writer in 0..WRITERS {
                let (address, newsroom, acknowledged) =
                    (node.address.clone(), &newsroom, &acknowledged);
                scope.spawn(move || write(newsroom, &address, round, writer, acknowledged));
            }
            let until = Instant::now() + wait;
            while let Some(left) = until.checked_duration_since(Instant::now()) {
                std::thread::park_timeout(left);
            }
            node.kill();
        });
    }

    let check = place.tell(&["check"]);
    assert!(!check.contains("failed"), "{check}");
    let node = Tribune::serve(place);
    let acknowledged = acknowledged.into_inner().unwrap();
    assert!(acknowledged.len() > kills, "too little was written to show anything");
    let kept = everything_kept(&newsroom, &node.address);
    for (headline, published) in &acknowledged {
        let found = kept.get(headline).map(Vec::as_slice).unwrap_or_default();
        assert_eq!(found.len(), 1, "{headline:?} was acknowledged: {found:?}");
        let is_published = found[0]["state"] == "published";
        assert!(is_published || !published, "{headline:?} was acknowledged as published");
    }
    for (headline, found) in &kept {
        assert_eq!(found.len(), 1, "{headline:?} is there more than once");
    }
    projections_caught_up(&newsroom, &node, &kept);
}

/// Writes until nobody answers, and notes what was acknowledged.
fn write(newsroom: &Newsroom, to: &str, round: usize, writer: usize, noted: &Acknowledged) {
    let photo = std::fs::read(checkout("fixtures/photos/palette.png")).unwrap();
    for n in 0.. {
        let headline = format!("Story r{round}w{writer}n{n} of the storm");
        let mut story = story(&headline);
        if writer == 0 && n == 0 {
            let words = format!("/photos?caption=Round{round}");
            let added = newsroom.try_send(to, "POST", &words, &photo);
            let Ok(added) = added else { return };
            assert!(added.status < 300, "{added:?}");
            story["photo"] = json!({ "id": added.json()["id"] });
        }
        let created = newsroom.try_send(to, "POST", "/articles", story.to_string().as_bytes());
        let Ok(created) = created else { return };
        assert_eq!(created.status, 201, "{created:?}");
        noted.lock().unwrap().insert(headline.clone(), false);
        let id = created.json()["id"].as_str().unwrap().to_owned();
        let published = newsroom.try_send(to, "POST", &format!("/articles/{id}/publish"), b"");
        let Ok(published) = published else { return };
        assert_eq!(published.status, 200, "{published:?}");
        noted.lock().unwrap().insert(headline, true);
    }
}

/// Every article of the API's list, by its headline.
fn everything_kept(newsroom: &Newsroom, to: &str) -> BTreeMap<String, Vec<serde_json::Value>> {
    let mut kept: BTreeMap<String, Vec<serde_json::Value>> = BTreeMap::new();
    let mut path = "/articles?limit=100".to_owned();
    loop {
        let page = newsroom.try_send(to, "GET", &path, b"").unwrap().json();
        for article in page["articles"].as_array().unwrap() {
            let headline = article["headline"].as_str().unwrap().to_owned();
            kept.entry(headline).or_default().push(article.clone());
        }
        match page["next"].as_str() {
            Some(next) => path = next.trim_start_matches("/api/v1").to_owned(),
            None => return kept,
        }
    }
}

/// Pages, search and renditions follow by themselves, all from where they were cut off.
fn projections_caught_up(
    newsroom: &Newsroom,
    node: &Tribune,
    kept: &BTreeMap<String, Vec<serde_json::Value>>,
) {
    let published: Vec<_> =
        kept.values().flatten().filter(|article| article["state"] == "published").collect();
    eventually("search knows every published story", || {
        let metrics = node.get("/metrics").text();
        let line = format!("tribune_search_articles {}\n", published.len());
        if metrics.contains(&line) { Ok(()) } else { Err(metrics) }
    });
    let newest =
        |article: &&&serde_json::Value| article["published_at"].as_str().map(str::to_owned);
    let last = published.iter().max_by_key(newest).unwrap();
    let (headline, path) = (last["headline"].as_str().unwrap(), last["path"].as_str().unwrap());
    let word = headline.split(' ').nth(1).unwrap();
    for list in ["/", "/news/", "/feeds/rss.xml", "/sitemap.xml", &format!("/search?q={word}")] {
        let answer = node.get(list);
        assert_eq!(answer.status, 200, "{list}: {answer:?}");
        assert!(list == "/sitemap.xml" || answer.says(headline), "{list} lacks {headline:?}");
    }
    assert_eq!(node.get(path).status, 200);

    let mut shown = published.iter().filter_map(|article| {
        let id = article["id"].as_str()?;
        let article = newsroom.try_send(&node.address, "GET", &format!("/articles/{id}"), b"");
        article.unwrap().json()["content"]["photo"]["id"].as_str().map(str::to_owned)
    });
    if let Some(photo) = shown.next_back() {
        for address in newsroom.renditions(&node.address, &photo) {
            assert_eq!(node.get(&address).status, 200, "{address}");
        }
    }
}
