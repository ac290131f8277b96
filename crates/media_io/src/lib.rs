//! Sockets and children: how a broadcast comes in, and how it is made smaller.
//!
//! An [`Ingest`] listens for those who send a stream, asks a [`Gate`] before it takes any of it, and
//! hands over [`Tag`]s. [`rtmp::Server`] and [`srt::Server`] are such. A [`Transcoder`] is a supervised ffmpeg child that
//! gets tags and gives renditions, and [`slate::make`] prepares what is shown while nothing comes in.
//!
//! Everything that arrives here was written by a stranger, so each part has its limits, and the parts
//! that read bytes ([`flv::Reader`], [`rtmp::Session`], [`srt::Reader`]) do no input and output themselves.
//!
//! [`studio::Studio`] joins them to the packager of `media`: it is the channel as it runs on a node.
//!
//! Absent from here: what a part is and what a playlist says (`media` knows), HTTP.

mod ffmpeg;
pub mod flv;
mod ingest;
mod poster;
pub mod rooms;
pub mod rtmp;
pub mod slate;
pub mod srt;
pub mod studio;
mod tag;

pub use ffmpeg::{
    Ffmpeg, Mode, NotInstalled, Output, Report, Reports, Source, Supervision, Transcoder, ladder,
};
pub use ingest::{
    Admitted, Ended, Ender, Gate, Ingest, Key, Protocol, Publication, Refusal, Request,
};
pub use tag::{Kind, Tag};
