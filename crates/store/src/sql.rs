//! SQL as it is written: static text in the subset that both engines share, values bound to `?`.

use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, FromQueryResult};
use sea_orm::{Statement, TryGetable, Value};

use crate::{Engine, Result, Store, StoreError, Tx};

/// A statement to which values can be bound, one for each `?` in order.
///
/// The text is static, so nothing that came from outside can become part of it.
pub fn sql(text: &'static str) -> Sql {
    Sql { text, values: Vec::new() }
}

/// See [`sql`].
#[derive(Debug)]
pub struct Sql {
    text: &'static str,
    values: Vec<Binding>,
}

#[derive(Debug)]
enum Binding {
    One(Box<Value>),
    Many(Vec<Value>),
}

impl Sql {
    /// Binds the next `?`.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(Binding::One(Box::new(value.into())));
        self
    }

    /// Binds the next `?` to a list: `IN (?)` becomes `IN (?, ?, …)`. An empty list matches
    /// nothing.
    #[must_use]
    pub fn bind_all<V: Into<Value>>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        self.values.push(Binding::Many(values.into_iter().map(Into::into).collect()));
        self
    }

    /// The only row, if there is one.
    pub async fn one<T: FromQueryResult>(self, on: &impl Connection) -> Result<Option<T>> {
        let row = on.connection().query_one_raw(self.statement(on)).await?;
        Ok(row.map(|row| T::from_query_result(&row, "")).transpose()?)
    }

    /// All rows.
    pub async fn all<T: FromQueryResult>(self, on: &impl Connection) -> Result<Vec<T>> {
        let rows = on.connection().query_all_raw(self.statement(on)).await?;
        Ok(rows.iter().map(|row| T::from_query_result(row, "")).collect::<Result<_, _>>()?)
    }

    /// The column named `value` of the only row.
    pub async fn value<T: TryGetable>(self, on: &impl Connection) -> Result<T> {
        let text = self.text;
        self.optional(on).await?.ok_or_else(|| StoreError::Unreadable {
            what: "value",
            why: format!("there is no row for {text:?}"),
        })
    }

    /// The column named `value` of the only row, if there is one.
    pub async fn optional<T: TryGetable>(self, on: &impl Connection) -> Result<Option<T>> {
        let row = on.connection().query_one_raw(self.statement(on)).await?;
        Ok(row.map(|row| row.try_get("", "value")).transpose()?)
    }

    /// The column named `value` of all rows.
    pub async fn values<T: TryGetable>(self, on: &impl Connection) -> Result<Vec<T>> {
        let rows = on.connection().query_all_raw(self.statement(on)).await?;
        Ok(rows.iter().map(|row| row.try_get("", "value")).collect::<Result<_, _>>()?)
    }

    /// Runs it, and says how many rows it changed.
    pub async fn run(self, on: &impl Connection) -> Result<u64> {
        Ok(on.connection().execute_raw(self.statement(on)).await?.rows_affected())
    }

    fn statement(self, on: &impl Connection) -> Statement {
        let mut text = String::with_capacity(self.text.len() + 16);
        let mut values = Vec::with_capacity(self.values.len());
        let mut parts = self.text.split('?');
        text.push_str(parts.next().unwrap_or_default());
        let mut bindings = self.values.into_iter();
        for part in parts {
            match bindings.next() {
                Some(Binding::One(value)) => push(&mut text, &mut values, *value, on.engine()),
                Some(Binding::Many(many)) if many.is_empty() => text.push_str("NULL"),
                Some(Binding::Many(many)) => {
                    for (index, value) in many.into_iter().enumerate() {
                        if index > 0 {
                            text.push_str(", ");
                        }
                        push(&mut text, &mut values, value, on.engine());
                    }
                }
                None => unreachable!("{:?} has more `?` than values", self.text),
            }
            text.push_str(part);
        }
        assert!(bindings.next().is_none(), "{:?} has fewer `?` than values", self.text);
        Statement::from_sql_and_values(on.connection().get_database_backend(), text, values)
    }
}

fn push(text: &mut String, values: &mut Vec<Value>, value: Value, engine: Engine) {
    values.push(value);
    match engine {
        Engine::Sqlite => text.push('?'),
        Engine::Postgres => {
            text.push('$');
            text.push_str(&values.len().to_string());
        }
    }
}

/// Where a statement can run: in a [`Tx`], or on a [`Store`], whose readers then answer.
pub trait Connection: Sync {
    /// What SeaORM calls it.
    type Inner: ConnectionTrait;

    /// The connection or transaction underneath.
    fn connection(&self) -> &Self::Inner;

    /// Which engine it is.
    fn engine(&self) -> Engine;
}

impl Connection for Store {
    type Inner = DatabaseConnection;

    fn connection(&self) -> &DatabaseConnection {
        &self.0.readers
    }

    fn engine(&self) -> Engine {
        self.0.engine
    }
}

impl Connection for Tx {
    type Inner = DatabaseTransaction;

    fn connection(&self) -> &DatabaseTransaction {
        &self.inner
    }

    fn engine(&self) -> Engine {
        self.store.0.engine
    }
}
