use broadcast::BroadcastError;
use discuss::DiscussError;
use meet::MeetError;
use projections::search::SearchError;
use publish::PublishError;
use store::{FileError, StoreError};

use crate::view::RenderError;

/// Why a page could not be made. None of it is told to readers; it is logged once, with the
/// reference that they are given.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PageError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Publish(#[from] PublishError),
    #[error(transparent)]
    Discuss(#[from] DiscussError),
    #[error(transparent)]
    Broadcast(#[from] BroadcastError),
    #[error(transparent)]
    Meet(#[from] MeetError),
    #[error(transparent)]
    Files(#[from] FileError),
    #[error(transparent)]
    Search(#[from] SearchError),
    #[error(transparent)]
    Template(#[from] RenderError),
    #[error("The interface's words fail: {0}")]
    Words(#[from] crate::view::WordsError),
    #[error("{0}")]
    Settings(String),
}
