//! A picture out of a recording, to be shown until it is played.

use std::time::Duration;

use broadcast::recording::{self, Piece, Recording};
use bytes::Bytes;
use store::{Files, Store};

use crate::ffmpeg::{Ffmpeg, run_to_the_end};

const MEMORY_MAX: u64 = 3 << 30;
const WITHIN: Duration = Duration::from_secs(30);
const ARGUMENTS: &str = "-hide_banner -nostdin -loglevel error -protocol_whitelist pipe -f mov -i pipe:0 \
     -map 0:v:0 -frames:v 1 -vf scale=w='min(1280,iw)':h=-2 -q:v 4 -f mjpeg pipe:1";

/// A JPEG of what was to be seen after a fifth of it; none where nothing was.
pub(crate) async fn of_recording(
    ffmpeg: &Ffmpeg,
    store: &Store,
    files: &Files,
    of: &Recording,
) -> Result<Option<Bytes>, String> {
    let sizes = recording::sizes(store, of.id).await.map_err(|error| error.to_string())?;
    let Some(largest) = sizes.first() else { return Ok(None) };
    let pieces = recording::pieces(store, of.id, &largest.rendition).await;
    let pieces = pieces.map_err(|error| error.to_string())?;
    let Some(Piece { rendition, name, init, .. }) = pieces.get(pieces.len() / 5) else {
        return Ok(None);
    };
    let mut movie = Vec::new();
    for file in [init, name] {
        let bytes = files.get(&recording::file_key(of.id, rendition, file)).await;
        movie.extend_from_slice(&bytes.map_err(|error| error.to_string())?);
    }
    let arguments: Vec<String> = ARGUMENTS.split_whitespace().map(str::to_owned).collect();
    let picture = run_to_the_end(ffmpeg, &arguments, &movie, MEMORY_MAX, WITHIN).await?;
    Ok((!picture.is_empty()).then_some(picture))
}
