use base::{Actor, ChannelId, Timestamp};
use store::{Event, Tx, sql};

use super::{CaptionSettings, is_language};
use crate::{BroadcastError, Result, produces};

/// A player's menu holds no more.
const LANGUAGES_MAX: usize = 8;

/// Says in which languages a channel has captions; with none, nothing more can be written.
pub async fn set(
    tx: &mut Tx,
    actor: &Actor,
    channel: ChannelId,
    settings: &CaptionSettings,
    now: Timestamp,
) -> Result<()> {
    produces(actor)?;
    let CaptionSettings { source_language, languages } = settings;
    let source = Some(source_language).filter(|it| !it.is_empty());
    if let Some(wrong) = source.into_iter().chain(languages).find(|it| !is_language(it)) {
        return Err(BroadcastError::Invalid(format!(
            "{wrong:?} is no language. Name languages by their tags, such as en, es or pt-BR."
        )));
    }
    if languages.len() > LANGUAGES_MAX {
        return Err(BroadcastError::Invalid(format!(
            "A channel has captions in {LANGUAGES_MAX} languages at most. Name fewer."
        )));
    }
    let same = |at: usize, it: &String| languages[..at].iter().any(|e| e.eq_ignore_ascii_case(it));
    if let Some((_, twice)) = languages.iter().enumerate().find(|(at, it)| same(*at, it)) {
        return Err(BroadcastError::Invalid(format!("{twice} is named twice. Name it once.")));
    }
    sql("INSERT INTO channel_captions (channel_id, source_language, languages) VALUES (?, ?, ?)
         ON CONFLICT (channel_id) DO UPDATE SET source_language = excluded.source_language,
             languages = excluded.languages")
    .bind(channel)
    .bind(source_language.as_str())
    .bind(languages.join(" "))
    .run(tx)
    .await?;
    tx.append(actor, &Event::ChannelDescribed { channel }, now).await?;
    Ok(())
}
