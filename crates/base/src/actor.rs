//! Who acts.

use serde::{Deserialize, Serialize};

use crate::{PersonId, SeatId, SectionId, TokenId};

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
        /// That person's roles in single sections, beside it.
        #[serde(skip)]
        grants: Vec<Grant>,
        /// What the token may be used for.
        scopes: Vec<Scope>,
    },
    /// A person in a browser.
    Person {
        /// Who.
        person: PersonId,
        /// With which role.
        role: Role,
        /// With which roles in single sections, beside it.
        #[serde(skip)]
        grants: Vec<Grant>,
    },
    /// Who sits in a meeting, whoever that is.
    Seat {
        /// Where.
        seat: SeatId,
    },
    /// Anybody.
    Reader,
}

impl Actor {
    /// The person who answers for what is done.
    pub fn person(&self) -> Option<PersonId> {
        match self {
            Self::Token { person, .. } | Self::Person { person, .. } => Some(*person),
            Self::System | Self::Operator | Self::Seat { .. } | Self::Reader => None,
        }
    }
}

/// A role in one section and those below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Where.
    pub section: SectionId,
    /// As what.
    pub role: Role,
}

/// What a person is to the site. The policy says what each may do; the order here is that of a
/// menu, and says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads, and takes part in discussions.
    Reader,
    /// Writes drafts of their own.
    Contributor,
    /// Writes, and hands in for editing.
    Reporter,
    /// Keeps the photos.
    PhotoEditor,
    /// Edits, publishes, corrects and withdraws.
    Editor,
    /// Looks after discussions.
    Moderator,
    /// Runs the channel.
    Producer,
    /// Holds meetings.
    Host,
    /// Everything, people and keys included.
    Administrator,
}

impl Role {
    /// Every role, in the order of a menu.
    pub const ALL: [Self; 9] = [
        Self::Reader,
        Self::Contributor,
        Self::Reporter,
        Self::PhotoEditor,
        Self::Editor,
        Self::Moderator,
        Self::Producer,
        Self::Host,
        Self::Administrator,
    ];

    /// Its name in addresses, files and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Contributor => "contributor",
            Self::Reporter => "reporter",
            Self::PhotoEditor => "photo_editor",
            Self::Editor => "editor",
            Self::Moderator => "moderator",
            Self::Producer => "producer",
            Self::Host => "host",
            Self::Administrator => "administrator",
        }
    }

    /// The role of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
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
