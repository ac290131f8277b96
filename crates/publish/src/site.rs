//! What the site as a whole is called and how it speaks.

mod describe;
mod queries;

use serde::{Deserialize, Serialize};

pub use describe::describe;
pub use queries::current;

/// The site as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Its name, as a masthead has it.
    pub name: String,
    /// What it is, in a sentence.
    pub description: String,
    /// The language of its pages, as BCP 47 tags it.
    pub language: String,
    /// The time zone of its dates, as the IANA database names it.
    pub zone: String,
}

impl Default for Site {
    fn default() -> Self {
        Self {
            name: "Tribune".to_owned(),
            description: String::new(),
            language: "en".to_owned(),
            zone: "UTC".to_owned(),
        }
    }
}
