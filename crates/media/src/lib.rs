//! The channel's media: codecs' headers, fragmented MP4, and the packager of low-latency HLS as a
//! state machine.
//!
//! Absent from here: input and output, clocks, randomness, async, transcoding, and where parts and
//! segments are kept. Sockets, ffmpeg and files are in a crate above, and drive this one:
//!
//! ```
//! use std::time::Duration;
//!
//! use media::reload::{Answer, Directives, decide};
//! use media::*;
//!
//! # fn settings() -> Vec<Settings> {
//! #     vec![Settings {
//! #         name: RenditionName::new("source").unwrap(),
//! #         kind: Kind::Video,
//! #         master: Master::Channel,
//! #         delivery: Delivery::LowLatency(PartTarget::of_duration(PartTarget::USUAL)),
//! #         segment: Duration::from_secs(2),
//! #         target_seconds: 4,
//! #         window: Duration::from_secs(60),
//! #         slate: None,
//! #     }]
//! # }
//! # fn now() -> Now {
//! #     Now { wall: base::Timestamp::from_micros(1_790_000_000_000_000), steady: Duration::ZERO }
//! # }
//! # fn messages() -> Vec<(u64, bytes::Bytes)> { Vec::new() }
//! # fn keep(_: &MediaName, _: bytes::Bytes) {}
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Once: the channel, as the last run left it (`State` is stored as JSON), or new.
//! let mut packager = Packager::new(settings())?;
//! let video = RenditionId(0);
//! let mut timeline =
//!     Timeline::resume_at(packager.position(), SourceClock::Milliseconds, Tracks::Both);
//! let mut avc = None;
//!
//! // For each video message of RTMP, with its time. Sound goes the same way.
//! for (at, body) in messages() {
//!     match read_video_tag(body)? {
//!         VideoTag::Config(record) => {
//!             let read = Avc::parse(record)?;
//!             timeline.set_frame_rate(read.picture().frame_rate);
//!             let format = Format::Video(read.clone());
//!             packager.handle_input(now(), Input::Format { rendition: video, format });
//!             avc = Some(read);
//!         }
//!         VideoTag::Frame { offset_ms, data, .. } => {
//!             let key = avc.as_ref().is_some_and(|avc| avc.is_key_frame(&data));
//!             let floor = packager.floor(video);
//!             let Ok(place) = timeline.video(at, offset_ms, key, floor) else { continue };
//!             let Place { dts, offset, duration, jump } = place;
//!             let sample = Sample { data, dts, offset, duration, key };
//!             packager.handle_input(now(), Input::Sample { rendition: video, sample, jump });
//!         }
//!         VideoTag::End | VideoTag::Aside | VideoTag::Foreign(_) => {}
//!     }
//!     // What is to be done. With nothing to take, Input::Tick at `packager.next_tick()`.
//!     while let Some(output) = packager.poll_output() {
//!         match output {
//!             Output::Init { name, bytes, .. } | Output::Part { name, bytes, .. } => {
//!                 keep(&name, bytes);
//!             }
//!             Output::Segment { segment, chunks, .. } => {
//!                 // Write the chunks to a file, then `packager.state()`.
//!             }
//!             Output::Playlist { playlist, .. } => {
//!                 // Wake who waits for it.
//!             }
//!             Output::Forget { name, .. } => {}
//!         }
//!     }
//! }
//!
//! // For each request for a playlist, and again whenever that changed: the query, and how long it
//! // has waited.
//! let directives = Directives::parse("_HLS_msn=7&_HLS_part=2")?;
//! match decide(&packager.playlist(video), directives, Duration::ZERO) {
//!     Ok(Answer::Now(text)) => { /* 200 with the text */ }
//!     Ok(Answer::Wait(at_most)) => { /* wait for the next playlist */ }
//!     Err(refused) => println!("{} {refused}", refused.status()),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Times are of three kinds. The *source's* are what an encoder writes. *Channel time* counts from
//! the channel's first sample in ticks of [`time::CHANNEL_CLOCK`], and never goes back; a
//! [`Timeline`] brings the one to the other. A *track's* units are the same ticks for a picture and
//! samples for sound.

mod codec;
pub mod fmp4;
pub mod icy;
mod name;
mod packager;
pub mod playlist;
pub mod reload;
pub mod source;
pub mod time;
mod timeline;
pub mod ts;
pub mod webvtt;

pub use codec::{
    Aac, AccessUnit, AdtsHeader, AnnexB, AudioTag, Avc, CaptionService, CaptionWatch, CodecError,
    Foreign, Nals, Picture, VideoCoding, VideoTag, read_audio_tag, read_video_tag,
};
pub use fmp4::{Format, Sample};
pub use name::{MediaKind, MediaName, NotAName};
pub use packager::{
    Bitrate, Delivery, Input, InvalidSettings, Kind, Master, Output, Packager, PartTarget,
    RenditionId, RenditionName, Settings, Slate, State, Stored,
};
pub use playlist::{Dvr, Playlist, Position, Segment};
pub use time::{FrameRate, Now};
pub use timeline::{Dropped, Place, SourceClock, Timeline, Tracks};
