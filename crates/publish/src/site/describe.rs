use accounts::policy::{self, Action};
use base::{Actor, Timestamp};
use store::{Event, Tx, sql};

use super::Site;
use crate::{PublishError, Result, article::is_language};

/// Says anew what the site is called and how it speaks.
pub async fn describe(tx: &mut Tx, actor: &Actor, site: Site, now: Timestamp) -> Result<()> {
    policy::check(actor, Action::ArrangeSite)?;
    if site.name.trim().is_empty() || site.name.chars().count() > 100 {
        return Err(PublishError::Invalid("The site needs a name of at most 100 letters.".into()));
    }
    if !is_language(&site.language) {
        return Err(PublishError::Invalid(format!(
            "{:?} is no language tag; write one such as \"en\" or \"es\".",
            site.language
        )));
    }
    if jiff::tz::TimeZone::get(&site.zone).is_err() {
        return Err(PublishError::Invalid(format!(
            "{:?} is no time zone; write one such as \"Europe/Moscow\".",
            site.zone
        )));
    }
    let text = serde_json::to_string(&site)
        .map_err(|error| store::StoreError::Unreadable { what: "site", why: error.to_string() })?;
    sql("INSERT INTO settings (name, value) VALUES ('site', ?)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value")
    .bind(text)
    .run(tx)
    .await?;
    tx.append(actor, &Event::SiteDescribed, now).await?;
    Ok(())
}
