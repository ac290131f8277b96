//! People: staff and authors, each with a page of their own.

mod add;
mod describe;
mod queries;

use base::{PersonId, Role, Timestamp};
use store::FromQueryResult;

pub use add::{AddPerson, add};
pub use describe::{DescribePerson, describe};
pub use queries::{all, by_id, by_ids, by_name, by_slug, with_articles};

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Names the person.
    pub id: PersonId,
    /// The last part of the address of the person's page.
    pub slug: String,
    /// As bylines spell it.
    pub name: String,
    /// What the person is, such as "Diplomatic correspondent".
    pub title: String,
    /// Some sentences about the person.
    pub bio: String,
    /// What the person is to the site.
    pub role: Role,
    /// Since when.
    pub created_at: Timestamp,
}

#[derive(FromQueryResult)]
struct Row {
    id: PersonId,
    slug: String,
    name: String,
    title: String,
    bio: String,
    role: String,
    created_at: Timestamp,
}

impl Row {
    fn read(self) -> Result<Person, store::StoreError> {
        let role = parse_role(&self.role).ok_or_else(|| store::StoreError::Unreadable {
            what: "role",
            why: format!("{:?} is none", self.role),
        })?;
        let Self { id, slug, name, title, bio, created_at, .. } = self;
        Ok(Person { id, slug, name, title, bio, role, created_at })
    }
}

const ROLES: [(&str, Role); 5] = [
    ("reader", Role::Reader),
    ("contributor", Role::Contributor),
    ("reporter", Role::Reporter),
    ("editor", Role::Editor),
    ("administrator", Role::Administrator),
];

/// The role of that name.
pub fn parse_role(name: &str) -> Option<Role> {
    ROLES.iter().find(|(known, _)| *known == name).map(|(_, role)| *role)
}

/// How a role is spelled.
pub fn role_name(role: Role) -> &'static str {
    ROLES.iter().find(|(_, known)| *known == role).map_or("reader", |(name, _)| name)
}
