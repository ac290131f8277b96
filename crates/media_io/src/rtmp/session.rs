//! What is said on one connection, without the connection.

use std::collections::VecDeque;

use bytes::{Buf, BufMut, Bytes, BytesMut};

use super::Broken;
use super::amf::{self, Value};
use super::chunk;
use crate::tag::{Kind, Tag};

/// A publisher's connection as a state machine: bytes in, events and bytes out.
#[derive(Debug)]
pub struct Session {
    state: State,
    waiting: BytesMut,
    outgoing: BytesMut,
    chunks: chunk::Reader,
    /// Tags of an aggregate message that are still to be told.
    tags: VecDeque<Tag>,
    application: String,
    received: u64,
    acknowledged: u64,
    /// After how many bytes the peer wants to hear that they arrived.
    window: u64,
}

/// What a publisher does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// They ask to publish. Nothing more is read until [`Session::admit`] or [`Session::refuse`].
    Asks {
        /// The application they connected to.
        application: String,
        /// The name under which they publish, which is the stream key.
        key: String,
    },
    /// They send a tag.
    Tag(Tag),
    /// They said that they are done.
    Finished,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The peer's first packet is to come, then its second.
    Greeting,
    Echo,
    /// Commands, until one asks to publish.
    Commands,
    Asking,
    Publishing,
    Over,
}

/// Bytes that a publisher may send before they are admitted. OBS needs four thousand.
pub const BEFORE_ADMISSION_MAX: usize = 64 << 10;

impl Session {
    /// A connection that was just made.
    #[must_use]
    pub fn new() -> Self {
        Self {
            state: State::Greeting,
            waiting: BytesMut::new(),
            outgoing: BytesMut::new(),
            chunks: chunk::Reader::new(),
            tags: VecDeque::new(),
            application: String::new(),
            received: 0,
            acknowledged: 0,
            window: WINDOW,
        }
    }

    /// Adds what arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        self.waiting.extend_from_slice(bytes);
        self.received += bytes.len() as u64;
    }

    /// What the peer does next, or `None` until more has arrived.
    ///
    /// # Errors
    ///
    /// Where the peer speaks no RTMP, or too much of it. The connection is then of no use.
    pub fn next_event(&mut self) -> Result<Option<Event>, Broken> {
        loop {
            if let Some(tag) = self.tags.pop_front() {
                return Ok(Some(Event::Tag(tag)));
            }
            match self.state {
                State::Asking | State::Over => return Ok(None),
                State::Greeting | State::Echo => {
                    if !self.shake_hands()? {
                        return Ok(None);
                    }
                }
                State::Commands | State::Publishing => {
                    let Some(message) = self.chunks.next_message(&mut self.waiting)? else {
                        self.acknowledge();
                        return self.within_bounds();
                    };
                    if let Some(event) = self.understand(message)? {
                        return Ok(Some(event));
                    }
                }
            }
        }
    }

    /// Tells the publisher that they may send.
    pub fn admit(&mut self) {
        if self.state == State::Asking {
            self.state = State::Publishing;
            self.control(USER_CONTROL, &[0, STREAM_BEGIN, 0, 0, 0, STREAM as u8]);
            self.status("status", "NetStream.Publish.Start", "You are on the way.");
        }
    }

    /// Tells the publisher why they may not send.
    pub fn refuse(&mut self, why: &str) {
        // OBS gives up at this code, and ffmpeg shows the words. Who did not even shake hands speaks
        // another protocol.
        if matches!(self.state, State::Greeting | State::Echo) {
            return;
        }
        self.status("error", "NetStream.Publish.Denied", why);
        self.state = State::Over;
    }

    /// Tells the publisher why they may not send any longer.
    pub fn end(&mut self, why: &str) {
        self.status("error", "NetStream.Unpublish.Success", why);
        self.state = State::Over;
    }

    /// What is to be sent to the peer now.
    pub fn outgoing(&mut self) -> Bytes {
        self.outgoing.split().freeze()
    }

    fn shake_hands(&mut self) -> Result<bool, Broken> {
        if self.state == State::Greeting {
            if self.waiting.first().is_some_and(|version| *version != VERSION) {
                return Err(Broken::Version(self.waiting[0]));
            }
            if self.waiting.len() < 1 + PACKET {
                return Ok(false);
            }
            self.waiting.advance(1);
            let theirs = self.waiting.split_to(PACKET);
            self.outgoing.put_u8(VERSION);
            self.outgoing.put_bytes(0, 8);
            // It only has to differ from what a peer of another connection would echo by chance.
            self.outgoing.extend((8..PACKET).map(|at| (at * at % 251) as u8));
            self.outgoing.put_slice(&theirs);
            self.state = State::Echo;
        }
        if self.waiting.len() < PACKET {
            return Ok(false);
        }
        // What they echo is not looked at: encoders with the digest of the other handshake err here.
        self.waiting.advance(PACKET);
        self.state = State::Commands;
        Ok(true)
    }

    fn within_bounds(&self) -> Result<Option<Event>, Broken> {
        let too_much = self.state == State::Commands && self.received > BEFORE_ADMISSION_MAX as u64;
        if too_much { Err(Broken::TooMuch) } else { Ok(None) }
    }

    fn understand(&mut self, message: chunk::Message) -> Result<Option<Event>, Broken> {
        let chunk::Message { kind, timestamp, body } = message;
        match kind {
            SET_CHUNK_SIZE => self.chunks.set_chunk_size(number(&body)?)?,
            ABORT => self.chunks.abort(number(&body)?),
            WINDOW_SIZE => self.window = u64::from(number(&body)?).clamp(WINDOW_MIN, WINDOW),
            USER_CONTROL if body.len() == 6 && body[..2] == [0, PING] => {
                let answer = [&[0, PONG][..], &body[2..]].concat();
                self.control(USER_CONTROL, &answer);
            }
            COMMAND => return self.obey(&body),
            COMMAND_3 => return self.obey(body.get(1..).unwrap_or_default()),
            AUDIO | VIDEO | DATA | DATA_3 | AGGREGATE if self.state != State::Publishing => {
                return Err(Broken::MediaTooEarly);
            }
            AUDIO => return Ok(self.tag(Kind::Audio, timestamp, body)),
            VIDEO => return Ok(self.tag(Kind::Video, timestamp, body)),
            DATA => return Ok(self.script(timestamp, &body)),
            DATA_3 => return Ok(self.script(timestamp, &body.slice(1.min(body.len())..))),
            AGGREGATE => self.take_apart(timestamp, body)?,
            // Acknowledgements, bandwidths, shared objects: nothing follows from them.
            _ => {}
        }
        Ok(None)
    }

    fn tag(&self, kind: Kind, timestamp: u32, body: Bytes) -> Option<Event> {
        // Some encoders send empty ones to keep the connection alive.
        (!body.is_empty()).then_some(Event::Tag(Tag { kind, timestamp, body }))
    }

    fn script(&self, timestamp: u32, body: &Bytes) -> Option<Event> {
        let rest = amf::after_text(body, "@setDataFrame").map_or(&body[..], |rest| rest);
        // As it stands in an FLV file.
        self.tag(Kind::Script, timestamp, body.slice(body.len() - rest.len()..))
    }

    /// An aggregate is tags as in FLV, whose timestamps go on from the message's.
    fn take_apart(&mut self, timestamp: u32, mut body: Bytes) -> Result<(), Broken> {
        let mut first = None;
        while body.len() >= 11 {
            let head = body.split_to(11);
            let len = usize::from(head[1]) << 16 | usize::from(head[2]) << 8 | usize::from(head[3]);
            let time = u32::from_be_bytes([head[7], head[4], head[5], head[6]]);
            if body.len() < len {
                return Err(Broken::Aggregate);
            }
            let part = body.split_to(len);
            body.advance(4.min(body.len()));
            let time = timestamp.wrapping_add(time.wrapping_sub(*first.get_or_insert(time)));
            let event = match head[0] {
                AUDIO => self.tag(Kind::Audio, time, part),
                VIDEO => self.tag(Kind::Video, time, part),
                DATA => self.script(time, &part),
                _ => None,
            };
            if let Some(Event::Tag(tag)) = event {
                self.tags.push_back(tag);
            }
        }
        if body.is_empty() { Ok(()) } else { Err(Broken::Aggregate) }
    }

    fn obey(&mut self, body: &[u8]) -> Result<Option<Event>, Broken> {
        if body.len() > COMMAND_MAX {
            return Err(Broken::TooLarge(body.len()));
        }
        let values = amf::read(body)?;
        let name = values.first().and_then(Value::text).ok_or(Broken::Command)?;
        let transaction = values.get(1).and_then(Value::number).unwrap_or_default();
        let argument = values.get(3);
        match name {
            "connect" => self.connect(transaction, values.get(2)),
            "createStream" => {
                self.command(0, &[result(), number_of(transaction), Value::Null, stream()]);
            }
            "releaseStream" | "FCPublish" => {
                self.command(0, &[result(), number_of(transaction), Value::Null, Value::Undefined]);
            }
            "publish" if self.state == State::Commands => {
                let key = argument.and_then(Value::text).unwrap_or_default().to_owned();
                self.state = State::Asking;
                return Ok(Some(Event::Asks { application: self.application.clone(), key }));
            }
            "publish" => return Err(Broken::Twice),
            "play" | "play2" => return Err(Broken::Play),
            "deleteStream" | "closeStream" | "FCUnpublish" if self.state == State::Publishing => {
                self.status("status", "NetStream.Unpublish.Success", "Goodbye.");
                self.state = State::Over;
                return Ok(Some(Event::Finished));
            }
            _ => {}
        }
        Ok(None)
    }

    fn connect(&mut self, transaction: f64, asked: Option<&Value>) {
        let application = asked.and_then(|asked| asked.get("app")).and_then(Value::text);
        self.application = application.unwrap_or_default().trim_matches('/').to_owned();
        self.control(WINDOW_SIZE, &(WINDOW as u32).to_be_bytes());
        let dynamic = 2;
        let bandwidth = [&(WINDOW as u32).to_be_bytes()[..], &[dynamic]].concat();
        self.control(PEER_BANDWIDTH, &bandwidth);
        let properties = vec![
            ("fmsVer".into(), Value::Text("FMS/3,5,7,7009".into())),
            ("capabilities".into(), Value::Number(31.0)),
            ("mode".into(), Value::Number(1.0)),
        ];
        let mut information = vec![
            ("level".into(), Value::Text("status".into())),
            ("code".into(), Value::Text("NetConnection.Connect.Success".into())),
            ("description".into(), Value::Text("Connected.".into())),
            ("objectEncoding".into(), Value::Number(0.0)),
        ];
        // Enhanced RTMP: we hand over whatever codec comes.
        let speaks = |name| asked.is_some_and(|asked| asked.get(name).is_some());
        if speaks("fourCcList") || speaks("videoFourCcInfoMap") || speaks("audioFourCcInfoMap") {
            let any = || Value::Object(vec![("*".into(), Value::Number(CAN_FORWARD))]);
            information.push(("fourCcList".into(), Value::Array(vec![Value::Text("*".into())])));
            information.push(("videoFourCcInfoMap".into(), any()));
            information.push(("audioFourCcInfoMap".into(), any()));
            information.push(("capsEx".into(), Value::Number(0.0)));
        }
        let answer = [
            result(),
            number_of(transaction),
            Value::Object(properties),
            Value::Object(information),
        ];
        self.command(0, &answer);
    }

    fn status(&mut self, level: &str, code: &str, description: &str) {
        let information = vec![
            ("level".into(), Value::Text(level.into())),
            ("code".into(), Value::Text(code.into())),
            ("description".into(), Value::Text(description.into())),
        ];
        let values = [
            Value::Text("onStatus".into()),
            Value::Number(0.0),
            Value::Null,
            Value::Object(information),
        ];
        self.command(STREAM, &values);
    }

    fn acknowledge(&mut self) {
        if self.received - self.acknowledged >= self.window / 2 {
            self.acknowledged = self.received;
            // It counts modulo its four bytes.
            let received = self.received as u32;
            self.control(ACKNOWLEDGEMENT, &received.to_be_bytes());
        }
    }

    fn control(&mut self, kind: u8, body: &[u8]) {
        chunk::write(CONTROL_CHUNKS, kind, 0, body, OUR_CHUNK, &mut self.outgoing);
    }

    fn command(&mut self, stream: u32, values: &[Value]) {
        let body = amf::write(values);
        chunk::write(COMMAND_CHUNKS, COMMAND, stream, &body, OUR_CHUNK, &mut self.outgoing);
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

const VERSION: u8 = 3;
/// Each of the handshake's packets.
const PACKET: usize = 1536;

const SET_CHUNK_SIZE: u8 = 1;
const ABORT: u8 = 2;
const ACKNOWLEDGEMENT: u8 = 3;
const USER_CONTROL: u8 = 4;
const WINDOW_SIZE: u8 = 5;
const PEER_BANDWIDTH: u8 = 6;
const AUDIO: u8 = 8;
const VIDEO: u8 = 9;
const DATA_3: u8 = 15;
const COMMAND_3: u8 = 17;
const DATA: u8 = 18;
const COMMAND: u8 = 20;
const AGGREGATE: u8 = 22;

const STREAM_BEGIN: u8 = 0;
const PING: u8 = 6;
const PONG: u8 = 7;

const CONTROL_CHUNKS: u8 = 2;
const COMMAND_CHUNKS: u8 = 3;
/// What we say is short, so we keep the size that everybody begins with.
const OUR_CHUNK: usize = 128;
/// The one stream of a connection.
const STREAM: u32 = 1;
/// What OBS and nginx use, and what makes an acknowledgement each second at most.
const WINDOW: u64 = 2_500_000;
const WINDOW_MIN: u64 = 10_000;
/// Larger than any command, smaller than what a message may be.
const COMMAND_MAX: usize = 32 << 10;
const CAN_FORWARD: f64 = 4.0;

fn number(body: &[u8]) -> Result<u32, Broken> {
    let bytes = body.get(..4).and_then(|bytes| bytes.try_into().ok()).ok_or(Broken::Control)?;
    Ok(u32::from_be_bytes(bytes))
}

fn result() -> Value {
    Value::Text("_result".into())
}

fn number_of(transaction: f64) -> Value {
    Value::Number(transaction)
}

fn stream() -> Value {
    Value::Number(f64::from(STREAM))
}

#[cfg(test)]
mod tests {
    use super::super::client;
    use super::*;

    /// A session with somebody who has sent this much of the usual beginning.
    fn session_after(messages: &[Bytes]) -> (Session, Vec<Event>, Option<Broken>) {
        let mut session = Session::new();
        session.push(&client::handshake());
        let (mut events, mut broken) = (Vec::new(), None);
        for message in messages {
            session.push(message);
            loop {
                match session.next_event() {
                    Ok(Some(event)) => {
                        if matches!(event, Event::Asks { .. }) {
                            session.admit();
                        }
                        events.push(event);
                    }
                    Ok(None) => break,
                    Err(why) => {
                        broken = Some(why);
                        break;
                    }
                }
            }
        }
        (session, events, broken)
    }

    /// As OBS begins.
    fn beginning() -> Vec<Bytes> {
        vec![
            client::connect("live"),
            client::command("releaseStream", 2.0, &[Value::Null, client::text("key")]),
            client::command("FCPublish", 3.0, &[Value::Null, client::text("key")]),
            client::command("createStream", 4.0, &[Value::Null]),
            client::publish("key"),
        ]
    }

    fn after_beginning(more: &[Bytes]) -> (Vec<Event>, Option<Broken>) {
        let messages = [&beginning()[..], more].concat();
        let (_, events, broken) = session_after(&messages);
        let asked = Event::Asks { application: "live".into(), key: "key".into() };
        assert_eq!(events[0], asked);
        (events[1..].to_vec(), broken)
    }

    fn tag(kind: Kind, timestamp: u32, body: &'static [u8]) -> Event {
        Event::Tag(Tag { kind, timestamp, body: Bytes::from_static(body) })
    }

    #[test]
    fn a_publisher_asks_is_admitted_sends_and_stops() {
        let metadata = amf::write(&[
            client::text("@setDataFrame"),
            client::text("onMetaData"),
            Value::Object(vec![("width".into(), Value::Number(640.0))]),
        ]);
        let kept = &metadata[3 + "@setDataFrame".len()..];
        let (events, broken) = after_beginning(&[
            client::message(DATA, 0, &metadata),
            client::message(VIDEO, 5, &[0x17, 0]),
            client::message(AUDIO, 7, &[0xAF, 1]),
            client::message(AUDIO, 8, &[]),
            client::command("FCUnpublish", 5.0, &[Value::Null, client::text("key")]),
            client::command("deleteStream", 6.0, &[Value::Null, Value::Number(1.0)]),
        ]);
        assert_eq!(broken, None);
        let script = Tag { kind: Kind::Script, timestamp: 0, body: Bytes::copy_from_slice(kept) };
        assert_eq!(
            events,
            [
                Event::Tag(script),
                tag(Kind::Video, 5, &[0x17, 0]),
                tag(Kind::Audio, 7, &[0xAF, 1]),
                Event::Finished,
            ]
        );
    }

    #[test]
    fn nothing_is_read_while_the_gate_thinks() {
        let mut session = Session::new();
        session.push(&client::handshake());
        for message in beginning() {
            session.push(&message);
        }
        session.push(&client::message(VIDEO, 0, &[0x17, 1]));
        assert!(matches!(session.next_event(), Ok(Some(Event::Asks { .. }))));
        assert_eq!(session.next_event(), Ok(None));
        session.refuse("This key is not known.");
        assert_eq!(session.next_event(), Ok(None));
        let said = session.outgoing();
        let said = String::from_utf8_lossy(&said);
        assert!(said.contains("NetStream.Publish.Denied"), "{said}");
        assert!(said.contains("This key is not known."), "{said}");
    }

    #[test]
    fn an_aggregate_is_taken_apart() {
        let body: Vec<u8> = [
            &[9, 0, 0, 2, 0, 0, 100, 0, 0, 0, 0, 0x17, 1, 0, 0, 0, 13][..],
            &[8, 0, 0, 2, 0, 0, 120, 0, 0, 0, 0, 0xAF, 1, 0, 0, 0, 13],
        ]
        .concat();
        let (events, broken) = after_beginning(&[client::message(AGGREGATE, 1000, &body)]);
        assert_eq!(broken, None);
        let expected = [tag(Kind::Video, 1000, &[0x17, 1]), tag(Kind::Audio, 1020, &[0xAF, 1])];
        assert_eq!(events, expected);
        let cut = client::message(AGGREGATE, 0, &body[..12]);
        assert_eq!(after_beginning(&[cut]).1, Some(Broken::Aggregate));
    }

    #[test]
    fn what_a_publisher_must_not_do_breaks_the_session() {
        let check = |messages: &[Bytes], why: Broken| {
            assert_eq!(session_after(messages).2, Some(why));
        };
        let connect = client::connect("live");
        check(&[connect.clone(), client::message(VIDEO, 0, &[0x17])], Broken::MediaTooEarly);
        check(&[connect.clone(), client::command("play", 1.0, &[])], Broken::Play);
        check(&[client::message(SET_CHUNK_SIZE, 0, &[0; 4])], Broken::ChunkSize);
        check(&[client::message(WINDOW_SIZE, 0, &[1])], Broken::Control);
        check(&[client::message(COMMAND, 0, &[0xFF; 9])], Broken::Command);
        check(&vec![connect; 2000], Broken::TooMuch);
        let mut twice = beginning();
        twice.push(client::publish("key"));
        check(&twice, Broken::Twice);
    }

    #[test]
    fn other_protocols_are_known_by_their_first_byte() {
        let mut session = Session::new();
        session.push(b"GET / HTTP/1.1\r\n");
        assert_eq!(session.next_event(), Err(Broken::Version(b'G')));
    }

    #[test]
    fn pings_are_answered_and_bytes_acknowledged() {
        let ping = client::message(USER_CONTROL, 0, &[0, PING, 1, 2, 3, 4]);
        let (mut session, ..) = session_after(&[client::connect("live"), ping]);
        let said = session.outgoing();
        assert!(said.windows(6).any(|said| said == [0, PONG, 1, 2, 3, 4]));

        let (mut session, ..) = session_after(&beginning());
        session.outgoing();
        for _ in 0..20 {
            session.push(&client::message(VIDEO, 0, &[0x27; 100_000]));
            while session.next_event().unwrap().is_some() {}
        }
        let said = session.outgoing();
        assert_eq!((said[0], said[7]), (CONTROL_CHUNKS, ACKNOWLEDGEMENT));
    }

    #[test]
    fn enhanced_publishers_hear_that_any_codec_is_taken() {
        let fields = vec![
            ("app".into(), client::text("live")),
            ("fourCcList".into(), Value::Array(vec![client::text("hvc1")])),
        ];
        let (mut session, ..) =
            session_after(&[client::command("connect", 1.0, &[Value::Object(fields)])]);
        assert!(String::from_utf8_lossy(&session.outgoing()).contains("videoFourCcInfoMap"));
        let (mut session, ..) = session_after(&[client::connect("live")]);
        assert!(!String::from_utf8_lossy(&session.outgoing()).contains("videoFourCcInfoMap"));
    }
}
