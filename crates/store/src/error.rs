use sea_orm::{DbErr, SqlErr};

/// Why the record could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The engine is one that loses data.
    #[error(
        "SQLite {0} can corrupt a database in WAL mode; Tribune needs 3.51.3 or newer. Build it \
         with the SQLite that its lock file names."
    )]
    SqliteTooOld(String),
    /// The data was written by a newer Tribune.
    #[error(
        "The database has the migration {0:?}, which this Tribune does not know. Use the version \
         that wrote it, or a newer one."
    )]
    FromTheFuture(String),
    /// A value that must be unique is there already.
    #[error("The same value is stored already: {0}")]
    Taken(String),
    /// A stored value is not what this program writes.
    #[error("The stored {what} cannot be read: {why}")]
    Unreadable {
        /// Which value.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// No such database can be opened.
    #[error("The database cannot be opened at {at}: {why}")]
    CannotOpen {
        /// Where it was looked for, without secrets.
        at: String,
        /// What is wrong.
        why: String,
    },
    /// Anything else that the engine says.
    #[error("The database failed: {0}")]
    Database(DbErr),
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(what)) => Self::Taken(what),
            _ => Self::Database(error),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(DbErr::Conn(sea_orm::RuntimeErr::SqlxError(error.into())))
    }
}
