//! Captions: what is said on a channel, in writing, for those who cannot hear it.
//!
//! Some come inside of the pictures (CEA-608/708), and the channel only says in which language. Others
//! are written here, line by line, while the channel is on air.

mod set;
mod write;

use base::{ChannelId, Timestamp};
use store::{Connection, FromQueryResult, sql};

use crate::Result;

pub use set::set;
pub use write::{WriteCaption, write};

/// In which languages a channel has captions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaptionSettings {
    /// Of those that come with the pictures, as BCP 47 tags it; empty: the site's language.
    pub source_language: String,
    /// Of those that are written here, in the order of a player's menu; none: they are switched off.
    pub languages: Vec<String>,
}

/// What is written over the pictures for a while.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Caption {
    /// Later ones have higher numbers.
    pub number: i64,
    /// As BCP 47 tags it.
    pub language: String,
    /// A few lines.
    pub text: String,
    /// When it appears.
    pub starts_at: Timestamp,
    /// When it goes.
    pub ends_at: Timestamp,
}

/// In which languages a channel has captions.
pub async fn settings(on: &impl Connection, channel: ChannelId) -> Result<CaptionSettings> {
    #[derive(FromQueryResult)]
    struct Row {
        source_language: String,
        languages: String,
    }
    let row: Option<Row> =
        sql("SELECT source_language, languages FROM channel_captions WHERE channel_id = ?")
            .bind(channel)
            .one(on)
            .await?;
    Ok(row.map_or_else(CaptionSettings::default, |Row { source_language, languages }| {
        let languages = languages.split_whitespace().map(str::to_owned).collect();
        CaptionSettings { source_language, languages }
    }))
}

/// What was written after the caption of this number, the oldest first.
pub async fn after(on: &impl Connection, channel: ChannelId, number: i64) -> Result<Vec<Caption>> {
    Ok(sql("SELECT number, language, text, starts_at, ends_at FROM captions
         WHERE channel_id = ? AND number > ? ORDER BY number LIMIT 500")
    .bind(channel)
    .bind(number)
    .all(on)
    .await?)
}

/// What was written last, the newest first.
pub async fn latest(on: &impl Connection, channel: ChannelId, most: i64) -> Result<Vec<Caption>> {
    Ok(sql("SELECT number, language, text, starts_at, ends_at FROM captions
         WHERE channel_id = ? ORDER BY number DESC LIMIT ?")
    .bind(channel)
    .bind(most)
    .all(on)
    .await?)
}

/// What those who speak a language call it; its tag, where that is not known here.
pub fn language_name(tag: &str) -> &str {
    let known = |wanted: &str| {
        let of = |(known, _): &&(&str, &str)| known.eq_ignore_ascii_case(wanted);
        NAMES.iter().find(of).map(|(_, name)| *name)
    };
    let first = tag.split('-').next().unwrap_or_default();
    known(tag).or_else(|| known(first)).unwrap_or(tag)
}

const NAMES: &[(&str, &str)] = &[
    ("ar", "العربية"),
    ("be", "Беларуская"),
    ("bg", "Български"),
    ("bn", "বাংলা"),
    ("ca", "Català"),
    ("cs", "Čeština"),
    ("da", "Dansk"),
    ("de", "Deutsch"),
    ("el", "Ελληνικά"),
    ("en", "English"),
    ("es", "Español"),
    ("et", "Eesti"),
    ("eu", "Euskara"),
    ("fa", "فارسی"),
    ("fi", "Suomi"),
    ("fr", "Français"),
    ("gl", "Galego"),
    ("he", "עברית"),
    ("hi", "हिन्दी"),
    ("hr", "Hrvatski"),
    ("hu", "Magyar"),
    ("hy", "Հայերեն"),
    ("id", "Indonesia"),
    ("it", "Italiano"),
    ("ja", "日本語"),
    ("ka", "ქართული"),
    ("kk", "Қазақ тілі"),
    ("ko", "한국어"),
    ("lt", "Lietuvių"),
    ("lv", "Latviešu"),
    ("nb", "Norsk bokmål"),
    ("nl", "Nederlands"),
    ("no", "Norsk"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("ro", "Română"),
    ("ru", "Русский"),
    ("sk", "Slovenčina"),
    ("sl", "Slovenščina"),
    ("sr", "Српски"),
    ("sv", "Svenska"),
    ("tr", "Türkçe"),
    ("uk", "Українська"),
    ("ur", "اردو"),
    ("vi", "Tiếng Việt"),
    ("zh", "中文"),
];

/// Whether this looks like a BCP 47 tag: letters, then subtags of letters and digits.
fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or_default();
    (2..=3).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_alphabetic())
        && tag.len() <= 20
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_named_by_its_speakers() {
        assert_eq!(language_name("es"), "Español");
        assert_eq!(language_name("pt-BR"), "Português");
        assert_eq!(language_name("EN-GB"), "English");
        assert_eq!(language_name("tlh"), "tlh");
        assert!(NAMES.is_sorted_by_key(|(tag, _)| *tag));
        assert!(NAMES.iter().all(|(tag, _)| is_language(tag)));
    }
}
