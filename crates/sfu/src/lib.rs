//! The media of meetings: who sends what to whom, without a socket.
//!
//! A [`Room`] is one meeting's connections. It takes offers, datagrams and wishes, and says what is to
//! be sent, when it wants to be called again, and what has happened. Sound and pictures are forwarded as
//! they came: nothing is decoded, and of frames that are sealed from end to end nothing is read but the
//! first bytes that tell a key frame. Each receiver has its own numbering of what it gets, and of a
//! camera the one layer that it wishes for and has the bandwidth for. An open meeting may be put on air:
//! then the room also gives what whoever speaks says and shows, frame by frame.
//!
//! [`Directory`] finds whom a datagram is for. It is asked twice: for the room, by who holds the socket,
//! and within the room for the seat.
//!
//! Who reaches us by TCP alone comes by a relay of our own, [`turn`], which leads to rooms and nowhere
//! else.
//!
//! Absent from here: input and output, clocks (each call is given `now`), async, who may be in a
//! meeting, and what a seat is beyond its number.
//!
//! ```
//! use std::time::Instant;
//!
//! use sfu::{Output, Profile, Room, SeatNumber};
//!
//! # fn send(_: sfu::Transmit) {}
//! # fn drive(now: Instant, offer: &str) -> Result<(), Box<dyn std::error::Error>> {
//! let mut room = Room::new(now, Profile::Closed, vec!["192.0.2.1:4433".parse()?]);
//! let answer = room.join(now, SeatNumber(0), 1, &[SeatNumber(0), SeatNumber(1)], offer)?;
//! // After each call, until a timeout comes; at that instant, `handle_timeout`.
//! loop {
//!     match room.poll_output(now) {
//!         Output::Transmit(datagram) => send(datagram),
//!         Output::Event(event) => println!("{event:?}"),
//!         Output::Route(_) => { /* tell the directory of rooms */ }
//!         Output::Aired(_) => { /* give it to the channel */ }
//!         Output::Timeout(_) => break,
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod air;
mod clock;
mod connection;
mod directory;
mod intake;
mod layers;
mod offer;
#[cfg(feature = "peer")]
pub mod peer;
pub mod publisher;
mod pump;
mod rebase;
mod room;
mod source;
mod track;
pub mod turn;

use std::fmt;
use std::str::FromStr;

pub use air::Aired;
pub use directory::{Directory, Route, Routing, stun_ufrag};
pub use offer::JoinError;
pub use room::{Event, Output, Room, Transmit};
pub use track::starts_key_frame;

/// At most so many seats are in one meeting.
pub const MAX_SEATS: usize = 25;

/// Which seat of a meeting, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeatNumber(pub u8);

impl fmt::Display for SeatNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a meeting is for, and so what is agreed upon with browsers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Sealed from end to end. Loudness is told to nobody, and sound keeps one bitrate.
    Closed,
    /// May be listened to and recorded.
    Open,
}

/// One of the sizes in which a camera sends at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// A quarter of the size, `q`.
    Quarter,
    /// Half of it, `h`.
    Half,
    /// All of it, `f`.
    Full,
}

impl Layer {
    /// All of them, smallest first.
    pub const ALL: [Self; 3] = [Self::Quarter, Self::Half, Self::Full];

    /// What SDP calls it.
    pub fn rid(self) -> &'static str {
        match self {
            Self::Quarter => "q",
            Self::Half => "h",
            Self::Full => "f",
        }
    }

    fn of_rid(rid: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|layer| layer.rid() == rid)
    }
}

/// What a seat wants to see of another's camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Nothing.
    Off,
    /// The largest layer there is bandwidth for, up to this one.
    UpTo(Layer),
}

/// Neither `f`, `h`, `q` nor `off`.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no layer of a camera. Ask for `f`, `h`, `q` or `off`.")]
pub struct UnknownWish(String);

impl FromStr for Wish {
    type Err = UnknownWish;

    fn from_str(text: &str) -> Result<Self, UnknownWish> {
        if text == "off" {
            return Ok(Self::Off);
        }
        Layer::of_rid(text).map(Self::UpTo).ok_or_else(|| UnknownWish(text.to_owned()))
    }
}

/// What a seat sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Its microphone.
    Sound,
    /// Its camera.
    Camera,
    /// Its screen.
    Screen,
}
