//! What a comment goes through before it is shown: one list of steps, in this order. Each step looks
//! at the facts and has its say; the first that refuses ends it, and one that has it wait does not
//! keep the others from speaking, so that a moderator reads all of them.

use std::time::Duration;

use base::{CommentId, Timestamp};
use serde::Serialize;
use store::{Tx, sql};

use crate::commenter::Commenter;
use crate::lesson::{self, Likeness};
use crate::pace::Lately;
use crate::rule::{InForce, Mode, Speak};
use crate::{DiscussError, Result, Text, network, proof, toxicity, words};

use super::{External, PostComment};

/// Every step, in order.
const STEPS: [(&str, Step); 14] = [
    ("closed", closed),
    ("speak", speak),
    ("banned", banned),
    ("network", network_banned),
    ("pace", pace),
    ("proof", proof_of_work),
    ("words", words_said),
    ("repeat", repeat),
    ("links", links),
    ("history", history),
    ("spam", spam),
    ("toxicity", toxic),
    ("external", external),
    ("mode", mode),
];

type Step = fn(&Facts) -> Verdict;

/// The names of all steps, in order.
pub fn steps() -> impl Iterator<Item = &'static str> {
    STEPS.into_iter().map(|(name, _)| name)
}

/// What is written again within this time is the same comment, sent twice.
const AGAIN: Duration = Duration::from_secs(3_600);
/// More links than one would need to give a source or two.
const LINKS_MAX: usize = 3;
/// What reads like spam to this degree waits. An honest comment that waits costs more than spam that
/// a moderator has to take down.
const SPAM_FROM: f64 = 0.95;

/// What a step says.
enum Verdict {
    /// Nothing against it.
    Pass,
    /// Nothing against it, and something for moderators to know.
    Note(String),
    /// A moderator should look, for this reason.
    Wait(String),
    /// It is not taken.
    Refuse(DiscussError),
}

/// What is kept of a step's verdict.
#[derive(Serialize)]
struct Kept {
    step: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    waits: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
}

/// What the steps look at.
pub(super) struct Facts {
    rule: InForce,
    commenter: Commenter,
    /// One of the staff, who answers for what they say.
    staff: bool,
    text: Text,
    /// Until when nothing is taken from where it comes from.
    network_banned: Option<Timestamp>,
    /// How many comments there were of late.
    lately: Lately,
    /// A proof of work came with it.
    proven: bool,
    /// Another commenter said the same here.
    echoes: bool,
    /// Words in it that are looked for.
    banned_words: Vec<String>,
    suspect_words: Vec<String>,
    /// How much it reads like spam, once enough was learned.
    like_spam: Option<Likeness>,
    /// How much it reads like abuse, from 0 to 1.
    toxicity: f64,
    /// What a check outside of this program said.
    external: Option<External>,
    now: Timestamp,
}

/// What the pipeline says in the end.
pub(super) struct Outcome {
    pub(super) shown: bool,
    /// How much it reads like abuse, in thousandths.
    pub(super) toxicity: i64,
    pub(super) verdicts: String,
}

impl Facts {
    pub(super) async fn gather(
        tx: &mut Tx,
        command: &PostComment<'_>,
        rule: InForce,
        now: Timestamp,
    ) -> Result<Self> {
        let PostComment { commenter, network, .. } = *command;
        let network_banned = match network {
            Some(network) => network::banned_until(tx, network, now).await?,
            None => None,
        };
        let article = command.story.article;
        let lately = Lately::look(tx, Some(commenter.id), article, network, now).await?;
        let proven = match command.proof {
            Some(sent) if lately.is_a_flood() => proof::spend(tx, sent, now).await?,
            _ => false,
        };
        let echo: Option<CommentId> = match network {
            Some(network) => {
                sql("SELECT id AS value FROM comments
                 WHERE network = ? AND created_at > ? AND commenter_id <> ? AND text = ? LIMIT 1")
                .bind(network)
                .bind(now.minus(AGAIN))
                .bind(commenter.id)
                .bind(command.text.as_str())
                .optional(tx)
                .await?
            }
            None => None,
        };
        let (banned_words, suspect_words) =
            words::looked_for(tx, command.language, command.text).await?;
        let learned = lesson::recall(tx, command.text).await?;
        Ok(Self {
            rule,
            commenter: commenter.clone(),
            staff: command.staff,
            text: command.text.clone(),
            network_banned,
            lately,
            proven,
            echoes: echo.is_some(),
            banned_words,
            suspect_words,
            like_spam: learned.spam(),
            toxicity: toxicity::score(command.text, learned.abuse().as_ref()),
            external: command.external.cloned(),
            now,
        })
    }

    /// Of a comment that is changed: it adds none to a flood.
    pub(super) fn of_a_change(self) -> Self {
        Self { proven: true, ..self }
    }

    /// Runs the steps.
    pub(super) fn judge(&self) -> Result<Outcome> {
        let mut kept = Vec::with_capacity(STEPS.len());
        for (step, look) in STEPS {
            let (waits, notes) = match look(self) {
                Verdict::Pass => (None, None),
                Verdict::Note(what) => (None, Some(what)),
                Verdict::Wait(why) => (Some(why), None),
                Verdict::Refuse(error) => return Err(error),
            };
            kept.push(Kept { step, waits, notes });
        }
        let shown = kept.iter().all(|it| it.waits.is_none());
        let verdicts = serde_json::to_string(&kept).unwrap_or_default();
        let toxicity = (self.toxicity * 1_000.0).round() as i64;
        Ok(Outcome { shown, toxicity, verdicts })
    }
}

fn closed(facts: &Facts) -> Verdict {
    match facts.rule.mode {
        Mode::Closed | Mode::ReadOnly => {
            Verdict::Refuse(DiscussError::Closed("This discussion is closed.".into()))
        }
        Mode::After | Mode::Before | Mode::Newcomers => Verdict::Pass,
    }
}

fn speak(facts: &Facts) -> Verdict {
    let guest = facts.commenter.reader_id.is_none() && !facts.staff;
    match facts.rule.speak {
        Speak::Confirmed if guest => Verdict::Refuse(DiscussError::SignIn),
        Speak::Confirmed | Speak::Guests => Verdict::Pass,
    }
}

fn banned(facts: &Facts) -> Verdict {
    match facts.commenter.banned_until.filter(|until| *until > facts.now) {
        Some(until) => Verdict::Refuse(DiscussError::Closed(format!(
            "The moderators take nothing from you until {}.",
            minute(until)
        ))),
        None => Verdict::Pass,
    }
}

/// Whoever is behind a network with others learns that it is not about them.
fn network_banned(facts: &Facts) -> Verdict {
    match facts.network_banned.filter(|_| !facts.staff) {
        Some(until) => Verdict::Refuse(DiscussError::Closed(format!(
            "The moderators take nothing from the network that you write from until {}: somebody \
             there has misused it. From another network you can write.",
            minute(until)
        ))),
        None => Verdict::Pass,
    }
}

fn minute(at: Timestamp) -> String {
    at.to_jiff().strftime("%Y-%m-%d %H:%M UTC").to_string()
}

fn pace(facts: &Facts) -> Verdict {
    if facts.lately.is_too_much() && !facts.staff {
        return Verdict::Refuse(DiscussError::TooMuch(
            "That is a lot at once. Wait a minute, and send it again.".into(),
        ));
    }
    Verdict::Pass
}

/// A program or a browser without scripts cannot show one, and is heard all the same.
fn proof_of_work(facts: &Facts) -> Verdict {
    if facts.lately.is_a_flood() && !facts.proven && !facts.commenter.is_known() {
        return Verdict::Wait("Sent without proof of work during a flood".into());
    }
    Verdict::Pass
}

fn words_said(facts: &Facts) -> Verdict {
    if let Some(word) = facts.banned_words.first() {
        return Verdict::Refuse(DiscussError::Invalid(format!(
            "Comments with “{word}” are not taken here. Say it otherwise."
        )));
    }
    match facts.suspect_words.as_slice() {
        [] => Verdict::Pass,
        words => Verdict::Wait(words.join(", ")),
    }
}

fn repeat(facts: &Facts) -> Verdict {
    if facts.echoes {
        return Verdict::Wait("Somebody else of the same network said the same.".into());
    }
    Verdict::Pass
}

fn links(facts: &Facts) -> Verdict {
    match facts.text.links() {
        many if many > LINKS_MAX => Verdict::Wait(format!("{many} links")),
        0 => Verdict::Pass,
        _ if !facts.commenter.is_known() => Verdict::Wait("A newcomer’s link".into()),
        _ => Verdict::Pass,
    }
}

fn history(facts: &Facts) -> Verdict {
    let Commenter { watched, approved, rejected, .. } = facts.commenter;
    if watched {
        return Verdict::Wait("A moderator watches this commenter.".into());
    }
    // Of a few comments nothing can be told.
    if rejected >= 3 && rejected * 2 > approved {
        return Verdict::Wait(format!("{rejected} refused, {approved} let stand"));
    }
    Verdict::Pass
}

fn spam(facts: &Facts) -> Verdict {
    let Some(Likeness { score, words }) = &facts.like_spam else { return Verdict::Pass };
    if *score < SPAM_FROM {
        return Verdict::Note(format!("{score:.2}"));
    }
    let words = words.join(", ");
    Verdict::Wait(format!("Reads like what was refused as spam ({score:.2}): {words}"))
}

/// Says in which order moderators look, and keeps nothing from readers.
fn toxic(facts: &Facts) -> Verdict {
    match facts.toxicity {
        0.0 => Verdict::Pass,
        score => Verdict::Note(format!("{score:.2}")),
    }
}

fn external(facts: &Facts) -> Verdict {
    match &facts.external {
        None | Some(External::Pass) => Verdict::Pass,
        Some(External::Skipped(why)) => Verdict::Note(format!("Skipped: {why}")),
        Some(External::Wait(why)) => Verdict::Wait(format!("The external check: {why}")),
        Some(External::Refuse(why)) if why.is_empty() => {
            Verdict::Refuse(DiscussError::Invalid("This is not taken here.".into()))
        }
        Some(External::Refuse(why)) => Verdict::Refuse(DiscussError::Invalid(why.clone())),
    }
}

fn mode(facts: &Facts) -> Verdict {
    let known = facts.commenter.is_known();
    match facts.rule.mode {
        Mode::Before => Verdict::Wait("Every comment waits here.".into()),
        Mode::Newcomers if !known => Verdict::Wait("A newcomer".into()),
        _ => Verdict::Pass,
    }
}

/// The same comment, if the same commenter sent it a short while ago: a browser that was not
/// answered sends again.
pub(super) async fn sent_before(
    tx: &Tx,
    command: &PostComment<'_>,
    now: Timestamp,
) -> Result<Option<CommentId>> {
    let found = sql("SELECT id AS value FROM comments
         WHERE commenter_id = ? AND created_at > ? AND article_id = ? AND text = ?
           AND (parent_id = ? OR (parent_id IS NULL AND ? = 0))
         ORDER BY created_at DESC LIMIT 1")
    .bind(command.commenter.id)
    .bind(now.minus(AGAIN))
    .bind(command.story.article)
    .bind(command.text.as_str())
    .bind(command.parent)
    .bind(i64::from(command.parent.is_some()))
    .optional(tx)
    .await?;
    Ok(found)
}
