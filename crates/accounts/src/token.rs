//! Tokens, with which programs use the API on a person's behalf.

mod add;
mod all;
mod authenticate;
mod revoke;

pub use add::{AddToken, add};
pub use all::{KnownToken, all};
pub use authenticate::authenticate;
use base::Scope;
pub use revoke::revoke;

/// The scope of that name.
pub fn parse_scope(name: &str) -> Option<Scope> {
    match name {
        "read" => Some(Scope::Read),
        "write" => Some(Scope::Write),
        "publish" => Some(Scope::Publish),
        _ => None,
    }
}
