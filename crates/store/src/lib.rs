//! The record: one database behind two engines, the event log in it, and the files beside it.
//!
//! A change is a transaction: [`Store::begin`] gives a [`Tx`], a product's command writes its rows
//! and appends its facts to it, and [`Tx::commit`] makes both true together. What follows from a
//! change reads the log behind a cursor: see [`events`].
//!
//! Absent from here: what the rows mean. No product's rules, no HTTP.

mod connect;
mod error;
pub mod events;
mod files;
pub mod jobs;
mod migrate;
mod sql;
mod wake;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base::{Random, Timestamp, TypedId};
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};

pub use connect::Location;
pub use error::StoreError;
pub use events::{Event, Position};
pub use files::{FileError, Files};
pub use sea_orm::FromQueryResult;
pub use sql::{Connection, Sql, sql};

use wake::Wake;

/// What every query and command gives.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Which database engine is behind a [`Store`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// One file in the data folder.
    Sqlite,
    /// PostgreSQL, or what speaks its protocol.
    Postgres,
}

/// A database, open and migrated. Cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    engine: Engine,
    /// One connection, since changes run one at a time.
    writer: DatabaseConnection,
    readers: DatabaseConnection,
    wake: Wake,
    /// Held only while an id is made.
    random: Mutex<Random>,
}

impl Store {
    /// Opens the database at `location`, and brings its schema up to date.
    pub async fn open(location: &Location, random: Random) -> Result<Self> {
        let opened = connect::open(location).await?;
        migrate::up(opened.engine, &opened.writer).await?;
        Ok(Self(Arc::new(Inner {
            engine: opened.engine,
            wake: Wake::start(opened.postgres),
            writer: opened.writer,
            readers: opened.readers,
            random: Mutex::new(random),
        })))
    }

    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        self.0.engine
    }

    /// Begins a change. One change is under way at a time, on either engine: the log's order is
    /// then the order of commits, and no reader of the log can skip an event.
    pub async fn begin(&self) -> Result<Tx> {
        let options = TransactionOptions {
            sqlite_transaction_mode: (self.engine() == Engine::Sqlite)
                .then_some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let asked = Instant::now();
        let inner = self.0.writer.begin_with_options(options).await?;
        let tx = Tx { inner, store: self.clone(), appended: false, forgets: false };
        if self.engine() == Engine::Postgres {
            sql("SELECT 1 AS one FROM pg_advisory_xact_lock(7235)").run(&tx).await?;
        }
        tell_if_long("A change waited for its turn", asked);
        Ok(tx)
    }

    /// The database's own clock, where it has one apart from this machine's.
    pub async fn database_time(&self) -> Result<Option<Timestamp>> {
        if self.engine() == Engine::Sqlite {
            return Ok(None);
        }
        let micros: i64 =
            sql("SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT AS value")
                .value(self)
                .await?;
        Ok(Some(Timestamp::from_micros(micros)))
    }

    /// Changes whenever something may have been appended to the log, here or on another node.
    /// It may change without cause, and a slow poll belongs behind it.
    pub fn woken(&self) -> tokio::sync::watch::Receiver<u64> {
        self.0.wake.subscribe()
    }

    /// An id that never was.
    pub fn new_id<I: TypedId>(&self, now: Timestamp) -> I {
        I::new(now, &mut self.0.random.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Random bytes fit for a secret.
    pub fn secret<const N: usize>(&self) -> [u8; N] {
        self.0.random.lock().unwrap_or_else(PoisonError::into_inner).bytes()
    }

    /// Copies the whole database into a new SQLite file, as it stands at one moment.
    pub async fn copy_to(&self, file: &std::path::Path) -> Result<()> {
        connect::copy_to(self, file).await
    }

    /// Has SQLite read the whole database and say whether it is sound; PostgreSQL looks after that
    /// itself.
    pub async fn check(&self) -> Result<()> {
        if self.engine() == Engine::Postgres {
            return Ok(());
        }
        #[derive(FromQueryResult)]
        struct Verdict {
            integrity_check: String,
        }
        let verdict: Option<Verdict> = sql("PRAGMA integrity_check").one(self).await?;
        match verdict {
            Some(verdict) if verdict.integrity_check == "ok" => Ok(()),
            other => Err(StoreError::Unreadable {
                what: "database",
                why: other.map_or_else(String::new, |verdict| verdict.integrity_check),
            }),
        }
    }

    /// Closes every connection, after those in use are given back.
    pub async fn close(&self) {
        self.0.wake.stop();
        let closed = [self.0.writer.clone().close().await, self.0.readers.clone().close().await];
        for error in closed.into_iter().filter_map(std::result::Result::err) {
            tracing::warn!("The database did not close cleanly: {error}.");
        }
    }
}

/// Says what took so long that those who write have noticed it.
fn tell_if_long(what: &str, since: Instant) {
    const LONG: Duration = Duration::from_secs(5);
    let took = since.elapsed();
    if took >= LONG {
        tracing::warn!("{what} for {took:.0?}.");
    }
}

/// A change under way: dropped without [`Tx::commit`], it never happened.
pub struct Tx {
    inner: DatabaseTransaction,
    store: Store,
    appended: bool,
    forgets: bool,
}

impl Tx {
    /// Makes the change true and wakes those who follow the log.
    pub async fn commit(self) -> Result<()> {
        let asked = Instant::now();
        self.inner.commit().await?;
        if self.appended {
            self.store.0.wake.wake();
        }
        if self.forgets {
            connect::empty_log(&self.store).await;
        }
        tell_if_long("The disk was busy with a change", asked);
        Ok(())
    }

    /// Once it is committed, nothing that this change deletes stands on the disk any more: SQLite's
    /// write-ahead log would keep it for a while. PostgreSQL overwrites it when it vacuums.
    pub fn forget_for_good(&mut self) {
        self.forgets = true;
    }

    /// Has those woken who wait for changes, though this one is no event: see [`Store::woken`].
    pub fn wake_others(&mut self) {
        self.appended = true;
    }

    /// An id that never was.
    pub fn new_id<I: TypedId>(&self, now: Timestamp) -> I {
        self.store.new_id(now)
    }

    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        self.store.engine()
    }
}
