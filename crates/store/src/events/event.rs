use base::{
    AgendaItemId, ArticleId, ChannelId, CommentId, CommenterId, CorrectionId, Grant, InvitationId,
    MeetingId, MessageId, NetworkBanId, NoteId, OfficialPhotoId, PartyId, PasskeyId, PersonId,
    PhotoId, PreviewId, ProgrammeId, ReaderId, RecordingId, RevisionId, Role, SeatId, SectionId,
    SessionId, StreamKeyId, Timestamp, TokenId,
};
use serde::{Deserialize, Serialize};

/// Every fact that can happen: the table of contents of the system.
///
/// Facts name things and carry no text of theirs, except where a follower could not find it later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are what their types say")]
pub enum Event {
    // The site.
    SiteDescribed,
    SectionCreated {
        section: SectionId,
    },
    SectionRenamed {
        section: SectionId,
    },
    FrontArranged,

    // People.
    PersonAdded {
        person: PersonId,
    },
    PersonDescribed {
        person: PersonId,
    },
    /// What the person may do has changed, in the whole site or in sections.
    RoleGranted {
        person: PersonId,
        role: Role,
        grants: Vec<Grant>,
    },
    PersonSuspended {
        person: PersonId,
    },
    PersonRestored {
        person: PersonId,
    },
    /// None is the first administrator.
    PersonInvited {
        person: Option<PersonId>,
        invitation: InvitationId,
    },
    InvitationAccepted {
        person: PersonId,
        invitation: InvitationId,
    },
    InvitationRevoked {
        invitation: InvitationId,
    },

    // Signing in.
    SignedIn {
        person: PersonId,
        session: SessionId,
        method: Method,
    },
    /// Somebody knew the account and not the secret.
    SignInFailed {
        person: PersonId,
        address: String,
    },
    SessionEnded {
        person: PersonId,
        session: SessionId,
    },
    PasswordSet {
        person: PersonId,
    },
    AuthenticatorAdded {
        person: PersonId,
    },
    RecoveryCodesMade {
        person: PersonId,
    },
    RecoveryCodeUsed {
        person: PersonId,
    },
    PasskeyAdded {
        person: PersonId,
        passkey: PasskeyId,
    },
    PasskeyRemoved {
        person: PersonId,
        passkey: PasskeyId,
    },
    IdentityLinked {
        person: PersonId,
        issuer: String,
    },
    IdentityUnlinked {
        person: PersonId,
        issuer: String,
    },
    TokenAdded {
        token: TokenId,
        person: PersonId,
    },
    TokenRevoked {
        token: TokenId,
    },

    // Articles.
    ArticleCreated {
        article: ArticleId,
        revision: RevisionId,
    },
    ArticleRevised {
        article: ArticleId,
        revision: RevisionId,
    },
    RevisionNamed {
        article: ArticleId,
        revision: RevisionId,
    },
    /// A step on the way to readers, or back, with a word to whoever is next.
    ArticleStaged {
        article: ArticleId,
        stage: String,
        note: String,
    },
    ArticleAssigned {
        article: ArticleId,
        person: PersonId,
    },
    AssignmentFinished {
        article: ArticleId,
        person: PersonId,
    },
    AssignmentTakenAway {
        article: ArticleId,
        person: PersonId,
    },
    ArticleScheduled {
        article: ArticleId,
        at: Timestamp,
    },
    ArticleUnscheduled {
        article: ArticleId,
    },
    /// Not published at its time, because the photo may be used no longer.
    ArticleHeldBack {
        article: ArticleId,
        photo: PhotoId,
    },
    /// For the first time, or anew with another revision.
    ArticlePublished {
        article: ArticleId,
        revision: RevisionId,
        touches: Touches,
    },
    ArticleCorrected {
        article: ArticleId,
        correction: CorrectionId,
        touches: Touches,
    },
    ArticleWithdrawn {
        article: ArticleId,
        touches: Touches,
    },
    /// To another section or another slug; readers of the old address are sent on.
    ArticleMoved {
        article: ArticleId,
        touches: Touches,
    },

    // Links that show a story before it is published.
    PreviewShared {
        article: ArticleId,
        preview: PreviewId,
    },
    PreviewRevoked {
        article: ArticleId,
        preview: PreviewId,
    },

    // Notes beside articles.
    NoteWritten {
        article: ArticleId,
        note: NoteId,
    },
    NoteAnswered {
        article: ArticleId,
        note: NoteId,
        message: MessageId,
    },
    NoteResolved {
        article: ArticleId,
        note: NoteId,
    },
    NoteReopened {
        article: ArticleId,
        note: NoteId,
    },

    // Discussions.
    /// How the discussions of the site, of a section or of a story are moderated has changed.
    DiscussionRuled {
        section: Option<SectionId>,
        article: Option<ArticleId>,
    },
    DiscussionWordsSet,
    CommentPosted {
        article: ArticleId,
        comment: CommentId,
        shown: bool,
    },
    CommentEdited {
        article: ArticleId,
        comment: CommentId,
        shown: bool,
    },
    CommentRemoved {
        article: ArticleId,
        comment: CommentId,
    },
    /// A moderator let it stand, refused it, or put it back.
    CommentDecided {
        article: ArticleId,
        comment: CommentId,
        decision: String,
    },
    /// It is again as it was before a decision.
    CommentDecisionUndone {
        article: ArticleId,
        comment: CommentId,
    },
    CommentFeatured {
        article: ArticleId,
        comment: CommentId,
        featured: bool,
    },
    CommentRecommended {
        article: ArticleId,
        comment: CommentId,
    },
    CommentReported {
        article: ArticleId,
        comment: CommentId,
    },
    CommentAppealed {
        article: ArticleId,
        comment: CommentId,
    },
    CommenterBanned {
        commenter: CommenterId,
        until: Option<Timestamp>,
    },
    CommenterNoted {
        commenter: CommenterId,
    },
    CommenterWatched {
        commenter: CommenterId,
        watched: bool,
    },
    /// Somebody with a page of their own goes by another name from here on.
    CommenterRenamed {
        commenter: CommenterId,
        /// Those under which readers see something that they said.
        articles: Vec<ArticleId>,
    },
    /// What was said as a guest is a reader's own from here on.
    CommenterJoined {
        commenter: CommenterId,
        reader: ReaderId,
        articles: Vec<ArticleId>,
    },
    /// Nothing is taken from a network until then, or is again. Which network it is the log does not
    /// tell: an address is forgotten, and here nothing is.
    NetworkBanned {
        ban: NetworkBanId,
        until: Option<Timestamp>,
    },

    // Readers with an account; what they are called and where mail reaches them is not told here,
    // where nothing is ever forgotten.
    ReaderJoined {
        reader: ReaderId,
    },
    ReaderLeft {
        reader: ReaderId,
    },
    ReaderPasskeyAdded {
        reader: ReaderId,
        passkey: PasskeyId,
    },
    ReaderPasskeyRemoved {
        reader: ReaderId,
        passkey: PasskeyId,
    },
    /// A provider vouches for the reader from now on, or not any more.
    ReaderIdentityLinked {
        reader: ReaderId,
    },
    ReaderIdentityUnlinked {
        reader: ReaderId,
    },
    /// A reader is told by mail of what is said, or not any more.
    DiscussionFollowed {
        reader: ReaderId,
        article: ArticleId,
        follows: bool,
    },

    // The channel.
    ChannelDescribed {
        channel: ChannelId,
    },
    StreamKeyMade {
        channel: ChannelId,
        key: StreamKeyId,
    },
    StreamKeyRevoked {
        channel: ChannelId,
        key: StreamKeyId,
    },
    /// Somebody sends to it.
    ChannelWentOnAir {
        channel: ChannelId,
    },
    ChannelWentOffAir {
        channel: ChannelId,
    },
    /// A producer has viewers shown the slate, whatever is sent.
    SlateShown {
        channel: ChannelId,
    },
    SlateHidden {
        channel: ChannelId,
    },
    /// For the first time, or otherwise than before.
    /// Planned, or told otherwise.
    ProgrammePlanned {
        channel: ChannelId,
        programme: ProgrammeId,
        /// Whether it is on at this moment: every page names it then.
        #[serde(default)]
        on: bool,
    },
    ProgrammeCancelled {
        channel: ChannelId,
        programme: ProgrammeId,
    },
    ProgrammeBegan {
        channel: ChannelId,
        programme: ProgrammeId,
    },
    ProgrammeEnded {
        channel: ChannelId,
        programme: ProgrammeId,
    },
    /// Something that is said, in writing.
    CaptionWritten {
        channel: ChannelId,
    },

    // Recordings.
    RecordingBegan {
        programme: ProgrammeId,
        recording: RecordingId,
    },
    RecordingEnded {
        programme: ProgrammeId,
        recording: RecordingId,
    },
    /// All of it is in the file store.
    RecordingKept {
        programme: ProgrammeId,
        recording: RecordingId,
    },
    RecordingPublished {
        programme: ProgrammeId,
        recording: RecordingId,
    },
    RecordingUnpublished {
        programme: ProgrammeId,
        recording: RecordingId,
    },
    RecordingTrimmed {
        programme: ProgrammeId,
        recording: RecordingId,
    },
    ChaptersMarked {
        programme: ProgrammeId,
        recording: RecordingId,
    },
    RecordingDeleted {
        programme: ProgrammeId,
        recording: RecordingId,
    },
    /// A story is led by it, or not any more.
    ArticleVideoChosen {
        article: ArticleId,
        recording: Option<RecordingId>,
        touches: Touches,
    },

    // Meetings. Who raised a hand and who was heard for how long is of the room, and not told here.
    /// Planned, or told otherwise.
    MeetingPlanned {
        meeting: MeetingId,
    },
    MeetingCancelled {
        meeting: MeetingId,
    },
    PartyAdded {
        meeting: MeetingId,
        party: PartyId,
    },
    PartyRenamed {
        meeting: MeetingId,
        party: PartyId,
    },
    SeatAdded {
        meeting: MeetingId,
        seat: SeatId,
    },
    SeatRenamed {
        meeting: MeetingId,
        seat: SeatId,
    },
    /// Nobody had used it.
    SeatTakenAway {
        meeting: MeetingId,
        seat: SeatId,
    },
    /// Links were made; those from before open nothing.
    SeatsInvited {
        meeting: MeetingId,
        seats: Vec<SeatId>,
    },
    /// Readers are told of a meeting before it, or not any more.
    MeetingAdvised {
        meeting: MeetingId,
        shown: bool,
    },
    MeetingBegan {
        meeting: MeetingId,
    },
    MeetingEnded {
        meeting: MeetingId,
    },
    /// An open meeting is a source of the channel, or no longer.
    MeetingWentOnAir {
        meeting: MeetingId,
    },
    MeetingWentOffAir {
        meeting: MeetingId,
    },
    MeetingLocked {
        meeting: MeetingId,
        locked: bool,
    },
    SeatAdmitted {
        meeting: MeetingId,
        seat: SeatId,
    },
    SeatRefused {
        meeting: MeetingId,
        seat: SeatId,
    },
    SeatRemoved {
        meeting: MeetingId,
        seat: SeatId,
    },
    /// Its invitation may be used on another device.
    SeatFreed {
        meeting: MeetingId,
        seat: SeatId,
    },
    AgendaItemMarked {
        meeting: MeetingId,
        item: AgendaItemId,
        state: String,
    },
    /// The membership code was read aloud, and was the same.
    CodeConfirmed {
        meeting: MeetingId,
        seat: SeatId,
    },
    OfficialPhotoProposed {
        meeting: MeetingId,
        official_photo: OfficialPhotoId,
    },
    OfficialPhotoJudged {
        meeting: MeetingId,
        official_photo: OfficialPhotoId,
        party: PartyId,
        approves: bool,
    },
    OfficialPhotoReleased {
        meeting: MeetingId,
        official_photo: OfficialPhotoId,
        photo: PhotoId,
    },
    /// What was decided, and what follows.
    OutcomesWritten {
        meeting: MeetingId,
    },
    /// A party tells what it made of a meeting, or no longer does.
    ReadoutReleased {
        meeting: MeetingId,
        party: PartyId,
        released: bool,
    },
    /// Readers see the record, or no longer do.
    RecordPublished {
        meeting: MeetingId,
        shown: bool,
    },
    /// A story is about it, or not any more.
    ArticleMeetingChosen {
        article: ArticleId,
        meeting: Option<MeetingId>,
        touches: Touches,
    },

    // Photos.
    PhotoAdded {
        photo: PhotoId,
        edition: i64,
    },
    PhotoDescribed {
        photo: PhotoId,
        edition: i64,
    },
    /// In every story in which the actor may place photos.
    PhotoReplaced {
        photo: PhotoId,
        with: PhotoId,
    },
    RenditionsMade {
        photo: PhotoId,
        edition: i64,
    },

    /// A fact from a newer Tribune that runs beside this one during an upgrade.
    #[serde(other)]
    Unknown,
}

/// How a person showed who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A passkey.
    Passkey,
    /// A password, and a code of an authenticator.
    Password,
    /// A password, and a recovery code.
    RecoveryCode,
    /// An OpenID Connect provider.
    Provider,
    /// The link of an invitation.
    Invitation,
}

impl Method {
    /// As the record spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::Password => "password",
            Self::RecoveryCode => "recovery_code",
            Self::Provider => "provider",
            Self::Invitation => "invitation",
        }
    }
}

/// What readers may see differently after a published article changed: as it was before, and as it
/// is now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touches {
    /// The sections that list it, those above its own included.
    pub sections: Vec<SectionId>,
    /// The authors whose pages list it.
    pub people: Vec<PersonId>,
    /// The other languages of the same story.
    pub translations: Vec<ArticleId>,
    /// Its headline, as [`base::title_key`] spells it: other stories may know it by that only.
    pub titles: Vec<String>,
    /// Its address: other stories may have named it before it appeared.
    #[serde(default)]
    pub addresses: Vec<String>,
}

impl Event {
    /// The fact's name, as the log and the API spell it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::SiteDescribed => "site_described",
            Self::SectionCreated { .. } => "section_created",
            Self::SectionRenamed { .. } => "section_renamed",
            Self::FrontArranged => "front_arranged",
            Self::PersonAdded { .. } => "person_added",
            Self::PersonDescribed { .. } => "person_described",
            Self::RoleGranted { .. } => "role_granted",
            Self::PersonSuspended { .. } => "person_suspended",
            Self::PersonRestored { .. } => "person_restored",
            Self::PersonInvited { .. } => "person_invited",
            Self::InvitationAccepted { .. } => "invitation_accepted",
            Self::InvitationRevoked { .. } => "invitation_revoked",
            Self::SignedIn { .. } => "signed_in",
            Self::SignInFailed { .. } => "sign_in_failed",
            Self::SessionEnded { .. } => "session_ended",
            Self::PasswordSet { .. } => "password_set",
            Self::AuthenticatorAdded { .. } => "authenticator_added",
            Self::RecoveryCodesMade { .. } => "recovery_codes_made",
            Self::RecoveryCodeUsed { .. } => "recovery_code_used",
            Self::PasskeyAdded { .. } => "passkey_added",
            Self::PasskeyRemoved { .. } => "passkey_removed",
            Self::IdentityLinked { .. } => "identity_linked",
            Self::IdentityUnlinked { .. } => "identity_unlinked",
            Self::TokenAdded { .. } => "token_added",
            Self::TokenRevoked { .. } => "token_revoked",
            Self::ArticleCreated { .. } => "article_created",
            Self::ArticleRevised { .. } => "article_revised",
            Self::RevisionNamed { .. } => "revision_named",
            Self::ArticleStaged { .. } => "article_staged",
            Self::ArticleAssigned { .. } => "article_assigned",
            Self::AssignmentFinished { .. } => "assignment_finished",
            Self::AssignmentTakenAway { .. } => "assignment_taken_away",
            Self::ArticleScheduled { .. } => "article_scheduled",
            Self::ArticleUnscheduled { .. } => "article_unscheduled",
            Self::ArticleHeldBack { .. } => "article_held_back",
            Self::ArticlePublished { .. } => "article_published",
            Self::ArticleCorrected { .. } => "article_corrected",
            Self::ArticleWithdrawn { .. } => "article_withdrawn",
            Self::ArticleMoved { .. } => "article_moved",
            Self::PreviewShared { .. } => "preview_shared",
            Self::PreviewRevoked { .. } => "preview_revoked",
            Self::NoteWritten { .. } => "note_written",
            Self::NoteAnswered { .. } => "note_answered",
            Self::NoteResolved { .. } => "note_resolved",
            Self::NoteReopened { .. } => "note_reopened",
            Self::DiscussionRuled { .. } => "discussion_ruled",
            Self::DiscussionWordsSet => "discussion_words_set",
            Self::CommentPosted { .. } => "comment_posted",
            Self::CommentEdited { .. } => "comment_edited",
            Self::CommentRemoved { .. } => "comment_removed",
            Self::CommentDecided { .. } => "comment_decided",
            Self::CommentDecisionUndone { .. } => "comment_decision_undone",
            Self::CommentFeatured { .. } => "comment_featured",
            Self::CommentRecommended { .. } => "comment_recommended",
            Self::CommentReported { .. } => "comment_reported",
            Self::CommentAppealed { .. } => "comment_appealed",
            Self::CommenterBanned { .. } => "commenter_banned",
            Self::CommenterNoted { .. } => "commenter_noted",
            Self::CommenterWatched { .. } => "commenter_watched",
            Self::CommenterRenamed { .. } => "commenter_renamed",
            Self::CommenterJoined { .. } => "commenter_joined",
            Self::NetworkBanned { .. } => "network_banned",
            Self::ReaderJoined { .. } => "reader_joined",
            Self::ReaderLeft { .. } => "reader_left",
            Self::ReaderPasskeyAdded { .. } => "reader_passkey_added",
            Self::ReaderPasskeyRemoved { .. } => "reader_passkey_removed",
            Self::ReaderIdentityLinked { .. } => "reader_identity_linked",
            Self::ReaderIdentityUnlinked { .. } => "reader_identity_unlinked",
            Self::DiscussionFollowed { .. } => "discussion_followed",
            Self::ChannelDescribed { .. } => "channel_described",
            Self::StreamKeyMade { .. } => "stream_key_made",
            Self::StreamKeyRevoked { .. } => "stream_key_revoked",
            Self::ChannelWentOnAir { .. } => "channel_went_on_air",
            Self::ChannelWentOffAir { .. } => "channel_went_off_air",
            Self::SlateShown { .. } => "slate_shown",
            Self::SlateHidden { .. } => "slate_hidden",
            Self::ProgrammePlanned { .. } => "programme_planned",
            Self::ProgrammeCancelled { .. } => "programme_cancelled",
            Self::ProgrammeBegan { .. } => "programme_began",
            Self::ProgrammeEnded { .. } => "programme_ended",
            Self::CaptionWritten { .. } => "caption_written",
            Self::RecordingBegan { .. } => "recording_began",
            Self::RecordingEnded { .. } => "recording_ended",
            Self::RecordingKept { .. } => "recording_kept",
            Self::RecordingPublished { .. } => "recording_published",
            Self::RecordingUnpublished { .. } => "recording_unpublished",
            Self::RecordingTrimmed { .. } => "recording_trimmed",
            Self::ChaptersMarked { .. } => "chapters_marked",
            Self::RecordingDeleted { .. } => "recording_deleted",
            Self::ArticleVideoChosen { .. } => "article_video_chosen",
            Self::MeetingPlanned { .. } => "meeting_planned",
            Self::MeetingCancelled { .. } => "meeting_cancelled",
            Self::PartyAdded { .. } => "party_added",
            Self::PartyRenamed { .. } => "party_renamed",
            Self::SeatAdded { .. } => "seat_added",
            Self::SeatRenamed { .. } => "seat_renamed",
            Self::SeatTakenAway { .. } => "seat_taken_away",
            Self::SeatsInvited { .. } => "seats_invited",
            Self::MeetingAdvised { .. } => "meeting_advised",
            Self::MeetingBegan { .. } => "meeting_began",
            Self::MeetingEnded { .. } => "meeting_ended",
            Self::MeetingWentOnAir { .. } => "meeting_went_on_air",
            Self::MeetingWentOffAir { .. } => "meeting_went_off_air",
            Self::MeetingLocked { .. } => "meeting_locked",
            Self::SeatAdmitted { .. } => "seat_admitted",
            Self::SeatRefused { .. } => "seat_refused",
            Self::SeatRemoved { .. } => "seat_removed",
            Self::SeatFreed { .. } => "seat_freed",
            Self::AgendaItemMarked { .. } => "agenda_item_marked",
            Self::CodeConfirmed { .. } => "code_confirmed",
            Self::OfficialPhotoProposed { .. } => "official_photo_proposed",
            Self::OfficialPhotoJudged { .. } => "official_photo_judged",
            Self::OfficialPhotoReleased { .. } => "official_photo_released",
            Self::OutcomesWritten { .. } => "outcomes_written",
            Self::ReadoutReleased { .. } => "readout_released",
            Self::RecordPublished { .. } => "record_published",
            Self::ArticleMeetingChosen { .. } => "article_meeting_chosen",
            Self::PhotoAdded { .. } => "photo_added",
            Self::PhotoDescribed { .. } => "photo_described",
            Self::PhotoReplaced { .. } => "photo_replaced",
            Self::RenditionsMade { .. } => "renditions_made",
            Self::Unknown => "unknown",
        }
    }
}
