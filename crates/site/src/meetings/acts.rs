//! What each thing that is said does.

use std::sync::Arc;

use base::{Actor, MeetingId, SeatId, Timestamp};
use meet::readout::WriteReadout;
use meet::seat::Ask;
use meet::{MeetError, agenda, doors, floor, meeting, official_photo, readout, seat};
use publish::PublishError;
use serde_json::{Value, json};
use store::{StoreError, Tx};

use super::live::{Live, Told};
use super::said::Verb;
use super::{media, release, room};
use crate::App;

/// Why something that was said does nothing.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) sentence: String,
    pub(super) code: Option<&'static str>,
}

impl Refused {
    pub(super) fn sentence(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), code: None }
    }

    /// What is ours is told to the log, and to them only that it is.
    fn ours(error: &dyn std::error::Error) -> Self {
        tracing::error!("Something that was said in a meeting was lost: {error}");
        Self::sentence("Tribune could not do this, and its log says why. Try again.")
    }
}

impl From<MeetError> for Refused {
    fn from(error: MeetError) -> Self {
        match error {
            MeetError::Store(error) => Self::ours(&error),
            MeetError::EpochPassed => {
                Self { sentence: error.to_string(), code: Some("epoch_passed") }
            }
            error => Self::sentence(error.to_string()),
        }
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::ours(&error)
    }
}

impl From<PublishError> for Refused {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Store(error) => Self::ours(&error),
            error => Self::sentence(error.to_string()),
        }
    }
}

/// Who speaks, and where.
pub(super) struct Speaker<'a> {
    pub(super) app: &'a App,
    pub(super) live: &'a Arc<Live>,
    pub(super) meeting: MeetingId,
    pub(super) seat: SeatId,
    pub(super) instance: &'a str,
}

impl Speaker<'_> {
    /// Does what was said, and tells the room that something is different.
    pub(super) async fn does(&self, verb: Verb) -> Result<Value, Refused> {
        let (actor, now) = (Actor::Seat { seat: self.seat }, self.app.now());
        match verb {
            Verb::Sending(sending) => {
                self.live.sends(self.seat, sending);
                Ok(json!({}))
            }
            Verb::Message { payload, to } => {
                self.must_be_in().await?;
                let text = json!({ "message": { "from": self.seat, "payload": payload } });
                let text = text.to_string().into();
                self.live.tell(Told::Message { from: self.seat, to, text });
                Ok(json!({}))
            }
            Verb::ReadReadout {} => self.read_readout().await,
            Verb::Relay {} => self.relay().await,
            Verb::Media { session, offer } => self.joins(session, offer).await,
            Verb::Watch { seats } => self.watches(&seats).await,
            Verb::Air { on } => self.goes_on_air(&actor, on, now).await,
            Verb::Release { proposal, jpeg, caption, credit } => {
                let (app, meeting) = (self.app, self.meeting);
                release::release(app, &actor, meeting, proposal, jpeg.0, &caption, &credit).await?;
                self.live.tell(Told::Changed);
                Ok(json!({}))
            }
            verb => {
                let gone = match &verb {
                    Verb::Commit { remove, .. } => remove.clone(),
                    Verb::Remove { seat } | Verb::Free { seat } => vec![*seat],
                    _ => Vec::new(),
                };
                let mut tx = self.app.store().begin().await?;
                let answer = self.writes(&mut tx, &actor, verb, now).await?;
                tx.commit().await?;
                media::leave(self.app, self.meeting, &gone).await?;
                self.live.tell(Told::Changed);
                Ok(answer)
            }
        }
    }

    async fn writes(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        verb: Verb,
        now: Timestamp,
    ) -> Result<Value, Refused> {
        let here = self.meeting;
        match verb {
            Verb::Ask { name, identity, key_package, mac } => {
                let ask = Ask {
                    name: &name,
                    identity: &identity.0,
                    key_package: &key_package.0,
                    mac: &mac.0,
                    instance: self.instance,
                };
                seat::ask(tx, actor, here, ask, now).await?;
            }
            Verb::Withdraw {} => seat::withdraw(tx, actor, here).await?,
            Verb::Found {} => {
                if room::anybody_has_keys(tx, here, &self.live.here()).await? {
                    return Err(Refused::sentence(
                        "Others in the meeting have its keys: they will let you in.",
                    ));
                }
                let group = doors::found(tx, actor, here, self.instance, now).await?;
                return Ok(json!({ "group": group }));
            }
            Verb::Commit { group, epoch, commit, welcome, admit, remove } => {
                let (commit, welcome) = (&commit.0, &welcome.0);
                let change = doors::Commit { group, epoch, commit, welcome, admit, remove };
                let number = doors::commit(tx, actor, here, change, now).await?;
                return Ok(json!({ "number": number }));
            }
            Verb::Admit { seat } => seat::admit(tx, actor, here, seat, now).await?,
            Verb::Refuse { seat } => seat::refuse(tx, actor, here, seat, now).await?,
            Verb::Remove { seat } => seat::remove(tx, actor, here, seat, now).await?,
            Verb::Free { seat } => seat::free(tx, actor, here, seat, now).await?,
            Verb::Lock { locked } => meeting::lock(tx, actor, here, locked, now).await?,
            Verb::Begin {} => meeting::begin(tx, actor, here, now).await?,
            Verb::End {} => meeting::end(tx, actor, here, now).await?,
            Verb::Item { item, state } => {
                let state = agenda::State::parse(&state)
                    .ok_or_else(|| Refused::sentence("An item is open, on, dealt or left."))?;
                agenda::mark(tx, actor, here, item, state, now).await?;
            }
            Verb::Hand { up } => floor::raise_hand(tx, actor, here, up, now).await?,
            Verb::Floor { seat } => floor::give(tx, actor, here, seat, now).await?,
            Verb::Confirm { code } => doors::confirm(tx, actor, here, &code, now).await?,
            Verb::Propose { sha256 } => {
                let id = official_photo::propose(tx, actor, here, &sha256, now).await?;
                return Ok(json!({ "proposal": id }));
            }
            Verb::Approve { proposal } => {
                official_photo::judge(tx, actor, here, proposal, true, now).await?;
            }
            Verb::Decline { proposal } => {
                official_photo::judge(tx, actor, here, proposal, false, now).await?;
            }
            Verb::Readout { headline, body, release } => {
                let words = WriteReadout { headline: &headline, body: &body, release };
                readout::write(tx, actor, here, words, now).await?;
            }
            Verb::Hello(_)
            | Verb::Sending(_)
            | Verb::Message { .. }
            | Verb::Release { .. }
            | Verb::ReadReadout {}
            | Verb::Relay {}
            | Verb::Media { .. }
            | Verb::Air { .. }
            | Verb::Watch { .. }
            | Verb::Leave {} => return Err(Refused::sentence("This cannot be said here.")),
        }
        Ok(json!({}))
    }

    /// The readout of one's own party, as it stands.
    async fn read_readout(&self) -> Result<Value, Refused> {
        let actor = Actor::Seat { seat: self.seat };
        let own = readout::of_own_party(self.app.store(), &actor, self.meeting).await?;
        let released = own.readout_released_at.map(|it| it.as_micros() / 1_000);
        Ok(json!({
            "headline": own.readout_headline,
            "body": own.readout_body,
            "released_at": released,
        }))
    }

    pub(super) async fn must_be_in(&self) -> Result<meet::Seat, Refused> {
        let me = seat::by_id(self.app.store(), self.seat).await?;
        let me = me.filter(|it| it.state() == seat::State::In);
        me.ok_or_else(|| Refused::sentence("Only who was let into the meeting may do this."))
    }
}
