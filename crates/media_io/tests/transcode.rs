//! Renditions that ffmpeg makes for us, and children that go wrong.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use media_io::{Ffmpeg, Kind, Mode, Output, Report, Reports, Source, Supervision, Tag, Transcoder};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
use support::{made_by_ffmpeg, shown, source};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};

fn ffmpeg() -> Ffmpeg {
    Ffmpeg::find().expect("`make test` installs it")
}

const PICTURE: Source = Source { video: true, audio: false, mode: Mode::Beside };
/// For a picture that is not shown itself.
const INSTEAD: Source = Source {
    video: true,
    audio: false,
    mode: Mode::Instead { even: None, deinterlace: false, frame: None },
};
const SOUND: Source = Source { video: false, audio: true, mode: Mode::Beside };

fn video(height: u32, kbits: u32) -> Output {
    Output::Video { height, kbits }
}

/// Impatient, so that failures come soon.
fn impatient() -> Supervision {
    Supervision {
        back_off: Duration::from_millis(1),
        back_off_max: Duration::from_millis(4),
        ..Supervision::default()
    }
}

/// Feeds all of it and waits for all that becomes of it.
async fn transcode(source: Source, outputs: &[Output], tags: &[Tag]) -> Vec<Report> {
    let supervision = Supervision::default();
    let (mut transcoder, mut reports) =
        Transcoder::start(ffmpeg(), source, outputs.to_vec(), supervision);
    for tag in tags {
        transcoder.feed(tag);
    }
    drop(transcoder);
    let mut seen = Vec::new();
    while let Some(report) = reports.next().await {
        seen.push(report);
    }
    seen
}

fn tags(reports: &[Report], wanted: usize) -> Vec<Tag> {
    let of_output = |report: &Report| match report {
        Report::Tag { output, tag } if *output == wanted => Some(tag.clone()),
        _ => None,
    };
    reports.iter().filter_map(of_output).collect()
}

fn stops(reports: &[Report]) -> Vec<&str> {
    fn why(report: &Report) -> Option<&str> {
        if let Report::Stopped { why, .. } = report { Some(why) } else { None }
    }
    reports.iter().filter_map(why).collect()
}

#[tokio::test]
async fn renditions_show_the_same_frames_at_the_same_times_with_the_same_key_frames() {
    let source = source(3, "640x360", "30000/1001");
    let shifted: Vec<Tag> = source
        .iter()
        .map(|tag| Tag { timestamp: tag.timestamp.wrapping_sub(1500), ..tag.clone() })
        .collect();
    // The second begins shortly before its clock wraps.
    for source in [source, shifted] {
        let reports = transcode(PICTURE, &[video(240, 300), video(180, 200)], &source).await;
        assert_eq!(stops(&reports), [""; 0]);
        assert_eq!(reports[0], Report::Started { outputs: vec![0, 1], from: source[0].timestamp });
        let mut expected = shown(&source);
        expected.sort_by_key(|(at, _)| at.wrapping_add(1500));
        for output in [0, 1] {
            let rendition = tags(&reports, output);
            assert!(rendition[0].kind == Kind::Video && rendition[0].is_header());
            let mut shown = shown(&rendition);
            shown.sort_by_key(|(at, _)| at.wrapping_add(1500));
            assert_eq!(shown, expected);
        }
    }
}

#[tokio::test]
async fn sound_comes_in_mono_in_stereo_and_as_mp3() {
    let source = source(3, "320x180", "25");
    let outputs = [
        Output::Aac { channels: 1, kbits: 48 },
        Output::Aac { channels: 2, kbits: 96 },
        Output::Mp3 { kbits: 128 },
    ];
    let reports = transcode(SOUND, &outputs, &source).await;
    assert_eq!(stops(&reports), [""; 0]);
    for (output, channels) in [(0, 1), (1, 2)] {
        let tags = tags(&reports, output);
        assert!(tags[0].is_header());
        // Object type 2 at 48 kHz, then the channels.
        let setup = u16::from_be_bytes([tags[0].body[2], tags[0].body[3]]);
        assert_eq!((setup >> 11, setup >> 7 & 15, setup >> 3 & 15), (2, 3, channels));
        let last = tags.last().unwrap().timestamp;
        assert!((2900..3100).contains(&last), "{last}");
    }
    let mp3: Vec<u8> = reports
        .iter()
        .filter_map(|report| match report {
            Report::Bytes { output: 2, bytes } => Some(bytes.to_vec()),
            _ => None,
        })
        .flatten()
        .collect();
    assert_eq!(mp3[0], 0xFF);
    assert_eq!(mp3[1] & 0xFE, 0xFA, "MPEG 1, layer 3, from the first byte on");
    // 128 kbit/s for three seconds.
    assert!((47_000..50_000).contains(&mp3.len()), "{}", mp3.len());
}

#[tokio::test]
async fn what_is_said_in_the_middle_of_six_channels_is_heard_in_two_and_in_one() {
    let source = made_by_ffmpeg(
        "-f lavfi -i aevalsrc=0|0|0.5*sin(2*PI*440*t)|0|0|0:c=5.1:s=48000 -t 3 -c:a aac -b:a 256k",
    );
    let setup = |tag: &Tag| u16::from_be_bytes([tag.body[2], tag.body[3]]) >> 3 & 15;
    assert_eq!(setup(source.iter().find(|tag| tag.is_header()).unwrap()), 6);
    let outputs = [
        Output::Aac { channels: 2, kbits: 96 },
        Output::Aac { channels: 1, kbits: 48 },
        Output::Mp3 { kbits: 128 },
    ];
    let reports = transcode(SOUND, &outputs, &source).await;
    assert_eq!(stops(&reports), [""; 0]);
    for (output, channels) in [(0, 2), (1, 1)] {
        let tags = tags(&reports, output);
        assert_eq!(setup(&tags[0]), channels);
        let header = media::Aac::low_complexity(48_000, channels as u8).unwrap();
        let adts = tags.iter().filter(|tag| !tag.is_header()).flat_map(|tag| {
            let unit = &tag.body[2..];
            [&header.adts_header(unit.len()).unwrap()[..], unit].concat()
        });
        let loud = loudness("aac", adts.collect()).await;
        assert!(loud > -30.0, "{channels} channels at {loud} dB");
    }
    let mp3 = reports.iter().filter_map(|report| match report {
        Report::Bytes { output: 2, bytes } => Some(bytes.to_vec()),
        _ => None,
    });
    let loud = loudness("mp3", mp3.flatten().collect()).await;
    assert!(loud > -30.0, "{loud} dB");
}

/// How loud a sound is on average, in decibels below the loudest that there can be.
async fn loudness(form: &str, bytes: Vec<u8>) -> f64 {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("sound");
    std::fs::write(&path, bytes).unwrap();
    let output = tokio::process::Command::new("ffmpeg")
        .args(["-hide_banner", "-nostdin", "-f", form, "-i"])
        .arg(&path)
        .args(["-af", "volumedetect", "-f", "null", "-"])
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let found = said.split("mean_volume: ").nth(1).and_then(|rest| rest.split(' ').next());
    found.and_then(|it| it.parse().ok()).unwrap_or_else(|| panic!("{said}"))
}

#[tokio::test]
async fn captions_inside_of_the_pictures_are_in_smaller_ones_too() {
    // "HI" on channel 1, rolled up: a pair of bytes for each frame.
    let says = [[0x94, 0x25], [0x94, 0x25], [0xC8, 0x49]];
    let mut frames = 0;
    let captioned: Vec<Tag> = source(3, "640x360", "25")
        .into_iter()
        .map(|tag| {
            if tag.kind != Kind::Video || tag.is_header() || tag.body[1] != 1 {
                return tag;
            }
            let [first, second] = says.get(frames % 25).copied().unwrap_or([0x80, 0x80]);
            frames += 1;
            let message =
                [0xB5, 0, 0x31, b'G', b'A', b'9', b'4', 3, 0x41, 0xFF, 0xFC, first, second, 0xFF];
            let unit = [&[6, 4, 14][..], &message, &[0x80]].concat();
            let length = (unit.len() as u32).to_be_bytes();
            let body = [&tag.body[..5], &length, &unit, &tag.body[5..]].concat();
            Tag { body: body.into(), ..tag }
        })
        .collect();
    let reports = transcode(PICTURE, &[video(240, 300)], &captioned).await;
    assert_eq!(stops(&reports), [""; 0]);
    let mut avc = None;
    let mut watch = media::CaptionWatch::default();
    for tag in tags(&reports, 0) {
        match media::read_video_tag(tag.body.clone()).unwrap() {
            media::VideoTag::Config(record) => avc = Some(media::Avc::parse(record).unwrap()),
            media::VideoTag::Frame { offset_ms, data, .. } => {
                let shown = i64::from(tag.timestamp) + i64::from(offset_ms);
                watch.picture(shown, avc.as_ref().unwrap().captions(&data));
            }
            _ => {}
        }
    }
    assert_eq!(watch.seen(), [media::CaptionService::Channel(1)]);
}

#[tokio::test]
async fn a_source_that_cannot_pass_gets_key_frames_every_two_seconds() {
    let source = made_by_ffmpeg(
        "-f lavfi -i testsrc2=s=320x180:r=25 -t 7 -c:v libx264 -preset ultrafast -g 1000 \
         -pix_fmt yuv422p",
    );
    let reports = transcode(INSTEAD, &[video(180, 300)], &source).await;
    let shown = shown(&tags(&reports, 0));
    assert_eq!(shown.len(), 175);
    let keys: Vec<u32> =
        shown.iter().filter(|(_, key)| *key).map(|(at, _)| at - shown[0].0).collect();
    assert_eq!(keys, [0, 2000, 4000, 6000]);
}

#[tokio::test]
async fn enhanced_sources_are_transcoded_whatever_their_codec() {
    let picture = "-f lavfi -i testsrc2=s=320x180:r=25 -t 3 -pix_fmt yuv420p -c:v";
    let hevc = format!("{picture} libx265 -preset ultrafast -bf 0 -x265-params log-level=none");
    let av1 = format!("{picture} libsvtav1 -preset 10 -b:v 200k");
    for (arguments, codec) in [(hevc, b"hvc1"), (av1, b"av01")] {
        let source = support::enhanced(&arguments, codec, Kind::Video);
        assert!(source[0].is_header() && source[1].is_key_frame());
        let reports = transcode(INSTEAD, &[video(180, 300)], &source).await;
        assert_eq!(stops(&reports), [""; 0]);
        let shown = shown(&tags(&reports, 0));
        let expected: Vec<_> = (0..75).map(|at| (at * 40, at % 50 == 0)).collect();
        assert_eq!(shown, expected);
    }
    let opus = "-f lavfi -i sine=r=48000 -t 3 -c:a libopus -b:a 64k";
    let source = support::enhanced(opus, b"Opus", Kind::Audio);
    let reports = transcode(SOUND, &[Output::Aac { channels: 2, kbits: 96 }], &source).await;
    assert_eq!(stops(&reports), [""; 0]);
    let last = tags(&reports, 0).last().unwrap().timestamp;
    assert!((2900..3100).contains(&last), "{last}");
}

#[tokio::test]
async fn a_codec_that_is_not_known_is_told() {
    let unknown = Tag { kind: Kind::Video, timestamp: 0, body: (&b"\x90vvc1setup"[..]).into() };
    let frame = Tag { body: (&b"\x93vvc1frame"[..]).into(), ..unknown.clone() };
    let reports = transcode(PICTURE, &[video(180, 300)], &[unknown, frame]).await;
    assert_eq!(stops(&reports), ["The codec vvc1 is not known."]);
}

#[tokio::test]
async fn a_clock_that_jumps_and_a_picture_that_changes_begin_another_child() {
    let small = source(2, "320x180", "25");
    let later: Vec<Tag> = small
        .iter()
        .map(|tag| Tag { timestamp: tag.timestamp + 3_000_000, ..tag.clone() })
        .collect();
    let other: Vec<Tag> = source(2, "640x360", "25")
        .iter()
        .map(|tag| Tag { timestamp: tag.timestamp + 3_002_000, ..tag.clone() })
        .collect();
    let all = [small, later, other].concat();
    let reports = transcode(PICTURE, &[video(180, 200)], &all).await;
    let expected = ["The source's clock jumped.", "The source changed its form."];
    assert_eq!(stops(&reports), expected);
    let times: Vec<u32> = shown(&tags(&reports, 0)).iter().map(|(at, _)| *at).collect();
    assert!(times.iter().any(|at| *at < 3000), "{times:?}");
    assert!(times.iter().any(|at| *at > 3_003_000), "{times:?}");
}

/// A program in ffmpeg's place.
fn script(lines: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("program");
    std::fs::write(&path, format!("#!/bin/sh\n{lines}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    (folder, path)
}

/// The same seconds again and again, their clock going on.
struct Endless {
    tags: Vec<Tag>,
    turn: u32,
    next: usize,
}

impl Endless {
    fn new(tags: Vec<Tag>) -> Self {
        Self { tags, turn: 0, next: 0 }
    }

    /// Feeds a second, or what is left until the source begins again.
    fn feed_a_second(&mut self, transcoder: &mut Transcoder) {
        let until = self.tags[self.next].timestamp + 1000;
        while let Some(tag) = self.tags.get(self.next).filter(|tag| tag.timestamp < until) {
            let timestamp = tag.timestamp + self.turn * 4000;
            transcoder.feed(&Tag { timestamp, ..tag.clone() });
            self.next += 1;
        }
        if self.next == self.tags.len() {
            (self.next, self.turn) = (0, self.turn + 1);
        }
    }
}

/// Feeds until what is wanted is reported, and returns all that was reported.
async fn feed_until(
    source: &mut Endless,
    transcoder: &mut Transcoder,
    reports: &mut Reports,
    wanted: impl Fn(&Report) -> bool,
) -> Vec<Report> {
    let mut seen = Vec::new();
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    loop {
        tokio::select! {
            _ = tick.tick() => source.feed_a_second(transcoder),
            report = reports.next() => {
                seen.push(report.expect("it goes on as long as it is fed"));
                if seen.last().is_some_and(&wanted) {
                    return seen;
                }
            }
        }
    }
}

/// The child of this process whose arguments have this word.
fn child_with(word: &str) -> Option<Pid> {
    let is_ours = |pid: &i32| {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let parent = format!("PPid:\t{}\n", std::process::id());
        let words = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        status.contains(&parent) && words.split(|byte| *byte == 0).any(|is| is == word.as_bytes())
    };
    let processes = std::fs::read_dir("/proc").unwrap();
    let pids = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    Pid::from_raw(pids.into_iter().find(is_ours)?)
}

#[tokio::test]
async fn a_killed_child_is_replaced_and_the_renditions_go_on() {
    let mut source = Endless::new(source(4, "320x180", "25"));
    let outputs = vec![video(180, 211)];
    let (mut transcoder, mut reports) = Transcoder::start(ffmpeg(), PICTURE, outputs, impatient());
    let is_tag = |report: &Report| matches!(report, Report::Tag { .. });
    feed_until(&mut source, &mut transcoder, &mut reports, is_tag).await;
    kill_process(child_with("211k").unwrap(), Signal::KILL).unwrap();
    let stopped = |report: &Report| matches!(report, Report::Stopped { .. });
    let seen = feed_until(&mut source, &mut transcoder, &mut reports, stopped).await;
    let Some(Report::Stopped { why, again_in }) = seen.last() else { unreachable!() };
    assert!(why.contains("signal: 9"), "{why}");
    assert_eq!(*again_in, Duration::from_millis(1));
    let seen = feed_until(&mut source, &mut transcoder, &mut reports, is_tag).await;
    assert!(matches!(&seen[0], Report::Started { outputs, .. } if outputs == &[0]));
    let Some(Report::Tag { tag, .. }) = seen.last() else { unreachable!() };
    assert!(tag.is_header(), "decoders are set up anew");
}

#[tokio::test]
async fn a_child_that_gives_nothing_is_replaced_ever_more_slowly() {
    let (_folder, program) = script("exec cat >/dev/null");
    let mut source = Endless::new(source(4, "320x180", "25"));
    let supervision = Supervision { stall: Duration::from_millis(100), ..impatient() };
    let ffmpeg = ffmpeg().with_program(program);
    let (mut transcoder, mut reports) =
        Transcoder::start(ffmpeg, PICTURE, vec![video(180, 200)], supervision);
    let mut waits = Vec::new();
    for _ in 0..4 {
        let stopped = |report: &Report| matches!(report, Report::Stopped { .. });
        let seen = feed_until(&mut source, &mut transcoder, &mut reports, stopped).await;
        let Some(Report::Stopped { why, again_in }) = seen.last() else { unreachable!() };
        assert_eq!(why, "ffmpeg gave nothing for 0.1 s.");
        waits.push(again_in.as_millis());
    }
    assert_eq!(waits, [1, 2, 4, 4]);
}

/// What is reported of renditions until there is none to go on without, fed so many seconds at a time.
async fn sheds(seconds_at_once: usize) -> Vec<(&'static str, Vec<usize>)> {
    let mut source = Endless::new(source(4, "1280x720", "25"));
    let outputs = vec![video(480, 1200), video(720, 2500), video(360, 700)];
    let supervision = Supervision { patience: 1, ..impatient() };
    let (mut transcoder, mut reports) = Transcoder::start(ffmpeg(), PICTURE, outputs, supervision);
    let behind = |report: &Report| *report == Report::Behind;
    let mut seen = Vec::new();
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    while !seen.last().is_some_and(behind) {
        tokio::select! {
            _ = tick.tick() => {
                for _ in 0..seconds_at_once {
                    source.feed_a_second(&mut transcoder);
                }
            }
            report = reports.next() => seen.push(report.expect("it goes on")),
        }
    }
    of_outputs(seen)
}

/// Which outputs were made, and which were given up.
fn of_outputs(reports: Vec<Report>) -> Vec<(&'static str, Vec<usize>)> {
    let mut seen: Vec<_> = reports
        .into_iter()
        .filter_map(|report| match report {
            Report::Started { outputs, .. } => Some(("makes", outputs)),
            Report::Shed(output) => Some(("gives up", vec![output])),
            Report::Restored(output) => Some(("tries again", vec![output])),
            _ => None,
        })
        .collect();
    // One that was begun anew for another reason was begun with the same.
    seen.dedup();
    seen
}

#[tokio::test]
async fn a_child_that_cannot_keep_up_goes_on_without_its_dearest_renditions() {
    let expected = [
        ("makes", vec![0, 1, 2]),
        ("gives up", vec![1]),
        ("makes", vec![0, 2]),
        ("gives up", vec![0]),
        ("makes", vec![2]),
    ];
    // Faster than anything decodes, and so fast that nothing has room to wait.
    for seconds_at_once in [3, 20] {
        assert_eq!(sheds(seconds_at_once).await, expected);
    }
}

#[tokio::test]
async fn what_was_given_up_is_made_again_once_there_is_room_for_a_while() {
    let mut source = Endless::new(source(4, "640x360", "25"));
    let outputs = vec![video(240, 300), video(180, 200)];
    let calm = Duration::from_millis(300);
    let supervision = Supervision { patience: 1, calm, ..impatient() };
    let (mut transcoder, mut reports) = Transcoder::start(ffmpeg(), PICTURE, outputs, supervision);
    let mut seen = Vec::new();
    let (mut flood, mut pace) = (
        tokio::time::interval(Duration::from_millis(20)),
        tokio::time::interval(Duration::from_secs(1)),
    );
    let made_again = |seen: &[Report]| {
        let again = seen.iter().position(|report| matches!(report, Report::Restored(_)));
        again.is_some_and(|at| seen[at..].iter().any(|it| matches!(it, Report::Started { .. })))
    };
    while !made_again(&seen) {
        let too_much = !seen.iter().any(|report| matches!(report, Report::Shed(_)));
        tokio::select! {
            _ = flood.tick(), if too_much => {
                (0..20).for_each(|_| source.feed_a_second(&mut transcoder));
            }
            _ = pace.tick(), if !too_much => source.feed_a_second(&mut transcoder),
            report = reports.next() => seen.push(report.expect("it goes on")),
        }
    }
    let expected = [
        ("makes", vec![0, 1]),
        ("gives up", vec![0]),
        ("makes", vec![1]),
        ("tries again", vec![0]),
        ("makes", vec![0, 1]),
    ];
    assert_eq!(of_outputs(seen), expected);
}

#[tokio::test]
async fn a_child_with_too_little_memory_fails_and_says_so() {
    let supervision = Supervision { memory_max: 20 << 20, ..impatient() };
    let mut source = Endless::new(source(4, "320x180", "25"));
    let (mut transcoder, mut reports) =
        Transcoder::start(ffmpeg(), PICTURE, vec![video(180, 200)], supervision);
    let stopped = |report: &Report| matches!(report, Report::Stopped { .. });
    let seen = feed_until(&mut source, &mut transcoder, &mut reports, stopped).await;
    let Some(Report::Stopped { why, .. }) = seen.last() else { unreachable!() };
    assert!(why.contains("It said last: "), "{why}");
    assert!(!seen.iter().any(|report| matches!(report, Report::Tag { .. })));
}

#[tokio::test]
async fn a_program_that_is_not_there_is_reported() {
    let mut source = Endless::new(source(4, "320x180", "25"));
    let ffmpeg = ffmpeg().with_program("/nowhere/ffmpeg");
    let (mut transcoder, mut reports) =
        Transcoder::start(ffmpeg, PICTURE, vec![video(180, 200)], impatient());
    let stopped = |report: &Report| matches!(report, Report::Stopped { .. });
    let seen = feed_until(&mut source, &mut transcoder, &mut reports, stopped).await;
    let Some(Report::Stopped { why, .. }) = seen.last() else { unreachable!() };
    assert!(why.contains("/nowhere/ffmpeg"), "{why}");
}

async fn until_dead(pid: Pid) {
    // One that is dead and buried has no number any more.
    let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else { return };
    let wait = move || poll(&mut [PollFd::new(&process, PollFlags::IN)], None);
    tokio::task::spawn_blocking(wait).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_child_dies_with_who_asked_for_its_reports() {
    let mut source = Endless::new(source(4, "320x180", "25"));
    let (mut transcoder, mut reports) =
        Transcoder::start(ffmpeg(), PICTURE, vec![video(180, 212)], impatient());
    let is_tag = |report: &Report| matches!(report, Report::Tag { .. });
    feed_until(&mut source, &mut transcoder, &mut reports, is_tag).await;
    let pid = child_with("212k").unwrap();
    drop(reports);
    until_dead(pid).await;
}

/// Set where this test runs itself as the parent that is killed.
const AS_PARENT: &str = "MEDIA_IO_TEST_AS_PARENT";

#[tokio::test]
async fn a_child_dies_with_its_parent_however_that_dies() {
    // It does not notice that its standard input has ended.
    let (_folder, program) = script("exec sleep 100000");
    if let Some(program) = std::env::var_os(AS_PARENT) {
        let mut source = Endless::new(source(4, "320x180", "25"));
        let ffmpeg = ffmpeg().with_program(program);
        let (mut transcoder, mut reports) =
            Transcoder::start(ffmpeg, PICTURE, vec![video(180, 200)], Supervision::default());
        let started = |report: &Report| matches!(report, Report::Started { .. });
        feed_until(&mut source, &mut transcoder, &mut reports, started).await;
        // The programs before it have become it once it has this name.
        let pid = loop {
            if let Some(pid) = child_with("100000") {
                break pid;
            }
            tokio::task::yield_now().await;
        };
        println!("child {}", pid.as_raw_nonzero());
        std::future::pending::<()>().await;
    }
    let mut parent = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_child_dies_with_its_parent_however_that_dies", "--nocapture"])
        .env(AS_PARENT, program)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(parent.stdout.take().unwrap()).lines();
    let pid = loop {
        let line = lines.next_line().await.unwrap().expect("the parent names its child");
        if let Some((_, pid)) = line.split_once("child ") {
            break Pid::from_raw(pid.parse().unwrap()).unwrap();
        }
    };
    parent.kill().await.unwrap();
    until_dead(pid).await;
}
