//! Pages of a discussion, rendered for whoever asks.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::Forum;
use super::isso::Thread;
use super::story::Story;
use crate::bench::http::{Answer, Client};
use crate::bench::process::{Program, Settings};
use crate::bench::report::{Report, Target};
use crate::bench::rounds::Rounds;
use crate::bench::{Bench, Size, as_f64, percentile};

const READERS: usize = 8;
const FIRST_PAGE_MS: f64 = 10.0;
const FIRST_PAGE_KB: f64 = 120.0;
const SCRIPT_KB: f64 = 12.0;

/// By a program that keeps no page.
pub(super) fn uncached(
    bench: &Bench,
    data: &Path,
    story: &Story,
    size: &Size,
    report: &mut Report,
) -> Result<()> {
    let settings = Settings::alone(data).with("--page-cache-mib", "0").on_core(0);
    let program = Program::start(bench, &settings)?;
    let mut client = Client::connect(program.address())?;
    let comments = size.comments;
    for (name, path) in [
        (format!("first page of {comments} comments"), story.discussion().to_owned()),
        (format!("article above {comments} comments"), story.path().to_owned()),
    ] {
        let mut times = Vec::new();
        for asked in 0..size.samples + 20 {
            let answer = found(&mut client, &path)?;
            // The first few open files and fill caches that are not the page cache.
            if asked >= 20 {
                times.push(answer.ms());
            }
        }
        let whole = found(&mut client, &path)?.body.len();
        let packed = client.get_encoded(&path, "br")?.body.len();
        let p50 = percentile(&mut times, 50.0);
        report.add(&format!("{name}, p50"), "ms", p50, Target::AtMost(FIRST_PAGE_MS));
        let p95 = percentile(&mut times, 95.0);
        report.add(&format!("{name}, p95"), "ms", p95, Target::AtMost(FIRST_PAGE_MS));
        report.add(&format!("{name}, size"), "kB", kb(whole), Target::AtMost(FIRST_PAGE_KB));
        report.add(&format!("{name}, compressed"), "kB", kb(packed), Target::None);
    }

    let order = |name: &str| format!("{}?order={name}", story.discussion());
    for (name, path) in [
        ("page after page, the newest first", story.discussion().to_owned()),
        ("page after page, the oldest first", order("oldest")),
        ("page after page, the most recommended first", order("recommended")),
        ("page after page, the most answered first", order("replied")),
    ] {
        let mut times: Vec<f64> = walk(&mut client, &path)?;
        let name = format!("{name}, p95");
        report.add(&name, "ms", percentile(&mut times, 95.0), Target::AtMost(FIRST_PAGE_MS));
    }
    program.stop()
}

/// What is sent to a browser to run beside a discussion; a browser takes it compressed.
pub(super) fn script(story: &Story, report: &mut Report) -> Result<()> {
    let mut client = Client::connect(story.address())?;
    let mut largest: f64 = 0.0;
    for path in [story.path(), story.discussion()] {
        let mut bytes = 0;
        for script in scripts(&found(&mut client, path)?.text()) {
            let answer = client.get_encoded(&script, "br")?;
            ensure!(answer.status == 200, "{script} answered {}", answer.status);
            bytes += answer.body.len();
        }
        largest = largest.max(kb(bytes));
    }
    let name = "scripts of a page with a discussion, as they come";
    report.add(name, "kB", largest, Target::AtMost(SCRIPT_KB));
    Ok(())
}

/// The same number of comments, as each shows them to whoever comes.
pub(super) fn beside_isso(
    ours: &Story,
    theirs: &Thread,
    comments: usize,
    size: &Size,
    report: &mut Report,
) -> Result<()> {
    let time = Duration::from_secs(size.round_secs.into());
    let rounds = Rounds::run(
        size.rounds,
        || read(ours, ours.discussion(), time),
        || read(theirs, &theirs.reading(), time),
    )?;
    let name = format!("{comments} comments beside isso");
    let rate = rounds.median(|it| as_f64(it.times.len()) / it.seconds);
    report.compare(&format!("{name}: rate"), "/s", rate, Target::RatioAtLeast(1.0));
    let p95 = rounds.median(|it| percentile(&mut it.times.clone(), 95.0));
    report.compare(&format!("{name}: p95"), "ms", p95, Target::RatioAtMost(1.0));
    let bytes = rounds.median(|it| kb(it.bytes));
    report.compare(&format!("{name}: size"), "kB", bytes, Target::None);
    let failed = rounds.sum(|it| as_f64(it.failed));
    report.compare(&format!("{name}: errors"), "", failed, Target::AtMost(0.0));

    // isso sends all threads at once, and we send them page by page.
    let rounds = Rounds::run(
        size.rounds,
        || Ok(walk(&mut Client::connect(ours.address())?, ours.discussion())?.iter().sum()),
        || Ok(found(&mut Client::connect(theirs.address())?, &theirs.reading())?.ms()),
    )?;
    let name = format!("{name}: every thread");
    report.compare(&name, "ms", rounds.median(|it: &f64| *it), Target::RatioAtMost(1.0));
    Ok(())
}

struct Read {
    times: Vec<f64>,
    seconds: f64,
    bytes: usize,
    failed: usize,
}

/// Several readers, each of whom asks again once there is an answer.
fn read(forum: &impl Forum, path: &str, time: Duration) -> Result<Read> {
    let bytes = found(&mut Client::connect(forum.address())?, path)?.body.len();
    let began = Instant::now();
    let readers: Result<Vec<(Vec<f64>, usize)>> = thread::scope(|scope| {
        let reader = || -> Result<_> {
            let mut client = Client::connect(forum.address())?;
            let (mut times, mut failed) = (Vec::new(), 0);
            while began.elapsed() < time {
                match found(&mut client, path) {
                    Ok(answer) => times.push(answer.ms()),
                    Err(_) => failed += 1,
                }
            }
            Ok((times, failed))
        };
        let readers: Vec<_> = (0..READERS).map(|_| scope.spawn(reader)).collect();
        readers.into_iter().map(|it| it.join().expect("no reader panics")).collect()
    });
    let seconds = began.elapsed().as_secs_f64();
    let (times, failed): (Vec<_>, Vec<_>) = readers?.into_iter().unzip();
    Ok(Read { times: times.concat(), seconds, bytes, failed: failed.iter().sum() })
}

/// Follows the way to more comments to its end, and answers with the milliseconds of each page.
fn walk(client: &mut Client, path: &str) -> Result<Vec<f64>> {
    let mut times = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let answer = found(client, &path)?;
        times.push(answer.ms());
        next = more(&answer.text());
    }
    ensure!(times.len() > 3, "the discussion ended after {} pages", times.len());
    Ok(times)
}

fn found(client: &mut Client, path: &str) -> Result<Answer> {
    let answer = client.get(path)?;
    ensure!(answer.status == 200, "{path} answered {}", answer.status);
    Ok(answer)
}

fn kb(bytes: usize) -> f64 {
    as_f64(bytes) / 1000.0
}

/// Where the way to more threads leads.
fn more(page: &str) -> Option<String> {
    let rest = page.split("class=\"discussion-more\"").nth(1)?;
    attribute(rest, "href").map(|target| target.replace("&amp;", "&"))
}

/// The addresses of a page's scripts.
fn scripts(page: &str) -> Vec<String> {
    let tags = page.split("<script").skip(1).filter_map(|rest| rest.split('>').next());
    tags.filter_map(|tag| attribute(tag, "src")).collect()
}

/// The first attribute of this name.
fn attribute(html: &str, name: &str) -> Option<String> {
    let (_, rest) = html.split_once(&format!("{name}=\""))?;
    rest.split('"').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_way_to_more_threads_and_not_to_more_answers() {
        let page = r#"<p class="thread-more"><a href="/comments/1">More</a></p>
            <p class="discussion-more"><a href="/discussions/1?order=oldest&amp;after=2">More</a></p>"#;
        assert_eq!(more(page).as_deref(), Some("/discussions/1?order=oldest&after=2"));
        assert_eq!(more(r#"<p class="thread-more"><a href="/comments/1">More</a></p>"#), None);
    }

    #[test]
    fn finds_scripts_and_not_what_is_told_to_machines() {
        let page = r#"<script type="application/ld+json">{"src":"no"}</script>
            <script type="module" src="/assets/reader.js"></script>"#;
        assert_eq!(scripts(page), ["/assets/reader.js"]);
    }
}
