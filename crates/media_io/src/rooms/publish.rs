//! Who sends to the channel by WebRTC, on the port of the meetings: WHIP (RFC 9725), without its HTTP.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use media::AnnexB;
use sfu::Transmit;
use sfu::publisher::{Coding, Ending, OfferError, Output, Published, Publisher};
use tokio::sync::{mpsc, oneshot};

use super::relay::is_relayed;
use super::socket::Datagram;
use super::{Mailbox, Rooms, Shared};
use crate::ingest::{Admitted, Ended, Gate, Refusal, Request};
use crate::tag::Tag;

/// What a publisher is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The answer's SDP, or a fragment of it where ICE began anew.
    pub sdp: String,
    /// Names the ICE session.
    pub ice_session: String,
}

/// Why somebody does not send.
#[derive(Debug, thiserror::Error)]
pub enum NotPublished {
    /// What was offered cannot be answered.
    #[error(transparent)]
    Offer(#[from] OfferError),
    /// The channel does not take them.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no such session, or it is over.
    #[error("This session is over. Begin another.")]
    Over,
}

/// Those who send, by the names of their sessions.
#[derive(Default)]
pub(super) struct Publishers(Mutex<HashMap<String, Session>>);

#[derive(Clone)]
struct Session {
    ice_session: String,
    acts: mpsc::UnboundedSender<Act>,
}

enum Act {
    RestartIce { fragment: String, tell: oneshot::Sender<Result<Answer, OfferError>> },
    End,
}

impl Publishers {
    fn all(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn session(&self, name: &str) -> Result<Session, NotPublished> {
        self.all().get(name).cloned().ok_or(NotPublished::Over)
    }
}

impl Rooms {
    /// Lets somebody send to the channel whose gate this is. `name` is the session's, and to be told to
    /// nobody else.
    ///
    /// # Errors
    ///
    /// Where the offer cannot be answered, or the gate refuses.
    pub async fn publish(
        &self,
        gate: &dyn Gate,
        request: &Request,
        name: String,
        offer: &str,
    ) -> Result<Answer, NotPublished> {
        let addresses = self.shared.socket.advertised();
        let (publisher, sdp) = Publisher::new(Instant::now(), addresses, offer)?;
        let admitted = gate.admit(request).await?;
        let ice_session = publisher.ice_session().to_owned();
        let (acts, acted) = mpsc::unbounded_channel();
        let (mailbox, datagrams) = Mailbox::new();
        let session = Session { ice_session: ice_session.clone(), acts };
        let mut drive = Drive {
            shared: Arc::clone(&self.shared),
            name: name.clone(),
            mailbox,
            publisher,
            h264: AnnexB::default(),
            described: (false, false),
            transmits: Vec::new(),
            tags: Vec::new(),
        };
        // Whoever is answered is also heard.
        let _ = drive.drain();
        self.shared.publishers.all().insert(name, session);
        self.shared.tasks.spawn(drive.run(admitted, acted, datagrams));
        Ok(Answer { sdp, ice_session })
    }

    /// Which ICE session a publisher's session has.
    ///
    /// # Errors
    ///
    /// Where it is over.
    pub fn ice_session(&self, name: &str) -> Result<String, NotPublished> {
        Ok(self.shared.publishers.session(name)?.ice_session)
    }

    /// Begins ICE anew, with what a fragment says.
    ///
    /// # Errors
    ///
    /// Where the fragment has no credentials, or the session is over.
    pub async fn restart_ice(&self, name: &str, fragment: String) -> Result<Answer, NotPublished> {
        let (tell, told) = oneshot::channel();
        let session = self.shared.publishers.session(name)?;
        let act = Act::RestartIce { fragment, tell };
        session.acts.send(act).map_err(|_| NotPublished::Over)?;
        Ok(told.await.map_err(|_| NotPublished::Over)??)
    }

    /// Ends a session.
    ///
    /// # Errors
    ///
    /// Where it is over already.
    pub fn unpublish(&self, name: &str) -> Result<(), NotPublished> {
        let session = self.shared.publishers.session(name)?;
        session.acts.send(Act::End).map_err(|_| NotPublished::Over)
    }
}

struct Drive {
    shared: Arc<Shared>,
    name: String,
    mailbox: Mailbox,
    publisher: Publisher,
    h264: AnnexB,
    /// Whether the decoders of VP8 and of Opus were set up.
    described: (bool, bool),
    transmits: Vec<Transmit>,
    tags: Vec<Tag>,
}

/// Also where something panics nothing leads here any more.
impl Drop for Drive {
    fn drop(&mut self) {
        self.shared.close_ways(&self.mailbox);
        self.shared.publishers.all().remove(&self.name);
    }
}

impl Drive {
    async fn run(
        mut self,
        admitted: Admitted,
        mut acts: mpsc::UnboundedReceiver<Act>,
        mut datagrams: mpsc::Receiver<Vec<Datagram>>,
    ) {
        let ended = loop {
            let due = match self.drain() {
                Ok(due) => due,
                Err(Ending::Gone) => break Ended::Lost,
                Err(Ending::Silent(silence)) => break Ended::Silent(silence),
            };
            self.shared.socket.send(&self.transmits).await;
            self.transmits.clear();
            let mut sent = Ok(());
            for tag in self.tags.drain(..) {
                sent = admitted.send(tag).await;
                if sent.is_err() {
                    break;
                }
            }
            if let Err(ended) = sent {
                break ended;
            }
            tokio::select! {
                biased;
                () = self.shared.stop.cancelled() => break Ended::ByUs(STOPPING.into()),
                why = admitted.ended_by_us() => break Ended::ByUs(why),
                Some(act) = acts.recv() => match act {
                    Act::RestartIce { fragment, tell } => {
                        let answer = self.restarts_ice(&fragment);
                        let _ = tell.send(answer);
                    }
                    Act::End => break Ended::Finished,
                },
                Some(batch) = datagrams.recv() => {
                    let now = Instant::now();
                    for Datagram { source, destination, bytes } in &batch {
                        self.publisher.handle_datagram(now, *source, *destination, bytes);
                    }
                }
                () = tokio::time::sleep_until(due.into()) => {}
            }
            self.publisher.handle_timeout(Instant::now());
        };
        self.publisher.close(Instant::now());
        let _ = self.drain();
        self.shared.socket.send(&self.transmits).await;
        tracing::info!("a stream over WHIP ended: {ended}");
        admitted.finish(ended);
    }

    fn restarts_ice(&mut self, fragment: &str) -> Result<Answer, OfferError> {
        let sdp = self.publisher.restart_ice(fragment)?;
        let ice_session = self.publisher.ice_session().to_owned();
        if let Some(session) = self.shared.publishers.all().get_mut(&self.name) {
            session.ice_session.clone_from(&ice_session);
        }
        // Whoever is answered is also heard.
        let _ = self.drain();
        Ok(Answer { sdp, ice_session })
    }

    /// Hears the publisher out, until when it has nothing more to say or to its end.
    fn drain(&mut self) -> Result<Instant, Ending> {
        loop {
            match self.publisher.poll_output() {
                Output::Transmit(transmit) if is_relayed(transmit.destination) => {
                    self.shared.relays.give(transmit);
                }
                Output::Transmit(transmit) => self.transmits.push(transmit),
                Output::Route(routing) => self.shared.route(routing, &self.mailbox),
                Output::Published(published) => self.take(published),
                Output::Timeout(at) => return Ok(at),
                Output::Ended(ending) => return Err(ending),
            }
        }
    }

    fn take(&mut self, published: Published) {
        match published {
            Published::Sound { at, data } => {
                if !std::mem::replace(&mut self.described.1, true) {
                    self.tags.push(Tag::opus_header());
                }
                self.tags.push(Tag::opus(at, &data));
            }
            Published::Picture { at, coding: Coding::Vp8, key, data } => {
                if !std::mem::replace(&mut self.described.0, true) {
                    self.tags.push(Tag::vp8_header());
                }
                self.tags.push(Tag::vp8(at, key, &data));
            }
            Published::Picture { at, coding: Coding::H264, data, .. } => {
                let Some(unit) = self.h264.read(&data) else { return };
                self.tags.extend(unit.config.as_deref().map(Tag::avc_header));
                if !unit.data.is_empty() && self.h264.is_configured() {
                    // WebRTC has no frames that are shown in another order than they are sent.
                    self.tags.push(Tag::avc(at, 0, unit.key, &unit.data));
                }
            }
        }
    }
}

const STOPPING: &str = "The server is stopping. Send again in a moment.";
