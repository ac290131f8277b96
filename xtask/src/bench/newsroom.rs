//! What those feel who work in the newsroom. `e2e/bench/newsroom.bench.ts` measures it, for only a
//! browser knows when a letter is on its screen.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::report::{Report, Target};
use super::{Bench, Size, percentile, printed};

const STORIES: usize = 50;
const PEOPLE: usize = 10;
const WORDS: usize = 1500;

pub(super) fn measure(
    bench: &Bench,
    data: &Path,
    archive: usize,
    size: &Size,
    report: &mut Report,
) -> Result<()> {
    let file = bench.folder.join("newsroom.json");
    let plan = json!({
        "data": data,
        "figures": file,
        "stories": STORIES,
        "people": PEOPLE,
        "words": WORDS,
        "keystrokes": size.keystrokes,
        "openings": size.openings,
    });
    in_browsers(bench, "newsroom.bench.ts", &plan)?;
    let figures: Value = serde_json::from_slice(&std::fs::read(&file)?)?;

    let name = format!("key to another's screen, {PEOPLE} in the story, {STORIES} open, p95");
    report.add(&name, "ms", p95(&figures["seen"])?, Target::AtMost(100.0));
    let memory = figures["memory"].as_f64().context("the memory was not measured")?;
    let name = format!("memory of an open story of {WORDS} words");
    report.add(&name, "MiB", memory, Target::AtMost(1.0));
    report.add("opening a story, p95", "ms", p95(&figures["opening"])?, Target::AtMost(200.0));
    for (list, times) in figures["desk"].as_object().context("the desk was not measured")? {
        let name = format!("desk with {archive} stories, {list}, p95");
        report.add(&name, "ms", p95(times)?, Target::AtMost(50.0));
    }
    Ok(())
}

/// Runs one of the files in `e2e/bench/`.
pub(super) fn in_browsers(bench: &Bench, file: &str, plan: &Value) -> Result<()> {
    printed(&mut browsers(bench, file, plan)?)?;
    Ok(())
}

/// What runs one of the files in `e2e/bench/`.
pub(super) fn browsers(bench: &Bench, file: &str, plan: &Value) -> Result<Command> {
    let mut command = Command::new("npx");
    command
        .args([
            "--no-install",
            "playwright",
            "test",
            "--config",
            "bench/playwright.config.ts",
            file,
        ])
        .current_dir(crate::tidy::root()?.join("e2e"))
        .env("TRIBUNE_BIN", &bench.binary)
        .env("TRIBUNE_BENCH", plan.to_string());
    Ok(command)
}

fn p95(times: &Value) -> Result<f64> {
    let times = times.as_array().context("something was not measured")?;
    let mut times: Vec<f64> = times.iter().filter_map(Value::as_f64).collect();
    Ok(percentile(&mut times, 95.0))
}
