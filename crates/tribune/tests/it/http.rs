//! How the program answers over HTTP, whatever is asked of it.

use serde_json::json;

use crate::support::{Newsroom, Place, Tribune, checkout, new_postgres_database, raw, story};

/// A site with one story with a photo, whose slug was another once.
struct Site {
    node: Tribune,
    path: String,
    old: String,
    photo: String,
    _folder: tempfile::TempDir,
}

fn site() -> Site {
    site_with(|place| place)
}

fn site_with(settings: impl FnOnce(Place) -> Place) -> Site {
    let folder = tempfile::tempdir().unwrap();
    let place = settings(Place::alone(folder.path()));
    let newsroom = Newsroom::found(&place);
    let node = Tribune::serve(&place);
    let to = &node.address;
    newsroom.make_section(to, "news", "News");
    let file = std::fs::read(checkout("fixtures/photos/palette.png")).unwrap();
    let id = newsroom.upload(to, "caption=Shown", &file);
    let photo = newsroom.renditions(to, &id).remove(0);
    let mut words = story("A story to ask for");
    words["photo"] = json!({ "id": id });
    let id = newsroom.draft(to, &words);
    let old = newsroom.publish(to, &id);
    let renamed = json!({ "slug": "asked-for" });
    let path = newsroom.post(to, &format!("/articles/{id}/rename"), &renamed)["path"].clone();
    let path = path.as_str().unwrap().to_owned();
    Site { node, path, old, photo, _folder: folder }
}

#[test]
fn what_is_known_already_is_not_sent_again() {
    let Site { node, path, photo, .. } = &site();
    let page = node.get(path).text();
    let script = page.split("/assets/").nth(1).and_then(|rest| rest.split('"').next());
    let asset = script.map(|name| format!("/assets/{name}"));
    let lists = ["/", "/news/", "/feeds/rss.xml", "/feeds/atom.xml", "/feeds/feed.json"];
    let addresses = lists.map(str::to_owned).into_iter().chain([path.clone(), photo.clone()]);
    for address in addresses.chain(asset) {
        let answer = node.get(&address);
        assert_eq!(answer.status, 200, "{address}");
        let etag = answer.header("etag");
        assert!(!etag.is_empty(), "{address} has no ETag");
        let again = node.ask("GET", &address, &[("if-none-match", etag)]);
        assert_eq!((again.status, again.body.len()), (304, 0), "{address}");
        assert_eq!(again.header("etag"), etag, "{address}");
        let other = node.ask("GET", &address, &[("if-none-match", "\"other\"")]);
        assert_eq!((other.status, &other.body), (200, &answer.body), "{address}");
        let head = node.ask("HEAD", &address, &[]);
        assert_eq!((head.status, head.body.len()), (200, 0), "{address}");
        assert_eq!(head.header("content-length"), answer.header("content-length"), "{address}");
        assert_eq!(head.header("etag"), etag, "{address}");
    }
    let forever = node.get(photo).header("cache-control").to_owned();
    assert!(forever.contains("immutable"), "{forever}");
    let shared = node.get(path).header("cache-control").to_owned();
    assert!(shared.contains("s-maxage=5") && shared.contains("max-age=0"), "{shared}");
}

#[test]
fn pages_and_scripts_are_the_same_in_every_coding() {
    let Site { node, path, .. } = &site();
    let page = node.get(path).text();
    let script = page.split("/assets/reader-").nth(1).and_then(|rest| rest.split('"').next());
    for address in [path.clone(), format!("/assets/reader-{}", script.unwrap())] {
        let plain = node.get(&address);
        let coding = (plain.header("content-encoding"), plain.header("vary"));
        assert_eq!(coding, ("", "accept-encoding"), "{address}");
        let gzip = node.ask("GET", &address, &[("accept-encoding", "gzip")]);
        assert_eq!(gzip.header("content-encoding"), "gzip", "{address}");
        let mut unpacked = Vec::new();
        std::io::copy(&mut flate2::read::GzDecoder::new(&*gzip.body), &mut unpacked).unwrap();
        assert_eq!(unpacked, plain.body, "{address}");
        let br = node.ask("GET", &address, &[("accept-encoding", "gzip, br")]);
        assert_eq!(br.header("content-encoding"), "br", "{address}");
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut &*br.body, &mut unpacked).unwrap();
        assert_eq!(unpacked, plain.body, "{address}");
        assert!(br.body.len() < plain.body.len() / 2, "{address}");
    }
}

#[test]
fn other_spellings_of_an_address_lead_to_the_one() {
    let Site { node, path, old, .. } = &site();
    for (from, to) in [
        (old.clone(), path.clone()),
        (format!("{old}/"), path.clone()),
        (format!("{path}/"), path.clone()),
        ("/news".to_owned(), "/news/".to_owned()),
    ] {
        let answer = node.get(&from);
        assert_eq!((answer.status, answer.header("location")), (301, to.as_str()), "{from}");
    }
}

#[test]
fn a_date_is_asked_where_no_name_is() {
    let Site { node, path, .. } = &site();
    let modified = node.get(path).header("last-modified").to_owned();
    assert!(modified.ends_with(" GMT"), "{modified:?}");
    let since = ("if-modified-since", modified.as_str());
    assert_eq!(node.ask("GET", path, &[since]).status, 304);
    assert_eq!(node.ask("GET", path, &[since, ("if-none-match", "\"other\"")]).status, 200);
}

#[test]
fn no_address_can_spoil_another_in_the_cache() {
    let Site { node, .. } = &site();
    let older = "/authors/edna-kern?before=1.00000000000070008000000000000000";
    let status = node.get(older).status;
    assert_eq!(node.get(&older.replace('?', "%3F")).status, 404);
    assert_eq!(node.get("/authors/edna-kern%2Fx").status, 404);
    assert_eq!(node.get(older).status, status);
}

#[test]
fn filters_alone_are_a_question() {
    let Site { node, path, .. } = &site();
    let found = node.until("/search?section=news", |page| page.says(&format!("{path}\"")));
    assert!(found.says("1 story matches."), "{found:?}");
    assert!(node.get("/search?until=1999-01-01").says("No stories match."));
    assert!(!node.get("/search").says("match."));
}

#[test]
fn every_kind_of_answer_is_guarded() {
    let Site { node, path, photo, .. } = &site();
    let rest = [
        "/",
        "/search?q=story",
        "/feeds/rss.xml",
        "/nowhere",
        "/health/live",
        "/metrics",
        "/robots.txt",
        "/api/v1/articles",
        "/api/openapi.json",
        "/assets/none.js",
        "/oembed",
    ];
    let article: [&str; 2] = [path, photo];
    for address in rest.into_iter().chain(article) {
        let answer = node.get(address);
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{address}");
        assert!(!answer.header("referrer-policy").is_empty(), "{address}");
        if answer.header("content-type").starts_with("text/html") {
            let policy = answer.header("content-security-policy");
            assert!(policy.contains("default-src 'none'"), "{address}: {policy:?}");
            assert!(!policy.contains("unsafe-inline"), "{address}: {policy}");
        }
    }
    for address in ["/", path, "/nowhere", "/feeds/rss.xml", "/search"] {
        let answer = node.ask("POST", address, &[]);
        assert_eq!(answer.status, 405, "POST {address}");
        assert!(answer.header("allow").contains("GET"), "POST {address}: {answer:?}");
    }
}

#[test]
fn rubbish_is_refused_and_nothing_breaks_on_sqlite() {
    rubbish_is_refused_and_nothing_breaks(&site());
}

#[test]
fn rubbish_is_refused_and_nothing_breaks_on_postgres() {
    let database = new_postgres_database();
    let site = site_with(|place| place.with("--database-url", database));
    rubbish_is_refused_and_nothing_breaks(&site);
}

fn rubbish_is_refused_and_nothing_breaks(Site { node, path, .. }: &Site) {
    let long = "x".repeat(60_000);
    let paths: Vec<Vec<u8>> = [
        "/%ff%fe",
        "/%00",
        "/news/%00",
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/photos/../../tribune.sqlite/1/w1.jpg",
        "/photos/%2e%2e/1/w320.jpg",
        "/photos/x/y/z",
        "/assets/..%2f..%2fCargo.toml",
        "/news/%E2%80%AE",
        "//",
        "///news//",
        "/news/?before=%ff",
        "/search?q=%ff",
        "/search?q=%00",
        "/search?q=%22%22%22((((",
        "/search?from=rubbish",
        "/search?q=a&section=%00",
        "/oembed?url=%00",
        "/oembed?url=http://[",
        "/authors/%00",
        "/feeds/%00",
        "/sitemaps/99999999999999999999.xml",
        "/sitemaps/-1.xml",
        "*",
    ]
    .iter()
    .map(|path| path.as_bytes().to_vec())
    .chain([
        b"/\xff\xfe".to_vec(),
        format!("/search?q={long}").into_bytes(),
        format!("/{long}").into_bytes(),
        format!("/news/?{long}").into_bytes(),
    ])
    .collect();
    for path in paths {
        let line = [b"GET ", &*path, b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"].concat();
        refused_gently(node, &line);
    }
    for request in [
        format!("GET / HTTP/1.1\r\nhost: x\r\nx-long: {long}{long}{long}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", "a: b\r\n".repeat(5_000)),
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
        "\0\0\0\0\r\n\r\n".to_owned(),
        "NONSENSE\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nhost: a\r\nif-none-match: \u{fe}\r\nconnection: close\r\n\r\n"
            .to_owned(),
        "GET / HTTP/1.1\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\nzzz\r\n"
            .to_owned(),
    ] {
        refused_gently(node, request.as_bytes());
    }
    assert_eq!(node.get(path).status, 200, "the program goes on");
}

fn refused_gently(node: &Tribune, request: &[u8]) {
    let told = raw(&node.address, request).unwrap_or_default();
    let told = String::from_utf8_lossy(&told);
    let what = String::from_utf8_lossy(&request[..request.len().min(80)]).into_owned();
    assert!(!told.starts_with("HTTP/1.1 5"), "{what:?}: {told}");
    assert!(!told.contains("root:"), "{what:?}: {told}");
}

#[test]
fn http_2_is_spoken_without_an_upgrade() {
    let Site { node, .. } = &site();
    // The client's preface, an empty SETTINGS frame, and GOAWAY, after which the server closes.
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    bytes.extend([0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let told = raw(&node.address, &bytes).unwrap();
    assert_eq!(told.get(3), Some(&4), "the server's first frame is SETTINGS: {told:?}");
}
