//! From the word of an editor to the eye of a reader.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::http::Client;
use super::process::{Program, Settings};
use super::report::{Report, Target};
use super::{Bench, Size, percentile};
use crate::postgres::Server;

const SECTION: &str = "bench";

/// The default profile. The clock starts when the command is sent, so its commit is counted, too.
pub(super) fn on_one_node(
    bench: &Bench,
    data: &Path,
    size: &Size,
    report: &mut Report,
) -> Result<()> {
    let settings = Settings::alone(data);
    let program = Program::start(bench, &settings)?;
    let mut editor = program.editor(bench, &settings)?;
    let mut reader = Client::connect(program.address())?;
    add_section(&mut editor)?;

    let (mut fronts, mut seen) = (Vec::new(), Vec::new());
    for number in 0..size.publishes {
        let headline = headline("one node", number);
        let id = draft(&mut editor, &headline)?;
        let began = Instant::now();
        publish(&mut editor, &id)?;
        let front = reader.get_gzip("/")?;
        fronts.push(front.ms());
        seen.push(wait_for(&mut reader, &headline, began)?);
    }
    let name = "front page just after a publish, p99";
    report.add(name, "ms", percentile(&mut fronts, 99.0), Target::AtMost(10.0));
    let name = "publish to visible, same node, p99";
    report.add(name, "ms", percentile(&mut seen, 99.0), Target::AtMost(50.0));
    program.stop()
}

/// Two nodes on one PostgreSQL that syncs its commits, and on one storage.
pub(super) fn on_two_nodes(bench: &Bench, size: &Size, report: &mut Report) -> Result<()> {
    let server = Server::start_durable()?;
    let folder = tempfile::tempdir_in(&bench.folder)?;
    let storage = folder.path().join("storage");
    std::fs::create_dir_all(&storage)?;
    let node = |name: &str| Settings::node(&folder.path().join(name), &server.url(), &storage);
    let here = Program::start(bench, &node("here"))?;
    let there = Program::start(bench, &node("there"))?;
    let mut editor = here.editor(bench, &node("here"))?;
    let mut reader = Client::connect(there.address())?;
    add_section(&mut editor)?;

    let mut seen = Vec::new();
    for number in 0..size.publishes {
        let headline = headline("two nodes", number);
        let id = draft(&mut editor, &headline)?;
        let began = Instant::now();
        publish(&mut editor, &id)?;
        seen.push(wait_for(&mut reader, &headline, began)?);
    }
    let name = "publish to visible, another node, p99";
    report.add(name, "ms", percentile(&mut seen, 99.0), Target::AtMost(150.0));
    there.stop()?;
    here.stop()
}

fn headline(run: &str, number: usize) -> String {
    format!("Seen on {run}, number {number}.")
}

fn add_section(editor: &mut Client) -> Result<()> {
    let section = json!({ "path": SECTION, "name": "Bench" });
    editor.send("POST", "/api/v1/sections", &section)?;
    Ok(())
}

fn draft(editor: &mut Client, headline: &str) -> Result<String> {
    let article = json!({
        "section": SECTION,
        "headline": headline,
        "kind": "news",
        "language": "en",
        "byline": [{ "name": "Bench" }],
        "body_markdown": "It is told at once.",
    });
    let made = editor.send("POST", "/api/v1/articles", &article)?;
    Ok(made["id"].as_str().context("the new article has no id")?.to_owned())
}

fn publish(editor: &mut Client, id: &str) -> Result<()> {
    editor.send("POST", &format!("/api/v1/articles/{id}/publish"), &json!({}))?;
    Ok(())
}

/// Asks for the front page until it shows the headline, and answers with the milliseconds since.
fn wait_for(reader: &mut Client, headline: &str, began: Instant) -> Result<f64> {
    loop {
        let front = reader.get("/")?;
        let elapsed = began.elapsed();
        if front.text().contains(headline) {
            return Ok(elapsed.as_secs_f64() * 1000.0);
        }
        ensure!(elapsed < Duration::from_secs(10), "the front page never showed {headline:?}");
    }
}
