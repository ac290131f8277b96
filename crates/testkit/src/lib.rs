//! For tests alone: empty databases on both engines, an authenticator, and an S3 server.
//!
//! Absent from here: anything that the program itself needs.

mod authenticator;
mod database;
#[cfg(feature = "s3")]
mod s3;

pub use authenticator::Authenticator;
pub use database::{TestStore, new_postgres_database};
#[cfg(feature = "s3")]
pub use s3::S3;

/// The first of January 2026, noon in UTC: when tests begin.
pub fn noon() -> base::Timestamp {
    base::Timestamp::from_micros(1_767_268_800_000_000)
}

/// Makes one test for each engine of `async fn name(store: &TestStore) { … }`.
#[macro_export]
macro_rules! on_both_engines {
    ($($(#[$attribute:meta])* async fn $name:ident($store:ident: &TestStore) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            $(#[$attribute])*
            async fn check($store: &$crate::TestStore) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let store = $crate::TestStore::sqlite().await;
                check(&store).await;
                store.close().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let store = $crate::TestStore::postgres().await;
                check(&store).await;
                store.close().await;
            }
        }
    )*};
}
