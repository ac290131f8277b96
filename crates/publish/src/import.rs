//! Markdown files in, as articles: a folder as Hugo, Jekyll and Zola sites have it.

mod date;
mod folder;
mod front;
mod read;
mod recognise;
mod report;
mod write;

use std::path::Path;
use std::sync::Arc;

use accounts::policy::{self, Action};
use base::{Actor, Timestamp};
use jiff::tz::TimeZone;
use store::{Files, Store};

use crate::{PublishError, Result, site};

pub use report::{Notice, Progress, Report};

/// How many files become true together: one flush of the disk for all of them.
const BATCH: usize = 200;

/// Takes every Markdown file below `folder` as an article, through the commands that everybody
/// uses. A file that was taken before and is unchanged is left alone; one that changed becomes the
/// next revision. One that cannot be taken is named in the report, and stops no other.
pub async fn markdown(
    store: &Store,
    files: &Files,
    actor: &Actor,
    folder: &Path,
    progress: &mut (dyn FnMut(Progress) + Send),
    now: Timestamp,
) -> Result<Report> {
    policy::check(actor, Action::EditArticle)?;
    policy::check(actor, Action::PublishArticle)?;
    let site = site::current(store).await?;
    let zone = TimeZone::get(&site.zone).unwrap_or(TimeZone::UTC);
    let known = Arc::new(recognise::known(store).await?);
    let listed = {
        let folder = folder.to_owned();
        blocking(move || folder::list(&folder)).await?
    };
    let mut listed = listed.map_err(|error| {
        PublishError::Invalid(format!(
            "{} cannot be read: {error}. Name a folder with Markdown files.",
            folder.display()
        ))
    })?;
    let mut report = Report::default();
    for page in &listed.section_pages {
        report.ignored += 1;
        report.notices.push(Notice::of_file(
            page,
            "describes its folder and is no article, so it was left out",
        ));
    }
    // What is known comes first, for a new file may be its translation.
    listed.articles.sort_by_key(|source| !known.contains_key(source));
    let total = listed.articles.len();
    let reader = Arc::new(read::Reader::new(listed.root, zone, site.language, known));
    let mut writer = write::Writer::new(store, files, actor, now, progress, total).await?;
    let mut batches = listed.articles.chunks(BATCH).map(<[String]>::to_vec);
    let read = |batch: Vec<String>| {
        let reader = Arc::clone(&reader);
        tokio::task::spawn_blocking(move || {
            batch.iter().map(|source| reader.read(source)).collect::<Vec<_>>()
        })
    };
    // While one batch is written, the next is read on another core.
    let mut reading = batches.next().map(read);
    while let Some(batch) = reading.take() {
        let batch = batch.await.map_err(|_| broken())?;
        reading = batches.next().map(read);
        writer.write(batch, &mut report).await?;
    }
    Ok(report)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|_| broken())
}

fn broken() -> PublishError {
    PublishError::Invalid("The import was interrupted. Run it again: it goes on from there.".into())
}
