//! Mail on its way. A command that has something to tell by mail asks for it in its own transaction,
//! so the mail goes out if and only if the change is true; it is sent later, by whoever can reach a
//! server.

use base::Timestamp;
use serde::{Deserialize, Serialize};
use store::{Result, StoreError, Tx, jobs};

/// The jobs that send mail.
pub const JOB: &str = "mail";

/// A mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// To whom.
    pub to: String,
    /// What it is about, in one line.
    pub subject: String,
    /// What it says, as plain text.
    pub text: String,
    /// Where one click ends mails like this one (RFC 8058).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsubscribe: Option<String>,
    /// It says nothing to anybody after this moment, and is not sent any more.
    pub until: Timestamp,
}

/// Has a mail sent. With the same key it is sent once.
pub async fn send(tx: &mut Tx, key: &str, mail: &Mail, now: Timestamp) -> Result<()> {
    let payload = serde_json::to_string(mail)
        .map_err(|error| StoreError::Unreadable { what: "mail", why: error.to_string() })?;
    jobs::enqueue(tx, JOB, &format!("{JOB}/{key}"), &payload, now).await?;
    tx.wake_others();
    Ok(())
}
