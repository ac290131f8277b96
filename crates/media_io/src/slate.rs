//! What is shown while nothing comes in, made in advance.

use std::time::Duration;

use bytes::Bytes;

use crate::ffmpeg::{Ffmpeg, run_to_the_end};
use crate::flv;
use crate::tag::Tag;

/// A picture that stands, with silence.
#[derive(Clone, Debug)]
pub struct Slate {
    /// A PNG or a JPEG, fitted into the size on a dark ground; without it, the ground alone with a light band.
    pub still: Option<Bytes>,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Frames in so many seconds: 25 in 1, or 30000 in 1001.
    pub rate: (u32, u32),
}

/// Makes two seconds of a slate, to be shown again and again: tags of H.264 that begin with a key
/// frame, and of silent AAC in stereo at 48 kHz, with the headers of both.
///
/// # Errors
///
/// Where the size or the rate is none, or the still is no picture, with the words for the operator.
pub async fn make(ffmpeg: &Ffmpeg, slate: &Slate) -> Result<Vec<Tag>, NotMade> {
    let (frames, seconds) = slate.rate;
    if frames == 0 || seconds == 0 || frames / seconds > RATE_MAX {
        return Err(NotMade(format!("{frames} frames in {seconds} s is no frame rate")));
    }
    let Slate { width, height, .. } = *slate;
    let size = 16..=SIDE_MAX;
    if !size.contains(&width) || !size.contains(&height) || width % 2 + height % 2 > 0 {
        return Err(NotMade(format!("{width}×{height} is no size of a picture with even sides")));
    }
    let still = slate.still.clone().unwrap_or_default();
    let arguments = arguments(slate);
    let bytes = run_to_the_end(ffmpeg, &arguments, &still, MEMORY_MAX, WITHIN).await;
    let mut reader = flv::Reader::new();
    reader.push(&bytes.map_err(NotMade)?);
    let mut tags = Vec::new();
    while let Some(tag) = reader.next_tag().map_err(|why| NotMade(why.to_string()))? {
        tags.push(tag);
    }
    Ok(tags)
}

/// Why there is no slate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The slate could not be made: {0}.")]
pub struct NotMade(String);

const SIDE_MAX: u32 = 4096;
const RATE_MAX: u32 = 120;
const MEMORY_MAX: u64 = 3 << 30;
const WITHIN: Duration = Duration::from_secs(60);
const GROUND: &str = "0x16181d";
const BAND: &str = "0x3a4150";

fn arguments(slate: &Slate) -> Vec<String> {
    let Slate { width, height, rate: (frames, seconds), .. } = *slate;
    let rate = format!("{frames}/{seconds}");
    let mut arguments = Vec::new();
    let mut add = |words: &str| arguments.extend(words.split(' ').map(str::to_owned));
    add("-hide_banner -nostdin -loglevel error");
    if let Some(still) = &slate.still {
        // Nothing is guessed: its form is told.
        let form = if still.starts_with(&[0xFF, 0xD8]) { "jpeg_pipe" } else { "png_pipe" };
        add(&format!("-protocol_whitelist pipe -f {form} -i pipe:0"));
    } else {
        add(&format!("-f lavfi -i color=c={GROUND}:s={width}x{height}:r={rate}"));
    }
    add("-f lavfi -i anullsrc=r=48000:cl=stereo -map 0:v:0 -map 1:a:0");
    let shown = if slate.still.is_some() {
        format!(
            "scale={width}:{height}:force_original_aspect_ratio=decrease,\
             pad={width}:{height}:-1:-1:color={GROUND},setsar=1,loop=-1:1,\
             setpts=N/({rate})/TB,fps={rate}"
        )
    } else {
        format!("drawbox=y=ih*0.46:h=ih*0.08:color={BAND}:t=fill")
    };
    add(&format!("-vf {shown} -r {rate} -c:v libx264 -preset veryfast -tune stillimage"));
    add("-profile:v main -pix_fmt yuv420p -bf 0 -g 9999 -sc_threshold 0 -crf 26");
    add("-c:a aac -b:a 96k -t 2 -f flv -flvflags no_duration_filesize+no_metadata pipe:1");
    arguments
}
