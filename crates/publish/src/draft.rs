//! Drafts that several people write at once: one shared document (Yjs) for each article.
//!
//! The shared document is where an article is written; a revision is what it says at a moment, and
//! the only thing that is ever published. [`shared`] makes one of the other. What browsers send is
//! appended ([`append`]) before anybody is told that it is kept, and now and then drawn together
//! ([`compact`]).

mod keep;
mod restore;
mod save;
pub mod shared;

use base::ArticleId;
use uuid::Uuid;

pub use keep::{Opened, Written, append, compact, content, load, open, since};
pub(crate) use keep::{follows, newest, replace_photo};
pub use restore::restore;
pub use save::{save, save_unattended};
pub use shared::{Field, Shared};

/// Which shared document: an article's, until it is begun anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DraftId {
    /// Whose.
    pub article: ArticleId,
    /// Which of them.
    pub epoch: Uuid,
}
