use accounts::policy::Denied;
use store::StoreError;

/// Why nothing was done, as a sentence for whoever asked.
#[derive(Debug, thiserror::Error)]
pub enum BroadcastError {
    /// The actor has no right to.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// What was written cannot be taken as it is.
    #[error("{0}")]
    Invalid(String),
    /// There is nothing of this id, or not any more.
    #[error("There is no such {0}, or not any more.")]
    Unknown(&'static str),
    /// The record failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
