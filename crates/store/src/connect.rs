//! Opening either engine with the settings that keep what was acknowledged.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, SqlxPostgresConnector, SqlxSqliteConnector};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use crate::{Connection as _, Engine, Result, Store, StoreError};

const BUSY: Duration = Duration::from_secs(5);
const READERS: u32 = 4;
const POSTGRES_READERS: u32 = 15;
/// What PostgreSQL is asked to watch for us. A node that is lost in the middle of a change holds
/// the lock under which all others write: its session must end long before TCP gives it up.
const POSTGRES_WATCH: [(&str, &str); 6] = [
    ("idle_in_transaction_session_timeout", "30s"),
    ("lock_timeout", "30s"),
    ("tcp_keepalives_idle", "10"),
    ("tcp_keepalives_interval", "5"),
    ("tcp_keepalives_count", "4"),
    ("tcp_user_timeout", "30s"),
];

/// Where the database is.
#[derive(Clone, Debug)]
pub enum Location {
    /// A file, made when it is missing.
    Sqlite(PathBuf),
    /// A `postgres://` address.
    Postgres(String),
}

pub(crate) struct Opened {
    pub(crate) engine: Engine,
    pub(crate) writer: DatabaseConnection,
    pub(crate) readers: DatabaseConnection,
    pub(crate) postgres: Option<sqlx::PgPool>,
}

pub(crate) async fn open(location: &Location) -> Result<Opened> {
    match location {
        Location::Sqlite(file) => open_sqlite(file).await.map_err(|error| match error {
            StoreError::SqliteTooOld(_) => error,
            other => cannot_open(&file.display().to_string(), &other),
        }),
        Location::Postgres(url) => open_postgres(url).await,
    }
}

async fn open_sqlite(file: &Path) -> Result<Opened> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY)
        .foreign_keys(true)
        // What is deleted is overwritten, and not only left to be found.
        .pragma("secure_delete", "on");
    let writer = lasting(SqlitePoolOptions::new()).max_connections(1);
    let writer = writer.connect_with(options.clone()).await?;
    assert_sqlite_is_sound(&writer).await?;
    let readers = lasting(SqlitePoolOptions::new())
        .max_connections(READERS)
        .connect_lazy_with(options.pragma("query_only", "on"));
    Ok(Opened {
        engine: Engine::Sqlite,
        writer: SqlxSqliteConnector::from_sqlx_sqlite_pool(writer),
        readers: SqlxSqliteConnector::from_sqlx_sqlite_pool(readers),
        postgres: None,
    })
}

/// A connection to a file does not go stale: to close and reopen it would only lose its cache.
fn lasting(options: SqlitePoolOptions) -> SqlitePoolOptions {
    options.idle_timeout(None).max_lifetime(None).test_before_acquire(false)
}

/// Versions up to 3.51.2 can corrupt a WAL database (sqlite.org/wal.html#walresetbug).
async fn assert_sqlite_is_sound(pool: &SqlitePool) -> Result<()> {
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(pool).await?;
    let numbers: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    if numbers.as_slice() < [3, 51, 3].as_slice() {
        return Err(StoreError::SqliteTooOld(version));
    }
    Ok(())
}

async fn open_postgres(url: &str) -> Result<Opened> {
    let options: PgConnectOptions =
        url.parse().map_err(|error: sqlx::Error| cannot_open("--database-url", &error.into()))?;
    let at = format!("{}:{}", options.get_host(), options.get_port());
    let options = options.application_name("tribune").options(POSTGRES_WATCH);
    let pool = |connections| {
        let pool = PgPoolOptions::new().max_connections(connections);
        pool.acquire_timeout(Duration::from_secs(30)).connect_with(options.clone())
    };
    // Changes run one at a time: those that wait must not hold the connections of readers.
    let writer = pool(1).await.map_err(|error| cannot_open(&at, &error.into()))?;
    let readers = pool(POSTGRES_READERS).await.map_err(|error| cannot_open(&at, &error.into()))?;
    Ok(Opened {
        engine: Engine::Postgres,
        writer: SqlxPostgresConnector::from_sqlx_postgres_pool(writer),
        readers: SqlxPostgresConnector::from_sqlx_postgres_pool(readers.clone()),
        postgres: Some(readers),
    })
}

fn cannot_open(at: &str, why: &StoreError) -> StoreError {
    StoreError::CannotOpen { at: at.to_owned(), why: why.to_string() }
}

/// Has SQLite carry its write-ahead log over into the database, and cut it off.
pub(crate) async fn empty_log(store: &Store) {
    if store.engine() == Engine::Postgres {
        return;
    }
    let statement = sea_orm::Statement::from_string(
        store.connection().get_database_backend(),
        "PRAGMA wal_checkpoint(TRUNCATE)",
    );
    let done = store.0.writer.query_one_raw(statement).await;
    let busy = done.and_then(|row| row.map_or(Ok(0), |row| row.try_get::<i32>("", "busy")));
    match busy {
        Ok(0) => {}
        // The change itself has been made: whoever asked for it is not told otherwise.
        Ok(_) => tracing::warn!(
            "Somebody reads for so long that what was deleted stands in the database's log a while."
        ),
        Err(error) => {
            tracing::warn!("What was deleted stands in the database's log a while: {error}.");
        }
    }
}

pub(crate) async fn copy_to(store: &Store, file: &Path) -> Result<()> {
    if store.engine() == Engine::Postgres {
        return Err(StoreError::Unreadable {
            what: "database",
            why: "a PostgreSQL database is copied by pg_dump".to_owned(),
        });
    }
    // The reader's connection refuses it, because it counts as a write of the other file.
    let name = file.display().to_string();
    let statement = sea_orm::Statement::from_sql_and_values(
        store.connection().get_database_backend(),
        "VACUUM INTO ?",
        [name.into()],
    );
    store.0.writer.execute_raw(statement).await?;
    let copy = SqliteConnectOptions::new().filename(file).read_only(true);
    let copy = SqlitePoolOptions::new().max_connections(1).connect_with(copy).await?;
    let verdict: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&copy).await?;
    copy.close().await;
    if verdict == "ok" {
        Ok(())
    } else {
        Err(StoreError::Unreadable { what: "copy", why: verdict })
    }
}
