//! Bringing the schema up to date: forwards only, each step once, on either engine from one text.

use sea_orm::{ConnectionTrait, DatabaseConnection, Statement, TransactionTrait};

use crate::{Engine, Result, StoreError};

/// Every step there ever was, in order. A step that was released is never edited.
const MIGRATIONS: &[(&str, &str)] = &[
    ("0001_the_record", include_str!("../../../migrations/0001_the_record.sql")),
    ("0002_accounts", include_str!("../../../migrations/0002_accounts.sql")),
    ("0003_publishing", include_str!("../../../migrations/0003_publishing.sql")),
    ("0004_signing_in", include_str!("../../../migrations/0004_signing_in.sql")),
    ("0005_the_desk", include_str!("../../../migrations/0005_the_desk.sql")),
    ("0006_versions", include_str!("../../../migrations/0006_versions.sql")),
    ("0007_previews", include_str!("../../../migrations/0007_previews.sql")),
    ("0008_assignments", include_str!("../../../migrations/0008_assignments.sql")),
    ("0009_front_until", include_str!("../../../migrations/0009_front_until.sql")),
    ("0010_the_photo_desk", include_str!("../../../migrations/0010_the_photo_desk.sql")),
    ("0011_margin_notes", include_str!("../../../migrations/0011_margin_notes.sql")),
    ("0012_finding_on_the_desk", include_str!("../../../migrations/0012_finding_on_the_desk.sql")),
    ("0013_discussions", include_str!("../../../migrations/0013_discussions.sql")),
    ("0014_the_moderators_desk", include_str!("../../../migrations/0014_the_moderators_desk.sql")),
    ("0015_checks", include_str!("../../../migrations/0015_checks.sql")),
    ("0016_readers", include_str!("../../../migrations/0016_readers.sql")),
    ("0017_found_by_index", include_str!("../../../migrations/0017_found_by_index.sql")),
    (
        "0018_profiles_and_networks",
        include_str!("../../../migrations/0018_profiles_and_networks.sql"),
    ),
    ("0019_readers_keys", include_str!("../../../migrations/0019_readers_keys.sql")),
    ("0020_the_channel", include_str!("../../../migrations/0020_the_channel.sql")),
    (
        "0021_programmes_with_stories",
        include_str!("../../../migrations/0021_programmes_with_stories.sql"),
    ),
    ("0022_captions", include_str!("../../../migrations/0022_captions.sql")),
    ("0023_recordings", include_str!("../../../migrations/0023_recordings.sql")),
    ("0024_viewers", include_str!("../../../migrations/0024_viewers.sql")),
    ("0025_the_slate_at_will", include_str!("../../../migrations/0025_the_slate_at_will.sql")),
    ("0026_meetings", include_str!("../../../migrations/0026_meetings.sql")),
    ("0027_meetings_on_air", include_str!("../../../migrations/0027_meetings_on_air.sql")),
    ("0028_links_made_anew", include_str!("../../../migrations/0028_links_made_anew.sql")),
    ("0029_seats_come_and_go", include_str!("../../../migrations/0029_seats_come_and_go.sql")),
    ("0030_calendar_sequence", include_str!("../../../migrations/0030_calendar_sequence.sql")),
];

pub(crate) async fn up(engine: Engine, database: &DatabaseConnection) -> Result<()> {
    let tx = database.begin().await?;
    if engine == Engine::Postgres {
        // Nodes that start together wait for the first.
        tx.execute_unprepared("SELECT pg_advisory_xact_lock(7234)").await?;
    }
    tx.execute_unprepared("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY NOT NULL)")
        .await?;
    let backend = database.get_database_backend();
    let done = Statement::from_string(backend, "SELECT name FROM migrations ORDER BY name");
    let done: Vec<String> = tx
        .query_all_raw(done)
        .await?
        .iter()
        .map(|row| row.try_get("", "name"))
        .collect::<Result<_, _>>()?;
    if let Some(unknown) = done.iter().find(|name| MIGRATIONS.iter().all(|(ours, _)| ours != name))
    {
        return Err(StoreError::FromTheFuture(unknown.clone()));
    }
    for (name, text) in MIGRATIONS.iter().filter(|(name, _)| !done.iter().any(|d| d == name)) {
        tx.execute_unprepared(&for_engine(engine, text)).await?;
        // The name is one of the list above.
        tx.execute_unprepared(&format!("INSERT INTO migrations (name) VALUES ('{name}')")).await?;
        tracing::info!("Brought the database to {name}.");
    }
    tx.commit().await?;
    Ok(())
}

/// What the engines spell differently: a number that counts up by itself, and bytes.
fn for_engine(engine: Engine, text: &str) -> String {
    let (position, bytes) = match engine {
        Engine::Sqlite => ("INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL", "BLOB"),
        Engine::Postgres => ("BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "BYTEA"),
    };
    text.replace("{{position}}", position).replace("{{bytes}}", bytes)
}
