use std::time::Duration;

use base::Timestamp;
use store::{Connection, FromQueryResult, StoreError, Tx, sql};

use super::session::{self, Session};
use super::{Reader, by_email, checked_name};
use crate::mail::{self, Mail};
use crate::person::is_address;
use crate::{AccountError, secret};

/// How long a link lets in.
pub const LINK_LASTS: Duration = Duration::from_secs(15 * 60);

/// What is asked for.
#[derive(Clone, Debug)]
pub struct AskLink<'a> {
    /// Where it is mailed to.
    pub email: &'a str,
    /// Where one was, to come back to.
    pub back: &'a str,
    /// What one was about to say there.
    pub draft: &'a str,
    /// The secret of the asking browser.
    pub browser: &'a str,
    /// The secret of the link.
    pub link: [u8; 32],
}

/// What a link stands for, before anything is done with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It lets in here, once.
    Open(Link),
    /// It lets in, and in another browser: the one that asked for it.
    Elsewhere,
    /// It has let somebody in.
    Used,
    /// It is too old, or never was.
    Over,
}

/// A link that lets in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Who is let in.
    pub email: String,
    /// What they are called already; nothing for a newcomer.
    pub name: String,
}

/// Mails a link, to whoever reads mail there: with or without an account it is the same, so nothing
/// tells the one from the other. `write` makes the mail's subject and text of the link's secret.
pub async fn ask(
    tx: &mut Tx,
    command: AskLink<'_>,
    write: impl FnOnce(&str) -> (String, String),
    now: Timestamp,
) -> Result<(), AccountError> {
    let email = command.email.trim().to_lowercase();
    if !is_address(&email) {
        return Err(AccountError::Invalid(
            "Write an e-mail address, such as anna@example.org.".into(),
        ));
    }
    // A day longer than it lets in, one who comes again is told what became of it.
    sql("DELETE FROM reader_links WHERE expires_at <= ?")
        .bind(now.minus(Duration::from_secs(86_400)))
        .run(tx)
        .await?;
    let text = secret::text(command.link);
    let hash = secret::hash(&text);
    let until = now.plus(LINK_LASTS);
    sql("INSERT INTO reader_links (secret_hash, browser_hash, email, back, draft, expires_at)
         VALUES (?, ?, ?, ?, ?, ?)")
    .bind(hash.as_str())
    .bind(secret::hash(command.browser))
    .bind(email.as_str())
    .bind(command.back)
    .bind(command.draft)
    .bind(until)
    .run(tx)
    .await?;
    let (subject, text) = write(&text);
    let mail = Mail { to: email, subject, text, unsubscribe: None, until };
    mail::send(tx, &format!("link/{hash}"), &mail, now).await?;
    Ok(())
}

/// What a link would do in this browser. Looking does nothing.
pub async fn fate(
    on: &impl Connection,
    link: &str,
    browser: Option<&str>,
    now: Timestamp,
) -> Result<Fate, StoreError> {
    let Some(row) = row(on, link).await? else { return Ok(Fate::Over) };
    // Who does not hold the browser's secret learns nothing about whose it is.
    let own = browser.is_some_and(|it| secret::hash(it) == row.browser_hash);
    Ok(match row.used_at {
        Some(_) => Fate::Used,
        None if row.expires_at <= now => Fate::Over,
        None if !own => Fate::Elsewhere,
        None => {
            let known = by_email(on, &row.email).await?;
            let name = known.map(|reader| reader.name).unwrap_or_default();
            Fate::Open(Link { email: row.email, name })
        }
    })
}

/// Lets in whoever holds the link and the secret of the browser that asked for it: makes the account
/// at the first time, and begins a session. None is begun where [`fate`] says otherwise.
pub async fn redeem(
    tx: &mut Tx,
    (link, browser): (&str, Option<&str>),
    name: &str,
    (secret, agent): ([u8; 32], &str),
    now: Timestamp,
) -> Result<Result<(Session, String), Fate>, AccountError> {
    let known = match fate(tx, link, browser, now).await? {
        Fate::Open(known) => known,
        other => return Ok(Err(other)),
    };
    let name = checked_name(if name.trim().is_empty() { &known.name } else { name })?;
    let row = row(tx, link).await?.ok_or(AccountError::InvitationOver)?;
    sql("UPDATE reader_links SET used_at = ?, draft = '' WHERE secret_hash = ?")
        .bind(now)
        .bind(secret::hash(link))
        .run(tx)
        .await?;
    let reader = match by_email(tx, &row.email).await? {
        Some(reader) => {
            super::rename(tx, reader.id, &name).await?;
            Reader { name, ..reader }
        }
        None => super::join(tx, &row.email, name, now).await?,
    };
    let begun = session::begin(tx, reader, (&row.back, &row.draft), secret, agent, now).await?;
    Ok(Ok(begun))
}

#[derive(FromQueryResult)]
struct Row {
    browser_hash: String,
    email: String,
    back: String,
    draft: String,
    expires_at: Timestamp,
    used_at: Option<Timestamp>,
}

async fn row(on: &impl Connection, link: &str) -> Result<Option<Row>, StoreError> {
    sql("SELECT browser_hash, email, back, draft, expires_at, used_at
         FROM reader_links WHERE secret_hash = ?")
    .bind(secret::hash(link))
    .one(on)
    .await
}
