//! What every other crate may rely on: typed ids, the clock, randomness, who acts, and limits.
//!
//! Absent from here: input and output of any kind, except reading the clock in [`SystemClock`].

mod actor;
mod clock;
mod ids;
pub mod limits;
mod random;
mod slug;
mod time;

pub use actor::{Actor, Grant, Role, Scope};
pub use clock::{Clock, DueClock, ManualClock, SystemClock};
pub use ids::{
    ArticleId, CorrectionId, InvitationId, JobId, PasskeyId, PersonId, PhotoId, RevisionId,
    SectionId, SessionId, TokenId, TypedId,
};
pub use random::Random;
pub use slug::{is_slug, slugify, title_key};
pub use time::Timestamp;
