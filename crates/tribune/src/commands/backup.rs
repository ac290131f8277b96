//! A backup is a folder: `tribune.sqlite`, a copy that was checked, and `files/`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use store::{Engine, Files, Location, Store};

use crate::node::{Failure, Node, open_files};
use crate::settings::Settings;

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The folder to write; it must not exist
    folder: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The folder that `tribune backup` wrote
    folder: PathBuf,
}

pub(super) async fn run(node: &Node, backup: &Backup) -> Result<ExitCode, Failure> {
    let folder = &backup.folder;
    if node.store.engine() == Engine::Postgres {
        return Err(
            "A PostgreSQL database is backed up by its own tools, such as pg_dump, and an \
                    S3 store by its versions."
                .into(),
        );
    }
    if folder.exists() {
        return Err(format!("{} exists; name a new folder.", folder.display()).into());
    }
    // Under another name until it is whole, so that a backup that was cut off is not taken for one.
    let unfinished = folder.with_extension("unfinished");
    if unfinished.exists() {
        std::fs::remove_dir_all(&unfinished)?;
    }
    std::fs::create_dir_all(&unfinished)?;
    // The database first: every file that it names is there already, and none is ever deleted.
    node.store.copy_to(&unfinished.join("tribune.sqlite")).await?;
    let to = Files::in_folder(&unfinished.join("files"))?;
    let copied = copy(&node.files, &to).await?;
    std::fs::rename(&unfinished, folder)?;
    println!("Backed up the database and {copied} files into {}.", folder.display());
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn restore(settings: &Settings, restore: &Restore) -> Result<ExitCode, Failure> {
    let Location::Sqlite(database) = settings.location() else {
        return Err(
            "A PostgreSQL database is restored by its own tools, such as pg_restore.".into()
        );
    };
    let copy_of = restore.folder.join("tribune.sqlite");
    if !copy_of.is_file() {
        return Err(format!(
            "{} is no backup: tribune.sqlite is missing.",
            restore.folder.display()
        )
        .into());
    }
    if database.exists() {
        return Err(format!(
            "{} is not empty: it has a database. Restore into a new folder with --data.",
            settings.data.display()
        )
        .into());
    }
    std::fs::create_dir_all(&settings.data)?;
    let from = Files::in_folder(&restore.folder.join("files"))?;
    let copied = copy(&from, &open_files(settings)?).await?;
    // The database last, under its own name only when it is whole: until then nothing is restored.
    let arriving = settings.data.join("tribune.sqlite.arriving");
    std::fs::copy(&copy_of, &arriving)?;
    whole(&arriving).await?;
    std::fs::rename(&arriving, &database)?;
    println!("Restored the database and {copied} files into {}.", settings.data.display());
    Ok(ExitCode::SUCCESS)
}

/// Opens the copy as a database, which brings it up to date, and closes it again.
async fn whole(database: &Path) -> Result<(), Failure> {
    let location = Location::Sqlite(database.to_owned());
    let store = Store::open(&location, base::Random::from_system()).await?;
    store.check().await?;
    store.close().await;
    Ok(())
}

async fn copy(from: &Files, to: &Files) -> Result<usize, Failure> {
    let keys = from.keys().await?;
    for key in &keys {
        to.put(key, from.get(key).await?).await?;
    }
    Ok(keys.len())
}
