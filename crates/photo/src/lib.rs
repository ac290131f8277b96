//! Looks at an uploaded photo, refuses what is dangerous, and makes renditions.
//!
//! Bytes in, bytes out: this crate reads no file and starts no thread, so it can run in any
//! worker. [`inspect`] is cheap and decodes no pixel; [`Picture::decode`] is dear and should run
//! once per upload; [`Picture::render`] makes one of the renditions that [`plan`] lists.
//!
//! Absent from here: input and output, async, where files are kept, and which rendition a page
//! shows.

mod bytes;
mod container;
mod decode;
mod encode;
mod inspect;
mod metadata;
mod orientation;
mod plan;
mod rejected;
mod render;

pub use decode::Picture;
pub use encode::NotEncoded;
pub use inspect::{Format, Inspected, inspect};
pub use metadata::Metadata;
pub use plan::{Crop, Encoding, Spec, plan};
pub use rejected::Rejected;
pub use render::Focal;
