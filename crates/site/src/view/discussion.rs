//! What a page shows of a discussion.

use base::Timestamp;
use serde::Serialize;

use super::account::Ways;
use super::context::{Head, Link};

/// The comments under a story, with the form to write one.
#[derive(Clone, Debug, Serialize)]
pub struct Discussion {
    /// Where a comment is sent, and where all of them are: `/discussions/{article}`.
    pub address: String,
    /// How many comments readers are shown.
    pub count: i64,
    /// Up to where the log is shown: what came after is told by `{address}/live?after=…`.
    pub through: i64,
    /// The threads of this page.
    pub threads: Vec<Thread>,
    /// The threads behind them.
    pub more: Option<String>,
    /// The orders in which threads can be read; none where there is only one.
    pub orders: Vec<OrderLink>,
    /// The form; none when nothing is taken any more.
    pub form: Option<CommentForm>,
    /// When nothing will be taken any more.
    pub closes_at: Option<Timestamp>,
    /// Whether readers can have accounts.
    pub accounts: bool,
    /// Whether they can follow by mail.
    pub follows: bool,
}

/// A way to read threads.
#[derive(Clone, Debug, Serialize)]
pub struct OrderLink {
    /// `newest`, `oldest`, `recommended` or `replied`.
    pub key: String,
    /// Where it is read so.
    pub url: String,
    /// Whether it is read so here.
    pub chosen: bool,
}

/// A comment that answers none, with the answers to it.
#[derive(Clone, Debug, Serialize)]
pub struct Thread {
    /// The comment.
    pub comment: Comment,
    /// The first answers, or all.
    pub answers: Vec<Comment>,
    /// Where the others are.
    pub more: Option<String>,
}

/// A comment.
#[derive(Clone, Debug, Serialize)]
pub struct Comment {
    /// Names it, in addresses and on the page.
    pub id: String,
    /// Its own page.
    pub url: String,
    /// Who wrote it; empty once it is removed.
    pub name: String,
    /// Where all is that they said under this name, if they have such a page.
    pub profile: Option<String>,
    /// Whether that is one of the staff.
    pub staff: bool,
    /// Whether that is an author of the story.
    pub author: bool,
    /// Whether the editors have picked it.
    pub featured: bool,
    /// Whether its author has taken it away, and only its place is left.
    pub removed: bool,
    /// When it was written.
    pub created: Timestamp,
    /// Whether it was changed since.
    pub edited: bool,
    /// Its words, rendered by `discuss`, which is trusted to have escaped them.
    pub text_html: String,
    /// How many readers recommend it.
    pub recommended: i64,
    /// What it answers, unless it begins a thread.
    pub parent: Option<String>,
    /// How deep it stands below its thread's first comment.
    pub depth: i64,
    /// Whether one can answer it.
    pub open: bool,
}

/// The form to write a comment.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CommentForm {
    /// What it answers.
    pub parent: Option<String>,
    /// The name that was typed.
    pub name: String,
    /// The words that were typed.
    pub text: String,
    /// What was wrong with them, as a sentence.
    pub trouble: Option<String>,
    /// Whether a name is asked for: whoever has an account has one.
    pub asks_name: bool,
    /// The page that it stands on, to come back to after signing in.
    pub back: String,
    /// Whether an account has to have a passkey or a provider that vouches for it.
    pub keyed: bool,
    /// How one may sign in.
    pub ways: Ways,
    /// Whether one has to sign in before it can be taken.
    pub sign_in: bool,
}

impl CommentForm {
    /// The same form, with what was sent of it.
    #[must_use]
    pub fn with(self, sent: Self) -> Self {
        let Self { asks_name, back, keyed, ways, .. } = self;
        Self { asks_name, back, keyed, ways, ..sent }
    }
}

/// All comments under a story, page by page.
#[derive(Clone, Debug, Serialize)]
pub struct DiscussionPage {
    /// For machines.
    pub head: Head,
    /// The story.
    pub story: Link,
    /// Whether the channel is about it at this moment.
    pub on_air: bool,
    /// What is said.
    pub discussion: Discussion,
}

/// One comment with what stands around it, and what can be done about it.
#[derive(Clone, Debug, Serialize)]
pub struct CommentPage {
    /// For machines.
    pub head: Head,
    /// The story.
    pub story: Link,
    /// Whether the channel is about it at this moment.
    pub on_air: bool,
    /// All that is said.
    pub discussion: String,
    /// The thread that it stands in; none while only its author sees it.
    pub thread: Option<Thread>,
    /// Which comment of the thread it is.
    pub comment: Comment,
    /// `waiting`, `shown` or `rejected`.
    pub state: String,
    /// Whether it is the reader's own.
    pub own: bool,
    /// The text as it was typed, while its author may change it.
    pub editable: Option<String>,
    /// Why moderators refused it: the reason's key, and their words.
    pub refusal: Option<Refusal>,
    /// Whether the reader recommends it.
    pub recommends: bool,
    /// Reasons to report it, as keys.
    pub reasons: Vec<String>,
    /// The form to answer it; none when nothing is taken.
    pub form: Option<CommentForm>,
    /// Whether readers can follow it by mail.
    pub follows: bool,
    /// What was done, as a key of the words.
    pub done: Option<String>,
    /// What could not be done, as a sentence.
    pub trouble: Option<String>,
}

/// What readers see of somebody, wherever it was said.
#[derive(Clone, Debug, Serialize)]
pub struct ProfilePage {
    /// For machines.
    pub head: Head,
    /// Who it is.
    pub name: String,
    /// Whether that is one of the staff.
    pub staff: bool,
    /// Since when they are here.
    pub since: Timestamp,
    /// The newest first.
    pub comments: Vec<ProfileComment>,
    /// Where the newest are, if these are not.
    pub newest: Option<String>,
    /// Where older ones are.
    pub older: Option<String>,
}

/// A comment with the story that it stands under.
#[derive(Clone, Debug, Serialize)]
pub struct ProfileComment {
    /// The story.
    pub story: Link,
    /// The comment.
    pub comment: Comment,
}

/// Why a comment was refused.
#[derive(Clone, Debug, Serialize)]
pub struct Refusal {
    /// The reason's key.
    pub reason: String,
    /// In the moderator's words.
    pub words: String,
    /// Whether one can still ask for another look.
    pub may_appeal: bool,
}

/// What a reader has written.
#[derive(Clone, Debug, Serialize)]
pub struct OwnCommentsPage {
    /// For machines.
    pub head: Head,
    /// The name that was used last.
    pub name: String,
    /// Whether anything is kept, be it only what one recommended.
    pub known: bool,
    /// The newest first.
    pub comments: Vec<OwnComment>,
}

/// A comment of one's own, in a list.
#[derive(Clone, Debug, Serialize)]
pub struct OwnComment {
    /// The comment.
    pub comment: Comment,
    /// `waiting`, `shown` or `rejected`.
    pub state: String,
}
