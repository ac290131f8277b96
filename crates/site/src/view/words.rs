//! The words of the interface, in Fluent files under `translations/`.

use std::collections::BTreeMap;
use std::fmt;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentError, FluentResource, FluentValue};
use minijinja::Value;
use unic_langid::LanguageIdentifier;

/// The languages that Tribune speaks by itself. English comes first, and is what it falls back to.
pub(super) const BUILT_IN: &[(&str, &str)] = &[
    ("en", include_str!("../../../../translations/en/site.ftl")),
    ("es", include_str!("../../../../translations/es/site.ftl")),
];
/// The words of the newsroom, in the same languages.
pub(super) const NEWSROOM: &[(&str, &str)] = &[
    ("en", include_str!("../../../../translations/en/newsroom.ftl")),
    ("es", include_str!("../../../../translations/es/newsroom.ftl")),
];
/// The words of the editor's script in languages other than its own.
pub(super) const EDITOR: &[(&str, &str)] =
    &[("es", include_str!("../../../../translations/es/editor.json"))];

/// Every word of the interface, in every language.
pub struct Words {
    bundles: BTreeMap<String, FluentBundle<FluentResource>>,
}

/// Words that are missing or broken.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// No message of this name.
    #[error("the words for `{language}` have no message `{key}`")]
    Missing {
        /// The language.
        language: String,
        /// The message.
        key: String,
    },
    /// The message asks for something it was not given, or refers to what does not exist.
    #[error("the message `{key}` for `{language}` cannot be said: {problem}")]
    Unsayable {
        /// The language.
        language: String,
        /// The message.
        key: String,
        /// What is wrong.
        problem: String,
    },
    /// A translation file is not valid Fluent.
    #[error("line {line}: {problem}")]
    Syntax {
        /// Where.
        line: usize,
        /// What is wrong.
        problem: String,
    },
}

impl Words {
    /// The words that are embedded in the binary.
    pub fn built_in() -> Self {
        let mut words = Self { bundles: BTreeMap::new() };
        for (language, source) in BUILT_IN.iter().chain(NEWSROOM) {
            // A test holds the built-in files to be valid, so nothing is lost here.
            let _ = words.add(language, source);
        }
        words
    }

    /// Adds a file of messages in `language`; they take the place of those of the same name.
    pub(super) fn add(&mut self, language: &str, source: &str) -> Result<(), WordsError> {
        let resource = FluentResource::try_new(source.to_owned()).map_err(|(_, errors)| {
            let (at, problem) = errors
                .first()
                .map_or((0, String::new()), |error| (error.pos.start, error.kind.to_string()));
            let line = source[..at.min(source.len())].matches('\n').count() + 1;
            WordsError::Syntax { line, problem }
        })?;
        let id: LanguageIdentifier = language.parse().map_err(|_| WordsError::Syntax {
            line: 0,
            problem: format!("`{language}` is not a language tag such as `en` or `pt-BR`"),
        })?;
        let bundle = self.bundles.entry(language.to_owned()).or_insert_with(|| {
            let mut bundle = FluentBundle::new_concurrent(vec![id]);
            // Isolation marks would end up in headlines' links, in tests and in copied text.
            bundle.set_use_isolating(false);
            bundle
        });
        bundle.add_resource_overriding(resource);
        Ok(())
    }

    /// The languages that there are words for.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.bundles.keys().map(String::as_str)
    }

    /// The language to speak on a page in `wanted`: itself, its plain form (`es` for `es-VE`),
    /// or else the site's, or else English.
    pub fn closest(&self, wanted: &str, site: &str) -> &str {
        let plain = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        [wanted.to_owned(), plain(wanted), site.to_owned(), plain(site)]
            .iter()
            .find_map(|tag| self.bundles.get_key_value(tag.as_str()))
            .map_or("en", |(language, _)| language)
    }

    /// The message `key` in `language`, with its arguments in place.
    pub fn say(
        &self,
        language: &str,
        key: &str,
        arguments: &[(&str, FluentValue<'_>)],
    ) -> Result<String, WordsError> {
        let missing = || WordsError::Missing { language: language.to_owned(), key: key.to_owned() };
        let bundle = self.bundles.get(language).ok_or_else(missing)?;
        let pattern =
            bundle.get_message(key).and_then(|message| message.value()).ok_or_else(missing)?;
        let mut given = FluentArgs::with_capacity(arguments.len());
        for (name, value) in arguments {
            given.set(*name, value.clone());
        }
        let mut errors: Vec<FluentError> = Vec::new();
        let said = bundle.format_pattern(pattern, Some(&given), &mut errors).into_owned();
        match errors.first() {
            None => Ok(said),
            Some(error) => Err(WordsError::Unsayable {
                language: language.to_owned(),
                key: key.to_owned(),
                problem: error.to_string(),
            }),
        }
    }

    /// The words of the editor's script, as JSON; it speaks English by itself.
    pub fn editor(&self, language: &str) -> serde_json::Value {
        let words = EDITOR.iter().find(|(known, _)| *known == language);
        words.and_then(|(_, words)| serde_json::from_str(words).ok()).unwrap_or_default()
    }

    /// What `document` writes around photos, tables and related stories, in the closest language.
    pub fn labels(&self, wanted: &str, site: &str) -> Result<document::Labels, WordsError> {
        let language = self.closest(wanted, site);
        Ok(document::Labels {
            related: self.say(language, "related-label", &[])?,
            photo: self.say(language, "photo", &[])?,
            table: self.say(language, "table", &[])?,
        })
    }

    /// [`Words::say`] with a template's values.
    pub(super) fn say_values(
        &self,
        language: &str,
        key: &str,
        arguments: &[(&str, Value)],
    ) -> Result<String, WordsError> {
        let arguments: Vec<_> = arguments
            .iter()
            .map(|(name, value)| {
                let value = match value.as_i64() {
                    Some(number) if value.is_number() => FluentValue::from(number),
                    _ => FluentValue::from(value.to_string()),
                };
                (*name, value)
            })
            .collect();
        self.say(language, key, &arguments)
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.languages()).finish()
    }
}
