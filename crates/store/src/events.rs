//! The event log: what happened, in the order in which it became true.
//!
//! [`event`] lists every fact there can be. [`Tx::append`](crate::Tx::append) writes one together
//! with the rows it speaks of. A [`Projection`] follows the log behind its own cursor, and
//! [`follow`] drives it.

mod append;
mod cursor;
mod event;
mod runner;

pub use append::{Position, Recorded, after, head};
pub use cursor::Batch;
pub use event::{Event, Method, Touches};
pub use runner::{Follower, Projection, catch_up, follow};
