//! A room at work.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base::MeetingId;
use sfu::{Output, Profile, Room, Transmit};
use tokio::sync::mpsc;

use super::relay::is_relayed;
use super::socket::Datagram;
use super::{Event, Mailbox, Shared};

/// Something to do to a room. What it gives back is done once the room has said all that follows from it,
/// so that whoever is answered is also heard.
pub(super) type Order = Box<dyn FnOnce(&mut Room, Instant) -> Done + Send>;
pub(super) type Done = Box<dyn FnOnce() + Send>;

/// So many batches are taken before what they lead to is sent.
const BATCHES_AT_ONCE: usize = 8;

pub(super) struct Drive {
    shared: Arc<Shared>,
    meeting: MeetingId,
    mailbox: Mailbox,
    room: Room,
    transmits: Vec<Transmit>,
}

enum Next {
    Orders,
    Datagrams(Vec<Datagram>),
    Due,
    Stop,
}

/// A room that has panicked; the hook for panics has told the log.
struct Failed;

impl Drive {
    pub(super) fn new(
        shared: Arc<Shared>,
        meeting: MeetingId,
        profile: Profile,
        mailbox: Mailbox,
    ) -> Self {
        let now = Instant::now();
        let mut room = Room::new(now, profile, shared.socket.advertised().to_vec())
            .with_most_seats(shared.most_seats);
        if let Some((began, _)) = shared.aired().get(&meeting) {
            room.go_on_air(*began);
        }
        Self { shared, meeting, mailbox, room, transmits: Vec::new() }
    }

    /// Drives the room until its last seat has left.
    pub(super) async fn run(
        mut self,
        mut orders: mpsc::UnboundedReceiver<Order>,
        mut datagrams: mpsc::Receiver<Vec<Datagram>>,
    ) {
        let mut done: Vec<Done> = Vec::new();
        let mut due = Instant::now();
        let mut order: Option<Order> = None;
        loop {
            let next = tokio::select! {
                biased;
                () = self.shared.stop.cancelled() => Next::Stop,
                next = orders.recv() => match next {
                    Some(next) => {
                        order = Some(next);
                        Next::Orders
                    }
                    None => Next::Stop,
                },
                Some(batch) = datagrams.recv() => Next::Datagrams(batch),
                () = tokio::time::sleep_until(due.into()) => Next::Due,
            };
            let now = Instant::now();
            let stops = matches!(next, Next::Stop);
            let worked = self.guarded(|drive| {
                match next {
                    Next::Orders => {
                        if let Some(order) = order.take() {
                            done.push(order(&mut drive.room, now));
                        }
                    }
                    Next::Datagrams(batch) => {
                        drive.take(now, &batch);
                        for _ in 1..BATCHES_AT_ONCE {
                            let Ok(batch) = datagrams.try_recv() else { break };
                            drive.take(now, &batch);
                        }
                    }
                    Next::Due => {}
                    Next::Stop => drive.room.close_all(),
                }
                drive.room.handle_timeout(now);
                drive.drain(now)
            });
            let Ok(at) = worked else {
                self.fail();
                return;
            };
            due = at;
            self.shared.socket.send(&self.transmits).await;
            self.transmits.clear();
            for done in done.drain(..) {
                done();
            }
            if stops || self.ends(&orders) {
                return;
            }
        }
    }

    fn take(&mut self, now: Instant, batch: &[Datagram]) {
        for Datagram { source, destination, bytes } in batch {
            self.room.handle_datagram(now, *source, *destination, bytes);
        }
    }

    /// Hears the room out.
    fn drain(&mut self, now: Instant) -> Instant {
        loop {
            match self.room.poll_output(now) {
                Output::Transmit(transmit) if is_relayed(transmit.destination) => {
                    self.shared.relays.give(transmit);
                }
                Output::Transmit(transmit) => self.transmits.push(transmit),
                Output::Event(event) => self.tell(Event::Room(self.meeting, event)),
                Output::Aired(aired) => {
                    if let Some((_, channel)) = self.shared.aired().get(&self.meeting) {
                        // A channel that is behind loses it, as it would lose what a bad line eats.
                        let _ = channel.try_send(aired);
                    }
                }
                Output::Route(routing) => self.shared.route(routing, &self.mailbox),
                // Never at once: what the clock of a timer cannot tell apart is late, not early.
                Output::Timeout(at) => return at.max(now + Duration::from_millis(1)),
            }
        }
    }

    fn tell(&self, event: Event) {
        // Nobody has to listen.
        let _ = self.shared.events.send(event);
    }

    /// Whatever panics is a bug of ours or of the library's. It ends this room alone.
    fn guarded<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> Result<T, Failed> {
        catch_unwind(AssertUnwindSafe(|| work(self))).map_err(|_| Failed)
    }

    fn fail(&self) {
        tracing::error!(meeting = %self.meeting, "the room of a meeting has failed; its seats join anew");
        self.forget();
        let mut rooms = self.shared.rooms();
        if rooms.get(&self.meeting).is_some_and(|inbox| inbox.mailbox == self.mailbox) {
            rooms.remove(&self.meeting);
        }
        drop(rooms);
        self.tell(Event::Failed(self.meeting));
    }

    /// Whether nobody is here and nobody is coming. Orders are given under the lock, so none is lost.
    fn ends(&self, orders: &mpsc::UnboundedReceiver<Order>) -> bool {
        if self.room.seats().next().is_some() {
            return false;
        }
        let mut rooms = self.shared.rooms();
        if !orders.is_empty() {
            return false;
        }
        rooms.remove(&self.meeting);
        drop(rooms);
        self.forget();
        true
    }

    fn forget(&self) {
        self.shared.close_ways(&self.mailbox);
    }
}
