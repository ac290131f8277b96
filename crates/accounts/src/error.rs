use store::StoreError;

use crate::policy::Denied;

/// Why a person or token could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The actor has no right to.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// What was asked for makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// Another person has that name or address.
    #[error(
        "There is a person of the name {0:?} already. Give this one another name, or describe that one."
    )]
    NameTaken(String),
    /// There is no such person.
    #[error("There is no person {0:?}. `tribune person add` makes one.")]
    NoSuchPerson(String),
    /// Another person has that e-mail address.
    #[error("Somebody else has the e-mail address {0:?}.")]
    EmailTaken(String),
    /// The person may not sign in.
    #[error("This account is suspended. Ask an administrator.")]
    Suspended,
    /// The link was used, revoked or replaced, or is too old.
    #[error("This link cannot be used any more. Ask for a new one.")]
    InvitationOver,
    /// There is no such session.
    #[error("There is no such session.")]
    NoSuchSession,
    /// There is no such token.
    #[error("There is no such token.")]
    NoSuchToken,
    /// The record failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
