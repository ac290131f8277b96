//! The demo's meetings, which were held elsewhere.

use base::{Actor, ArticleId, Timestamp};
use meet::meeting::{self, Plan, PlanItem, PlanParty, PlanSeat, Tells};
use meet::outcome::{self, Kind, WriteOutcome};
use meet::readout::{self, WriteReadout};
use meet::{Profile, official_photo, party, record, story};
use publish::article;
use serde::Deserialize;
use store::Store;

use crate::node::Failure;

/// A meeting with its record.
#[derive(Deserialize)]
pub(super) struct Meeting {
    title: String,
    zone: String,
    starts_at: Timestamp,
    ends_at: Timestamp,
    began_at: Timestamp,
    ended_at: Timestamp,
    /// When readers were told of it.
    told_at: Timestamp,
    /// The end of the address of the story about it, whose photo is the official one.
    pub(super) story: String,
    advisory: String,
    party: Vec<Party>,
    agenda: Vec<Item>,
    outcome: Vec<Outcome>,
}

#[derive(Deserialize)]
struct Party {
    name: String,
    colour: String,
    /// The chair first.
    seats: Vec<String>,
    headline: String,
    readout: String,
}

#[derive(Deserialize)]
struct Item {
    title: String,
    minutes: u32,
}

#[derive(Deserialize)]
struct Outcome {
    kind: String,
    words: String,
    #[serde(default)]
    owner: String,
    due: Option<String>,
}

impl Meeting {
    /// Takes it onto the record with all that came of it, if it is not there yet.
    pub(super) async fn load(
        &self,
        store: &Store,
        about: Option<ArticleId>,
    ) -> Result<(), Failure> {
        if meeting::list(store).await?.iter().any(|known| known.title == self.title) {
            return Ok(());
        }
        let (actor, now) = (&Actor::Operator, self.told_at);
        let mut tx = store.begin().await?;
        let parties: Vec<_> = self.party.iter().map(Party::plan).collect();
        let id = meeting::plan(&mut tx, actor, self.plan(), &parties, now).await?;
        record::advise(&mut tx, actor, id, &self.advisory, true, now).await?;
        record::note_held(&mut tx, actor, id, self.began_at, self.ended_at, now).await?;
        let mut outcomes = Vec::new();
        for it in &self.outcome {
            outcomes.push(WriteOutcome {
                kind: Kind::parse(&it.kind).unwrap_or_default(),
                words: &it.words,
                owner: &it.owner,
                due: it.due.as_deref().map(str::parse).transpose()?,
            });
        }
        outcome::write(&mut tx, actor, id, &outcomes, now).await?;
        for (known, told) in party::of(&tx, id).await?.iter().zip(&self.party) {
            let (headline, body) = (told.headline.as_str(), told.readout.as_str());
            let command = WriteReadout { headline, body, release: true };
            readout::enter(&mut tx, actor, id, known.id, command, now).await?;
        }
        if let Some(about) = about {
            let touches = article::tie(&mut tx, actor, about, now).await?;
            story::choose(&mut tx, actor, about, Some(id), touches, now).await?;
            let shown = article::published(&tx, about).await?;
            if let Some(photo) = shown.and_then(|it| it.revision.content.photo) {
                official_photo::enter(&mut tx, actor, id, photo.photo, now).await?;
            }
        }
        record::publish(&mut tx, actor, id, true, now).await?;
        tx.commit().await?;
        Ok(())
    }

    fn plan(&self) -> Plan<'_> {
        Plan {
            title: &self.title,
            profile: Profile::Closed,
            zone: &self.zone,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            tells: Tells::Parties,
            agenda: self
                .agenda
                .iter()
                .map(|it| PlanItem { title: &it.title, minutes: it.minutes })
                .collect(),
        }
    }
}

impl Party {
    fn plan(&self) -> PlanParty<'_> {
        let seats = self.seats.iter().enumerate();
        PlanParty {
            name: &self.name,
            colour: &self.colour,
            seats: seats.map(|(at, title)| PlanSeat { title, chair: at == 0 }).collect(),
        }
    }
}
