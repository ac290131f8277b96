//! Nothing of what is not published can be reached by anybody, and nothing of it is missing after.

use serde_json::{Value, json};

use crate::support::{Newsroom, Place, Tribune, checkout, story};

/// A word that no template, style or script has.
const WORD: &str = "Quetzalumbra";

/// A story with the word in everything that can hold one but its address: what an answer repeats
/// of its question could not be told from a leak.
fn marked(headline: &str, photo: &str) -> Value {
    json!({
        "section": "news", "kind": "analysis", "language": "en",
        "slug": format!("under-embargo-{headline}"),
        "headline": format!("{WORD} {headline}"),
        "deck": format!("{WORD} deck"),
        "dateline": WORD,
        "byline": [{ "name": format!("Anna {WORD}") }],
        "body_markdown": format!("{WORD} paragraph.\n\n> {WORD} said.\n\n- {WORD} item"),
        "photo": { "id": photo, "caption": format!("{WORD} caption") },
        "related": [{ "title": format!("{WORD} related") }],
    })
}

/// Every public address that could give something away.
fn everywhere(addresses: &[String], photos: &[String]) -> Vec<String> {
    let mut all: Vec<String> = [
        "/",
        "/news/",
        "/news",
        "/search",
        "/robots.txt",
        "/sitemap.xml",
        "/news-sitemap.xml",
        "/feeds/rss.xml",
        "/feeds/atom.xml",
        "/feeds/feed.json",
        "/news/feeds/rss.xml",
        "/news/feeds/atom.xml",
        "/news/feeds/feed.json",
        "/metrics",
        "/health/ready",
        "/api/openapi.json",
        "/api/v1/articles",
        "/api/v1/people",
        "/api/v1/front",
        "/nowhere",
        "/news/published-before",
        "/sitemaps/1.xml",
    ]
    .map(str::to_owned)
    .to_vec();
    let word = WORD.to_lowercase();
    all.push(format!("/search?q={WORD}"));
    all.push(format!("/search?q={word}&section=news"));
    all.push(format!("/search?q={}", &word[..word.len() - 1]));
    all.push(format!("/authors/anna-{word}"));
    for address in addresses {
        let encoded = address.replace("/news/", "/news%2f");
        all.extend([
            address.clone(),
            format!("{address}/"),
            format!("{address}?utm_source=x"),
            encoded,
            address.to_uppercase(),
            format!("/{address}"),
            format!("{address}/feeds/rss.xml"),
            format!("{address}//"),
            format!("{address}.html"),
            format!("{address}%00"),
            format!("/oembed?url=http://127.0.0.1:8080{address}"),
            format!("/oembed?url=https://news.example{address}"),
        ]);
    }
    all.extend(photos.iter().cloned());
    all
}

/// Asks for everything, in every way, and finds the word nowhere but in what was asked itself.
fn nowhere(node: &Tribune, addresses: &[String], photos: &[String]) {
    for path in everywhere(addresses, photos) {
        for method in ["GET", "HEAD"] {
            let answer = node.ask(method, &path, &[]);
            assert!(answer.status < 500, "{method} {path}: {answer:?}");
            let mut told = answer.everything().to_lowercase();
            // What a page repeats of the question tells the asker nothing.
            if path.to_lowercase().contains(&WORD.to_lowercase()) {
                told = told.replace(&WORD.to_lowercase()[..WORD.len() - 1], "");
                for part in ["deck", "paragraph", "caption", "said", "item"] {
                    assert!(!told.contains(&format!("a {part}")), "{method} {path}: {told}");
                }
                continue;
            }
            assert!(!told.contains(&WORD.to_lowercase()), "{method} {path}: {told}");
        }
    }
    for address in addresses {
        assert_eq!(node.get(address).status, 404, "{address}");
        assert_eq!(node.get(&format!("{address}/")).status, 404, "{address}/");
        let card = node.get(&format!("/oembed?url=https://news.example{address}"));
        assert_eq!(card.status, 404, "{address}: {card:?}");
    }
    for photo in photos {
        assert_eq!(node.get(photo).status, 404, "{photo}");
    }
    let found = node.get(&format!("/search?q={WORD}"));
    for address in addresses {
        assert!(!found.says(&format!("{address}\"")), "search links to {address}");
    }
}

fn read(newsroom: &Newsroom, node: &Tribune, id: &str) -> Value {
    newsroom.try_send(&node.address, "GET", &format!("/articles/{id}"), b"").unwrap().json()
}

#[test]
fn a_word_under_embargo_is_nowhere_then_everywhere_then_gone() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::alone(folder.path()).with("--public-url", "https://news.example/");
    let newsroom = Newsroom::found(&place);
    let node = Tribune::serve(&place);
    let to = &node.address;
    newsroom.make_section(to, "news", "News");
    let file = std::fs::read(checkout("fixtures/photos/palette.png")).unwrap();
    let words = format!("caption={WORD}%20photo&alt={WORD}&credit={WORD}");
    let photo = newsroom.upload(to, &words, &file);
    let renditions = newsroom.renditions(to, &photo);

    let draft = newsroom.draft(to, &marked("draft", &photo));
    let scheduled = newsroom.draft(to, &marked("scheduled", &photo));
    let later = json!({ "at": "2199-01-01T00:00:00Z" });
    newsroom.post(to, &format!("/articles/{scheduled}/schedule"), &later);
    let mut before = story("Published before");
    before["slug"] = json!("published-before");
    let known = newsroom.draft(to, &before);
    newsroom.publish(to, &known);
    let mut revision = marked("revision", &photo);
    for fixed in ["section", "slug"] {
        revision.as_object_mut().unwrap().remove(fixed);
    }
    newsroom.change(to, "PUT", &format!("/articles/{known}"), &revision);

    let address = |id: &str| read(&newsroom, &node, id)["path"].as_str().unwrap().to_owned();
    let addresses = [address(&draft), address(&scheduled)];
    nowhere(&node, &addresses, &renditions);

    let path = newsroom.publish(to, &draft);
    assert_eq!(node.get(&path).status, 200);
    for photo in &renditions {
        assert_eq!(node.get(photo).status, 200, "{photo}");
    }
    let lists = [
        "/",
        "/news/",
        "/feeds/rss.xml",
        "/feeds/atom.xml",
        "/feeds/feed.json",
        "/news/feeds/rss.xml",
        "/news-sitemap.xml",
    ];
    for list in lists {
        assert!(node.get(list).says(&format!("{WORD} draft")), "{list} lacks the story");
    }
    let search = format!("/search?q={WORD}");
    node.until(&search, |page| page.says(&format!("{path}\"")));
    node.until(&path, |page| page.says(&format!("{WORD} caption")));

    let note = json!({ "note": "Taken back by the newsroom." });
    newsroom.post(to, &format!("/articles/{draft}/withdraw"), &note);
    let gone = node.get(&path);
    assert_eq!(gone.status, 410);
    assert!(gone.says("Taken back by the newsroom.") && !gone.says(WORD), "{gone:?}");
    for list in lists {
        assert!(!node.get(list).says(WORD), "{list} still has the word");
    }
    for photo in &renditions {
        assert_eq!(node.get(photo).status, 404, "{photo}");
    }
    node.until(&search, |page| !page.says(&format!("{path}\"")));
}
