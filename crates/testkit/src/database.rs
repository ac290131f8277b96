use std::ops::Deref;

use base::Random;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};
use store::{Location, Store};
use tempfile::TempDir;

/// An empty database of its own, gone when the test ends.
pub struct TestStore {
    store: Store,
    location: Location,
    folder: TempDir,
}

impl TestStore {
    /// In a file of a temporary folder.
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let location = Location::Sqlite(folder.path().join("tribune.sqlite"));
        Self::open(location, folder).await
    }

    /// On the PostgreSQL that `cargo xtask with-postgres` runs.
    ///
    /// # Panics
    /// When the tests were not started by it.
    pub async fn postgres() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let location = Location::Postgres(new_postgres_database().await);
        Self::open(location, folder).await
    }

    async fn open(location: Location, folder: TempDir) -> Self {
        let store = Store::open(&location, Random::from_system()).await.expect("a database");
        Self { store, location, folder }
    }

    /// Where the database is, for a second node.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// A folder that lives as long as the database.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Opens the same database once more, as another node would.
    pub async fn another_node(&self) -> Store {
        Store::open(&self.location, Random::from_system()).await.expect("the same database")
    }

    /// Closes it, and drops what lies on a server.
    pub async fn close(self) {
        self.store.close().await;
        if let Location::Postgres(url) = &self.location {
            let name = url.rsplit('/').next().unwrap_or_default();
            let mut server = server().await;
            let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            server.execute(sqlx::AssertSqlSafe(drop)).await.expect("the database goes");
            server.close().await.expect("the connection closes");
        }
    }
}

impl Deref for TestStore {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

impl store::Connection for TestStore {
    type Inner = <Store as store::Connection>::Inner;

    fn connection(&self) -> &Self::Inner {
        self.store.connection()
    }

    fn engine(&self) -> store::Engine {
        self.store.engine()
    }
}

/// Makes an empty database on the test server, and gives its address.
pub async fn new_postgres_database() -> String {
    let name = format!("t{:x}", u128::from_le_bytes(Random::from_system().bytes()));
    let mut server = server().await;
    let create = format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'");
    server.execute(sqlx::AssertSqlSafe(create)).await.expect("a new database");
    server.close().await.expect("the connection closes");
    let server = address();
    let (server, _) = server.rsplit_once('/').expect("an address that names a database");
    format!("{server}/{name}")
}

async fn server() -> sqlx::PgConnection {
    let options: sqlx::postgres::PgConnectOptions = address().parse().expect("an address");
    options.connect().await.expect("the test server answers")
}

fn address() -> String {
    std::env::var("TRIBUNE_TEST_POSTGRES_URL").expect(
        "these tests need a PostgreSQL: run `make test`, or \
         `cargo xtask with-postgres -- cargo nextest run`",
    )
}
