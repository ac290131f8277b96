//! A check of comments outside of this program, which the operator runs or trusts: what it is asked,
//! for how long, and what its word means. `docs/comment-check.md` tells the other side.

#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::time::Duration;

use base::{CommentId, Timestamp};
use discuss::comment::External;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use tokio::sync::Semaphore;
use url::Url;

/// So many are asked for at once. What has to wait for its turn waits no longer than for an answer.
const AT_ONCE: usize = 64;
/// More than any verdict says.
const ANSWER_BYTES_MAX: usize = 16 * 1024;
/// A shorter secret can be guessed.
const SECRET_MIN: usize = 16;
/// Of a reason, so many letters are kept.
const REASON_MAX: usize = 300;

/// See the module.
pub struct CommentCheck {
    url: Url,
    secret: String,
    answers_within: Duration,
    http: reqwest::Client,
    turns: Semaphore,
}

/// What the operator sets of it.
#[derive(Clone, Debug)]
pub struct CommentCheckSettings {
    /// Where comments are sent.
    pub url: Url,
    /// What both sides know, and sign with.
    pub secret: String,
    /// After so long it is gone on without.
    pub answers_within: Duration,
}

/// What is asked about one comment.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Question<'a> {
    /// As it was typed.
    pub(crate) text: &'a str,
    /// Under which name.
    pub(crate) name: &'a str,
    /// BCP 47, of the story.
    pub(crate) language: &'a str,
    /// The story's address.
    pub(crate) story: &'a str,
    /// What it answers.
    pub(crate) parent: Option<CommentId>,
    /// Whether moderators have let a comment of this commenter stand before.
    pub(crate) known: bool,
}

#[derive(Deserialize)]
struct Answer {
    verdict: Verdict,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Pass,
    Wait,
    Refuse,
}

impl CommentCheck {
    /// # Errors
    /// As a sentence, when the settings are none.
    pub fn new(settings: CommentCheckSettings) -> Result<Self, String> {
        let CommentCheckSettings { url, secret, answers_within } = settings;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!("The comment check {url} has to begin with https:// or http://."));
        }
        if secret.len() < SECRET_MIN {
            return Err(format!(
                "The secret of the comment check has to have at least {SECRET_MIN} letters."
            ));
        }
        let http = reqwest::Client::builder()
            // Whoever can be sent on can be sent to where it should not ask.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent("Tribune");
        let http = if crate::provider::is_loopback(&url) { http.no_proxy() } else { http };
        let http = http.build().map_err(|error| error.to_string())?;
        Ok(Self { url, secret, answers_within, http, turns: Semaphore::new(AT_ONCE) })
    }

    /// Asks. Whatever goes wrong is no verdict: a comment never fails for it.
    pub(crate) async fn ask(&self, question: &Question<'_>, now: Timestamp) -> External {
        let asked = tokio::time::timeout(self.answers_within, async {
            let _turn = self.turns.acquire().await.map_err(|error| error.to_string())?;
            self.answer(question, now).await
        });
        let skipped = match asked.await {
            Ok(Ok(external)) => return external,
            Ok(Err(why)) => why,
            Err(_) => format!("no answer within {} s", self.answers_within.as_secs_f64()),
        };
        tracing::warn!("The comment check was skipped: {skipped}");
        External::Skipped(skipped)
    }

    async fn answer(&self, question: &Question<'_>, now: Timestamp) -> Result<External, String> {
        let body = serde_json::to_string(question).map_err(|error| error.to_string())?;
        let mut answer = self
            .http
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("tribune-signature", self.signature(&body, now))
            .body(body)
            .send()
            .await
            .map_err(|error| error.without_url().to_string())?;
        match answer.status().as_u16() {
            204 => return Ok(External::Pass),
            200 => {}
            status => return Err(format!("it answered {status}")),
        }
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|it| it.without_url().to_string())? {
            body.extend_from_slice(&part);
            if body.len() > ANSWER_BYTES_MAX {
                return Err(format!("its answer is longer than {ANSWER_BYTES_MAX} bytes"));
            }
        }
        let Answer { verdict, reason } = serde_json::from_slice(&body)
            .map_err(|error| format!("its answer is no verdict: {error}"))?;
        let reason: String =
            reason.trim().chars().filter(|it| !it.is_control()).take(REASON_MAX).collect();
        Ok(match verdict {
            Verdict::Pass => External::Pass,
            Verdict::Wait => External::Wait(reason),
            Verdict::Refuse => External::Refuse(reason),
        })
    }

    /// With the time in it, so that nobody can send the same again later.
    fn signature(&self, body: &str, now: Timestamp) -> String {
        let at = now.as_micros() / 1_000_000;
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes())
            .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
        mac.update(format!("{at}.{body}").as_bytes());
        let mut text = format!("t={at},v1=");
        for byte in mac.finalize().into_bytes() {
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}
