//! The media of all meetings on one UDP port, and for those who cannot reach it over connections that
//! speak TURN.
//!
//! One task reads the socket and finds the room of each datagram; each room has a task of its own, which
//! drives the state machine [`sfu::Room`] and sends in batches what it says. A panic in a room ends that
//! room and no other.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use base::MeetingId;
use sfu::{Aired, Directory, JoinError, MAX_SEATS, Profile, Routing, SeatNumber, Wish};
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

mod air;
mod drive;
mod publish;
mod relay;
mod socket;

pub use air::{OnAir, on_air};
use drive::{Drive, Order};
use publish::Publishers;
pub use publish::{Answer, NotPublished};
use relay::{Relays, is_relayed};
use socket::{Datagram, Socket};

/// So many events may be waiting for whoever listens. A meeting of 25 seats that all come at once makes
/// a hundred.
const EVENTS: usize = 1_024;
/// Batches that wait for a room; what comes on top is lost, as in any network that is full.
const BATCHES: usize = 64;
/// So many frames and packets of sound may wait for the channel: some seconds of both.
const AIRED: usize = 512;

/// Where the media of meetings comes and goes.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen for UDP. On a machine with several addresses this is the one that browsers reach.
    pub listen: SocketAddr,
    /// What browsers are told to send to; port 0 stands for the one that is listened on. None of them
    /// stands for the address that is listened on itself, which is then to be a real one.
    pub advertise: Vec<SocketAddr>,
    /// At most so many seats in a room.
    pub most_seats: usize,
}

impl Config {
    /// As many seats as a meeting may have.
    pub fn new(listen: SocketAddr, advertise: Vec<SocketAddr>) -> Self {
        Self { listen, advertise, most_seats: MAX_SEATS }
    }
}

/// What has happened in the rooms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// To one seat of a meeting.
    Room(MeetingId, sfu::Event),
    /// The room has failed; the log says why. Its clients are to join again, with a new session.
    Failed(MeetingId),
}

/// Why a seat is not connected.
#[derive(Debug, thiserror::Error)]
pub enum NotJoined {
    /// What was offered cannot be answered.
    #[error(transparent)]
    Refused(#[from] JoinError),
    /// The room has failed over it.
    #[error("The room has failed. Join again with a new session.")]
    Failed,
}

/// The rooms of all meetings under way, on one socket. Clones are the same rooms.
#[derive(Clone)]
pub struct Rooms {
    shared: Arc<Shared>,
}

struct Shared {
    socket: Arc<Socket>,
    most_seats: usize,
    /// Rooms are made and ended, and orders are given to them, under this lock.
    rooms: Mutex<HashMap<MeetingId, Inbox>>,
    /// Since when meetings are on air that are, and where that goes.
    aired: Mutex<HashMap<MeetingId, (Instant, mpsc::Sender<Aired>)>>,
    /// The reader looks up what the rooms enter.
    directory: Arc<Mutex<Directory<Mailbox>>>,
    publishers: Publishers,
    relays: Arc<Relays>,
    events: broadcast::Sender<Event>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// Leads to a room.
struct Inbox {
    orders: mpsc::UnboundedSender<Order>,
    mailbox: Mailbox,
}

/// Where datagrams go: a room, or somebody who sends to the channel.
#[derive(Clone)]
struct Mailbox {
    number: u64,
    datagrams: mpsc::Sender<Vec<Datagram>>,
}

impl Mailbox {
    fn new() -> (Self, mpsc::Receiver<Vec<Datagram>>) {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let (datagrams, received) = mpsc::channel(BATCHES);
        (Self { number: NEXT.fetch_add(1, Ordering::Relaxed), datagrams }, received)
    }
}

/// Two are one if they lead to one: a meeting's next room has another than the one that has failed.
impl PartialEq for Mailbox {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Rooms {
    /// Listens, until [`Rooms::shut_down`].
    ///
    /// # Errors
    ///
    /// Where the address cannot be listened on, or browsers could not be told where to send to.
    pub fn listen(config: &Config) -> io::Result<Self> {
        let socket = Arc::new(Socket::bind(config.listen, &config.advertise)?);
        let rooms = Self {
            shared: Arc::new(Shared {
                socket: Arc::clone(&socket),
                most_seats: config.most_seats,
                rooms: Mutex::default(),
                aired: Mutex::default(),
                directory: Arc::default(),
                publishers: Publishers::default(),
                relays: Arc::new(Relays::new(socket.advertised().to_vec())),
                events: broadcast::channel(EVENTS).0,
                stop: CancellationToken::new(),
                tasks: TaskTracker::new(),
            }),
        };
        let directory = Arc::clone(&rooms.shared.directory);
        let stop = rooms.shared.stop.clone();
        rooms.shared.tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                error = read(&socket, &directory) => {
                    tracing::error!(%error, "the socket of meetings was lost; nobody is heard there");
                }
            }
        });
        Ok(rooms)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.shared.socket.address()
    }

    /// Where browsers are told to send to.
    pub fn advertised(&self) -> &[SocketAddr] {
        self.shared.socket.advertised()
    }

    /// Connects a seat, and answers its offer. The first to join a meeting makes its room, with that
    /// profile. `seats` are all seats of the meeting; `session` is the number that the browser gives its
    /// connection: with the same one, that connection is agreed upon anew, any other replaces it.
    ///
    /// # Errors
    ///
    /// Where the offer cannot be answered; the sentence says what to offer.
    pub async fn join(
        &self,
        meeting: MeetingId,
        profile: Profile,
        seat: SeatNumber,
        session: u64,
        seats: &[SeatNumber],
        offer: String,
    ) -> Result<String, NotJoined> {
        let (tell, told) = oneshot::channel();
        let seats = seats.to_vec();
        let order: Order = Box::new(move |room, now| {
            let answer = room.join(now, seat, session, &seats, &offer);
            // Who has gone meanwhile leaves a connection that nobody uses; the next one replaces it.
            Box::new(move || drop(tell.send(answer)))
        });
        self.make(meeting, profile, order);
        Ok(told.await.map_err(|_| NotJoined::Failed)??)
    }

    /// Ends a seat's connection.
    pub fn leave(&self, meeting: MeetingId, seat: SeatNumber) {
        self.order(meeting, move |room| room.leave(seat));
    }

    /// Says what a seat wants to see of the others' cameras. Of seats that are not named it wants what
    /// it wanted before; at first that is the smallest layer of everybody.
    pub fn watch(&self, meeting: MeetingId, seat: SeatNumber, wishes: Vec<(SeatNumber, Wish)>) {
        self.order(meeting, move |room| room.watch(seat, wishes));
    }

    /// Puts an open meeting on air, whether anybody is there yet or not. What it gives counts its time
    /// from then on, and is lost where it is not taken in time.
    fn air(&self, meeting: MeetingId, began: Instant) -> mpsc::Receiver<Aired> {
        let (aired, airs) = mpsc::channel(AIRED);
        self.shared.aired().insert(meeting, (began, aired));
        self.order(meeting, move |room| room.go_on_air(began));
        airs
    }

    /// Takes a meeting off the air.
    fn off_air(&self, meeting: MeetingId) {
        self.shared.aired().remove(&meeting);
        self.order(meeting, sfu::Room::go_off_air);
    }

    /// Ends all connections of a meeting.
    pub fn close(&self, meeting: MeetingId) {
        self.order(meeting, sfu::Room::close_all);
    }

    /// What happens from now on. Who does not keep up misses the oldest.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.shared.events.subscribe()
    }

    /// Ends all rooms, tells the browsers, and stops listening.
    pub async fn shut_down(&self) {
        self.shared.stop.cancel();
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
    }

    /// Gives an order to a room that exists.
    fn order(&self, meeting: MeetingId, order: impl FnOnce(&mut sfu::Room) + Send + 'static) {
        if let Some(inbox) = self.shared.rooms().get(&meeting) {
            let order: Order = Box::new(move |room, _| {
                order(room);
                Box::new(|| {})
            });
            // A room that has just failed has nothing to do it to.
            let _ = inbox.orders.send(order);
        }
    }

    /// Gives an order to a room, which is made if there is none.
    fn make(&self, meeting: MeetingId, profile: Profile, order: Order) {
        let mut rooms = self.shared.rooms();
        let order = match rooms.get(&meeting) {
            None => order,
            Some(inbox) => match inbox.orders.send(order) {
                Ok(()) => return,
                Err(mpsc::error::SendError(order)) => order,
            },
        };
        let (orders, ordered) = mpsc::unbounded_channel();
        let (mailbox, received) = Mailbox::new();
        // Whoever gave the order gets no answer once everything has stopped.
        let _ = orders.send(order);
        let drive = Drive::new(Arc::clone(&self.shared), meeting, profile, mailbox.clone());
        rooms.insert(meeting, Inbox { orders, mailbox });
        self.shared.tasks.spawn(drive.run(ordered, received));
    }
}

impl Shared {
    /// Does what a room or a publisher says of its ways.
    fn route(&self, routing: Routing, to: &Mailbox) {
        let mut directory = self.directory.lock().unwrap_or_else(PoisonError::into_inner);
        match routing {
            Routing::Opened(route) => directory.open(route, to.clone()),
            Routing::Closed(route) => directory.close(&route, to),
        }
    }

    fn close_ways(&self, to: &Mailbox) {
        self.directory.lock().unwrap_or_else(PoisonError::into_inner).close_all(to);
    }

    fn aired(&self) -> MutexGuard<'_, HashMap<MeetingId, (Instant, mpsc::Sender<Aired>)>> {
        self.aired.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rooms(&self) -> MutexGuard<'_, HashMap<MeetingId, Inbox>> {
        // Nothing that can panic is done under it.
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hands each datagram to its room.
async fn read(socket: &Socket, directory: &Mutex<Directory<Mailbox>>) -> io::Error {
    let mut reader = socket.reader();
    let mut sorted: Vec<(Mailbox, Vec<Datagram>)> = Vec::new();
    loop {
        if let Err(error) = reader.read(socket).await {
            return error;
        }
        // Whoever sends from there has made it up.
        let datagrams = reader.datagrams(socket).filter(|(source, ..)| !is_relayed(*source));
        hand_over(directory, datagrams, &mut sorted);
    }
}

/// Sorts datagrams by room, and gives each room its own: where from, to which of our addresses, and what.
/// `sorted` is empty before and after, and kept for its room.
fn hand_over<'a>(
    directory: &Mutex<Directory<Mailbox>>,
    datagrams: impl Iterator<Item = (SocketAddr, SocketAddr, &'a [u8])>,
    sorted: &mut Vec<(Mailbox, Vec<Datagram>)>,
) {
    {
        let directory = directory.lock().unwrap_or_else(PoisonError::into_inner);
        for (source, destination, bytes) in datagrams {
            let Some(mailbox) = directory.find(source, bytes) else { continue };
            let datagram = Datagram { source, destination, bytes: bytes.into() };
            match sorted.iter_mut().find(|(to, _)| to == mailbox) {
                Some((_, datagrams)) => datagrams.push(datagram),
                None => sorted.push((mailbox.clone(), vec![datagram])),
            }
        }
    }
    for (mailbox, datagrams) in sorted.drain(..) {
        // A room that is full or gone loses them.
        let _ = mailbox.datagrams.try_send(datagrams);
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::time::Duration;

    use base::{Random, Timestamp, TypedId as _};
    use sfu::peer::Peer;
    use tokio::time::timeout;

    use super::*;

    const SEATS: [SeatNumber; 2] = [SeatNumber(0), SeatNumber(1)];

    /// As from a page that was loaded anew.
    async fn joins(rooms: &Rooms, meeting: MeetingId, session: u64) -> Result<String, NotJoined> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 9));
        let (_, offer) = Peer::new(Instant::now(), SEATS[0], &SEATS, 1, address);
        rooms.join(meeting, Profile::Closed, SEATS[0], session, &SEATS, offer).await
    }

    #[tokio::test]
    async fn a_panic_ends_its_own_room_alone_and_the_next_to_join_makes_another() {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let rooms = Rooms::listen(&Config::new(listen, vec![])).unwrap();
        let mut random = Random::from_seed(1);
        let [broken, whole] =
            [(); 2].map(|()| MeetingId::new(Timestamp::from_micros(1), &mut random));
        joins(&rooms, broken, 1).await.unwrap();
        joins(&rooms, whole, 1).await.unwrap();
        let ways = rooms.shared.directory.lock().unwrap().len();
        let mut events = rooms.events();

        rooms.order(broken, |_| panic!("as a bug would"));
        let event = timeout(Duration::from_secs(10), events.recv()).await.unwrap().unwrap();
        assert_eq!(event, Event::Failed(broken));
        assert_eq!(rooms.shared.directory.lock().unwrap().len(), ways - 1);
        joins(&rooms, broken, 2).await.unwrap();
        joins(&rooms, whole, 2).await.unwrap();
        rooms.shut_down().await;
        assert!(rooms.shared.directory.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_room_that_all_have_left_is_no_more() {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let rooms = Rooms::listen(&Config::new(listen, vec![])).unwrap();
        let meeting = MeetingId::new(Timestamp::from_micros(1), &mut Random::from_seed(1));
        for session in 0..3 {
            joins(&rooms, meeting, session).await.unwrap();
            rooms.leave(meeting, SEATS[0]);
            joins(&rooms, meeting, session).await.unwrap();
            rooms.close(meeting);
        }
        let gone = async {
            while !rooms.shared.rooms().is_empty() {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(10), gone).await.unwrap();
        assert!(rooms.shared.directory.lock().unwrap().is_empty());
        rooms.shut_down().await;
    }
}
