//! The commands that operators type.

use crate::support::{Newsroom, Place, Tribune, checkout, story};

fn said(output: &std::process::Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!("{}{}", String::from_utf8_lossy(out), String::from_utf8_lossy(err))
}

#[test]
fn check_tells_what_is_wrong_and_where() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::alone(&folder.path().join("data"));
    assert!(place.run(&["check"]).status.success());

    let theme = folder.path().join("theme");
    std::fs::create_dir_all(theme.join("templates")).unwrap();
    std::fs::write(theme.join("templates/article.html"), "<p>\n{% if %}").unwrap();
    let in_the_way = folder.path().join("a-file");
    std::fs::write(&in_the_way, "").unwrap();
    let cases = [
        (place.clone().with("--theme", theme.display()), "article.html:2"),
        (Place::alone(&in_the_way), "a-file"),
        (place.clone().with("--database-url", "postgres://nobody@127.0.0.1:1/none"), "database"),
        (place.clone().with("--storage-url", "nonsense://x"), "nonsense://x"),
        (place.clone().with("--trusted-proxies", "everyone"), "everyone"),
    ];
    for (place, wanted) in cases {
        let output = place.run(&["check"]);
        assert!(!output.status.success(), "{place:?}");
        let said = said(&output);
        let failed: Vec<_> = said.lines().filter(|line| line.starts_with("failed")).collect();
        assert!(failed.iter().any(|line| line.contains(wanted)), "{wanted:?} is not in {said}");
    }
}

#[test]
fn a_variable_goes_before_the_file_and_a_flag_before_both() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("settings.toml");
    let [file, variable, flag] = ["file", "variable", "flag"].map(|name| folder.path().join(name));
    std::fs::write(&config, format!("data = {:?}", file.display().to_string())).unwrap();
    let run = |variable: Option<&std::path::Path>, flag: Option<&std::path::Path>| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tribune"));
        command.arg("check").arg("--config").arg(&config).env_remove("TRIBUNE_DATABASE_URL");
        command.env_remove("TRIBUNE_DATA");
        command.envs(variable.map(|path| ("TRIBUNE_DATA", path)));
        command.args(flag.map(|path| format!("--data={}", path.display())));
        assert!(command.output().unwrap().status.success());
    };
    run(None, None);
    assert!(file.join("tribune.sqlite").exists() && !variable.exists());
    run(Some(&variable), None);
    assert!(variable.join("tribune.sqlite").exists() && !flag.exists());
    run(Some(&variable), Some(&flag));
    assert!(flag.join("tribune.sqlite").exists());
}

#[test]
fn a_backup_taken_while_writing_goes_on_restores_to_the_same_pages() {
    let folder = tempfile::tempdir().unwrap();
    let place =
        Place::alone(&folder.path().join("data")).with("--public-url", "https://n.example/");
    let newsroom = Newsroom::found(&place);
    let node = Tribune::serve(&place);
    newsroom.make_section(&node.address, "news", "News");
    let publish = |headline: &str| {
        let id = newsroom.draft(&node.address, &story(headline));
        newsroom.publish(&node.address, &id)
    };
    let before: Vec<String> = (0..5).map(|n| publish(&format!("Before {n}"))).collect();

    let backup = folder.path().join("backup");
    let backup = backup.to_str().unwrap();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0.. {
                publish(&format!("Meanwhile {n}"));
                if done.load(std::sync::atomic::Ordering::Relaxed) {
                    return;
                }
            }
        });
        let output = place.run(&["backup", backup]);
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(output.status.success(), "{}", said(&output));
    });

    let new = place.clone().elsewhere(&folder.path().join("new"));
    new.tell(&["restore", backup]);
    let restored = Tribune::serve(&new);
    for path in &before {
        let (page, same) = (node.get(path), restored.get(path));
        assert_eq!(same.status, 200, "{path}");
        assert!(same.says("Before"), "{path}: {same:?}");
        assert_eq!(page.header("content-type"), same.header("content-type"));
    }
    restored.until("/search?q=before", |page| page.says(&format!("{}\"", before[0])));
    let again = new.run(&["restore", backup]);
    assert!(!again.status.success() && said(&again).contains("not empty"), "{}", said(&again));
    let twice = place.run(&["backup", backup]);
    assert!(!twice.status.success() && said(&twice).contains("exists"), "{}", said(&twice));
}

#[test]
fn import_can_be_repeated_and_export_can_be_imported() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::alone(&folder.path().join("data"));
    let demo = checkout("fixtures/demo");
    let demo = demo.to_str().unwrap();
    let first = place.tell(&["import", "markdown", demo]);
    let second = place.tell(&["import", "markdown", demo]);
    assert_ne!(first, second);
    assert!(second.contains("unchanged"), "{second}");

    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    place.tell(&["export", "markdown", one.to_str().unwrap()]);
    let other = Place::alone(&folder.path().join("other"));
    other.tell(&["import", "markdown", one.to_str().unwrap()]);
    other.tell(&["export", "markdown", two.to_str().unwrap()]);
    let (one, two) = (files_of(&one), files_of(&two));
    assert!(one.len() > 15, "{:?}", one.keys());
    assert_eq!(one.len(), two.len());
    for (name, bytes) in one.iter().filter(|(name, _)| name.ends_with(".md")) {
        assert_eq!(without_photo_ids(bytes), without_photo_ids(&two[name]), "{name}");
    }
}

/// A photo is named by its id, which each database gives anew.
fn without_photo_ids(bytes: &[u8]) -> String {
    const ID_LENGTH: usize = 36;
    let text = String::from_utf8_lossy(bytes);
    let mut parts = text.split("photos/");
    let mut without = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        without.push_str("photos/");
        without.push_str(part.get(ID_LENGTH..).unwrap_or(part));
    }
    without
}

/// Every file below, by its path.
fn files_of(folder: &std::path::Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let mut found = std::collections::BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

#[test]
fn projections_are_listed_and_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::alone(folder.path());
    let newsroom = Newsroom::found(&place);
    let node = Tribune::serve(&place);
    newsroom.make_section(&node.address, "news", "News");
    let id = newsroom.draft(&node.address, &story("Found again"));
    let path = newsroom.publish(&node.address, &id);
    node.kill();
    let listed = place.tell(&["projection", "list"]);
    assert!(listed.contains("search") && listed.contains("renditions"), "{listed}");
    for name in ["search", "renditions"] {
        assert!(place.tell(&["projection", "rebuild", name]).contains(name));
    }
    let wrong = place.run(&["projection", "rebuild", "nothing"]);
    assert!(!wrong.status.success() && said(&wrong).contains("there are"), "{}", said(&wrong));
    let node = Tribune::serve(&place);
    node.until("/search?q=found", |page| page.says(&format!("{path}\"")));
}

#[test]
fn the_demos_main_story_stands_whole_and_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let node = Tribune::start(&Place::alone(folder.path()), "demo");
    let path = "/news/russia/putin-and-biden-end-video-meeting";
    let page = node.until(path, |page| page.status == 200 && page.says("<picture"));
    let page = plain(&page.text());

    let source = checkout("fixtures/demo/putin-and-biden-end-video-meeting.md");
    let source = std::fs::read_to_string(source).unwrap();
    let (_, rest) = source.split_once("---\n").unwrap();
    let (front, body) = rest.split_once("---\n").unwrap();
    let key = |name: &str| {
        let mut lines = front.lines().map(str::trim_start);
        let value = lines.find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap();
        value.trim_matches('"').to_owned()
    };
    let mut wanted = vec!["News".into(), "Russia".into(), "Opinion".into(), key("title")];
    wanted.extend([key("deck"), key("caption"), key("credit"), "2021".into()]);
    let header = wanted.len();
    for line in body.lines().map(|line| line.trim_start_matches("> ").trim()) {
        let related = line.strip_prefix("{{< related title=\"");
        let line = related.and_then(|rest| rest.strip_suffix("\" >}}")).unwrap_or(line);
        if line.len() > 1 && !line.starts_with('—') {
            wanted.push(line.to_owned());
        }
    }
    // The head may be laid out as a designer likes; what is told is told in its order.
    let title = page.rfind(&words(&key("title"))).map(|_| page.find(&words(&key("deck"))));
    assert!(title.flatten().is_some(), "the headline and its deck are missing");
    for piece in &wanted[..header] {
        assert!(page.contains(&words(piece)), "{piece:?} is missing");
    }
    let mut at = page.find(&words(&wanted[header])).expect("the first paragraph");
    for piece in &wanted[header..] {
        let piece = words(piece);
        let found = page[at..].find(&piece);
        at += found.unwrap_or_else(|| panic!("{piece:?} is missing, or out of order"));
    }
    let related = front.lines().filter_map(|line| line.strip_prefix("  - "));
    for piece in related.skip(1).map(|line| words(line.trim_matches('"'))) {
        assert!(page.contains(&piece), "{piece:?} is missing");
    }
}

/// A page's words without its marks.
fn plain(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<') {
        text.push_str(part.split_once('>').map_or(part, |(_, rest)| rest));
    }
    let known =
        [("&amp;", "&"), ("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&apos;", "'")];
    words(&known.iter().fold(text, |text, (from, to)| text.replace(from, to)))
}

/// The words alone: typographers may bend quotation marks and break lines.
fn words(text: &str) -> String {
    let straight = text.replace(['“', '”'], "\"").replace(['‘', '’'], "'");
    straight.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_program_opens_as_many_files_as_it_is_let() {
    let folder = tempfile::tempdir().unwrap();
    let node = Tribune::serve(&Place::alone(folder.path()).with_open_files(256, 900));
    assert_eq!(node.open_files(), 900);
}

#[test]
fn a_stream_key_is_made_listed_and_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::alone(folder.path());
    let run = |words: &[&str]| {
        let output = place.command(words).output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout.clone()).unwrap(), said(&output))
    };
    let (made, text, _) = run(&["stream-key", "add", "--name", "The hall", "--backup"]);
    assert!(made && text.trim().len() > 20, "{text}");
    let (_, list, _) = run(&["stream-key", "list"]);
    assert!(list.contains("backup  The hall") && !list.contains(text.trim()), "{list}");
    let id = list.split_whitespace().next().unwrap();
    assert!(run(&["stream-key", "revoke", id]).0);
    assert_eq!(run(&["stream-key", "list"]).1.trim(), "");
    let (again, _, why) = run(&["stream-key", "revoke", id]);
    assert!(!again && why.contains("There is no such stream key"), "{why}");
}
