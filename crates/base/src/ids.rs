//! Typed ids: a `PhotoId` cannot be passed where an `ArticleId` is meant.
//!
//! All are UUIDv7 (RFC 9562 §5.7), so they sort by the time they were made.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Random, Timestamp};

/// What all ids have in common.
pub trait TypedId: Copy + Eq + Ord + fmt::Display + From<Uuid> + Into<Uuid> {
    /// A new id for something that came to be at `now`.
    fn new(now: Timestamp, random: &mut Random) -> Self {
        let millis = u64::try_from(now.as_micros() / 1_000).unwrap_or(0);
        let bytes: [u8; 10] = random.bytes();
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid().into()
    }
}

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "columns", derive(sea_orm::DeriveValueType))]
        pub struct $name(pub Uuid);

        impl TypedId for $name {}

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Uuid {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )*};
}

typed_ids! {
    /// Names what is on the agenda of a meeting.
    AgendaItemId,
    /// Names an article through all its revisions.
    ArticleId,
    /// Names what a moderator decided at once, about one comment or many.
    BatchId,
    /// Names a channel.
    ChannelId,
    /// Names what somebody says under an article.
    CommentId,
    /// Names somebody who says something there.
    CommenterId,
    /// Names one correction of an article.
    CorrectionId,
    /// Names what a moderator decided about a comment.
    DecisionId,
    /// Names one invitation.
    InvitationId,
    /// Names one job.
    JobId,
    /// Names a meeting.
    MeetingId,
    /// Names a picture that is to leave a meeting.
    OfficialPhotoId,
    /// Names a decision of a meeting, or what follows from it.
    OutcomeId,
    /// Names those who take part in a meeting together.
    PartyId,
    /// Names a place in a meeting, whoever sits there.
    SeatId,
    /// Names what somebody says in a note.
    MessageId,
    /// Names what a reader follows by mail.
    FollowId,
    /// Names the ban of a network, which itself stands nowhere for good.
    NetworkBanId,
    /// Names a reader with an account.
    ReaderId,
    /// Names a reader in one browser.
    ReaderSessionId,
    /// Names a note beside an article.
    NoteId,
    /// Names a passkey.
    PasskeyId,
    /// Names a person: author, member of staff or reader.
    PersonId,
    /// Names a photo and all its renditions.
    PhotoId,
    /// Names a link that shows a story before it is published.
    PreviewId,
    /// Names what a channel shows from when to when.
    ProgrammeId,
    /// Names what a programme showed, kept to be seen again.
    RecordingId,
    /// Names one revision of one article.
    RevisionId,
    /// Names a section.
    SectionId,
    /// Names a session: a person in one browser.
    SessionId,
    /// Names a key with which something is sent to a channel, without its secret.
    StreamKeyId,
    /// Names an API token, without its secret.
    TokenId,
}
