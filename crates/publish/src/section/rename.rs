use accounts::policy::{self, Action};
use base::{Actor, SectionId, Timestamp};
use store::{Event, Tx, sql};

use crate::{PublishError, Result};

/// Gives a section another name; its address stays.
pub async fn rename(
    tx: &mut Tx,
    actor: &Actor,
    section: SectionId,
    name: &str,
    now: Timestamp,
) -> Result<()> {
    policy::check(actor, Action::ArrangeSite)?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 {
        return Err(PublishError::Invalid("A section needs a name of at most 100 letters.".into()));
    }
    let renamed =
        sql("UPDATE sections SET name = ? WHERE id = ?").bind(name).bind(section).run(tx).await?;
    if renamed == 0 {
        return Err(PublishError::NoSuchSection(section.to_string()));
    }
    tx.append(actor, &Event::SectionRenamed { section }, now).await?;
    Ok(())
}
