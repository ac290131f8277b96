//! Who acts.

use serde::{Deserialize, Serialize};

use crate::{PersonId, TokenId};

/// On whose behalf a command runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "actor", rename_all = "snake_case")]
pub enum Actor {
    /// Tribune itself: the scheduler, a projection, a job.
    System,
    /// Whoever runs the program on the server's own command line.
    Operator,
    /// A program with an API token.
    Token {
        /// The token.
        token: TokenId,
        /// The person who answers for it.
        person: PersonId,
        /// That person's role when the request came in.
        role: Role,
        /// What the token may be used for.
        scopes: Vec<Scope>,
    },
    /// A person in a browser.
    Person {
        /// Who.
        person: PersonId,
        /// With which role.
        role: Role,
    },
    /// Anybody.
    Reader,
}

/// What a person is to the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads, and takes part in discussions.
    Reader,
    /// Writes drafts.
    Contributor,
    /// Writes, and hands in for editing.
    Reporter,
    /// Edits, publishes, corrects and withdraws.
    Editor,
    /// Everything, people and keys included.
    Administrator,
}

/// What an API token may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Read what is not public: drafts, revisions, schedules.
    Read,
    /// Create and revise articles, photos and people.
    Write,
    /// Publish, schedule, correct, withdraw, move, rename, and order the front page.
    Publish,
}
