use store::{Connection, Result, StoreError, sql};

use super::Site;

/// The site as it is described now.
pub async fn current(on: &impl Connection) -> Result<Site> {
    let text: Option<String> =
        sql("SELECT value FROM settings WHERE name = 'site'").optional(on).await?;
    text.map_or_else(
        || Ok(Site::default()),
        |text| {
            serde_json::from_str(&text)
                .map_err(|error| StoreError::Unreadable { what: "site", why: error.to_string() })
        },
    )
}
