//! What every other crate may rely on: typed ids, the clock, randomness, who acts, and limits.
//!
//! Absent from here: input and output of any kind, except reading the clock in [`SystemClock`].

mod actor;
mod clock;
mod day;
mod ids;
pub mod limits;
mod random;
mod slug;
mod time;

pub use actor::{Actor, Grant, Role, Scope};
pub use clock::{Clock, DueClock, ManualClock, SystemClock};
pub use day::{Day, NotADay};
pub use ids::{
    AgendaItemId, ArticleId, BatchId, ChannelId, CommentId, CommenterId, CorrectionId, DecisionId,
    FollowId, InvitationId, JobId, MeetingId, MessageId, NetworkBanId, NoteId, OfficialPhotoId,
    OutcomeId, PartyId, PasskeyId, PersonId, PhotoId, PreviewId, ProgrammeId, ReaderId,
    ReaderSessionId, RecordingId, RevisionId, SeatId, SectionId, SessionId, StreamKeyId, TokenId,
    TypedId,
};
pub use random::Random;
pub use slug::{is_slug, slugify, title_key};
pub use time::Timestamp;
