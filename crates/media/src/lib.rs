//! The channel's media. Absent from here: input and output.
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

pub use codec::*;
pub use fmp4::{Format, Sample};
pub use name::{MediaKind, MediaName, NotAName};
pub use packager::*;
pub use playlist::{Dvr, Playlist, Position, Segment};
pub use time::{FrameRate, Now};
pub use timeline::{Dropped, Place, SourceClock, Timeline, Tracks};
