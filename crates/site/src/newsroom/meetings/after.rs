//! What is written once a meeting is over: what came of it, and what each party says of it.

use base::{Actor, Day, MeetingId, PartyId, PhotoId, Timestamp};
use meet::agenda::Item;
use meet::outcome::{Kind, Outcome, WriteOutcome};
use meet::readout::{self, WriteReadout};
use meet::{Meeting, Party, official_photo};
use serde::Serialize;
use store::Tx;

use super::plan::field;
use crate::newsroom::articles::instant;
use crate::newsroom::forms::Fields;
use crate::newsroom::trouble::Trouble;

/// So many rows are there to be filled, beside those that are.
const FREE_ROWS: usize = 3;
/// As many as a record holds.
const ROWS_MAX: usize = 60;

/// What became of something on the agenda.
#[derive(Serialize)]
pub(super) struct AgendaRow {
    title: String,
    minutes: i64,
    state: &'static str,
    /// In seconds.
    spent: u64,
}

impl AgendaRow {
    pub(super) fn of(it: &Item) -> Self {
        Self {
            title: it.title.clone(),
            minutes: it.minutes,
            state: it.state().name(),
            spent: it.spent().as_secs(),
        }
    }
}

/// A decision, or what follows, as the form holds it.
#[derive(Default, Serialize)]
pub(super) struct OutcomeRow {
    kind: String,
    words: String,
    owner: String,
    due: String,
}

impl OutcomeRow {
    pub(super) fn of(it: &Outcome) -> Self {
        Self {
            kind: it.kind().name().to_owned(),
            words: it.words.clone(),
            owner: it.owner.clone(),
            due: it.due().map(|day| day.to_string()).unwrap_or_default(),
        }
    }

    /// Those that somebody filled.
    pub(super) fn by(fields: &Fields) -> Vec<Self> {
        let row = |row: usize| {
            let text = |what: &str| fields.trimmed(&format!("outcome-{row}-{what}")).to_owned();
            Self {
                kind: text("kind"),
                words: text("words"),
                owner: text("owner"),
                due: text("due"),
            }
        };
        (1..=ROWS_MAX).map(row).filter(|it| !it.words.is_empty()).collect()
    }

    pub(super) fn with_free(mut rows: Vec<Self>) -> Vec<Self> {
        let count = (rows.len() + FREE_ROWS).min(ROWS_MAX);
        rows.resize_with(count, Self::default);
        rows
    }

    pub(super) fn outcome(&self) -> Result<WriteOutcome<'_>, Trouble> {
        let due: Option<Day> = match self.due.as_str() {
            "" => None,
            text => Some(
                text.parse().map_err(|error: base::NotADay| Trouble::invalid(error.to_string()))?,
            ),
        };
        Ok(WriteOutcome {
            kind: Kind::parse(&self.kind).unwrap_or_default(),
            words: &self.words,
            owner: &self.owner,
            due,
        })
    }
}

/// When a meeting was held elsewhere, as the form holds it.
#[derive(Serialize)]
pub(super) struct Held {
    began_at: String,
    ended_at: String,
}

impl Held {
    pub(super) fn planned(meeting: &Meeting) -> Self {
        Self {
            began_at: field(meeting.starts_at, &meeting.zone),
            ended_at: field(meeting.ends_at, &meeting.zone),
        }
    }

    pub(super) fn by(fields: &Fields) -> Self {
        let text = |name: &str| fields.trimmed(name).to_owned();
        Self { began_at: text("began_at"), ended_at: text("ended_at") }
    }

    pub(super) fn times(&self, zone: &str) -> Result<(Timestamp, Timestamp), Trouble> {
        Ok((instant(&self.began_at, zone)?, instant(&self.ended_at, zone)?))
    }
}

/// What a party says, as the form of a meeting that was held elsewhere holds it.
#[derive(Serialize)]
pub(super) struct ReadoutForm {
    headline: String,
    body: String,
    released: bool,
    /// Since when readers may see it.
    released_at: Option<Timestamp>,
    /// Whether the form is to be seen at once.
    typed: bool,
}

impl ReadoutForm {
    pub(super) fn of(party: &Party, fields: &Fields) -> Self {
        let typed =
            fields.text("step") == "readout" && fields.text("party") == party.id.to_string();
        let released_at = party.readout_released_at;
        if typed {
            let text = |name: &str| fields.text(name).to_owned();
            let released = !fields.text("release").is_empty();
            return Self {
                headline: text("headline"),
                body: text("body"),
                released,
                released_at,
                typed,
            };
        }
        Self {
            headline: party.readout_headline.clone(),
            body: party.readout_body.clone(),
            released: released_at.is_some(),
            released_at,
            typed,
        }
    }
}

pub(super) async fn enter_readout(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    fields: &Fields,
    now: Timestamp,
) -> Result<(), Trouble> {
    let party: PartyId = fields.text("party").parse().map_err(|_| Trouble::missing("party"))?;
    // A browser ends lines with CR and LF.
    let body = fields.text("body").replace("\r\n", "\n");
    let command = WriteReadout {
        headline: fields.trimmed("headline"),
        body: &body,
        release: !fields.text("release").is_empty(),
    };
    Ok(readout::enter(tx, actor, meeting, party, command, now).await?)
}

/// Takes the photo at an address of the photo desk.
pub(super) async fn enter_photo(
    tx: &mut Tx,
    actor: &Actor,
    meeting: MeetingId,
    address: &str,
    now: Timestamp,
) -> Result<(), Trouble> {
    let id = address.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let photo = match id.parse::<PhotoId>() {
        Ok(id) => publish::photo::by_ids(tx, &[id]).await?.into_keys().next(),
        Err(_) => None,
    };
    let photo = photo.ok_or_else(|| {
        Trouble::invalid(format!(
            "There is no photo at {address}. Open it in the photo desk, and copy its address."
        ))
    })?;
    Ok(official_photo::enter(tx, actor, meeting, photo, now).await?)
}
