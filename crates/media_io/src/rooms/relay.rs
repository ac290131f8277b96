//! Rooms for whoever reaches us by TCP alone: connections that speak TURN, whose datagrams go to the
//! rooms and come from them without a socket between.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base::{Clock as _, Random, SystemClock};
use sfu::Transmit;
use sfu::turn::{Config, Credentials, Event, Family, Secret, Server};
use tokio::io::{
    AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadHalf, WriteHalf,
};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{Mailbox, Rooms, Shared, hand_over};

/// So many browsers may come by it at once. Each is a connection and what waits for it.
const ALLOCATIONS: usize = 2_000;
/// A browser has one for each connection of media and each of its networks, and those of the last one
/// for a while.
const ALLOCATIONS_OF_ONE: usize = 12;
/// How long credentials let in. Whoever is in stays; whoever comes again is given others.
const CREDENTIALS_HOLD: Duration = Duration::from_secs(3_600);
/// Datagrams that wait for a connection; what comes on top is lost, as in any network that is full.
const WAITING: usize = 128;
/// With more than this on its way to it a connection is read no further and given no more.
const OUTGOING: usize = 32 << 10;
/// Whoever takes nothing for so long is let go of.
const TAKES_WITHIN: Duration = Duration::from_secs(10);
const READ: usize = 16 << 10;
const ACCEPT_AGAIN: Duration = Duration::from_millis(200);

/// The addresses that browsers appear to have who come by a relay: each with a port of its own. Nobody
/// on any network has them (RFC 7600 §4, RFC 6666).
const RELAYED_V4: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 0, 8));
const RELAYED_V6: IpAddr = IpAddr::V6(Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 1));

/// Whether this is the address of somebody who comes by a relay: no datagram of a network's does.
pub(super) fn is_relayed(address: SocketAddr) -> bool {
    [RELAYED_V4, RELAYED_V6].contains(&address.ip())
}

/// Who comes to the rooms by a relay.
pub(super) struct Relays {
    config: Config,
    /// Held only while a connection draws its seed.
    random: Mutex<Random>,
    /// Held only to look up, to enter and to leave.
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    by_address: HashMap<SocketAddr, mpsc::Sender<Transmit>>,
    by_holder: BTreeMap<String, usize>,
    last_port: u16,
}

impl Relays {
    pub(super) fn new(peers: Vec<SocketAddr>) -> Self {
        let mut random = Random::from_system();
        let config = Config { secret: Secret::new(random.bytes()), peers };
        Self { config, random: Mutex::new(random), held: Mutex::default() }
    }

    /// Hands a datagram to whoever has its destination, if anybody does.
    pub(super) fn give(&self, transmit: Transmit) {
        if let Some(queue) = self.held().by_address.get(&transmit.destination) {
            // A connection that is full or gone loses it.
            let _ = queue.try_send(transmit);
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn server(&self, client: SocketAddr) -> Server {
        let seed = self.random.lock().unwrap_or_else(PoisonError::into_inner).bytes();
        Server::new(Instant::now(), self.config.clone(), client, seed)
    }

    /// An address that nobody has, unless there are none for this holder.
    fn take(self: &Arc<Self>, holder: String, family: Family) -> Option<Place> {
        let ip = match family {
            Family::V4 => RELAYED_V4,
            Family::V6 => RELAYED_V6,
        };
        let mut held = self.held();
        let theirs = held.by_holder.get(&holder).copied().unwrap_or_default();
        if held.by_address.len() >= ALLOCATIONS || theirs >= ALLOCATIONS_OF_ONE {
            return None;
        }
        let address = loop {
            held.last_port = held.last_port.wrapping_add(1).max(1);
            let address = SocketAddr::new(ip, held.last_port);
            if !held.by_address.contains_key(&address) {
                break address;
            }
        };
        let (queue, waiting) = mpsc::channel(WAITING);
        held.by_address.insert(address, queue);
        held.by_holder.insert(holder.clone(), theirs + 1);
        drop(held);
        Some(Place { relays: Arc::clone(self), holder, address, waiting })
    }
}

/// An address that somebody has, until this is dropped.
struct Place {
    relays: Arc<Relays>,
    holder: String,
    address: SocketAddr,
    waiting: mpsc::Receiver<Transmit>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.relays.held();
        held.by_address.remove(&self.address);
        if let Some(theirs) = held.by_holder.get_mut(&self.holder) {
            *theirs -= 1;
            if *theirs == 0 {
                held.by_holder.remove(&self.holder);
            }
        }
    }
}

impl Rooms {
    /// What a browser is to show when it comes by a relay. `holder` tells those apart who each may have a
    /// few connections.
    pub fn credentials(&self, holder: &str) -> Credentials {
        let until = SystemClock.now().plus(CREDENTIALS_HOLD);
        self.shared.relays.config.secret.credentials(holder, until)
    }

    /// Speaks TURN over a connection that has just begun, until it ends.
    pub async fn relay(&self, stream: impl AsyncRead + AsyncWrite, client: SocketAddr) {
        let stop = self.shared.stop.clone();
        let server = self.shared.relays.server(client);
        let (reader, writer) = tokio::io::split(stream);
        let relay = Relay {
            shared: &self.shared,
            server,
            place: None,
            writer,
            is_written: true,
            progress: Instant::now(),
            sorted: Vec::new(),
        };
        tokio::select! {
            () = stop.cancelled() => {}
            ended = relay.run(reader) => {
                if let Err(error) = ended {
                    tracing::debug!(%client, "a relay ended: {error}");
                }
            }
        }
    }

    /// Speaks TURN with whoever connects there, until [`Rooms::shut_down`].
    pub fn relay_all(&self, listener: TcpListener) {
        let rooms = self.clone();
        self.shared.tasks.spawn(async move {
            let stop = rooms.shared.stop.clone();
            while let Some((stream, client)) = accept(&listener, &stop).await {
                // Datagrams do not wait for each other.
                let _ = stream.set_nodelay(true);
                let of = rooms.clone();
                rooms.shared.tasks.spawn(async move { of.relay(stream, client).await });
            }
        });
    }
}

async fn accept(
    listener: &TcpListener,
    stop: &CancellationToken,
) -> Option<(tokio::net::TcpStream, SocketAddr)> {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return None,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok(accepted) => return Some(accepted),
            Err(error) => {
                tracing::warn!("a relay's connection could not be taken: {error}");
                // Most often there are no more file descriptors, until somebody leaves.
                let _ = timeout(ACCEPT_AGAIN, stop.cancelled()).await;
            }
        }
    }
}

/// A connection at work.
struct Relay<'a, S> {
    shared: &'a Shared,
    server: Server,
    place: Option<Place>,
    writer: WriteHalf<S>,
    /// Whether all that was written has left, as far as we can know.
    is_written: bool,
    /// When something left last, while something waits.
    progress: Instant,
    sorted: Vec<(Mailbox, Vec<super::Datagram>)>,
}

enum Next {
    Read(usize),
    Wrote,
    Given(Transmit),
    Ended,
}

impl<S: AsyncRead + AsyncWrite> Relay<'_, S> {
    async fn run(mut self, mut reader: ReadHalf<S>) -> io::Result<()> {
        let mut buffer = vec![0; READ];
        loop {
            let is_full = self.server.is_over() || self.server.outgoing().len() > OUTGOING;
            let until = match self.is_written {
                true => self.server.ends_at(),
                false => self.server.ends_at().min(self.progress + TAKES_WITHIN),
            };
            let next = tokio::select! {
                wrote = write(&mut self.writer, self.server.outgoing()), if !self.is_written => {
                    self.is_written = wrote?;
                    self.progress = Instant::now();
                    Next::Wrote
                }
                read = reader.read(&mut buffer), if !is_full => Next::Read(read?),
                Some(given) = given(&mut self.place), if !is_full => Next::Given(given),
                () = tokio::time::sleep_until(until.into()) => Next::Ended,
            };
            match next {
                Next::Read(0) | Next::Ended => return Ok(()),
                Next::Read(length) => self.hear(&buffer[..length])?,
                Next::Given(given) => self.relay(given),
                Next::Wrote => {}
            }
            if !self.server.outgoing().is_empty() && self.is_written {
                self.is_written = false;
                self.progress = Instant::now();
            }
            if self.server.is_over() && self.is_written {
                self.place = None;
                return self.writer.shutdown().await;
            }
        }
    }

    fn hear(&mut self, bytes: &[u8]) -> io::Result<()> {
        let now = Instant::now();
        self.server.push(bytes);
        let mut sent = Vec::new();
        loop {
            let event = self.server.next_event(now, SystemClock.now());
            match event.map_err(|broken| io::Error::new(io::ErrorKind::InvalidData, broken))? {
                Some(Event::Asks { holder, family }) => {
                    self.place = self.shared.relays.take(holder, family);
                    self.server.allocate(now, self.place.as_ref().map(|place| place.address));
                }
                Some(Event::Sends { to, bytes }) => sent.push((to, bytes)),
                None => break,
            }
        }
        if let Some(place) = &self.place {
            let datagrams = sent.iter().map(|(to, bytes)| (place.address, *to, bytes.as_slice()));
            hand_over(&self.shared.directory, datagrams, &mut self.sorted);
        }
        Ok(())
    }

    /// This one and all that wait behind it.
    fn relay(&mut self, first: Transmit) {
        let now = Instant::now();
        let mut next = Some(first);
        while let Some(Transmit { source, contents, .. }) = next {
            self.server.relay(now, source, &contents);
            let is_full = self.server.outgoing().len() > OUTGOING;
            let place = self.place.as_mut().filter(|_| !is_full);
            next = place.and_then(|place| place.waiting.try_recv().ok());
        }
    }
}

/// What the rooms have sent there. Never comes while there is no address.
async fn given(place: &mut Option<Place>) -> Option<Transmit> {
    match place {
        Some(place) => place.waiting.recv().await,
        None => std::future::pending().await,
    }
}

/// Writes some of it, or else sees to it that all leaves. True once it has.
async fn write<S: AsyncWrite>(
    writer: &mut WriteHalf<S>,
    outgoing: &mut Vec<u8>,
) -> io::Result<bool> {
    if outgoing.is_empty() {
        writer.flush().await?;
        return Ok(true);
    }
    let written = writer.write(outgoing).await?;
    if written == 0 {
        return Err(io::ErrorKind::WriteZero.into());
    }
    outgoing.drain(..written);
    Ok(false)
}
