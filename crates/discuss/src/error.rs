use accounts::policy::Denied;
use base::CommentId;
use store::StoreError;

/// Why nothing was done, as a sentence for whoever asked.
#[derive(Debug, thiserror::Error)]
pub enum DiscussError {
    /// The actor has no right to.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// What was written cannot be taken as it is.
    #[error("{0}")]
    Invalid(String),
    /// Nothing is taken here, or not from this one.
    #[error("{0}")]
    Closed(String),
    /// One has to sign in first.
    #[error(
        "Whoever writes here has an account, to which an e-mail address is enough. Sign in, and \
         send it then."
    )]
    SignIn,
    /// One has to sign in first, to an account with a key beside mail.
    #[error(
        "Whoever writes here has an account with a passkey, or is vouched for by a provider. Sign \
         in, and send it then."
    )]
    SignInByKey,
    /// One's account has no key beside mail yet.
    #[error(
        "To write here, an account needs a passkey or a provider that vouches for it, and yours \
         has neither yet. Add one on the page of your account, and send it then."
    )]
    AddKey,
    /// Too much at once.
    #[error("{0}")]
    TooMuch(String),
    /// There is no such comment, or it is not shown.
    #[error("There is no comment {0}, or not any more.")]
    NoSuchComment(CommentId),
    /// It is not any more as it was when whoever asks looked at it.
    #[error(
        "Something has happened there since you looked, and nothing was decided. Look again, and \
         decide then."
    )]
    Changed(CommentId),
    /// The record failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
