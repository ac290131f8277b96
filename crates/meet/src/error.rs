use accounts::policy::Denied;
use store::StoreError;

/// Why nothing was done, as a sentence for whoever asked.
#[derive(Debug, thiserror::Error)]
pub enum MeetError {
    /// The actor has no right to.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// It is for others in the room, or for those outside of it.
    #[error("{0}")]
    NotHere(&'static str),
    /// What was written cannot be taken as it is.
    #[error("{0}")]
    Invalid(String),
    /// There is nothing of this id, or not any more.
    #[error("There is no such {0}, or not any more.")]
    Unknown(&'static str),
    /// Another change of the group came first.
    #[error("Another change of the group came first. Make yours anew on top of it.")]
    EpochPassed,
    /// The record failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl MeetError {
    /// What cannot be taken as it is.
    pub(crate) fn invalid(sentence: impl Into<String>) -> Self {
        Self::Invalid(sentence.into())
    }
}
