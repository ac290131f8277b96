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

    fn send_some(&self, transmits: &[Transmit]) -> io::Result<usize> {
        // More than the kernel takes at once.
        let transmits = &transmits[..transmits.len().min(1_024)];
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
