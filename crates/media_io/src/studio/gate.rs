//! Who is let in.

use std::sync::Arc;

use async_trait::async_trait;
use base::StreamKeyId;
use broadcast::channel::{self, Takeover};
use broadcast::key::{self, Rank};

use super::{Studio, lock};
use crate::ingest::{Admitted, Ender, Gate, Protocol, Publication, Refusal, Request};

/// The first part of an ingest's path.
const APPLICATION: &str = "live";
/// Bytes of a source that may wait: some seconds of a good picture.
const BYTES_WAITING: usize = 16 << 20;

/// A source that was let in.
pub(super) struct Arrival {
    pub(super) rank: Rank,
    /// What it was let in by; a meeting needs none.
    pub(super) key: Option<StreamKeyId>,
    pub(super) protocol: Protocol,
    /// Where it is; a meeting has none.
    pub(super) address: Option<String>,
    pub(super) publication: Publication,
    pub(super) seat: u64,
}

/// Who sends, by rank: one each.
#[derive(Default)]
pub(super) struct Seats {
    taken: [Option<(u64, Ender)>; 2],
    count: u64,
}

impl Seats {
    /// Takes a seat, and says which; what sat there is ended, or keeps it.
    fn take(&mut self, rank: Rank, ender: Ender, takeover: Takeover) -> Result<u64, Refusal> {
        let place = &mut self.taken[rank as usize];
        if let Some((_, sitting)) = place {
            match takeover {
                Takeover::Refuse => {
                    return Err(Refusal(
                        "Somebody sends with a key of this sort already. Wait until they stop, or \
                         let a second source take over in the channel's settings."
                            .into(),
                    ));
                }
                Takeover::Replace => sitting.end("Another source took over."),
            }
        }
        self.count += 1;
        *place = Some((self.count, ender));
        Ok(self.count)
    }

    /// Whoever had this seat is gone; somebody else may have it by now.
    pub(super) fn free(&mut self, rank: Rank, seat: Option<u64>) {
        let place = &mut self.taken[rank as usize];
        if place.as_ref().map(|(taken, _)| *taken) == seat {
            *place = None;
        }
    }
}

#[async_trait]
impl Gate for Studio {
    async fn admit(&self, request: &Request) -> Result<Admitted, Refusal> {
        let refuse = |why: &str| {
            self.refused(why);
            Refusal(why.to_owned())
        };
        if request.application != APPLICATION {
            return Err(refuse(
                "Send to the path “live”: rtmp://…/live, with the stream key as its name.",
            ));
        }
        let known = key::recognise(&self.0.store, request.key.reveal())
            .await
            .map_err(|error| unknown(&error))?;
        let Some(known) = known.filter(|known| known.channel == self.0.channel) else {
            return Err(refuse(
                "There is no such stream key, or it was revoked. Make one in the newsroom, on the \
                 channel's page.",
            ));
        };
        let address = Some(request.address.to_string());
        let admitted = self.seat(known.rank, Some(known.key), request.protocol, address).await?;
        let noted = async {
            let mut tx = self.0.store.begin().await?;
            known.used(&mut tx, self.0.clock.now()).await?;
            Ok::<_, broadcast::BroadcastError>(tx.commit().await?)
        };
        if let Err(error) = noted.await {
            tracing::warn!("When a stream key was used is not on record: {error}");
        }
        Ok(admitted)
    }
}

impl Studio {
    /// Lets one of our own meetings in, in the main source's place.
    pub(crate) async fn admit_meeting(&self) -> Result<Admitted, Refusal> {
        self.seat(Rank::Main, None, Protocol::Meeting, None).await
    }

    async fn seat(
        &self,
        rank: Rank,
        key: Option<StreamKeyId>,
        protocol: Protocol,
        address: Option<String>,
    ) -> Result<Admitted, Refusal> {
        let channel =
            channel::by_slug(&self.0.store, &self.0.slug).await.map_err(|error| unknown(&error))?;
        let takeover = channel.map(|it| it.takeover).unwrap_or_default();
        let (admitted, publication) = Publication::new(BYTES_WAITING);
        let seat = lock(&self.0.seats).take(rank, publication.ender(), takeover);
        let seat = seat.inspect_err(|Refusal(why)| self.refused(why))?;
        let arrival = Arrival { rank, key, protocol, address, publication, seat };
        if self.0.arrivals.send(arrival).await.is_err() {
            return Err(Refusal("The channel has stopped.".to_owned()));
        }
        Ok(admitted)
    }

    /// Itself, as those who ask at the door know it.
    pub fn gate(&self) -> Arc<dyn Gate> {
        Arc::new(self.clone())
    }
}

fn unknown(error: &broadcast::BroadcastError) -> Refusal {
    tracing::error!("Whether a source may be let in could not be looked up: {error}");
    Refusal("The server could not look up whether you may send. Try again.".to_owned())
}
