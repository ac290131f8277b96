//! SRT with MPEG-TS in it, as OBS, ffmpeg and hardware encoders send it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use media::VideoCoding;
use media::ts::{Demuxer, Event};
use srt_tokio::access::{RejectReason, ServerRejectReason};
use srt_tokio::{ConnectionRequest, SrtIncoming, SrtListener, SrtSocket};
use tokio::net::UdpSocket;
use tokio::sync::{Mutex, Semaphore};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::ingest::{Admitted, Ended, Gate, Ingest, Key, Protocol, Request};
use crate::tag::{Kind, Tag};

mod stream_id;

pub use stream_id::{Asked, read as read_stream_id};

/// For how long what was lost is asked for again: what comes later than this is left out.
const LATENCY: Duration = Duration::from_millis(200);
/// Those who ask at once, and those who send.
const ASKING_MAX: usize = 16;
/// From the request to the gate's word.
const UNTIL_ADMITTED: Duration = Duration::from_secs(10);
/// How long a publisher may send neither sound nor picture.
const SILENCE: Duration = Duration::from_secs(15);
/// The path of an address of RTMP, which SRT has none of.
const APPLICATION: &str = "live";

/// Takes in streams over SRT.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    /// Held while it runs.
    open: Mutex<Option<(SrtListener, SrtIncoming)>>,
}

impl Server {
    /// Listens, and takes nobody until [`Ingest::run`].
    ///
    /// # Errors
    ///
    /// Where the address cannot be listened on.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = UdpSocket::bind(address).await?;
        let address = socket.local_addr()?;
        let builder = SrtListener::builder().latency(LATENCY).socket(socket);
        let open = builder.bind(address).await?;
        Ok(Self { address, open: Mutex::new(Some(open)) })
    }
}

#[async_trait]
impl Ingest for Server {
    fn protocol(&self) -> Protocol {
        Protocol::Srt
    }

    fn address(&self) -> SocketAddr {
        self.address
    }

    async fn run(&self, gate: Arc<dyn Gate>, stop: CancellationToken) -> io::Result<()> {
        let Some((mut listener, mut incoming)) = self.open.lock().await.take() else {
            return Err(io::Error::other("SRT is listened for already"));
        };
        let tasks = TaskTracker::new();
        let asking = Arc::new(Semaphore::new(ASKING_MAX));
        let ended = loop {
            let request = tokio::select! {
                () = stop.cancelled() => break Ok(()),
                request = incoming.incoming().next() => request,
            };
            let Some(request) = request else {
                break Err(io::Error::other("the socket for SRT was lost"));
            };
            let Ok(place) = Arc::clone(&asking).try_acquire_owned() else {
                reject(request, ServerRejectReason::Overload).await;
                continue;
            };
            let (gate, stop) = (Arc::clone(&gate), stop.clone());
            tasks.spawn(async move {
                let _place = place;
                serve(request, &*gate, &stop).await;
            });
        };
        tasks.close();
        tasks.wait().await;
        listener.close().await;
        ended
    }
}

async fn reject(request: ConnectionRequest, why: ServerRejectReason) {
    // Whoever has gone need not be told.
    let _ = request.reject(RejectReason::Server(why)).await;
}

async fn serve(request: ConnectionRequest, gate: &dyn Gate, stop: &CancellationToken) {
    let address = request.remote();
    let shown = request.stream_id().map(ToString::to_string).unwrap_or_default();
    let key = match read_stream_id(&shown) {
        Asked::Publish(key) => Key::new(key),
        Asked::Play => {
            tracing::debug!(%address, "somebody asked to play over SRT");
            reject(request, ServerRejectReason::BadMode).await;
            return;
        }
        Asked::Nothing => {
            tracing::debug!(%address, "somebody came over SRT without a key");
            reject(request, ServerRejectReason::Unauthorized).await;
            return;
        }
    };
    let application = APPLICATION.to_owned();
    let asked = Request { protocol: Protocol::Srt, application, key, address };
    let admitted = match timeout(UNTIL_ADMITTED, gate.admit(&asked)).await {
        Ok(Ok(admitted)) => admitted,
        Ok(Err(refusal)) => {
            tracing::info!(%address, "a publisher over SRT was refused: {refusal}");
            reject(request, ServerRejectReason::Forbidden).await;
            return;
        }
        Err(_) => {
            reject(request, ServerRejectReason::InternalServerError).await;
            return;
        }
    };
    let ended = match request.accept(None).await {
        Ok(mut socket) => {
            let ended = publish(&mut socket, &admitted, stop).await;
            let _ = timeout(Duration::from_secs(1), socket.close_and_finish()).await;
            ended
        }
        Err(why) => Ended::Broken(why.to_string()),
    };
    tracing::info!(%address, "a stream over SRT ended: {ended}");
    admitted.finish(ended);
}

/// Hands over what is sent until it ends.
async fn publish(socket: &mut SrtSocket, admitted: &Admitted, stop: &CancellationToken) -> Ended {
    let mut reader = Reader::default();
    let mut last_media = Instant::now();
    loop {
        let arrived = tokio::select! {
            biased;
            () = stop.cancelled() => return Ended::ByUs(STOPPING.into()),
            why = admitted.ended_by_us() => return Ended::ByUs(why),
            arrived = timeout_at(last_media + SILENCE, socket.next()) => arrived,
        };
        let bytes = match arrived {
            Err(_) => return Ended::Silent(SILENCE),
            // A sender says goodbye in the same way as the line is given up.
            Ok(None) => return Ended::Finished,
            Ok(Some(Err(_))) => return Ended::Lost,
            Ok(Some(Ok((_, bytes)))) => bytes,
        };
        for tag in reader.read(&bytes) {
            let sent = tokio::select! {
                () = stop.cancelled() => return Ended::ByUs(STOPPING.into()),
                sent = admitted.send(tag) => sent,
            };
            if let Err(ended) = sent {
                return ended;
            }
            last_media = Instant::now();
        }
    }
}

const STOPPING: &str = "The server is stopping. Send again in a moment.";

/// Makes tags of a transport stream.
#[derive(Debug, Default)]
pub struct Reader {
    demuxer: Demuxer,
}

impl Reader {
    /// What these bytes bring, cut anywhere.
    pub fn read(&mut self, bytes: &[u8]) -> Vec<Tag> {
        self.demuxer.push(bytes);
        let damaged = self.demuxer.take_damaged();
        if damaged > 0 {
            tracing::debug!("{damaged} pictures were left out that came damaged over SRT");
        }
        std::iter::from_fn(|| self.demuxer.next_event()).map(tag).collect()
    }
}

fn tag(event: Event) -> Tag {
    const AAC: u8 = 0xAF;
    let milliseconds = |ticks: u64| (ticks / 90) as u32;
    let body = |head: &[u8], data: &Bytes| {
        let mut body = BytesMut::with_capacity(head.len() + data.len());
        body.extend_from_slice(head);
        body.extend_from_slice(data);
        body.freeze()
    };
    match event {
        Event::VideoConfig { coding: VideoCoding::H264, record } => Tag::avc_header(&record),
        Event::VideoConfig { coding: VideoCoding::H265, record } => Tag::hevc_header(&record),
        Event::Video { coding, dts, offset, key, data } => {
            let shown = milliseconds(dts.saturating_add_signed(offset.into()));
            let after = shown.wrapping_sub(milliseconds(dts));
            let made = match coding {
                VideoCoding::H264 => Tag::avc,
                VideoCoding::H265 => Tag::hevc,
            };
            Tag { timestamp: milliseconds(dts), ..made(Duration::ZERO, after, key, &data) }
        }
        Event::AudioConfig(config) => {
            Tag { kind: Kind::Audio, timestamp: 0, body: body(&[AAC, 0], &config) }
        }
        Event::Audio { at, data } => {
            Tag { kind: Kind::Audio, timestamp: milliseconds(at), body: body(&[AAC, 1], &data) }
        }
        // The gate's side turns it away, with the words for its producer.
        Event::ForeignVideo => {
            Tag { kind: Kind::Video, timestamp: 0, body: b"\x91ts??"[..].into() }
        }
        Event::ForeignAudio => {
            Tag { kind: Kind::Audio, timestamp: 0, body: b"\x90ts??"[..].into() }
        }
    }
}
