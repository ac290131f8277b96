//! The socket: read and written in batches, since at a thousand datagrams in a second each call of the
//! kernel counts.

use std::io::{self, IoSlice, IoSliceMut};
use std::net::SocketAddr;

use quinn_udp::{BATCH_SIZE, RecvMeta, UdpSockRef, UdpSocketState};
use rustix::net::{MMsgHdr, SendAncillaryBuffer, SendFlags, SocketAddrAny, sendmmsg};
use sfu::Transmit;
use tokio::io::Interest;
use tokio::net::UdpSocket;

/// A key frame of each of 25 cameras, which may come at once.
const BUFFER: usize = 4 << 20;
/// No datagram of a browser is longer.
const DATAGRAM: usize = 2_048;
/// Of UDP over IP, less its heads, and some for those of other kinds.
const DATAGRAM_MAX: usize = 65_000;

pub(super) struct Socket {
    socket: UdpSocket,
    state: UdpSocketState,
    address: SocketAddr,
    advertised: Vec<SocketAddr>,
}

/// What has come, on its way to its room.
pub(super) struct Datagram {
    pub(super) source: SocketAddr,
    pub(super) destination: SocketAddr,
    pub(super) bytes: Box<[u8]>,
}

impl Socket {
    pub(super) fn bind(listen: SocketAddr, advertise: &[SocketAddr]) -> io::Result<Self> {
        let socket = std::net::UdpSocket::bind(listen)?;
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        let mut advertised: Vec<_> = advertise
            .iter()
            .map(|told| {
                let port = if told.port() == 0 { address.port() } else { told.port() };
                SocketAddr::new(told.ip(), port)
            })
            .collect();
        if advertised.is_empty() {
            advertised.push(address);
        }
        if advertised.iter().any(|told| told.ip().is_unspecified()) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "browsers cannot send to an address that stands for all; say which one they reach",
            ));
        }
        let state = UdpSocketState::new(UdpSockRef::from(&socket))?;
        // The kernel gives less where its limits are lower; then bursts are lost sooner.
        let _ = state.set_recv_buffer_size(UdpSockRef::from(&socket), BUFFER);
        let _ = state.set_send_buffer_size(UdpSockRef::from(&socket), BUFFER);
        Ok(Self { socket: UdpSocket::from_std(socket)?, state, address, advertised })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn advertised(&self) -> &[SocketAddr] {
        &self.advertised
    }

    pub(super) fn reader(&self) -> Reader {
        // The kernel may hand over several datagrams of one sender in a row.
        let length = DATAGRAM * self.state.gro_segments();
        Reader {
            buffers: (0..BATCH_SIZE).map(|_| vec![0; length]).collect(),
            metas: [RecvMeta::default(); BATCH_SIZE],
            filled: 0,
        }
    }

    /// Sends all of them; what the network does not take is lost, as on its way.
    pub(super) async fn send(&self, transmits: &[Transmit]) {
        let mut rest = transmits;
        while !rest.is_empty() {
            match self.socket.try_io(Interest::WRITABLE, || self.send_some(rest)) {
                Ok(sent) => rest = &rest[sent.max(1)..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if self.socket.writable().await.is_err() {
                        return;
                    }
                }
                Err(error) => {
                    tracing::debug!(%error, to = %rest[0].destination, "a datagram was not sent");
                    rest = &rest[1..];
                }
            }
        }
    }

    /// Sends the first of them, as many as one call of the kernel takes.
    fn send_some(&self, transmits: &[Transmit]) -> io::Result<usize> {
        let most = self.state.max_gso_segments();
        match alike(transmits, most) {
            0 | 1 => {
                let next = (1..transmits.len()).find(|from| alike(&transmits[*from..], most) > 1);
                // More than the kernel takes at once.
                let ends = next.unwrap_or(transmits.len()).min(1_024);
                self.send_each(&transmits[..ends])
            }
            alike => self.send_alike(&transmits[..alike]),
        }
    }

    /// The packets of a picture go through the kernel as one, and are taken apart behind it. Where a
    /// network card does not know how, the first try tells, and they go one by one from then on.
    fn send_alike(&self, transmits: &[Transmit]) -> io::Result<usize> {
        let contents: Vec<&[u8]> = transmits.iter().map(|it| &it.contents[..]).collect();
        let whole = quinn_udp::Transmit {
            destination: self.as_sent(transmits[0].destination),
            ecn: None,
            contents: &contents.concat(),
            segment_size: Some(contents[0].len()),
            src_ip: None,
        };
        self.state.try_send(UdpSockRef::from(&self.socket), &whole)?;
        Ok(transmits.len())
    }

    fn send_each(&self, transmits: &[Transmit]) -> io::Result<usize> {
        let addresses: Vec<SocketAddrAny> =
            transmits.iter().map(|transmit| self.as_sent(transmit.destination).into()).collect();
        let slices: Vec<[IoSlice<'_>; 1]> =
            transmits.iter().map(|transmit| [IoSlice::new(&transmit.contents)]).collect();
        let mut nothing: Vec<SendAncillaryBuffer<'_, '_, '_>> =
            transmits.iter().map(|_| SendAncillaryBuffer::default()).collect();
        let mut messages: Vec<MMsgHdr<'_>> = addresses
            .iter()
            .zip(&slices)
            .zip(&mut nothing)
            .map(|((address, slice), nothing)| MMsgHdr::new_with_addr(address, slice, nothing))
            .collect();
        Ok(sendmmsg(&self.socket, &mut messages, SendFlags::DONTWAIT)?)
    }

    /// A socket for both families writes addresses of the older one in the newer one's way.
    fn as_sent(&self, destination: SocketAddr) -> SocketAddr {
        match (self.address, destination) {
            (SocketAddr::V6(_), SocketAddr::V4(v4)) => {
                SocketAddr::new(v4.ip().to_ipv6_mapped().into(), v4.port())
            }
            _ => destination,
        }
    }

    /// Which of the advertised addresses a datagram came to.
    fn came_to(&self, ip: Option<std::net::IpAddr>, source: SocketAddr) -> SocketAddr {
        let told = &self.advertised;
        let same = |told: &&SocketAddr| Some(told.ip()) == ip.map(|ip| ip.to_canonical());
        let family = |told: &&SocketAddr| told.is_ipv4() == source.is_ipv4();
        *told.iter().find(same).or_else(|| told.iter().find(family)).unwrap_or(&told[0])
    }
}

/// How many of the first datagrams go to one address and have one length, but for the last, which may be
/// shorter; no more than `most`, nor than a datagram may be long.
fn alike(transmits: &[Transmit], most: usize) -> usize {
    let Some(first) = transmits.first() else { return 0 };
    let length = first.contents.len();
    let most = most.min(DATAGRAM_MAX.checked_div(length).unwrap_or(1)).max(1);
    let more = transmits.iter().take(most).skip(1);
    let same = more
        .take_while(|it| it.destination == first.destination && it.contents.len() == length)
        .count();
    let last = transmits.get(1 + same).filter(|last| {
        1 + same < most && last.destination == first.destination && last.contents.len() < length
    });
    1 + same + usize::from(last.is_some())
}

pub(super) struct Reader {
    buffers: Vec<Vec<u8>>,
    metas: [RecvMeta; BATCH_SIZE],
    filled: usize,
}

impl Reader {
    /// Waits for datagrams and takes as many as there are.
    pub(super) async fn read(&mut self, socket: &Socket) -> io::Result<()> {
        loop {
            socket.socket.readable().await?;
            let read = socket.socket.try_io(Interest::READABLE, || {
                let mut slices: Vec<_> =
                    self.buffers.iter_mut().map(|buffer| IoSliceMut::new(buffer)).collect();
                let socket_ref = UdpSockRef::from(&socket.socket);
                socket.state.recv(socket_ref, &mut slices, &mut self.metas)
            });
            match read {
                Ok(filled) => {
                    self.filled = filled;
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // Somebody whom we sent to has closed his port.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The datagrams of the last read: where from, to which of ours, and what.
    pub(super) fn datagrams(
        &self,
        socket: &Socket,
    ) -> impl Iterator<Item = (SocketAddr, SocketAddr, &[u8])> {
        self.metas[..self.filled].iter().zip(&self.buffers).flat_map(move |(meta, buffer)| {
            let source = SocketAddr::new(meta.addr.ip().to_canonical(), meta.addr.port());
            let destination = socket.came_to(meta.dst_ip, source);
            buffer[..meta.len.min(buffer.len())]
                .chunks(meta.stride.max(1))
                .map(move |bytes| (source, destination, bytes))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::time::Duration;

    use super::*;

    fn transmit(to: SocketAddr, length: usize, mark: u8) -> Transmit {
        let source = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
        Transmit { source, destination: to, contents: vec![mark; length] }
    }

    #[test]
    fn what_goes_as_one_has_one_address_and_one_length_but_for_the_last() {
        let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 2));
        let there = SocketAddr::from((Ipv4Addr::LOCALHOST, 3));
        let run = |lengths: &[(SocketAddr, usize)], most| {
            let all: Vec<_> =
                lengths.iter().map(|(to, length)| transmit(*to, *length, 0)).collect();
            alike(&all, most)
        };
        assert_eq!(run(&[], 64), 0);
        assert_eq!(run(&[(here, 9)], 64), 1);
        assert_eq!(run(&[(here, 9), (here, 9), (here, 5), (here, 5)], 64), 3);
        assert_eq!(run(&[(here, 9), (here, 10)], 64), 1);
        assert_eq!(run(&[(here, 9), (there, 9)], 64), 1);
        assert_eq!(run(&[(here, 9), (here, 9), (there, 5)], 64), 2);
        assert_eq!(run(&[(here, 9); 9], 4), 4);
        assert_eq!(run(&[(here, 9), (here, 9), (here, 5)], 2), 2);
        assert_eq!(run(&[(here, 9); 9], 1), 1);
        assert_eq!(run(&[(here, 30_000); 9], 64), 2);
        assert_eq!(run(&[(here, 0), (here, 0)], 64), 1);
    }

    #[tokio::test]
    async fn all_come_apart_as_they_were_and_in_their_order() {
        let local = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let socket = Socket::bind(local, &[]).unwrap();
        let [one, other] = [(); 2].map(|()| std::net::UdpSocket::bind(local).unwrap());
        let (to_one, to_other) = (one.local_addr().unwrap(), other.local_addr().unwrap());
        let lengths = [40, 1_100, 1_100, 1_100, 600, 30, 1_173, 1_173, 1_172, 1_172, 1];
        let mut sent = Vec::new();
        for (mark, length) in (0..).zip(lengths) {
            sent.push(transmit(to_one, length, mark));
        }
        for mark in 0..60 {
            sent.push(transmit(to_other, 300, mark));
        }
        socket.send(&sent).await;
        let mut buffer = [0; 2_048];
        for (socket, to) in [(one, to_one), (other, to_other)] {
            socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            for expected in sent.iter().filter(|it| it.destination == to) {
                let length = socket.recv(&mut buffer).unwrap();
                assert_eq!(buffer[..length], expected.contents);
            }
        }
    }
}
