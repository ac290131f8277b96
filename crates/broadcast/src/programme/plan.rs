use std::time::Duration;

use base::{Actor, ArticleId, ChannelId, ProgrammeId, Timestamp};
use store::{Event, Tx, sql};

use super::Recorded;
use crate::{BroadcastError, Result, produces};

const TITLE_MAX: usize = 200;
const DESCRIPTION_MAX: usize = 2_000;
/// Longer is a mistake in a date.
const LENGTH_MAX: Duration = Duration::from_secs(7 * 86_400);

/// Says what will be shown, from when to when.
#[derive(Clone, Debug)]
pub struct PlanProgramme<'a> {
    /// As readers are told.
    pub title: &'a str,
    /// In a few sentences; may be empty.
    pub description: &'a str,
    /// When it is to begin.
    pub starts_at: Timestamp,
    /// When it is to end.
    pub ends_at: Timestamp,
    /// The story that it is about. Whoever calls knows that there is one.
    pub story: Option<ArticleId>,
    /// Whether it begins by itself at its time, if the channel is on air then.
    pub begins_alone: bool,
    /// Whether it is recorded, and for whom.
    pub recorded: Recorded,
}

impl PlanProgramme<'_> {
    fn check(&self) -> Result<()> {
        let refused = |why: String| Err(BroadcastError::Invalid(why));
        let title = self.title.trim();
        if title.is_empty() || title.chars().count() > TITLE_MAX {
            return refused(format!("A programme's title has 1 to {TITLE_MAX} characters."));
        }
        if self.description.trim().chars().count() > DESCRIPTION_MAX {
            return refused(format!(
                "A programme's description has {DESCRIPTION_MAX} characters at most."
            ));
        }
        if title.contains('\0') || self.description.contains('\0') {
            return refused("A programme's words hold a character that cannot be kept.".into());
        }
        if self.ends_at <= self.starts_at {
            return refused("A programme ends after it begins. Look at both times.".into());
        }
        if self.starts_at.plus(LENGTH_MAX) < self.ends_at {
            return refused("A programme lasts a week at most. Look at both times.".into());
        }
        Ok(())
    }
}

/// Plans a programme on a channel.
pub async fn plan(
    tx: &mut Tx,
    actor: &Actor,
    channel: ChannelId,
    command: PlanProgramme<'_>,
    now: Timestamp,
) -> Result<ProgrammeId> {
    produces(actor)?;
    command.check()?;
    let id: ProgrammeId = tx.new_id(now);
    sql("INSERT INTO programmes (id, channel_id, title, description, starts_at, ends_at, article_id,
                                 begins_alone, recording)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
    .bind(id)
    .bind(channel)
    .bind(command.title.trim())
    .bind(command.description.trim())
    .bind(command.starts_at)
    .bind(command.ends_at)
    .bind(command.story)
    .bind(command.begins_alone)
    .bind(command.recorded.name())
    .run(tx)
    .await?;
    let planned = Event::ProgrammePlanned { channel, programme: id, on: false };
    tx.append(actor, &planned, now).await?;
    Ok(id)
}

/// Says it otherwise. What is over stays as it was told, but for its words.
pub async fn change(
    tx: &mut Tx,
    actor: &Actor,
    programme: ProgrammeId,
    command: PlanProgramme<'_>,
    now: Timestamp,
) -> Result<()> {
    produces(actor)?;
    command.check()?;
    let known = super::by_id(tx, programme).await?;
    let known = known.ok_or(BroadcastError::Unknown("programme"))?;
    sql("UPDATE programmes SET title = ?, description = ?, starts_at = ?, ends_at = ?,
                article_id = ?, begins_alone = ?, recording = ? WHERE id = ?")
    .bind(command.title.trim())
    .bind(command.description.trim())
    .bind(command.starts_at)
    .bind(command.ends_at)
    .bind(command.story)
    .bind(command.begins_alone)
    .bind(command.recorded.name())
    .bind(programme)
    .run(tx)
    .await?;
    let on = known.began_at.is_some() && known.ended_at.is_none();
    let changed = Event::ProgrammePlanned { channel: known.channel_id, programme, on };
    tx.append(actor, &changed, now).await?;
    Ok(())
}
