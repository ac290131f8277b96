//! What ffmpeg has coded goes through the packager, and ffprobe reads what comes out.

use std::path::Path;
use std::process::Command;

use bytes::Bytes;
use media::*;

use crate::studio::*;

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap_or_else(|error| {
        panic!("{program} is needed ({error}): `sh xtask/need.sh ffmpeg` installs it")
    });
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{program} {arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// The messages of an FLV file: type, milliseconds, body.
fn messages(flv: &Bytes) -> Vec<(u8, u64, Bytes)> {
    let mut rest = flv.slice(13..);
    let mut messages = Vec::new();
    while rest.len() > 11 {
        let number = |range: std::ops::Range<usize>| {
            rest[range].iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte))
        };
        let (size, at) = (number(1..4) as usize, number(7..8) << 24 | number(4..7));
        messages.push((rest[0], at, rest.slice(11..11 + size)));
        rest = rest.slice(15 + size..);
    }
    messages
}

#[test]
fn ffprobe_reads_what_the_packager_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let clip = path("clip.flv");
    run(
        "ffmpeg",
        &[
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=s=320x180:r=30000/1001:d=10.01",
            "-f",
            "lavfi",
            "-i",
            "sine=f=440:r=48000:d=10",
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-bf",
            "2",
            "-g",
            "60",
            "-keyint_min",
            "60",
            "-sc_threshold",
            "0",
            "-pix_fmt",
            "yuv420p",
            "-c:a",
            "aac",
            "-b:a",
            "96k",
            "-ac",
            "2",
            "-f",
            "flv",
            &clip,
        ],
    );

    let mut channel = through_the_packager(&std::fs::read(&clip).unwrap().into());
    channel.input(Input::End);
    write(&channel, VIDEO, &video_format_of(&channel), Path::new(&path("video.mp4")));
    write(&channel, SOUND, &sound_format(48_000), Path::new(&path("sound.mp4")));

    // Every frame can be decoded, in order, at its exact time.
    let frames = run(
        "ffprobe",
        &["-v", "error", "-show_entries", "frame=pts", "-of", "csv=p=0", &path("video.mp4")],
    );
    let times: Vec<u64> =
        frames.lines().filter_map(|line| line.split(',').next()?.parse().ok()).collect();
    assert_eq!(times.len(), 300);
    for (number, pair) in times.windows(2).enumerate() {
        assert_eq!(pair[1] - pair[0], 3003, "frame {number}");
    }
    run("ffmpeg", &["-v", "error", "-i", &path("video.mp4"), "-f", "null", "-"]);
    run("ffmpeg", &["-v", "error", "-i", &path("sound.mp4"), "-f", "null", "-"]);

    let sound = run(
        "ffprobe",
        &[
            "-v",
            "error",
            "-show_entries",
            "packet=pts,duration",
            "-of",
            "csv=p=0",
            &path("sound.mp4"),
        ],
    );
    let units: Vec<Vec<u64>> = sound
        .lines()
        .map(|line| line.split(',').filter_map(|number| number.parse().ok()).collect())
        .collect();
    assert!(units.len() >= 468, "{} units of sound", units.len());
    assert!(units.windows(2).all(|pair| pair[1][0] - pair[0][0] == 1024));

    // The picture and the sound are as far apart as ffmpeg made them: 2 frames wait for B-frames.
    assert!(
        times[0].abs_diff(units[0][0] * 90_000 / 48_000) <= 2 * 3003 + 100,
        "{} {:?}",
        times[0],
        units[0]
    );

    // Parts are of one length: 15 frames.
    for segment in channel.latest(VIDEO).segments.iter().take(4) {
        assert_eq!(segment.parts.iter().map(|part| part.duration).collect::<Vec<_>>(), [0.5005; 4]);
    }
}

#[test]
fn ffmpeg_hears_silence_in_the_units_of_silence() {
    let folder = tempfile::tempdir().unwrap();
    for channels in [1, 2] {
        let path = folder.path().join(format!("{channels}.aac"));
        let aac = Aac::low_complexity(48_000, channels).unwrap();
        let unit = aac.silence().unwrap();
        let framed = [&aac.adts_header(unit.len()).unwrap()[..], &unit].concat();
        std::fs::write(&path, framed.repeat(100)).unwrap();
        let output = Command::new("ffmpeg")
            .args([
                "-hide_banner",
                "-i",
                path.to_str().unwrap(),
                "-af",
                "volumedetect",
                "-f",
                "null",
                "-",
            ])
            .output()
            .expect("ffmpeg is needed: `sh xtask/need.sh ffmpeg` installs it");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("max_volume: -91.0 dB"), "{channels} channels: {said}");
        assert!(!said.contains("rror"), "{said}");
    }
}

fn through_the_packager(flv: &Bytes) -> Channel {
    let rate = FrameRate::new(30_000, 1001).unwrap();
    let mut channel =
        Channel::new(settings(PartTarget::of_frames(rate, None, PartTarget::USUAL), false));
    let mut survey = source::Survey::default();
    let mut formats: (Option<Avc>, Option<Aac>) = (None, None);
    for (kind, ms, body) in messages(flv) {
        if kind == 9 {
            match read_video_tag(body).unwrap() {
                VideoTag::Config(record) => {
                    let avc = Avc::parse(record).unwrap();
                    survey.video(avc.clone());
                    channel.timeline.set_frame_rate(avc.picture().frame_rate);
                    channel.input(Input::Format {
                        rendition: VIDEO,
                        format: Format::Video(avc.clone()),
                    });
                    formats.0 = Some(avc);
                }
                VideoTag::Frame { offset_ms, data, .. } => {
                    let key = formats.0.as_ref().unwrap().is_key_frame(&data);
                    survey.frame(ms, key);
                    let place = channel.timeline.video(ms, offset_ms, key, 0).unwrap();
                    channel.input(Input::Sample {
                        rendition: VIDEO,
                        sample: sample(place, data, key),
                        jump: place.jump,
                    });
                }
                VideoTag::End | VideoTag::Aside => {}
                VideoTag::Foreign(codec) => panic!("{codec}"),
            }
        } else if kind == 8 {
            match read_audio_tag(body).unwrap() {
                AudioTag::Config(config) => {
                    let aac = Aac::parse(config).unwrap();
                    survey.audio(aac.clone());
                    for rendition in [SOUND, ALONE] {
                        channel
                            .input(Input::Format { rendition, format: Format::Audio(aac.clone()) });
                    }
                    formats.1 = Some(aac);
                }
                AudioTag::Frame(data) => {
                    survey.passed(ms);
                    let Ok(place) = channel.timeline.audio(ms, 1024, 48_000, 0) else { continue };
                    channel.input(Input::Sample {
                        rendition: SOUND,
                        sample: sample(place, data, true),
                        jump: place.jump,
                    });
                }
                _ => {}
            }
        }
        channel.now = std::time::Duration::from_secs(1000) + std::time::Duration::from_millis(ms);
    }
    assert_eq!(survey.verdict(), source::Verdict::Untouched);
    channel
}

fn sample(place: Place, data: Bytes, key: bool) -> Sample {
    Sample { data, dts: place.dts, offset: place.offset, duration: place.duration, key }
}

fn video_format_of(channel: &Channel) -> Format {
    channel.video_format.clone().expect("a format was told")
}

fn write(channel: &Channel, rendition: RenditionId, format: &Format, path: &Path) {
    let mut file = fmp4::init(format).to_vec();
    for (_, chunks) in channel.viewers[rendition.0].segments.values() {
        chunks.iter().for_each(|chunk| file.extend_from_slice(chunk));
    }
    std::fs::write(path, file).unwrap();
}
