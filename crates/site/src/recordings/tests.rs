//! Who sees what of a recording.

use axum::body::Body;
use axum::http::{HeaderMap, Request};
use base::{Actor, ArticleId, ProgrammeId, RecordingId, Timestamp};
use broadcast::channel;
use broadcast::programme::{self, PlanProgramme, Recorded};
use broadcast::recording::{self, Chapter, Piece, Span, file_key};
use bytes::Bytes;
use media::fmp4::{Format, Sample, fragment, init};
use media::{Aac, Avc};
use publish::article;
use testkit::{TestStore, noon};
use tower::ServiceExt as _;

use crate::App;
use crate::pages::discussion::a_story;

const RECORD: &[u8] = &[
    1, 0x64, 0, 0x0D, 0xFF, 0xE1, 0, 24, 0x67, 0x64, 0x00, 0x0D, 0xAC, 0xD9, 0x41, 0x41, 0xFA,
    0x10, 0x00, 0x00, 0x03, 0x00, 0x10, 0x00, 0x00, 0x03, 0x03, 0x20, 0xF1, 0x42, 0x99, 0x60, 1, 0,
    4, 0x68, 0xEB, 0xE3, 0xCB,
];
const OPERATOR: &Actor = &Actor::Operator;

fn after(seconds: u64) -> Timestamp {
    noon().plus(std::time::Duration::from_secs(seconds))
}

/// Keeps five segments of two seconds in both renditions.
async fn kept(app: &App, id: RecordingId) {
    let picture = Format::Video(Avc::parse(Bytes::from_static(RECORD)).unwrap());
    let sound = Format::Audio(Aac::low_complexity(48_000, 2).unwrap());
    let mut pieces = Vec::new();
    for (rendition, format) in [("source", picture), ("sound", sound)] {
        let clock = format.clock();
        let files = &app.0.files;
        files.put(&file_key(id, rendition, "i1-0.mp4"), init(&format)).await.unwrap();
        for number in 0..5_u64 {
            let sample = Sample {
                data: Bytes::from(vec![number as u8; 100]),
                dts: number * 2 * u64::from(clock),
                offset: 0,
                duration: 2 * clock,
                key: true,
            };
            let bytes = fragment(1, &[sample]);
            let name = format!("s1-{number}.m4s");
            pieces.push(Piece {
                rendition: rendition.into(),
                number: number as i64,
                name: name.clone(),
                init: "i1-0.mp4".into(),
                starts: number as i64 * 180_000,
                units: i64::from(clock) * 2,
                clock: clock.into(),
                aired_at: after(2 * number),
                discontinuities: 0,
                bytes: bytes.len() as i64,
            });
            files.put(&file_key(id, rendition, &name), bytes).await.unwrap();
        }
    }
    let mut tx = app.store().begin().await.unwrap();
    recording::keep(&mut tx, id, &pieces).await.unwrap();
    tx.commit().await.unwrap();
}

async fn begun(app: &App, recorded: Recorded) -> (ProgrammeId, RecordingId) {
    let mut tx = app.store().begin().await.unwrap();
    let channel = channel::main(&mut tx, noon()).await.unwrap().id;
    let plan = PlanProgramme {
        title: "Question time",
        description: "",
        starts_at: noon(),
        ends_at: after(60),
        story: None,
        begins_alone: false,
        recorded,
    };
    let programme = programme::plan(&mut tx, OPERATOR, channel, plan, noon()).await.unwrap();
    programme::begin(&mut tx, OPERATOR, programme, noon()).await.unwrap();
    let id = recording::of_programme(&tx, programme).await.unwrap().unwrap().id;
    tx.commit().await.unwrap();
    kept(app, id).await;
    (programme, id)
}

async fn ends(app: &App, programme: ProgrammeId, id: RecordingId) {
    let mut tx = app.store().begin().await.unwrap();
    programme::end(&mut tx, OPERATOR, programme, after(10)).await.unwrap();
    recording::kept(&mut tx, id, after(11)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn get(app: &App, path: &str, range: Option<&str>) -> (u16, HeaderMap, Bytes) {
    let position = store::events::head(app.store()).await.unwrap();
    app.shown(position).await;
    let mut request = Request::builder().uri(path);
    if let Some(range) = range {
        request = request.header("range", range);
    }
    let request = request.body(Body::empty()).unwrap();
    let response = crate::routes::router(app.clone()).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    (parts.status.as_u16(), parts.headers, body)
}

async fn text(app: &App, path: &str) -> (u16, String) {
    let (status, _, body) = get(app, path, None).await;
    (status, String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test]
async fn readers_see_what_goes_on_and_what_is_published_and_nothing_else() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    let (programme, id) = begun(&app, Recorded::Publish).await;
    let files = ["master.m3u8", "audio.m3u8", "video.mp4", "chapters.vtt", "source/index.m3u8"];
    let media = ["source/s1-0.m4s", "sound/i1-0.mp4"];
    let all: Vec<String> =
        files.iter().chain(&media).map(|file| format!("/recordings/{id}/{file}")).collect();
    let seen = async |expected: u16| {
        for path in &all {
            let (status, told) = text(&app, path).await;
            assert_eq!(status, expected, "{path}: {told}");
        }
        assert_eq!(text(&app, &format!("/programmes/{programme}")).await.0, expected);
    };
    seen(200).await;
    let (_, list) = text(&app, &all[4]).await;
    assert!(list.contains(":EVENT\n") && !list.contains("ENDLIST"), "{list}");
    ends(&app, programme, id).await;
    seen(200).await;
    let (_, list) = text(&app, &all[4]).await;
    assert!(list.contains(":VOD\n") && list.ends_with("#EXT-X-ENDLIST\n"), "{list}");
    let (_, master) = text(&app, &all[0]).await;
    assert!(master.contains("RESOLUTION=320x240") && master.contains("avc1.64000d"), "{master}");
    assert!(text(&app, "/live").await.1.contains(&format!("/programmes/{programme}")));

    let mut tx = app.store().begin().await.unwrap();
    recording::unpublish(&mut tx, OPERATOR, id, after(12)).await.unwrap();
    tx.commit().await.unwrap();
    seen(404).await;
    assert!(!text(&app, "/live").await.1.contains(&format!("/programmes/{programme}")));
    for path in ["master.m3u8", "x", "source/../../i1-0.mp4", "source/p1-0.m4s"] {
        assert_eq!(text(&app, &format!("/recordings/{programme}/{path}")).await.0, 404);
    }
}

#[tokio::test]
async fn what_is_for_the_newsroom_is_for_no_reader_not_even_while_it_goes_on() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    let (programme, id) = begun(&app, Recorded::Keep).await;
    let path = format!("/recordings/{id}/master.m3u8");
    assert_eq!(text(&app, &path).await.0, 404);
    ends(&app, programme, id).await;
    assert_eq!(text(&app, &path).await.0, 404);
    assert_eq!(text(&app, &format!("/newsroom/recordings/{id}/video.mp4")).await.0, 303);
}

#[tokio::test]
async fn what_is_trimmed_away_is_at_no_address_and_chapters_move_with_the_beginning() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    let (programme, id) = begun(&app, Recorded::Publish).await;
    ends(&app, programme, id).await;
    let mut tx = app.store().begin().await.unwrap();
    for (at, title) in [(0, "Noise"), (1_000, "Welcome"), (5_000, "Q & A"), (9_000, "Goodbye")] {
        let chapter = Chapter { at, title: title.into() };
        recording::mark(&mut tx, OPERATOR, id, &chapter, after(12)).await.unwrap();
    }
    let span = Some(Span { from: 3_000, to: 7_000 });
    recording::trim(&mut tx, OPERATOR, id, span, after(12)).await.unwrap();
    tx.commit().await.unwrap();
    for rendition in ["source", "sound"] {
        let (_, list) = text(&app, &format!("/recordings/{id}/{rendition}/index.m3u8")).await;
        let listed: Vec<_> = list.lines().filter(|line| line.ends_with(".m4s")).collect();
        assert_eq!(listed, ["s1-1.m4s", "s1-2.m4s", "s1-3.m4s"], "{rendition}");
        for (number, expected) in [(0, 404), (1, 200), (3, 200), (4, 404)] {
            let path = format!("/recordings/{id}/{rendition}/s1-{number}.m4s");
            assert_eq!(text(&app, &path).await.0, expected, "{path}");
        }
    }
    let (_, told) = text(&app, &format!("/recordings/{id}/chapters.vtt")).await;
    assert_eq!(
        told,
        "WEBVTT\n\n00:00:00.000 --> 00:00:03.000\nWelcome\n\n\
         00:00:03.000 --> 00:00:06.000\nQ &amp; A\n"
    );
    let (_, page) = text(&app, &format!("/programmes/{programme}")).await;
    assert!(page.contains("href=\"#t=3\"") && !page.contains("Goodbye"), "{page}");
    assert!(page.contains("PT6S") && page.contains("VideoObject"), "{page}");
}

#[tokio::test]
async fn any_range_of_the_file_is_that_part_of_the_whole() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    let (programme, id) = begun(&app, Recorded::Publish).await;
    ends(&app, programme, id).await;
    let path = format!("/recordings/{id}/video.mp4");
    let (status, headers, whole) = get(&app, &path, None).await;
    assert_eq!((status, headers["accept-ranges"].as_bytes()), (200, &b"bytes"[..]));
    assert_eq!(headers["content-length"], whole.len().to_string().as_str());
    let step = 333;
    for from in (0..whole.len()).step_by(step) {
        let to = (from + step).min(whole.len());
        let range = format!("bytes={from}-{}", to - 1);
        let (status, headers, part) = get(&app, &path, Some(&range)).await;
        assert_eq!(status, 206);
        let told = format!("bytes {from}-{}/{}", to - 1, whole.len());
        assert_eq!(headers["content-range"], told.as_str());
        assert_eq!(part, whole.slice(from..to), "{range}");
    }
    let (status, headers, _) = get(&app, &path, Some("bytes=99999999-")).await;
    assert_eq!(status, 416);
    assert_eq!(headers["content-range"], format!("bytes */{}", whole.len()).as_str());
}

#[tokio::test]
async fn a_story_is_led_by_a_recording_for_as_long_as_readers_see_that() {
    let store = TestStore::sqlite().await;
    let app = crate::testing::app(&store);
    let story: ArticleId = a_story(&app, "Shown", true).await;
    let path = article::by_id(app.store(), story).await.unwrap().unwrap().path;
    let (programme, id) = begun(&app, Recorded::Publish).await;
    ends(&app, programme, id).await;
    let video = format!("src=\"/recordings/{id}/video.mp4\"");
    let (_, page) = text(&app, &path).await;
    assert!(!page.contains("<video") && !page.contains("/assets/video-"), "{page}");

    let mut tx = app.store().begin().await.unwrap();
    article::choose_video(&mut tx, OPERATOR, story, Some(id), after(20)).await.unwrap();
    tx.commit().await.unwrap();
    let (_, page) = text(&app, &path).await;
    assert!(page.contains(&video) && page.contains("og:video"), "{page}");
    assert!(page.contains("VideoObject") && page.contains("/assets/video-"), "{page}");

    let mut tx = app.store().begin().await.unwrap();
    recording::delete(&mut tx, OPERATOR, id, after(21)).await.unwrap();
    tx.commit().await.unwrap();
    let (status, page) = text(&app, &path).await;
    assert!(status == 200 && !page.contains("<video"), "{page}");
}
