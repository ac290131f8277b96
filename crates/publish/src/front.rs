//! The editor-ordered top of the front page.

mod arrange;
mod queries;

pub use arrange::{PLACES_MAX, arrange};
pub use queries::places;
