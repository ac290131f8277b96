use std::fmt;

use base::PersonId;

use crate::{PublishError, Result};

const LENGTH_MAX: usize = 4_000;

/// What somebody says: words, and people who are named in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(Vec<Part>);

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// As they are.
    Words(String),
    /// Somebody who is asked for: written `@{id}`, shown by name.
    Person(PersonId),
}

impl Text {
    /// Reads what somebody typed.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        if text.is_empty() {
            return Err(PublishError::Invalid("Write something first.".into()));
        }
        if text.chars().count() > LENGTH_MAX {
            return Err(PublishError::Invalid(
                "A note has at most 4,000 letters. Say the rest in an answer to it.".into(),
            ));
        }
        if text.contains('\0') {
            return Err(PublishError::Invalid(
                "The note holds the character U+0000; leave it out.".into(),
            ));
        }
        Ok(Self::read(text))
    }

    /// Reads what was kept.
    pub(super) fn read(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut words = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("@{") {
            words.push_str(before);
            let named =
                after.split_once('}').and_then(|(id, after)| Some((id.parse().ok()?, after)));
            rest = match named {
                Some((person, after)) => {
                    if !words.is_empty() {
                        parts.push(Part::Words(std::mem::take(&mut words)));
                    }
                    parts.push(Part::Person(person));
                    after
                }
                None => {
                    words.push_str("@{");
                    after
                }
            };
        }
        words.push_str(rest);
        if !words.is_empty() {
            parts.push(Part::Words(words));
        }
        Self(parts)
    }

    /// Its pieces, in order.
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// Everybody who is named, once.
    pub fn people(&self) -> Vec<PersonId> {
        let named = self.0.iter().filter_map(|part| match part {
            Part::Person(person) => Some(*person),
            Part::Words(_) => None,
        });
        let mut people: Vec<_> = named.collect();
        people.sort();
        people.dedup();
        people
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Words(words) => f.write_str(words),
            Part::Person(person) => write!(f, "@{{{person}}}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn people_are_named_by_id_among_words() {
        let ana = PersonId(Uuid::from_u128(7));
        let text =
            Text::parse(&format!("  @{{{ana}}}, is this so? @{{nobody}} @{{{ana}}}")).unwrap();
        let words = |words: &str| Part::Words(words.to_owned());
        let parts = [Part::Person(ana), words(", is this so? @{nobody} "), Part::Person(ana)];
        assert_eq!(text.parts(), parts);
        assert_eq!(text.people(), [ana]);
    }

    #[test]
    fn what_says_nothing_or_too_much_is_refused_with_a_sentence() {
        for (text, told) in [
            (" \n", "Write something first."),
            ("a\0b", "The note holds the character U+0000; leave it out."),
            (
                &"é".repeat(4_001),
                "A note has at most 4,000 letters. Say the rest in an answer to it.",
            ),
        ] {
            assert_eq!(Text::parse(text).unwrap_err().to_string(), told);
        }
        assert!(Text::parse(&"é".repeat(4_000)).is_ok());
    }

    proptest! {
        #[test]
        fn what_is_kept_is_what_was_typed(text in "[@{} a-f0-9-]{1,80}") {
            prop_assume!(!text.trim().is_empty());
            let read = Text::parse(&text).unwrap();
            // An id may be spelled in several ways, and is kept in one.
            prop_assert_eq!(Text::read(&read.to_string()), read);
        }
    }
}
