//! Instants, as the whole house stores and passes them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An instant: whole microseconds since 1970-01-01T00:00:00Z.
///
/// Serialised as RFC 3339 text in UTC; stored as the integer, because SQLite would compare text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "jiff::Timestamp", into = "jiff::Timestamp")]
#[cfg_attr(feature = "columns", derive(sea_orm::DeriveValueType))]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since 1970; bounded to years that jiff can name.
    pub fn from_micros(micros: i64) -> Self {
        Self(
            micros.clamp(
                jiff::Timestamp::MIN.as_microsecond(),
                jiff::Timestamp::MAX.as_microsecond(),
            ),
        )
    }

    /// Microseconds since 1970.
    pub fn as_micros(self) -> i64 {
        self.0
    }

    /// The same instant for calendar arithmetic and formatting.
    pub fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    /// This instant, later by `duration`.
    #[must_use]
    pub fn plus(self, duration: std::time::Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_add(micros))
    }

    /// This instant, earlier by `duration`.
    #[must_use]
    pub fn minus(self, duration: std::time::Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_sub(micros))
    }

    /// How long after `earlier` this is; zero when it is not after it.
    pub fn since(self, earlier: Self) -> std::time::Duration {
        let micros = self.0.saturating_sub(earlier.0);
        std::time::Duration::from_micros(u64::try_from(micros).unwrap_or(0))
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(instant: jiff::Timestamp) -> Self {
        Self(instant.as_microsecond())
    }
}

impl From<Timestamp> for jiff::Timestamp {
    fn from(instant: Timestamp) -> Self {
        instant.to_jiff()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_jiff().fmt(f)
    }
}
