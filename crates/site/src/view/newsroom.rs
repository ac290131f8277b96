//! What every page of the newsroom is framed in, and its templates. They are built in: a theme
//! dresses the site, and not the tools of those who make it.

use serde::Serialize;

/// The frame of a page of the newsroom.
#[derive(Clone, Debug, Default, Serialize)]
pub struct NewsroomFrame {
    /// The site's name.
    pub site: String,
    /// The IANA zone in which times are told.
    pub zone: String,
    /// The language of the words.
    pub language: String,
    /// Lets this page's own scripts run.
    pub nonce: String,
    /// What each form carries; none when nobody is signed in.
    pub csrf: Option<String>,
    /// Who is signed in.
    pub name: Option<String>,
    /// Whether to lead to the photos.
    pub may_keep_photos: bool,
    /// Whether to lead to the discussions.
    pub may_moderate: bool,
    /// Whether to lead to the channel.
    pub may_broadcast: bool,
    /// Whether to lead to the meetings.
    pub may_hold_meetings: bool,
    /// Whether to lead to the front page's order.
    pub may_arrange_front: bool,
    /// Whether to lead to the site's sections and words.
    pub may_arrange_site: bool,
    /// Whether to lead to the people.
    pub may_keep_people: bool,
    /// Whether to lead to the record of what everybody did.
    pub may_read_audit: bool,
    /// What could not be done, and why.
    pub trouble: Option<String>,
}

macro_rules! templates {
    ($($name:literal)+) => {
        /// Every template of the newsroom, by the name that other templates call it by.
        pub(super) const TEMPLATES: &[(&str, &str)] = &[$((
            concat!("newsroom/", $name),
            include_str!(concat!("../../../../templates/newsroom/", $name)),
        ),)+];
    };
}

templates! {
    "frame.html"
    "account.html"
    "audit.html"
    "calendar.html"
    "captions.html"
    "channel.html"
    "channel_captions.html"
    "channel_health.html"
    "channel_keys.html"
    "channel_new_key.html"
    "channel_programmes.html"
    "channel_recordings.html"
    "channel_settings.html"
    "channel_slate.html"
    "channel_source.html"
    "channel_viewers.html"
    "authenticator.html"
    "code.html"
    "confirm.html"
    "recording.html"
    "commenter.html"
    "desk.html"
    "discussion.html"
    "discussion_rules.html"
    "editions.html"
    "front.html"
    "link_over.html"
    "meeting.html"
    "meeting_after.html"
    "meeting_agenda.html"
    "meeting_fields.html"
    "meeting_invitations.html"
    "meeting_new.html"
    "meeting_party.html"
    "meeting_readers.html"
    "meeting_readout.html"
    "meeting_seats.html"
    "meetings.html"
    "networks.html"
    "new_story.html"
    "people.html"
    "person.html"
    "photo.html"
    "photos.html"
    "places.html"
    "preview.html"
    "programme_fields.html"
    "programme_story.html"
    "recovery_codes.html"
    "replace_photo.html"
    "revisions.html"
    "sign_in.html"
    "site.html"
    "story.html"
    "to_provider.html"
    "welcome.html"
}
