//! Sockets and children: how a broadcast comes in, and how it is made smaller.
//!
//! An [`Ingest`] listens for those who send a stream, asks a [`Gate`] before it takes any of it, and
//! hands over [`Tag`]s. [`rtmp::Server`] is one. A [`Transcoder`] is a supervised ffmpeg child that
//! gets tags and gives renditions, and [`slate::make`] prepares what is shown while nothing comes in.
//!
//! Everything that arrives here was written by a stranger, so each part has its limits, and the parts
//! that read bytes ([`flv::Reader`], [`rtmp::Session`]) do no input and output themselves.
//!
//! Absent from here: which key is right and who may send (the caller's [`Gate`] says), what is in a
//! tag (it is handed over as it came), playlists, the database, HTTP.

mod ffmpeg;
pub mod flv;
mod ingest;
pub mod rtmp;
pub mod slate;
pub mod studio;
mod tag;

pub use ffmpeg::{
    Ffmpeg, Mode, NotInstalled, Output, Report, Reports, Source, Supervision, Transcoder, ladder,
};
pub use ingest::{
    Admitted, Ended, Ender, Gate, Ingest, Key, Protocol, Publication, Refusal, Request,
};
pub use tag::{Kind, Tag};
