//! A channel from its source to what viewers are given.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::process::{Command, Stdio};
use std::time::Duration;

use broadcast::channel::{self, Channel};
use media_io::studio::Budget;
use media_io::{Kind, Tag};
use support::studio::{Running, eventually};
use support::{enhanced, made_by_ffmpeg, shown, source};
use tokio::time::{Instant, sleep_until};

/// What is in a rendition, as ffprobe counts it: codec, lines or channels, and frames.
fn probed(bytes: &[u8]) -> (String, u32, u32) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let output = Command::new("ffprobe")
        .args("-v error -count_frames -of csv=p=0 -show_entries".split(' '))
        .args(["stream=codec_name,height,channels,nb_read_frames"])
        .arg(file.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let mut words = said.trim().trim_end_matches(',').split(',');
    let codec = words.next().unwrap_or_default().to_owned();
    let mut number = || words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
    (codec, number(), number())
}

/// Merges tags by their times.
fn together(mut tags: Vec<Tag>, others: Vec<Tag>) -> Vec<Tag> {
    tags.extend(others);
    tags.sort_by_key(|tag| (tag.timestamp, !tag.is_header()));
    tags
}

fn sound(arguments: &str) -> Vec<Tag> {
    made_by_ffmpeg(&format!("-f lavfi -i sine=r=48000 -vn {arguments}"))
}

#[tokio::test]
async fn what_obs_sends_on_auto_goes_on_air_and_is_transcoded_from_its_next_key_frame_on() {
    let running = Running::with_cores(2.0).await;
    let tags = made_by_ffmpeg(
        "-f lavfi -i testsrc2=s=320x180:r=25 -f lavfi -i sine=r=48000 -t 12 -c:v libx264 \
         -preset ultrafast -g 125 -sc_threshold 0 -pix_fmt yuv420p -c:a aac -ac 2",
    );
    let sender = running.publish().await;
    sender.send_all(&tags).await;
    eventually("key frames in between", || async {
        let playlist = running.playlist("source").await?;
        // The source's own initialisation, and that of what is made of it.
        let inits = playlist.lines().filter(|line| line.starts_with("#EXT-X-MAP")).count();
        let keys = playlist.matches("INDEPENDENT=YES").count();
        (inits >= 2 && keys >= 4).then_some(()).ok_or(playlist)
    })
    .await;
    let told = running.studio.status().transcoded;
    assert!(told.len() == 1 && told[0].contains("key-frame interval to 2 s"), "{told:?}");
    assert_eq!(running.studio.status().refused, None);
    // The sound went through untouched all the while.
    let (codec, channels, _) = probed(&running.media("sound").await);
    assert_eq!((codec.as_str(), channels), ("aac", 2));
}

#[tokio::test]
async fn hevc_without_sound_is_shown_as_h264_with_silence() {
    let running = Running::with_cores(2.0).await;
    let picture = enhanced(
        "-f lavfi -i testsrc2=s=640x360:r=25 -t 10 -pix_fmt yuv420p10le -c:v libx265 -preset \
         ultrafast -bf 0 -x265-params log-level=none:keyint=50",
        b"hvc1",
        Kind::Video,
    );
    let sender = running.publish().await;
    sender.send(&support::metadata(640, 360, 25.0)).await;
    sender.send_all(&picture).await;
    eventually("a master with pictures and sound", || async {
        let master = running.master()?;
        let whole = master.contains("avc1.") && master.contains("mp4a.40.2");
        let smaller = master.contains("RESOLUTION=640x360") && master.contains("240p/live.m3u8");
        (whole && smaller).then_some(()).ok_or(master)
    })
    .await;
    let told = running.studio.status().transcoded.join(" ");
    assert!(told.contains("HEVC") && told.contains("No sound comes"), "{told}");
    let (codec, height, frames) = probed(&running.media("source").await);
    assert_eq!((codec.as_str(), height), ("h264", 360));
    assert!(frames >= 50, "{frames}");
    let (codec, channels, units) = probed(&running.media("sound").await);
    assert_eq!((codec.as_str(), channels), ("aac", 2));
    assert!(units >= 100, "{units}");
}

#[tokio::test]
async fn sound_that_cannot_pass_leaves_the_picture_as_it_is() {
    let picture: Vec<Tag> =
        source(6, "320x180", "25").into_iter().filter(|tag| tag.kind == Kind::Video).collect();
    for (sound, told) in [
        (sound("-t 6 -c:a aac -ac 6"), "6 channels"),
        (sound("-t 6 -c:a libmp3lame -ar 44100 -ac 2"), "MP3"),
        (enhanced("-f lavfi -i sine=r=48000 -t 6 -c:a libopus", b"Opus", Kind::Audio), "Opus"),
    ] {
        let running = Running::with_cores(2.0).await;
        let sender = running.publish().await;
        sender.send_all(&together(picture.clone(), sound)).await;
        eventually("both", || async {
            let parts = running.playlist("sound").await?;
            let master = running.master()?;
            (parts.matches("#EXT-X-PART:").count() > 4).then_some(()).ok_or(parts + &master)
        })
        .await;
        let status = running.studio.status();
        assert!(status.transcoded.len() == 1 && status.transcoded[0].contains(told), "{status:?}");
        let (codec, channels, _) = probed(&running.media("sound").await);
        assert_eq!((codec.as_str(), channels), ("aac", 2));
        // Byte for byte what was sent, and not what somebody made of it.
        let record = &picture.iter().find(|tag| tag.is_header()).unwrap().body[5..];
        let shown = running.media("source").await;
        assert!(shown.windows(record.len()).any(|at| at == record));
    }
}

#[tokio::test]
async fn frames_that_come_unevenly_are_made_even() {
    let running = Running::with_cores(2.0).await;
    let tags = source(12, "320x180", "30");
    // Two of three seconds stand nearly still, as a screen does.
    let uneven: Vec<Tag> = tags
        .into_iter()
        .scan(0, |frame, tag| {
            let is_frame = tag.kind == Kind::Video && !tag.is_header();
            *frame += u32::from(is_frame);
            Some((*frame, is_frame && !tag.is_key_frame(), tag))
        })
        .filter(|(frame, may_go, _)| !may_go || frame % 90 < 40 || frame % 5 == 0)
        .map(|(_, _, tag)| tag)
        .collect();
    let frames_sent = shown(&uneven).len();
    let sender = running.publish().await;
    sender.send_all(&uneven).await;
    eventually("it is transcoded", || async {
        let told = running.studio.status().transcoded;
        let playlist = running.playlist("source").await?;
        let inits = playlist.lines().filter(|line| line.starts_with("#EXT-X-MAP")).count();
        let is_so = told.iter().any(|it| it.contains("unevenly")) && inits >= 2;
        is_so.then_some(()).ok_or(format!("{told:?} {playlist}"))
    })
    .await;
    assert!(frames_sent < 300, "{frames_sent}");
}

#[tokio::test]
async fn a_machine_without_room_refuses_what_must_be_transcoded_and_lets_the_rest_pass() {
    let running = Running::with_cores(0.05).await;
    let high = made_by_ffmpeg(
        "-f lavfi -i testsrc2=s=640x360:r=25 -f lavfi -i sine=r=48000 -t 4 -c:v libx264 -preset \
         ultrafast -g 25 -pix_fmt yuv422p -c:a aac",
    );
    let sender = running.publish().await;
    sender.send_until_ended(&high).await;
    let refused = running.studio.status().refused.unwrap().why;
    assert!(refused.contains("no room for that"), "{refused}");
    assert!(refused.contains("--transcode-cores"), "{refused}");
    let sender = running.publish().await;
    sender.send_all(&source(6, "640x360", "25")).await;
    eventually("on air with one picture", || async {
        let master = running.master()?;
        master.contains("source/live.m3u8").then_some(()).ok_or(master)
    })
    .await;
    assert!(!running.master().unwrap().contains("240p"));
    let left_out = running.studio.status().left_out.unwrap();
    assert!(left_out.contains("pictures of 240 lines"), "{left_out}");
}

#[tokio::test]
async fn what_nothing_can_be_made_of_is_turned_away_with_its_reason() {
    let running = Running::with_budget(Budget::of_cores(2.0)).await;
    let sender = running.publish().await;
    let setup = Tag { kind: Kind::Video, timestamp: 0, body: (&b"\x90vvc1setup"[..]).into() };
    let frame = Tag { kind: Kind::Video, timestamp: 0, body: (&b"\x93vvc1frame"[..]).into() };
    sender.send_until_ended(&[setup, frame]).await;
    let refused = running.studio.status().refused.unwrap().why;
    assert!(
        refused.contains("VVC (H.266)") && refused.contains("Set the encoder to H.264"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_producer_puts_the_slate_on_and_takes_it_off_while_the_source_goes_on() {
    let running = Running::with_cores(0.0).await;
    let tags = source(30, "320x180", "25");
    let (first, rest) = tags.split_at(tags.len() / 3);
    let sender = running.publish().await;
    sender.send_all(first).await;
    let on_slate = |wanted: bool| {
        let status = running.studio.status();
        (status.on_slate == wanted).then_some(()).ok_or(format!("{status:?}"))
    };
    eventually("on air", || async { running.master().map(drop) }).await;
    running.slate(true).await;
    eventually("the slate", || async { on_slate(true) }).await;
    let (meanwhile, rest) = rest.split_at(rest.len() / 2);
    sender.send_all(meanwhile).await;
    eventually("the slate goes on", || async {
        let playlist = running.playlist("source").await?;
        let shown = playlist.matches("#EXT-X-DISCONTINUITY\n").count() == 1;
        shown.then_some(()).ok_or(playlist)
    })
    .await;
    assert!(running.studio.status().on_slate);
    running.slate(false).await;
    eventually("it is looked again", || async {
        // Only what comes after it was taken off is shown.
        sender.send_all(&rest[..rest.len() / 4]).await;
        on_slate(false)
    })
    .await;
}

#[tokio::test]
async fn a_source_that_is_lost_is_bridged_before_any_slate_is_made() {
    let running = Running::with_cores(0.0).await;
    let slates = running.store.folder().join("channels").join("slates.d");
    let sender = running.publish().await;
    sender.send_all(&source(4, "320x180", "25")).await;
    sender.lose();
    eventually("the slate", || async {
        let playlist = running.playlist("source").await?;
        let shown = running.studio.status().on_slate && playlist.contains("#EXT-X-DISCONTINUITY\n");
        shown.then_some(()).ok_or(playlist)
    })
    .await;
    eventually("it is kept for the next time", || async {
        let kept = std::fs::read_dir(&slates).map(Iterator::count).unwrap_or(0);
        (kept == 1).then_some(()).ok_or(format!("{kept} slates"))
    })
    .await;
}

#[tokio::test]
async fn a_database_that_lets_the_channel_wait_keeps_no_frame_from_viewers() {
    let running = Running::with_cores(0.0).await;
    let sender = running.publish().await;
    // It is to be noted that the channel is on air, and cannot be.
    let busy = running.store.begin().await.unwrap();
    let began = Instant::now();
    for tag in source(4, "320x180", "25") {
        sleep_until(began + Duration::from_millis(tag.timestamp.into())).await;
        sender.send_all(&[tag]).await;
    }
    let playlist = eventually("it is shown", || async {
        let playlist = running.playlist("source").await?;
        (playlist.matches("#EXTINF").count() >= 1).then_some(playlist.clone()).ok_or(playlist)
    })
    .await;
    assert!(!playlist.contains("#EXT-X-DISCONTINUITY\n"), "{playlist}");
    assert_eq!(main(&running).await.on_air_since, None, "the record was busy all the time");
    drop(busy);
    eventually("it is on record", || async {
        main(&running).await.on_air_since.ok_or("not on air".to_owned())
    })
    .await;
}

async fn main(running: &Running) -> Channel {
    channel::by_slug(&running.store, channel::MAIN).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_channel_whose_disk_is_full_stays_on_air() {
    // Nothing can be made in a file's place.
    let store = testkit::TestStore::sqlite().await;
    let folder = store.folder().join("channels");
    std::fs::create_dir_all(folder.join("source")).unwrap();
    std::fs::create_dir_all(folder.join("sound")).unwrap();
    std::fs::create_dir_all(folder.join("state.new")).unwrap();
    for name in ["source", "sound"] {
        for number in 0..40 {
            std::fs::create_dir_all(folder.join(name).join(format!("s1-{number}.new"))).unwrap();
            std::fs::create_dir_all(folder.join(name).join(format!("i1-{number}.new"))).unwrap();
        }
    }
    let files = ::store::Files::in_folder(&folder.join("files")).unwrap();
    let settings = media_io::studio::Settings::new(&folder, files, None);
    let running = Running::new(store, settings).await;
    let sender = running.publish().await;
    sender.send_all(&source(12, "320x180", "25")).await;
    eventually("segments are served out of memory", || async {
        let playlist = running.playlist("source").await?;
        (playlist.matches("#EXTINF").count() >= 4).then_some(()).ok_or(playlist)
    })
    .await;
    let (codec, _, frames) = probed(&running.media("source").await);
    assert_eq!(codec, "h264");
    assert!(frames >= 200, "{frames}");
    assert!(!folder.join("source").join("s1-0.m4s").exists());
}

#[tokio::test]
async fn a_channel_that_is_killed_goes_on_where_its_numbers_were() {
    let store = testkit::TestStore::sqlite().await;
    let another = store.another_node().await;
    let folder = store.folder().join("channels");
    let sequence = |playlist: &str| -> u64 {
        let line = playlist.lines().find_map(|it| it.strip_prefix("#EXT-X-MEDIA-SEQUENCE:"));
        line.unwrap().parse().unwrap()
    };
    let files = ::store::Files::in_folder(&folder.join("files")).unwrap();
    let settings = media_io::studio::Settings::new(&folder, files, None);
    let running = Running::new(store, settings).await;
    let tags = source(60, "160x90", "25");
    let sender = running.publish().await;
    sender.send_all(&tags).await;
    let before = eventually("the window moves on", || async {
        let playlist = running.playlist("source").await?;
        (sequence(&playlist) >= 10).then_some(playlist.clone()).ok_or(playlist)
    })
    .await;
    eventually("it is on the disk", || async {
        let state = std::fs::read_to_string(folder.join("state.json")).unwrap_or_default();
        let is_there = state.contains("\"sequence\":30") || state.contains("\"sequence\":29");
        is_there.then_some(()).ok_or(state)
    })
    .await;
    // Nothing is told: it is as if it had been killed.
    let second = running.killed_and_begun_anew(another, &folder).await;
    let sender = second.publish().await;
    sender.send_all(&tags[..tags.len() / 4]).await;
    eventually("the numbers go on", || async {
        let playlist = second.playlist("source").await?;
        let goes_on = sequence(&playlist) >= sequence(&before) && playlist.contains("s2-");
        goes_on.then_some(()).ok_or(playlist)
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_jumps_and_wraps_leaves_the_channel_on_air() {
    let running = Running::with_cores(0.0).await;
    let tags = source(4, "320x180", "25");
    let shifted = |by: u32| -> Vec<Tag> {
        let at = |tag: &Tag| tag.timestamp.wrapping_add(by);
        tags.iter().map(|tag| Tag { timestamp: at(tag), ..tag.clone() }).collect()
    };
    let sender = running.publish().await;
    // Shortly before the clock wraps, far ahead, and back.
    for by in [u32::MAX - 2_000, 900_000, 40_000_000, 0] {
        sender.send_all(&shifted(by)).await;
    }
    eventually("all of it is on air", || async {
        let playlist = running.playlist("source").await?;
        (playlist.matches("#EXTINF").count() >= 7).then_some(()).ok_or(playlist)
    })
    .await;
    assert_eq!(running.studio.status().refused, None);
}

#[tokio::test]
async fn of_two_who_send_the_second_is_told_to_wait() {
    let running = Running::with_cores(0.0).await;
    let _first = running.publish().await;
    let why = running.admit().await.unwrap_err();
    assert!(why.contains("Somebody sends with a key of this sort already"), "{why}");
}
