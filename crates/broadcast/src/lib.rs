//! The channel as the record knows it: what it is called, who may send to it, what is on and
//! when, and what is written as captions.
//!
//! Absent from here: media, sockets, HTTP and templates. What is sent at this moment is known to
//! whoever runs the channel, who tells the record that it went on air or off it ([`channel`]), and
//! which segments of a recording are in the file store ([`recording`]).

pub mod captions;
pub mod channel;
mod error;
pub mod key;
pub mod programme;
pub mod recording;
pub mod viewers;

use accounts::policy::{self, Action};
use base::Actor;

pub use error::BroadcastError;

/// What every command gives.
pub type Result<T, E = BroadcastError> = std::result::Result<T, E>;

/// Whether the actor may run the channel.
fn produces(actor: &Actor) -> Result<()> {
    Ok(policy::check(actor, Action::Broadcast)?)
}
