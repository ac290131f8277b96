//! Tokens, with which programs use the API on a person's behalf.

mod add;
mod all;
mod authenticate;
mod revoke;

use base::Scope;
use sha2::{Digest as _, Sha256};

pub use add::{AddToken, add};
pub use all::{KnownToken, all};
pub use authenticate::authenticate;
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

/// Only this is stored. The secret has 256 random bits, so that a slow hash would add nothing.
fn hash(secret: &str) -> String {
    Sha256::digest(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
