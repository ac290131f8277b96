//! How a stream comes in, whatever protocol it speaks.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use crate::tag::Tag;

/// Listens for those who send a stream.
#[async_trait]
pub trait Ingest: Send + Sync {
    /// What it speaks.
    fn protocol(&self) -> Protocol;

    /// Where it listens.
    fn address(&self) -> SocketAddr;

    /// Takes in streams that the gate admits, until `stop`; then ends each of them.
    ///
    /// # Errors
    ///
    /// Where the socket can no longer be listened on.
    async fn run(&self, gate: Arc<dyn Gate>, stop: CancellationToken) -> io::Result<()>;
}

/// Who says whether a stream is taken. It is asked before any of the stream is.
#[async_trait]
pub trait Gate: Send + Sync {
    /// Admits the sender, or refuses with a sentence that tells them why.
    ///
    /// That there is one stream at a time is this gate's matter: it may refuse the second, or end the
    /// first ([`Ender::end`]) and admit the second.
    async fn admit(&self, request: &Request) -> Result<Admitted, Refusal>;
}

/// Somebody who wants to send.
#[derive(Clone, Debug)]
pub struct Request {
    /// What they speak.
    pub protocol: Protocol,
    /// Which door they came to: the first part of an RTMP address's path.
    pub application: String,
    /// What they show.
    pub key: Key,
    /// Where they are.
    pub address: SocketAddr,
}

/// What an ingest speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// RTMP and enhanced RTMP over TCP.
    Rtmp,
    /// SRT over UDP, with MPEG-TS in it.
    Srt,
    /// WebRTC, as WHIP has it.
    Whip,
    /// None: it is one of our own meetings.
    Meeting,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rtmp => f.write_str("RTMP"),
            Self::Srt => f.write_str("SRT"),
            Self::Whip => f.write_str("WHIP"),
            Self::Meeting => f.write_str("a meeting"),
        }
    }
}

/// A stream key, which no log shall tell.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// What was shown, whether it is right or not.
    #[must_use]
    pub fn new(shown: impl Into<String>) -> Self {
        Self(shown.into())
    }

    /// The key itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// Why somebody may not send: a sentence for them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub String);

/// The receiving end of one stream. Dropping it ends the stream.
#[derive(Debug)]
pub struct Publication {
    arriving: mpsc::UnboundedReceiver<Arriving>,
    ender: Ender,
    /// Known once the stream has ended.
    ended: Option<Ended>,
}

impl Publication {
    /// Both ends of a stream that may have so many bytes waiting to be received. The gate gives away
    /// the first. A sender with more is made to wait.
    #[must_use]
    pub fn new(bytes_waiting: usize) -> (Admitted, Self) {
        let (tags, arriving) = mpsc::unbounded_channel();
        let room = bytes_waiting.clamp(1, Semaphore::MAX_PERMITS).min(u32::MAX as usize);
        let ender = Ender { stop: CancellationToken::new(), why: Arc::new(OnceLock::new()) };
        let admitted = Admitted {
            tags,
            room: Arc::new(Semaphore::new(room)),
            room_max: room as u32,
            ender: ender.clone(),
        };
        (admitted, Self { arriving, ender, ended: None })
    }

    /// The next tag; after the last one, each time, why the stream ended. Ended by ourselves, it gives
    /// nothing that was still waiting.
    ///
    /// # Errors
    ///
    /// When the stream has ended.
    pub async fn next(&mut self) -> Result<Tag, Ended> {
        if let Some(ended) = &self.ended {
            return Err(ended.clone());
        }
        let ended = tokio::select! {
            biased;
            () = self.ender.stop.cancelled() => Ended::ByUs(self.ender.why().unwrap_or_default()),
            arrived = self.arriving.recv() => match arrived {
                Some(Arriving::Tag(tag, _its_room)) => return Ok(tag),
                Some(Arriving::End(ended)) => ended,
                None => Ended::Lost,
            },
        };
        self.ended = Some(ended.clone());
        self.arriving.close();
        Err(ended)
    }

    /// What ends this stream from elsewhere.
    #[must_use]
    pub fn ender(&self) -> Ender {
        self.ender.clone()
    }
}

/// The sending end of one stream, which an ingest holds.
#[derive(Debug)]
pub struct Admitted {
    tags: mpsc::UnboundedSender<Arriving>,
    /// As many permits as bytes may wait; each tag holds its own until it is received.
    room: Arc<Semaphore>,
    room_max: u32,
    ender: Ender,
}

impl Admitted {
    /// Hands a tag over, once there is room for it.
    ///
    /// # Errors
    ///
    /// When the receiver has ended the stream or is gone.
    pub async fn send(&self, tag: Tag) -> Result<(), Ended> {
        let size = u32::try_from(tag.body.len() + size_of::<Tag>()).unwrap_or(u32::MAX);
        let room = tokio::select! {
            biased;
            why = self.ended_by_us() => return Err(Ended::ByUs(why)),
            // No tag is larger than all the room: it would wait forever.
            room = Arc::clone(&self.room).acquire_many_owned(size.min(self.room_max)) => room,
        };
        let gone = || Ended::ByUs(self.ender.why().unwrap_or_else(|| GONE.into()));
        let room = room.map_err(|_| gone())?;
        self.tags.send(Arriving::Tag(tag, room)).map_err(|_| gone())
    }

    /// The reason, if the receiver has ended the stream for one.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        self.ender.why()
    }

    /// Resolves with the reason when the receiver ends the stream or is gone.
    pub async fn ended_by_us(&self) -> String {
        tokio::select! {
            () = self.ender.stop.cancelled() => {}
            () = self.tags.closed() => {}
        }
        // Who ends a stream is often gone at once, and the reason is to be told even so.
        self.ender.why().unwrap_or_else(|| GONE.into())
    }

    /// Tells the receiver why no more will come. Without this it hears that the sender was lost.
    pub fn finish(self, ended: Ended) {
        let _ = self.tags.send(Arriving::End(ended));
    }
}

/// Ends a stream at once, from wherever it is held.
#[derive(Clone, Debug)]
pub struct Ender {
    stop: CancellationToken,
    why: Arc<OnceLock<String>>,
}

impl Ender {
    /// Ends the stream; the sender is told why, and the first reason stands.
    pub fn end(&self, why: impl Into<String>) {
        let _ = self.why.set(why.into());
        self.stop.cancel();
    }

    fn why(&self) -> Option<String> {
        self.why.get().cloned()
    }
}

/// Why a stream ended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Ended {
    /// The sender said goodbye.
    #[error("the sender stopped")]
    Finished,
    /// The sender is gone without a word.
    #[error("the connection to the sender was lost")]
    Lost,
    /// The sender is there and sends neither sound nor picture.
    #[error("the sender sent no sound and no picture for {} s", .0.as_secs_f32())]
    Silent(Duration),
    /// What came is not what the protocol says.
    #[error("the sender sent what cannot be understood: {0}")]
    Broken(String),
    /// We ended it, for this reason.
    #[error("{0}")]
    ByUs(String),
}

#[derive(Debug)]
enum Arriving {
    /// With the room that it takes until it is received.
    Tag(Tag, OwnedSemaphorePermit),
    End(Ended),
}

const GONE: &str = "The channel no longer takes this stream.";

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::tag::Kind;

    fn tag(len: usize) -> Tag {
        Tag { kind: Kind::Video, timestamp: 0, body: Bytes::from(vec![0x27; len]) }
    }

    #[tokio::test]
    async fn tags_arrive_in_order_and_the_end_stays_told() {
        let (admitted, mut publication) = Publication::new(1 << 20);
        admitted.send(tag(1)).await.unwrap();
        admitted.send(tag(2)).await.unwrap();
        admitted.finish(Ended::Finished);
        assert_eq!(publication.next().await, Ok(tag(1)));
        assert_eq!(publication.next().await, Ok(tag(2)));
        assert_eq!(publication.next().await, Err(Ended::Finished));
        assert_eq!(publication.next().await, Err(Ended::Finished));
    }

    #[tokio::test]
    async fn a_sender_who_is_dropped_was_lost() {
        let (admitted, mut publication) = Publication::new(1 << 20);
        drop(admitted);
        assert_eq!(publication.next().await, Err(Ended::Lost));
    }

    #[tokio::test]
    async fn a_fast_sender_waits_for_a_slow_receiver() {
        let (admitted, mut publication) = Publication::new(1000);
        admitted.send(tag(800)).await.unwrap();
        let mut second = std::pin::pin!(admitted.send(tag(800)));
        assert!(futures_poll(second.as_mut()).await.is_none(), "there is no room");
        publication.next().await.unwrap();
        second.await.unwrap();
        // Larger than all the room, it goes alone.
        publication.next().await.unwrap();
        admitted.send(tag(5000)).await.unwrap();
        assert_eq!(publication.next().await, Ok(tag(5000)));
    }

    #[tokio::test]
    async fn ending_a_stream_frees_both_sides_at_once() {
        let (admitted, mut publication) = Publication::new(100);
        admitted.send(tag(10)).await.unwrap();
        let mut stuck = std::pin::pin!(admitted.send(tag(50)));
        assert!(futures_poll(stuck.as_mut()).await.is_none());
        let ender = publication.ender();
        ender.end("Another takes over.");
        ender.end("too late to be the reason");
        let ended = Ended::ByUs("Another takes over.".into());
        assert_eq!(stuck.await, Err(ended.clone()));
        assert_eq!(publication.next().await, Err(ended), "what was waiting is gone");
    }

    #[tokio::test]
    async fn the_reason_is_told_by_who_is_gone_after_it() {
        // Both happen before anybody looks, and which is looked at first is a matter of chance.
        for _ in 0..50 {
            let (admitted, publication) = Publication::new(100);
            publication.ender().end("The key was revoked.");
            drop(publication);
            assert_eq!(admitted.ended_by_us().await, "The key was revoked.");
            let ended = Ended::ByUs("The key was revoked.".into());
            assert_eq!(admitted.send(tag(1)).await, Err(ended));
        }
    }

    #[tokio::test]
    async fn dropping_the_receiver_ends_the_stream() {
        let (admitted, publication) = Publication::new(100);
        drop(publication);
        assert_eq!(admitted.ended_by_us().await, GONE);
        assert!(admitted.send(tag(1)).await.is_err());
    }

    #[test]
    fn a_key_is_in_no_log() {
        let shown = format!("{:?}", Key::new("s3cret"));
        assert!(!shown.contains("s3cret"), "{shown}");
    }

    async fn futures_poll<F: Future>(future: std::pin::Pin<&mut F>) -> Option<F::Output> {
        tokio::select! {
            biased;
            done = future => Some(done),
            () = tokio::task::yield_now() => None,
        }
    }
}
