use std::time::Duration;

use accounts::policy::{self, Action};
use base::{Actor, ChannelId, Timestamp};
use store::{Event, Tx, sql};

use super::{Caption, settings};
use crate::{BroadcastError, Result};

const CHARS_MAX: usize = 400;
const LINES_MAX: usize = 4;
/// What was said longer ago would be read beside what it is not about.
const LATE_MAX: Duration = Duration::from_secs(120);
/// Who knows what will be said is ahead by no more.
const EARLY_MAX: Duration = Duration::from_secs(600);
const LASTS: std::ops::RangeInclusive<Duration> =
    Duration::from_millis(500)..=Duration::from_secs(60);
/// Of a channel, in a minute: nobody reads as fast.
const A_MINUTE_MAX: i64 = 600;

/// A caption, as somebody writes it.
#[derive(Clone, Copy, Debug)]
pub struct WriteCaption<'a> {
    /// One that is switched on for the channel.
    pub language: &'a str,
    /// A few lines.
    pub text: &'a str,
    /// When it was said; none: now.
    pub at: Option<Timestamp>,
    /// How long it is to stand there; none: as long as it takes to read it.
    pub lasts: Option<Duration>,
}

/// Writes a caption. It is shown with the pictures of its moment, or with the next ones, where those
/// are out already.
pub async fn write(
    tx: &mut Tx,
    actor: &Actor,
    channel: ChannelId,
    WriteCaption { language, text, at, lasts }: WriteCaption<'_>,
    now: Timestamp,
) -> Result<Caption> {
    policy::check(actor, Action::Caption)?;
    let invalid = |why: String| Err(BroadcastError::Invalid(why));
    let on = settings(tx, channel).await?.languages;
    let Some(language) = on.iter().find(|it| it.eq_ignore_ascii_case(language)).cloned() else {
        return match &on[..] {
            [] => invalid(
                "Captions are switched off. Name their languages on the channel's page first."
                    .into(),
            ),
            on => invalid(format!(
                "There are no captions in {language:?} on this channel, but in {}. Write in one of \
                 these, or switch another on on the channel's page.",
                on.join(", ")
            )),
        };
    };
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let text = lines.join("\n");
    if text.is_empty() {
        return invalid("A caption needs words.".into());
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return invalid("A caption holds a control character. Leave it out.".into());
    }
    if lines.len() > LINES_MAX || text.chars().count() > CHARS_MAX {
        return invalid(format!(
            "A caption has {LINES_MAX} lines and {CHARS_MAX} characters at most. Write several."
        ));
    }
    let starts_at = at.unwrap_or(now);
    if now.since(starts_at) > LATE_MAX {
        return invalid(format!(
            "{starts_at} is more than {} minutes ago, and its pictures are out. Write what is said \
             now.",
            LATE_MAX.as_secs() / 60
        ));
    }
    if starts_at.since(now) > EARLY_MAX {
        return invalid(format!(
            "{starts_at} is more than {} minutes ahead. Send it later.",
            EARLY_MAX.as_secs() / 60
        ));
    }
    let lasts = lasts.unwrap_or_else(|| reading_time(&text));
    if !LASTS.contains(&lasts) {
        return invalid("A caption stands there for half a second to 60 seconds.".into());
    }
    let lately: i64 = sql("SELECT COUNT(*) AS value FROM captions
         WHERE channel_id = ? AND written_at > ?")
    .bind(channel)
    .bind(now.minus(Duration::from_secs(60)))
    .value(tx)
    .await?;
    if lately >= A_MINUTE_MAX {
        return invalid(format!(
            "{A_MINUTE_MAX} captions were written within a minute, which is more than anybody \
             reads. Wait a moment."
        ));
    }
    let number = tx.append(actor, &Event::CaptionWritten { channel }, now).await?;
    let caption = Caption { number, language, text, starts_at, ends_at: starts_at.plus(lasts) };
    sql("INSERT INTO captions
         (number, channel_id, language, text, starts_at, ends_at, written_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)")
    .bind(caption.number)
    .bind(channel)
    .bind(caption.language.as_str())
    .bind(caption.text.as_str())
    .bind(caption.starts_at)
    .bind(caption.ends_at)
    .bind(now)
    .run(tx)
    .await?;
    Ok(caption)
}

/// Some fifteen characters a second, and time to notice it.
fn reading_time(text: &str) -> Duration {
    let chars = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
    Duration::from_millis((1_200 + chars.saturating_mul(65)).clamp(2_000, 10_000))
}
