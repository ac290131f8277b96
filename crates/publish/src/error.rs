use accounts::AccountError;
use accounts::policy::Denied;
use base::{ArticleId, PhotoId};
use store::{FileError, StoreError};

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The actor has no right to.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// What was asked for makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// It contradicts what is.
    #[error("{0}")]
    Conflict(String),
    /// There is no such article.
    #[error("There is no article {0}.")]
    NoSuchArticle(ArticleId),
    /// There is no such section.
    #[error("There is no section {0:?}.")]
    NoSuchSection(String),
    /// There is no such photo.
    #[error("There is no photo {0}.")]
    NoSuchPhoto(PhotoId),
    /// There is no such upload, or not any more, or it is somebody else's.
    #[error("There is no such upload. What is left alone for a day is forgotten: begin anew.")]
    NoSuchUpload,
    /// The upload is not a photo that can be taken.
    #[error("{0}")]
    PhotoRejected(String),
    /// About people.
    #[error(transparent)]
    Account(AccountError),
    /// The files failed.
    #[error(transparent)]
    Files(#[from] FileError),
    /// The record failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<AccountError> for PublishError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Denied(denied) => Self::Denied(denied),
            AccountError::Store(error) => Self::Store(error),
            other => Self::Account(other),
        }
    }
}
