//! Who people are, how they show it, what they may do, and the tokens of programs that act for
//! them.
//!
//! Absent from here: what people write. HTTP, cookies and forms.

pub mod ceremony;
mod error;
pub mod identity;
pub mod invitation;
pub mod mail;
pub mod passkey;
pub mod password;
pub mod person;
pub mod policy;
pub mod reader;
pub mod second_factor;
pub mod secret;
pub mod session;
pub mod throttle;
pub mod token;

use base::{Actor, PersonId};

pub use error::AccountError;
pub use webauthn_rs;

/// What concerns a person's own way in is that person's, and an administrator's.
fn own(actor: &Actor, person: PersonId) -> Result<(), AccountError> {
    if actor.person() != Some(person) || matches!(actor, Actor::Token { .. }) {
        policy::check(actor, policy::Action::GrantRoles)?;
    }
    Ok(())
}
