//! How people come in, and how they are kept out.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod invitations;
mod people;
mod readers;
mod readers_keys;
mod sessions;
mod sign_in;

use accounts::person::{self, AddPerson};
use base::{Actor, PersonId, Role};
use store::Tx;
use testkit::noon;

/// Adds somebody with this role.
async fn add(tx: &mut Tx, name: &str, role: Role) -> PersonId {
    let add = AddPerson { role, ..AddPerson::author(name) };
    person::add(tx, &Actor::Operator, add, noon()).await.unwrap()
}

fn person(person: PersonId, role: Role) -> Actor {
    Actor::Person { person, role, grants: Vec::new() }
}
