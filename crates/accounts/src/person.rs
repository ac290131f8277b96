//! People: staff and authors, each with a page of their own.

mod add;
mod describe;
mod email;
mod grant;
mod queries;
mod suspend;

use base::{PersonId, Role, Timestamp};
use store::FromQueryResult;

pub use add::{AddPerson, add};
pub use describe::{DescribePerson, describe};
pub(crate) use email::is_address;
pub use email::set_email;
pub use grant::grant;
pub use queries::{
    actor, all, by_email, by_id, by_ids, by_name, by_slug, grants, has_way_in, staff, with_articles,
};
pub use suspend::{restore, suspend};

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
    /// Where mail reaches the person; staff sign in with it.
    pub email: Option<String>,
    /// Since when the person may not sign in, if so.
    pub suspended_at: Option<Timestamp>,
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
    email: Option<String>,
    suspended_at: Option<Timestamp>,
    created_at: Timestamp,
}

impl Row {
    fn read(self) -> Result<Person, store::StoreError> {
        let role = read_role(&self.role)?;
        let Self { id, slug, name, title, bio, email, suspended_at, created_at, .. } = self;
        Ok(Person { id, slug, name, title, bio, role, email, suspended_at, created_at })
    }
}

fn read_role(name: &str) -> Result<Role, store::StoreError> {
    Role::parse(name).ok_or_else(|| store::StoreError::Unreadable {
        what: "role",
        why: format!("{name:?} is none"),
    })
}
