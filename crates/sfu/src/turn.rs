//! TURN for whoever reaches us by TCP alone (RFC 8656 over the framing of its §12.5), and a relay to
//! ourselves alone.
//!
//! A [`Server`] is one client's connection, as a state machine: what comes is pushed, events are asked
//! for until there are none, and what is to go back is taken. It opens no port. The address that a client
//! is given is one that nobody else has, and whoever drives this hands on what is sent from there. Only
//! the addresses of rooms are ever let in as peers.
//!
//! Over a connection of its own each client has one allocation, which ends with the connection; and the
//! connection ends when it has none.

mod credentials;
pub(crate) mod message;
#[cfg(all(test, feature = "peer"))]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use base::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

pub use credentials::{Credentials, Secret};

use credentials::Name;
#[cfg(any(test, feature = "peer"))]
pub(crate) use credentials::key_of;
use message::{Class, HEADER, Key, Message, Transaction, Writer, attribute, family_of, method};

/// Where names and passwords hold.
pub(crate) const REALM: &str = "tribune";
/// More than a browser puts into one datagram, and than any request is long.
pub const FRAME_MAX: usize = 4_096;
/// Whoever has no allocation by then has not come for one.
const ALLOCATES_WITHIN: Duration = Duration::from_secs(10);
/// How long a nonce is good for (RFC 8489 §9.2: no longer than an hour).
const NONCE_HOLDS: Duration = Duration::from_secs(3_600);
/// RFC 8656 §7.2, §9 and §12.
const LIFETIME: u32 = 600;
const LIFETIME_MAX: u32 = 3_600;
const PERMISSION: Duration = Duration::from_secs(300);
const CHANNEL: Duration = Duration::from_secs(600);
const CHANNELS: std::ops::RangeInclusive<u16> = 0x4000..=0x4fff;
const CHANNEL_HEADER: usize = 4;
const UDP: u8 = 17;

/// What all connections have in common.
#[derive(Clone)]
pub struct Config {
    /// What passwords are made of.
    pub secret: Secret,
    /// The addresses of rooms, as browsers are told them. Nothing is relayed to any other.
    pub peers: Vec<SocketAddr>,
}

/// What a client wants.
#[derive(Debug, PartialEq, Eq)]
pub enum Event {
    /// An allocation, to be answered by [`Server::allocate`] before anything else.
    Asks {
        /// Whose credentials it showed.
        holder: String,
        /// Of which kind the address is to be.
        family: Family,
    },
    /// To send this to a room, from the address it was given.
    Sends {
        /// One of the addresses of rooms.
        to: SocketAddr,
        /// The datagram.
        bytes: Vec<u8>,
    },
}

/// The kinds of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Four bytes.
    V4,
    /// Sixteen bytes.
    V6,
}

/// What came is no TURN. The connection is of no more use.
#[derive(Debug, thiserror::Error)]
#[error("What was sent is no TURN.")]
pub struct Broken;

/// The server's end of one client's connection.
pub struct Server {
    config: Config,
    client: SocketAddr,
    began: Instant,
    /// Makes this connection's nonces.
    seed: [u8; 16],
    incoming: Vec<u8>,
    /// How much of it was dealt with.
    read: usize,
    outgoing: Vec<u8>,
    said: VecDeque<Event>,
    asked: Option<Asked>,
    allocation: Option<Allocation>,
    is_over: bool,
}

/// An allocation that was asked for and is not given yet.
struct Asked {
    transaction: Transaction,
    username: String,
    key: Key,
    lifetime: u32,
}

struct Allocation {
    username: String,
    relayed: SocketAddr,
    until: Instant,
    /// Which addresses may send and be sent to, and until when.
    permissions: BTreeMap<IpAddr, Instant>,
    channels: BTreeMap<u16, (SocketAddr, Instant)>,
}

/// Why a request is not granted (RFC 8489 §14.8, RFC 8656 §19).
struct No {
    code: u16,
    reason: &'static str,
    unknown: Vec<u16>,
}

impl No {
    fn new(code: u16, reason: &'static str) -> Self {
        Self { code, reason, unknown: Vec::new() }
    }
}

/// Who has signed a request.
struct Signer<'a> {
    username: &'a str,
    key: Key,
}

impl Server {
    /// A connection that has just begun. `client` is whom it is with; `seed` is drawn for it.
    pub fn new(now: Instant, config: Config, client: SocketAddr, seed: [u8; 16]) -> Self {
        Self {
            config,
            client,
            began: now,
            seed,
            incoming: Vec::new(),
            read: 0,
            outgoing: Vec::new(),
            said: VecDeque::new(),
            asked: None,
            allocation: None,
            is_over: false,
        }
    }

    /// Whether a connection that begins with this byte is for us: HTTP begins with a letter.
    pub fn is_meant(first: u8) -> bool {
        // Of STUN's methods all that there are begin so (RFC 7983 §7); a line's end is no STUN.
        first < 4
    }

    /// Takes what the client has sent. Events are to be asked for before it is called again, or what
    /// waits would grow.
    pub fn push(&mut self, bytes: &[u8]) {
        self.incoming.drain(..self.read);
        self.read = 0;
        self.incoming.extend_from_slice(bytes);
    }

    /// What the client wants next, of all that has been pushed.
    ///
    /// # Errors
    ///
    /// Where it speaks another language.
    pub fn next_event(&mut self, now: Instant, wall: Timestamp) -> Result<Option<Event>, Broken> {
        if self.asked.is_some() {
            self.allocate(now, None);
        }
        while self.said.is_empty() && !self.is_over {
            let incoming = std::mem::take(&mut self.incoming);
            let heard = self.hear_one(now, wall, &incoming[self.read..]);
            self.incoming = incoming;
            match heard? {
                0 => break,
                length => self.read += length,
            }
        }
        Ok(self.said.pop_front())
    }

    /// Gives the client that has asked this address, or nothing, where there is none left for it.
    pub fn allocate(&mut self, now: Instant, relayed: Option<SocketAddr>) {
        let Some(Asked { transaction, username, key, lifetime }) = self.asked.take() else {
            return;
        };
        let Some(relayed) = relayed else {
            let no = No::new(486, "Allocation Quota Reached");
            self.refuse(now, method::ALLOCATE, transaction, &no, Some(&key));
            return;
        };
        let answer = Writer::new(Class::Success, method::ALLOCATE, transaction)
            .with_address(attribute::XOR_RELAYED_ADDRESS, relayed)
            .with_address(attribute::XOR_MAPPED_ADDRESS, self.client)
            .with(attribute::LIFETIME, &lifetime.to_be_bytes());
        self.outgoing.extend(answer.signed_with(&key));
        self.allocation = Some(Allocation {
            username,
            relayed,
            until: now + Duration::from_secs(lifetime.into()),
            permissions: BTreeMap::new(),
            channels: BTreeMap::new(),
        });
    }

    /// Hands the client a datagram that a room has sent to its address, if it wants it.
    pub fn relay(&mut self, now: Instant, from: SocketAddr, bytes: &[u8]) {
        let Some(allocation) = &self.allocation else { return };
        if bytes.len() > FRAME_MAX {
            return;
        }
        if let Some(channel) = allocation.channel_of(now, from) {
            let length = u16::try_from(bytes.len()).unwrap_or_default();
            self.outgoing.extend(channel.to_be_bytes());
            self.outgoing.extend(length.to_be_bytes());
            self.outgoing.extend(bytes);
            let padding = bytes.len().next_multiple_of(4) - bytes.len();
            self.outgoing.extend(&[0; 3][..padding]);
        } else if allocation.permits(now, from.ip()) {
            let indication = Writer::new(Class::Indication, method::DATA, self.transaction(now))
                .with_address(attribute::XOR_PEER_ADDRESS, from)
                .with(attribute::DATA, bytes);
            self.outgoing.extend(indication.unsigned());
        }
    }

    /// What is to go to the client: taken from its front as it goes.
    pub fn outgoing(&mut self) -> &mut Vec<u8> {
        &mut self.outgoing
    }

    /// When the connection ends unless something comes of it until then.
    pub fn ends_at(&self) -> Instant {
        match &self.allocation {
            Some(allocation) => allocation.until,
            None => self.began + ALLOCATES_WITHIN,
        }
    }

    /// Whether the client has given its allocation back. What is to go out still goes.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Deals with the first frame, if all of it is there, and says how long it was.
    fn hear_one(&mut self, now: Instant, wall: Timestamp, bytes: &[u8]) -> Result<usize, Broken> {
        let Some(length) = frame_length(bytes)? else { return Ok(0) };
        let Some(frame) = bytes.get(..length) else { return Ok(0) };
        if frame[0] & 0xc0 == 0 {
            self.hear(now, wall, &Message::read(frame).ok_or(Broken)?);
        } else {
            self.hear_channel(now, frame);
        }
        Ok(length)
    }

    fn hear(&mut self, now: Instant, wall: Timestamp, message: &Message<'_>) {
        match (message.class, message.method) {
            (Class::Request, method::BINDING) => {
                let answer = Writer::new(Class::Success, method::BINDING, message.transaction)
                    .with_address(attribute::XOR_MAPPED_ADDRESS, self.client);
                self.outgoing.extend(answer.unsigned());
            }
            (
                Class::Request,
                method::ALLOCATE
                | method::REFRESH
                | method::CREATE_PERMISSION
                | method::CHANNEL_BIND,
            ) => {
                let signer = match self.signer(now, message) {
                    Ok(signer) => signer,
                    Err(no) => {
                        self.refuse(now, message.method, message.transaction, &no, None);
                        return;
                    }
                };
                let answer = match message.method {
                    method::ALLOCATE => self.asks(wall, message, &signer),
                    method::REFRESH => self.refresh(now, message, &signer).map(Some),
                    method::CREATE_PERMISSION => self.permit(now, message, &signer).map(Some),
                    _ => self.bind(now, message, &signer).map(Some),
                };
                match answer {
                    Ok(Some(answer)) => self.outgoing.extend(answer.signed_with(&signer.key)),
                    Ok(None) => {}
                    Err(no) => {
                        let (method, transaction) = (message.method, message.transaction);
                        self.refuse(now, method, transaction, &no, Some(&signer.key));
                    }
                }
            }
            (Class::Indication, method::SEND) if message.unknown().is_empty() => {
                let to = message.address(attribute::XOR_PEER_ADDRESS);
                if let (Some(to), Some(bytes)) = (to, message.get(attribute::DATA)) {
                    self.send(now, to, bytes);
                }
            }
            // Nothing that a server has to answer.
            _ => {}
        }
    }

    fn hear_channel(&mut self, now: Instant, frame: &[u8]) {
        let &[c0, c1, l0, l1, ref padded @ ..] = frame else { return };
        let length = usize::from(u16::from_be_bytes([l0, l1]));
        let Some(allocation) = &self.allocation else { return };
        let bound = allocation.channels.get(&u16::from_be_bytes([c0, c1]));
        let Some(&(to, until)) = bound else { return };
        if let Some(bytes) = padded.get(..length).filter(|_| now < until) {
            self.send(now, to, bytes);
        }
    }

    fn send(&mut self, now: Instant, to: SocketAddr, bytes: &[u8]) {
        let permits = self.allocation.as_ref().is_some_and(|it| it.permits(now, to.ip()));
        // A permission is for all ports of an address (RFC 8656 §9), and rooms are at one.
        if permits && self.config.peers.contains(&to) {
            self.said.push_back(Event::Sends { to, bytes: bytes.to_vec() });
        }
    }

    /// Who has signed this (RFC 8489 §9.2.4).
    fn signer<'a>(&self, now: Instant, message: &Message<'a>) -> Result<Signer<'a>, No> {
        if !message.is_signed() {
            return Err(No::new(401, "Unauthorized"));
        }
        let [username, realm, nonce] = [attribute::USERNAME, attribute::REALM, attribute::NONCE]
            .map(|kind| message.text(kind));
        let (Some(username), Some(_), Some(nonce)) = (username, realm, nonce) else {
            return Err(No::new(400, "Bad Request"));
        };
        if nonce != self.nonce(now) {
            return Err(No::new(438, "Stale Nonce"));
        }
        let key = self.config.secret.key(username).filter(|key| message.is_signed_with(key));
        let key = key.ok_or_else(|| No::new(401, "Unauthorized"))?;
        let unknown = message.unknown();
        if !unknown.is_empty() {
            return Err(No { unknown, ..No::new(420, "Unknown Attribute") });
        }
        Ok(Signer { username, key })
    }

    /// RFC 8656 §7.2.
    fn asks(
        &mut self,
        wall: Timestamp,
        message: &Message<'_>,
        signer: &Signer<'_>,
    ) -> Result<Option<Writer>, No> {
        if self.allocation.is_some() {
            return Err(No::new(437, "Allocation Mismatch"));
        }
        let name = Name::read(signer.username).filter(|name| !name.has_passed(wall));
        let name = name.ok_or_else(|| No::new(401, "Unauthorized"))?;
        match message.get(attribute::REQUESTED_TRANSPORT) {
            Some([UDP, ..]) => {}
            Some(_) => return Err(No::new(442, "Unsupported Transport Protocol")),
            None => return Err(No::new(400, "Bad Request")),
        }
        let family = self.family();
        if let Some(wanted) = message.get(attribute::REQUESTED_ADDRESS_FAMILY)
            && wanted.first() != Some(&number_of(family))
        {
            return Err(No::new(440, "Address Family not Supported"));
        }
        self.asked = Some(Asked {
            transaction: message.transaction,
            username: signer.username.to_owned(),
            key: signer.key,
            lifetime: lifetime_of(message),
        });
        self.said.push_back(Event::Asks { holder: name.holder.to_owned(), family });
        Ok(None)
    }

    /// RFC 8656 §8.2.
    fn refresh(
        &mut self,
        now: Instant,
        message: &Message<'_>,
        signer: &Signer<'_>,
    ) -> Result<Writer, No> {
        let allocation = self.allocation_of(signer)?;
        if let Some(wanted) = message.get(attribute::REQUESTED_ADDRESS_FAMILY)
            && wanted.first() != Some(&family_of(allocation.relayed.ip()))
        {
            return Err(No::new(443, "Peer Address Family Mismatch"));
        }
        let lifetime = match message.number(attribute::LIFETIME) {
            Some(0) => 0,
            _ => lifetime_of(message),
        };
        if lifetime == 0 {
            self.is_over = true;
        } else {
            allocation.until = now + Duration::from_secs(lifetime.into());
        }
        let answer = Writer::new(Class::Success, method::REFRESH, message.transaction);
        Ok(answer.with(attribute::LIFETIME, &lifetime.to_be_bytes()))
    }

    /// RFC 8656 §10.2: all of them, or none.
    fn permit(
        &mut self,
        now: Instant,
        message: &Message<'_>,
        signer: &Signer<'_>,
    ) -> Result<Writer, No> {
        let ours: Vec<IpAddr> = self.config.peers.iter().map(SocketAddr::ip).collect();
        let allocation = self.allocation_of(signer)?;
        let mut peers = Vec::new();
        for peer in message.addresses(attribute::XOR_PEER_ADDRESS) {
            let peer = peer.ok_or_else(|| No::new(400, "Bad Request"))?;
            allocation.may_reach(peer.ip(), &ours)?;
            peers.push(peer.ip());
        }
        if peers.is_empty() {
            return Err(No::new(400, "Bad Request"));
        }
        for peer in peers {
            allocation.permissions.insert(peer, now + PERMISSION);
        }
        Ok(Writer::new(Class::Success, method::CREATE_PERMISSION, message.transaction))
    }

    /// RFC 8656 §12.2.
    fn bind(
        &mut self,
        now: Instant,
        message: &Message<'_>,
        signer: &Signer<'_>,
    ) -> Result<Writer, No> {
        let peers = self.config.peers.clone();
        let ours: Vec<IpAddr> = peers.iter().map(SocketAddr::ip).collect();
        let allocation = self.allocation_of(signer)?;
        let channel = message.half(attribute::CHANNEL_NUMBER).filter(|it| CHANNELS.contains(it));
        let peer = message.address(attribute::XOR_PEER_ADDRESS);
        let (Some(channel), Some(peer)) = (channel, peer) else {
            return Err(No::new(400, "Bad Request"));
        };
        allocation.may_reach(peer.ip(), &ours)?;
        if !peers.contains(&peer) {
            return Err(No::new(403, "Forbidden"));
        }
        allocation.channels.retain(|_, (_, until)| now < *until);
        let taken = allocation
            .channels
            .iter()
            .any(|(number, (to, _))| (*number == channel) != (*to == peer));
        if taken {
            return Err(No::new(400, "Bad Request"));
        }
        allocation.channels.insert(channel, (peer, now + CHANNEL));
        allocation.permissions.insert(peer.ip(), now + PERMISSION);
        Ok(Writer::new(Class::Success, method::CHANNEL_BIND, message.transaction))
    }

    fn allocation_of(&mut self, signer: &Signer<'_>) -> Result<&mut Allocation, No> {
        let allocation = self.allocation.as_mut();
        let allocation = allocation.ok_or_else(|| No::new(437, "Allocation Mismatch"))?;
        if allocation.username == signer.username {
            Ok(allocation)
        } else {
            Err(No::new(441, "Wrong Credentials"))
        }
    }

    fn refuse(
        &mut self,
        now: Instant,
        method: u16,
        transaction: Transaction,
        no: &No,
        key: Option<&Key>,
    ) {
        let [hundreds, rest] =
            [no.code / 100, no.code % 100].map(|it| u8::try_from(it).unwrap_or(0));
        let mut code = vec![0, 0, hundreds, rest];
        code.extend(no.reason.as_bytes());
        let mut answer =
            Writer::new(Class::Error, method, transaction).with(attribute::ERROR_CODE, &code);
        if !no.unknown.is_empty() {
            let unknown: Vec<u8> = no.unknown.iter().flat_map(|kind| kind.to_be_bytes()).collect();
            answer = answer.with(attribute::UNKNOWN_ATTRIBUTES, &unknown);
        }
        if [401, 438].contains(&no.code) {
            answer = answer
                .with(attribute::REALM, REALM.as_bytes())
                .with(attribute::NONCE, self.nonce(now).as_bytes());
        }
        self.outgoing.extend(match key {
            Some(key) => answer.signed_with(key),
            None => answer.unsigned(),
        });
    }

    /// IPv4, unless rooms have none of it: an address of another kind than theirs leads nowhere.
    fn family(&self) -> Family {
        let v4 = self.config.peers.iter().any(SocketAddr::is_ipv4);
        if v4 { Family::V4 } else { Family::V6 }
    }

    fn nonce(&self, now: Instant) -> String {
        let hours = now.duration_since(self.began).as_secs() / NONCE_HOLDS.as_secs();
        credentials::hex(&self.drawn(&hours.to_be_bytes())[..12])
    }

    /// Nobody answers an indication, so its number need only differ from the last.
    fn transaction(&self, now: Instant) -> Transaction {
        let nanos = now.duration_since(self.began).as_nanos();
        let drawn = self.drawn(&nanos.to_be_bytes());
        std::array::from_fn(|at| drawn[at])
    }

    fn drawn(&self, of: &[u8]) -> [u8; 20] {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.seed).expect("any length is a key's");
        mac.update(of);
        mac.finalize().into_bytes().into()
    }
}

impl Allocation {
    /// Only where rooms are.
    fn may_reach(&self, ip: IpAddr, ours: &[IpAddr]) -> Result<(), No> {
        if !ours.contains(&ip) {
            return Err(No::new(403, "Forbidden"));
        }
        if family_of(ip) != family_of(self.relayed.ip()) {
            return Err(No::new(443, "Peer Address Family Mismatch"));
        }
        Ok(())
    }

    fn permits(&self, now: Instant, ip: IpAddr) -> bool {
        self.permissions.get(&ip).is_some_and(|until| now < *until)
    }

    fn channel_of(&self, now: Instant, peer: SocketAddr) -> Option<u16> {
        let mut channels = self.channels.iter();
        let (channel, _) = channels.find(|(_, (to, until))| *to == peer && now < *until)?;
        self.permits(now, peer.ip()).then_some(*channel)
    }
}

/// How long the frame is that begins here, padding included. None while that is not known.
pub(crate) fn frame_length(bytes: &[u8]) -> Result<Option<usize>, Broken> {
    let &[b0, _, l0, l1, ..] = bytes else { return Ok(None) };
    let length = usize::from(u16::from_be_bytes([l0, l1]));
    let whole = match b0 >> 6 {
        0 if length.is_multiple_of(4) => HEADER + length,
        1 => CHANNEL_HEADER + length.next_multiple_of(4),
        _ => return Err(Broken),
    };
    if whole > FRAME_MAX { Err(Broken) } else { Ok(Some(whole)) }
}

fn lifetime_of(message: &Message<'_>) -> u32 {
    message.number(attribute::LIFETIME).unwrap_or(LIFETIME).clamp(LIFETIME, LIFETIME_MAX)
}

fn number_of(family: Family) -> u8 {
    match family {
        Family::V4 => message::IPV4,
        Family::V6 => message::IPV6,
    }
}
