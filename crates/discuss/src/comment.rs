//! What somebody says under a story.

mod decide;
mod own;
mod pipeline;
mod post;
mod queries;
mod react;
mod thread;
mod undo;

use base::{ArticleId, CommentId, CommenterId, PersonId, ReaderId, Timestamp};
use store::FromQueryResult;

use crate::Text;

pub use decide::{
    About, Decided, Decision, Last, Reason, Ruling, Seen, decide, decide_all, history, last, seen,
};
pub use own::{EDIT_WITHIN, appeal, edit, remove};
pub use pipeline::steps;
pub use post::{External, Given, PostComment, Posted, post, post_given};
pub(crate) use queries::said_by;
pub use queries::{
    Edition, Order, Page, by_id, editions, network_of, of_commenter, replies_of, shown_by,
    shown_count, shown_of, thread_of, threads,
};
pub use react::{
    OwnReport, Reader, ReportReason, recommend, recommendations_by, recommended_by, report,
    reports_by, reports_of, unrecommend,
};
pub use undo::{Batch, batch, undo};

/// How deep threads are shown; what answers deeper stands beside what it answers.
pub const DEPTH_MAX: i64 = 4;

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Names it.
    pub id: CommentId,
    /// Under what.
    pub article: ArticleId,
    /// Who wrote it.
    pub commenter: CommenterId,
    /// The account of who wrote it, if there is one.
    pub person: Option<PersonId>,
    /// What it answers.
    pub parent: Option<CommentId>,
    /// The comment that began the thread, which may be itself.
    pub thread: CommentId,
    /// How deep it is shown: 0 begins a thread.
    pub depth: i64,
    /// The name under which it was written.
    pub name: String,
    /// Whether it stands on its commenter's page as well: see [`shown_by`].
    pub on_page: bool,
    /// What it says; nothing, once it is removed.
    pub text: Option<Text>,
    /// Whether readers see it.
    pub state: State,
    /// Whether the editors have picked it.
    pub featured: bool,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was last changed by who wrote it.
    pub edited_at: Option<Timestamp>,
    /// How many readers recommend it.
    pub recommended: i64,
    /// How many comments below it are shown.
    pub replies: i64,
    /// Reports that nobody has dealt with.
    pub reports: i64,
    path: String,
    /// How it counts for who wrote it, if a moderator has looked at it.
    counted: Option<State>,
}

/// Whether readers see a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// A moderator has to look first.
    Waiting,
    /// They do.
    Shown,
    /// A moderator has refused it.
    Rejected,
    /// Who wrote it has taken it away. While something below it is shown, its place is.
    Removed,
}

impl State {
    /// Its name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Shown => "shown",
            Self::Rejected => "rejected",
            Self::Removed => "removed",
        }
    }

    fn parse(name: &str) -> Self {
        [Self::Shown, Self::Rejected, Self::Removed]
            .into_iter()
            .find(|state| state.name() == name)
            .unwrap_or(Self::Waiting)
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: CommentId,
    article_id: ArticleId,
    commenter_id: CommenterId,
    person_id: Option<PersonId>,
    reader_id: Option<ReaderId>,
    /// What its commenter goes by now.
    called: String,
    parent_id: Option<CommentId>,
    thread_id: CommentId,
    path: String,
    depth: i64,
    name: String,
    text: String,
    state: String,
    featured: bool,
    created_at: Timestamp,
    edited_at: Option<Timestamp>,
    recommended: i64,
    replies: i64,
    reports: i64,
    counted: Option<String>,
}

impl Row {
    fn read(self) -> Comment {
        let state = State::parse(&self.state);
        Comment {
            id: self.id,
            article: self.article_id,
            commenter: self.commenter_id,
            person: self.person_id,
            parent: self.parent_id,
            thread: self.thread_id,
            depth: self.depth,
            on_page: self.person_id.is_some()
                || (self.reader_id.is_some() && self.name == self.called),
            name: self.name,
            text: (state != State::Removed).then(|| Text::read(self.text)),
            state,
            featured: self.featured,
            created_at: self.created_at,
            edited_at: self.edited_at,
            recommended: self.recommended,
            replies: self.replies,
            reports: self.reports,
            path: self.path,
            counted: self.counted.as_deref().map(State::parse),
        }
    }
}
