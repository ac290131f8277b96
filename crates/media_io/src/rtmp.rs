//! RTMP and enhanced RTMP, as OBS and ffmpeg send it.

mod amf;
mod chunk;
#[cfg(test)]
mod client;
mod metadata;
mod session;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) use self::metadata::metadata;
pub use self::session::{BEFORE_ADMISSION_MAX, Event, Session};
use crate::ingest::{Admitted, Ended, Gate, Ingest, Key, Protocol, Request};

/// What strangers may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once, of everybody.
    pub connections: usize,
    /// Connections at once from one address, so that nobody takes all of them. Of IPv6, a network of
    /// 64 bits is one address: each of its machines has as many as it likes.
    pub connections_per_address: usize,
    /// From the connection to the gate's word, however slowly somebody sends.
    pub until_admitted: Duration,
    /// How long a publisher may send neither sound nor picture.
    pub silence: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 64,
            connections_per_address: 8,
            until_admitted: Duration::from_secs(10),
            silence: Duration::from_secs(15),
        }
    }
}

/// Takes in streams over RTMP.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    limits: Limits,
}

impl Server {
    /// Listens, and takes nobody until [`Ingest::run`].
    ///
    /// # Errors
    ///
    /// Where the address cannot be listened on.
    pub async fn bind(address: SocketAddr, limits: Limits) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address, limits })
    }
}

#[async_trait]
impl Ingest for Server {
    fn protocol(&self) -> Protocol {
        Protocol::Rtmp
    }

    fn address(&self) -> SocketAddr {
        self.address
    }

    async fn run(&self, gate: Arc<dyn Gate>, stop: CancellationToken) -> io::Result<()> {
        let guests = Arc::new(Guests::default());
        let tasks = TaskTracker::new();
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => break,
                accepted = self.listener.accept() => accepted,
            };
            let (socket, address) = match accepted {
                Ok(accepted) => accepted,
                Err(why) => {
                    tracing::warn!("an RTMP connection could not be taken: {why}");
                    // Most often there are no more file descriptors, until somebody leaves.
                    let _ = timeout(ACCEPT_AGAIN, stop.cancelled()).await;
                    continue;
                }
            };
            let Some(place) = guests.seat(address.ip(), &self.limits) else {
                tracing::debug!(%address, "too many RTMP connections; closed");
                continue;
            };
            let (gate, stop, limits) = (Arc::clone(&gate), stop.clone(), self.limits);
            tasks.spawn(async move {
                let _place = place;
                serve(socket, address, &*gate, &stop, limits).await;
            });
        }
        tasks.close();
        tasks.wait().await;
        Ok(())
    }
}

/// Why somebody speaks no RTMP that we understand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Another protocol, or RTMP's encrypted brother.
    #[error("RTMP begins with 3, and this began with {0}")]
    Version(u8),
    /// A chunk that goes on from none.
    #[error("a chunk goes on from one that was never sent")]
    Chunk,
    /// A chunk size of nothing.
    #[error("chunks of 0 bytes carry nothing")]
    ChunkSize,
    /// More chunk streams than any encoder has.
    #[error("there are too many chunk streams")]
    TooManyStreams,
    /// More bytes than a message may have, or all messages that are not whole.
    #[error("a message of {0} bytes is too large")]
    TooLarge(usize),
    /// A control message that is cut short.
    #[error("a control message is too short")]
    Control,
    /// AMF0 that is none, or a command without a name.
    #[error("a command cannot be read")]
    Command,
    /// Tags within an aggregate message that do not fit into it.
    #[error("an aggregate message does not hold what it says")]
    Aggregate,
    /// Sound, picture or description before they were asked for.
    #[error("media came before anybody was asked to publish")]
    MediaTooEarly,
    /// A second stream on one connection.
    #[error("one connection publishes one stream")]
    Twice,
    /// A player.
    #[error("nothing is played here; the channel's page shows it")]
    Play,
    /// Much was said and nothing asked.
    #[error("{BEFORE_ADMISSION_MAX} bytes came and no stream was published")]
    TooMuch,
}

const ACCEPT_AGAIN: Duration = Duration::from_millis(200);
/// After the last word: until the peer has read it and left.
const FAREWELL: Duration = Duration::from_secs(1);
const READ_SIZE: usize = 16 << 10;

/// Who is connected.
#[derive(Debug, Default)]
struct Guests {
    /// Held while somebody comes or goes.
    by_address: Mutex<BTreeMap<IpAddr, usize>>,
}

impl Guests {
    fn seat(self: &Arc<Self>, address: IpAddr, limits: &Limits) -> Option<Place> {
        let address = network(address);
        let mut guests = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        let theirs = guests.get(&address).copied().unwrap_or_default();
        if theirs >= limits.connections_per_address
            || guests.values().sum::<usize>() >= limits.connections
        {
            return None;
        }
        guests.insert(address, theirs + 1);
        Some(Place { guests: Arc::clone(self), address })
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

/// Frees itself when the connection is over.
struct Place {
    guests: Arc<Guests>,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut guests = self.guests.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(theirs) = guests.get_mut(&self.address) {
            *theirs -= 1;
            if *theirs == 0 {
                guests.remove(&self.address);
            }
        }
    }
}

async fn serve(
    socket: TcpStream,
    address: SocketAddr,
    gate: &dyn Gate,
    stop: &CancellationToken,
    limits: Limits,
) {
    // Our answers are small and waited for.
    let _ = socket.set_nodelay(true);
    let mut wire = Wire { socket, session: Session::new(), buffer: BytesMut::new() };
    let deadline = Instant::now() + limits.until_admitted;
    let admitted = tokio::select! {
        () = stop.cancelled() => return,
        admitted = timeout_at(deadline, wire.ask(gate, address)) => admitted,
    };
    match admitted {
        Err(_) => tracing::debug!(%address, "was connected too long without publishing"),
        Ok(Err(Leave::Broken(why))) => {
            tracing::info!(%address, "a connection to the RTMP port was closed: {why}");
            wire.session.refuse(&sentence(&why));
            wire.say_farewell().await;
        }
        Ok(Err(Leave::Refused)) => wire.say_farewell().await,
        Ok(Err(Leave::Gone)) => tracing::debug!(%address, "left without publishing"),
        Ok(Ok(admitted)) => {
            let ended = wire.publish(&admitted, stop, limits).await;
            tracing::info!(%address, "a stream over RTMP ended: {ended}");
            if let Ended::ByUs(why) = &ended {
                wire.session.end(why);
            } else if !matches!(ended, Ended::Finished | Ended::Lost) {
                wire.session.end(&sentence(&ended));
            }
            // The receiver hears it before the sender has taken leave.
            admitted.finish(ended);
            wire.say_farewell().await;
        }
    }
}

/// Why somebody who did not publish is let go.
enum Leave {
    Gone,
    Refused,
    Broken(Broken),
}

impl From<Broken> for Leave {
    fn from(why: Broken) -> Self {
        Self::Broken(why)
    }
}

impl From<io::Error> for Leave {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

struct Wire {
    socket: TcpStream,
    session: Session,
    buffer: BytesMut,
}

impl Wire {
    /// Listens until somebody asks to publish, and asks the gate.
    async fn ask(&mut self, gate: &dyn Gate, address: SocketAddr) -> Result<Admitted, Leave> {
        let (application, key) = loop {
            match self.session.next_event()? {
                Some(Event::Asks { application, key }) => break (application, key),
                Some(_) => {}
                None => {
                    self.flush().await?;
                    self.read().await?;
                }
            }
        };
        let key = Key::new(key);
        let request = Request { protocol: Protocol::Rtmp, application, key, address };
        match gate.admit(&request).await {
            Ok(admitted) => {
                self.session.admit();
                self.flush().await?;
                Ok(admitted)
            }
            Err(refusal) => {
                tracing::info!(%address, "a publisher was refused: {refusal}");
                self.session.refuse(&refusal.0);
                Err(Leave::Refused)
            }
        }
    }

    /// Hands over what is sent until it ends.
    async fn publish(
        &mut self,
        admitted: &Admitted,
        stop: &CancellationToken,
        limits: Limits,
    ) -> Ended {
        let mut last_media = Instant::now();
        loop {
            match self.session.next_event() {
                Err(why) => return Ended::Broken(why.to_string()),
                Ok(Some(Event::Tag(tag))) => {
                    let is_media = tag.kind != crate::tag::Kind::Script;
                    let sent = tokio::select! {
                        () = stop.cancelled() => return Ended::ByUs(STOPPING.into()),
                        sent = admitted.send(tag) => sent,
                    };
                    if let Err(ended) = sent {
                        return ended;
                    }
                    if is_media {
                        // Not when it came: a receiver that is slow makes nobody silent.
                        last_media = Instant::now();
                    }
                }
                Ok(Some(Event::Finished)) => return Ended::Finished,
                Ok(Some(Event::Asks { .. })) => return Ended::Broken(Broken::Twice.to_string()),
                Ok(None) => {
                    let arrived = tokio::select! {
                        biased;
                        () = stop.cancelled() => return Ended::ByUs(STOPPING.into()),
                        why = admitted.ended_by_us() => return Ended::ByUs(why),
                        arrived = timeout_at(last_media + limits.silence, self.exchange()) => arrived,
                    };
                    match arrived {
                        Err(_) => return Ended::Silent(limits.silence),
                        Ok(Err(_)) => return Ended::Lost,
                        Ok(Ok(())) => {}
                    }
                }
            }
        }
    }

    async fn exchange(&mut self) -> io::Result<()> {
        self.flush().await?;
        self.read().await
    }

    /// Whoever calls may give up waiting: what was read is in the session, or still in the socket.
    async fn read(&mut self) -> io::Result<()> {
        self.buffer.clear();
        self.buffer.reserve(READ_SIZE);
        let read = self.socket.read_buf(&mut self.buffer).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.session.push(&self.buffer);
        Ok(())
    }

    async fn flush(&mut self) -> io::Result<()> {
        let said: Bytes = self.session.outgoing();
        self.socket.write_all(&said).await
    }

    /// Sends the last word and waits for the peer to leave: were the socket closed with bytes unread,
    /// the word would be lost on the way.
    async fn say_farewell(&mut self) {
        let _ = timeout(FAREWELL, async {
            self.flush().await?;
            self.socket.shutdown().await?;
            let mut unread = [0; READ_SIZE];
            while self.socket.read(&mut unread).await? > 0 {}
            io::Result::Ok(())
        })
        .await;
    }
}

const STOPPING: &str = "The server is stopping. Send again in a moment.";

/// An error's words as a sentence of their own.
fn sentence(why: &impl std::fmt::Display) -> String {
    let words = why.to_string();
    let mut letters = words.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    format!("{}{}.", first.collect::<String>(), letters.as_str())
}
