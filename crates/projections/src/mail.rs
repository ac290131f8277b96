//! Sends the mail that commands have asked for ([`accounts::mail`]).
//!
//! A mail is sent at least once: whoever dies between the server's word and the record's sends it
//! again, under the same Message-ID, by which the receiving side knows it. A server that hangs keeps
//! nobody waiting but the mail.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use accounts::mail::{JOB, Mail};
use base::{Clock, JobId, Timestamp};
use lettre::message::header::{ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0};
use lettre::message::{Mailbox, Message};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use store::jobs::Job;
use store::{Store, StoreError, jobs};

use crate::worker::{POLL, alive, read};

/// A server that says nothing for so long has not taken the mail.
const PATIENCE: Duration = Duration::from_secs(30);
/// What a server refuses for good is tried so often: it may be the password that was wrong.
const REFUSALS_MAX: i64 = 5;

/// How mail leaves this machine.
#[derive(Clone)]
pub struct Mailer {
    from: Mailbox,
    way: Way,
}

#[derive(Clone)]
enum Way {
    Server(AsyncSmtpTransport<Tokio1Executor>),
    /// Each mail becomes a file, for another program to send or a person to read.
    Folder(PathBuf),
}

/// Why a mail did not leave.
#[derive(Debug, thiserror::Error)]
pub enum Undelivered {
    /// It never will.
    #[error("It cannot be sent: {0}")]
    Never(String),
    /// The server refuses it.
    #[error("The mail server refuses it: {0}")]
    Refused(String),
    /// It may another time.
    #[error("The mail server cannot take it now: {0}")]
    NotNow(String),
    /// The record failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Mailer {
    /// By `smtp://user:password@host:port?tls=required`, `smtps://…` or `folder:/path`, from this
    /// address.
    ///
    /// # Errors
    /// As a sentence, where either makes no sense.
    pub fn new(url: &str, from: &str) -> Result<Self, String> {
        let from = from.parse().map_err(|error| {
            format!(
                "Mail is from somebody: give --mail-from as news@example.org or as \
                     “The Paper <news@example.org>”; {from:?} is neither ({error})."
            )
        })?;
        let way = match url.strip_prefix("folder:") {
            Some(folder) if !folder.is_empty() => Way::Folder(folder.into()),
            _ => {
                let server =
                    AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|error| {
                        format!(
                            "Give --mail-url as smtp://user:password@host:587?tls=required, as \
                             smtps://user:password@host or as folder:/path: {error}."
                        )
                    })?;
                Way::Server(server.timeout(Some(PATIENCE)).build())
            }
        };
        Ok(Self { from, way })
    }

    async fn deliver(&self, job: JobId, mail: &Mail, now: Timestamp) -> Result<(), Undelivered> {
        let message = self.message(job, mail, now)?;
        match &self.way {
            Way::Folder(folder) => {
                let written = async {
                    tokio::fs::create_dir_all(folder).await?;
                    let part = folder.join(format!("{job}.part"));
                    tokio::fs::write(&part, message.formatted()).await?;
                    tokio::fs::rename(part, folder.join(format!("{job}.eml"))).await
                };
                written.await.map_err(|error| Undelivered::NotNow(error.to_string()))
            }
            Way::Server(server) => {
                let sent = tokio::time::timeout(PATIENCE, server.send(message)).await;
                match sent.map_err(|_| Undelivered::NotNow("it does not answer".to_owned()))? {
                    Ok(_) => Ok(()),
                    Err(error) if error.is_permanent() => {
                        Err(Undelivered::Refused(error.to_string()))
                    }
                    Err(error) => Err(Undelivered::NotNow(error.to_string())),
                }
            }
        }
    }

    fn message(&self, job: JobId, mail: &Mail, now: Timestamp) -> Result<Message, Undelivered> {
        let never = |why: String| Undelivered::Never(why);
        let to: Mailbox = mail.to.parse().map_err(|_| never("its address is none".to_owned()))?;
        let micros = u64::try_from(now.as_micros()).unwrap_or_default();
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(one_line(&mail.subject))
            .date(SystemTime::UNIX_EPOCH + Duration::from_micros(micros))
            .message_id(Some(format!("<{job}@{}>", self.from.email.domain())))
            .header(MIME_VERSION_1_0)
            .header(ContentType::TEXT_PLAIN)
            .raw_header(raw("Auto-Submitted", "auto-generated".to_owned()));
        if let Some(address) = &mail.unsubscribe {
            let one_click = "List-Unsubscribe=One-Click".to_owned();
            message = message
                .raw_header(raw("List-Unsubscribe", format!("<{}>", one_line(address))))
                .raw_header(raw("List-Unsubscribe-Post", one_click));
        }
        message.body(mail.text.clone()).map_err(|error| never(error.to_string()))
    }
}

/// Sends one mail after the other, for as long as the future is polled. Several may be at it, so
/// that one that takes long does not hold up the others.
pub async fn post(store: Store, mailer: Mailer, clock: Arc<dyn Clock>) {
    let mut woken = store.woken();
    loop {
        woken.borrow_and_update();
        match post_once(&store, &mailer, &clock).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::error!("Mail cannot be taken: {error}"),
        }
        if let Ok(Err(_)) = tokio::time::timeout(POLL, woken.changed()).await {
            return;
        }
    }
}

/// Sends one mail, and says whether there was one.
pub async fn post_once(
    store: &Store,
    mailer: &Mailer,
    clock: &Arc<dyn Clock>,
) -> Result<bool, StoreError> {
    let Some(job) = jobs::lease(store, &[JOB], clock.now()).await? else { return Ok(false) };
    let sent = alive(store, clock, &job, send(mailer, &job, clock.now())).await;
    match sent {
        Ok(()) => done(store, &job, clock.now()).await?,
        Err(error) => {
            tracing::warn!("The mail {} was not sent: {error}", job.id);
            let for_good = match &error {
                Undelivered::Never(_) => true,
                Undelivered::Refused(_) => job.attempts >= REFUSALS_MAX,
                Undelivered::NotNow(_) | Undelivered::Store(_) => false,
            };
            if for_good {
                done(store, &job, clock.now()).await?;
            } else {
                jobs::fail(store, &job, &error.to_string(), clock.now()).await?;
            }
        }
    }
    Ok(true)
}

async fn send(mailer: &Mailer, job: &Job, now: Timestamp) -> Result<(), Undelivered> {
    let mail: Mail = read(job)?;
    if mail.until <= now {
        tracing::warn!("The mail {} could not be sent in time, and is not any more.", job.id);
        return Ok(());
    }
    mailer.deliver(job.id, &mail, now).await
}

/// A mail that has left is forgotten: it holds an address, and may hold a secret.
async fn done(store: &Store, job: &Job, now: Timestamp) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    jobs::finish_and_forget(&mut tx, job.id, now).await?;
    tx.commit().await
}

/// What came from people stays in its line, so that it becomes no header of its own.
fn one_line(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.trim().to_owned()
}

fn raw(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

#[cfg(test)]
mod tests;
