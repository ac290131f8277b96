//! What ffmpeg is told.

use super::{Mode, Output, Source};

/// The first file descriptor of an output; ffmpeg has used those below.
pub(super) const FIRST_PIPE: i32 = 3;

/// In what form the child is given its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Flv,
    Matroska,
}

/// The arguments for a child that reads its source on its standard input, tells of its progress on its
/// standard output, and gives each output on a pipe of its own.
pub(super) fn renditions(
    source: Source,
    form: Form,
    outputs: &[Output],
    cores: usize,
) -> Vec<String> {
    let mut arguments = Arguments { words: Vec::new(), threads: cores.clamp(1, THREADS_MAX) };
    arguments.add("-hide_banner -nostdin -loglevel error -progress pipe:1 -stats_period 1");
    // The source's clock is kept. Nothing is opened but the pipe, and nothing guessed: its form is told.
    // The headers come first and then a key frame, so little has to be looked at before it begins.
    arguments.add("-copyts -protocol_whitelist pipe -probesize 8M -analyzeduration 500k");
    let form = match form {
        Form::Flv => "flv",
        Form::Matroska => "matroska",
    };
    arguments.add(&format!("-fpsprobesize 0 -threads {} -f {form} -i pipe:0", arguments.threads));
    for (pipe, output) in (FIRST_PIPE..).zip(outputs) {
        match *output {
            Output::Video { height, kbits } => arguments.video(source, height, kbits),
            Output::Aac { channels, kbits } => {
                arguments.add("-map 0:a:0 -c:a aac -ar 48000");
                arguments.add(&format!("-ac {channels} -b:a {kbits}k"));
                arguments.add(FILLED);
                arguments.add(FLV);
            }
            Output::Mp3 { kbits } => {
                arguments.add("-map 0:a:0 -c:a libmp3lame -ar 44100 -ac 2");
                arguments.add(&format!("-b:a {kbits}k"));
                arguments.add(FILLED);
                arguments.add("-f mp3 -write_xing 0 -id3v2_version 0 -write_id3v1 0");
            }
        }
        arguments.add(&format!("-flush_packets 1 pipe:{pipe}"));
    }
    arguments.words
}

/// Gaps in the sound are filled, so that it stays with the picture.
const FILLED: &str = "-af aresample=async=1";
/// No length is written at the end, which would mean going back.
const FLV: &str = "-avoid_negative_ts disabled -f flv -flvflags no_duration_filesize+no_metadata";

/// For each picture. More bring little, and each takes addresses for its stack.
const THREADS_MAX: usize = 4;

struct Arguments {
    words: Vec<String>,
    threads: usize,
}

impl Arguments {
    fn add(&mut self, words: &str) {
        self.words.extend(words.split(' ').map(str::to_owned));
    }

    fn video(&mut self, source: Source, height: u32, kbits: u32) {
        let even = (height & !1).max(2);
        self.add(&format!("-threads {}", self.threads));
        self.add("-map 0:v:0 -c:v libx264 -preset veryfast -tune zerolatency -profile:v main");
        let mut filters = String::new();
        let mut scale = format!("scale=-2:min({even}\\,trunc(ih/2)*2)");
        if let Mode::Instead { even: rate, deinterlace, frame } = source.mode {
            if let Some((across, down)) = frame {
                let width = (even * across / down.max(1)).next_multiple_of(2);
                // An encoder keeps its size, whatever comes.
                scale = format!(
                    "scale={width}:{even}:force_original_aspect_ratio=decrease,\
                     pad={width}:{even}:(ow-iw)/2:(oh-ih)/2,setsar=1"
                );
            }
            if deinterlace {
                filters.push_str("yadif=deint=interlaced,");
            }
            if let Some(rate) = rate {
                filters.push_str(&format!("fps={rate},"));
            }
        }
        self.add(&format!("-pix_fmt yuv420p -vf {filters}{scale}"));
        // Each frame keeps its time to the millisecond, whatever the rate.
        self.add("-fps_mode passthrough -enc_time_base 1:1000");
        self.add("-sc_threshold 0 -g 9999 -forced-idr 1 -force_key_frames");
        // Not split at blanks: an expression is one argument, as is the word.
        self.words.push(
            match source.mode {
                Mode::Beside => "source",
                Mode::Instead { .. } => {
                    "expr:if(isnan(prev_forced_t),1,gte(t,prev_forced_t+1.998))"
                }
            }
            .to_owned(),
        );
        let (most, buffer) = (kbits + kbits / 10, kbits * 2);
        self.add(&format!("-b:v {kbits}k -maxrate {most}k -bufsize {buffer}k"));
        self.add(FLV);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_opens_nothing_but_pipes() {
        let mode = Mode::Instead { even: Some(25), deinterlace: true, frame: None };
        let source = Source { video: true, audio: true, mode };
        let outputs = [
            Output::Video { height: 241, kbits: 300 },
            Output::Aac { channels: 1, kbits: 48 },
            Output::Mp3 { kbits: 128 },
        ];
        let arguments = renditions(source, Form::Flv, &outputs, 64);
        let whitelist = arguments.iter().position(|word| word == "-protocol_whitelist").unwrap();
        assert_eq!(arguments[whitelist + 1], "pipe");
        let pipes: Vec<_> = arguments.iter().filter(|word| word.starts_with("pipe:")).collect();
        assert_eq!(pipes, ["pipe:1", "pipe:0", "pipe:3", "pipe:4", "pipe:5"]);
        assert_eq!(arguments.iter().filter(|word| *word == "-threads").count(), 2);
        assert!(!arguments.iter().any(|word| word.contains("://")), "{arguments:?}");
        assert!(arguments.contains(
            &"yadif=deint=interlaced,fps=25,scale=-2:min(240\\,trunc(ih/2)*2)".to_owned()
        ));
        let mode = Mode::Instead { even: None, deinterlace: false, frame: Some((1280, 720)) };
        let framed = renditions(Source { mode, ..source }, Form::Matroska, &outputs, 64);
        let filter = framed.iter().find(|word| word.contains("pad=")).unwrap();
        assert!(
            filter.starts_with("scale=426:240:force_original_aspect_ratio=decrease,pad=426:240:")
        );
    }
}
