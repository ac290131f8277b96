//! Streams that ffmpeg sends by SRT.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::net::SocketAddr;
use std::process::Stdio;

use media_io::{Ended, Ingest as _, Tag, srt};
use support::studio::{Running, eventually};
use tokio::process::{Child, Command};
use tokio_util::sync::CancellationToken;

async fn listening(running: &Running) -> SocketAddr {
    let server = srt::Server::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let (address, gate) = (server.address(), running.studio.gate());
    tokio::spawn(async move { server.run(gate, CancellationToken::new()).await });
    address
}

fn sender(address: SocketAddr, stream_id: &str, seconds: u32) -> Child {
    let input = format!(
        "-hide_banner -nostdin -loglevel error -re -f lavfi -i testsrc2=s=320x180:r=25 -f lavfi -i \
         sine=r=48000 -t {seconds} -c:v libx264 -preset ultrafast -tune zerolatency -g 25 -pix_fmt \
         yuv420p -c:a aac -ac 2 -f mpegts"
    );
    Command::new("ffmpeg")
        .args(input.split_whitespace())
        .args(["-srt_streamid", stream_id])
        .arg(format!("srt://{address}?mode=caller&transtype=live"))
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("ffmpeg is installed; `make test` sees to it")
}

#[tokio::test]
async fn what_ffmpeg_sends_by_srt_is_on_air_in_each_form_of_its_key() {
    let running = Running::with_cores(0.0).await;
    let address = listening(&running).await;
    let forms = [format!("publish:{}", running.key), format!("#!::m=publish,r={}", running.key)];
    for form in forms {
        let mut sends = sender(address, &form, 30);
        eventually("a master, and parts of both", || async {
            let master = running.master()?;
            let source = running.playlist("source").await?;
            let sound = running.playlist("sound").await?;
            let parts = |text: &str| text.matches("#EXT-X-PART:").count();
            let both = parts(&source) > 4 && parts(&sound) > 4 && master.contains("320x180");
            let sends = running.studio.status().source.is_some();
            (both && sends).then_some(()).ok_or(format!("{source} {sound}"))
        })
        .await;
        let status = running.studio.status();
        assert!(status.transcoded.is_empty() && status.refused.is_none(), "{status:?}");
        sends.kill().await.unwrap();
        eventually("it is gone", || async {
            let gone = running.studio.status().source.is_none();
            gone.then_some(()).ok_or_else(|| format!("{:?}", running.studio.status()))
        })
        .await;
    }
}

#[tokio::test]
async fn a_wrong_key_is_refused_before_any_media_is_taken() {
    let running = Running::with_cores(0.0).await;
    let address = listening(&running).await;
    for stream_id in ["publish:wrong", ""] {
        let output = sender(address, stream_id, 5).wait_with_output().await.unwrap();
        assert!(!output.status.success());
        assert!(running.studio.status().source.is_none());
    }
    let refused = running.studio.status().refused.unwrap().why;
    assert!(refused.contains("no such stream key"), "{refused}");
}

const H264: &str = "libx264 -preset ultrafast -g 25 -bf 2 -pix_fmt yuv420p";

/// What ffmpeg writes as a transport stream with pictures that are coded so.
fn transport_stream(seconds: u32, video: &str) -> Vec<u8> {
    let arguments = format!(
        "-hide_banner -nostdin -loglevel error -f lavfi -i testsrc2=s=320x180:r=25 \
         -f lavfi -i sine=r=48000 -t {seconds} -c:v {video} -c:a aac -ac 2 -f mpegts pipe:1"
    );
    let output = std::process::Command::new("ffmpeg").args(arguments.split(' ')).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Decoders find nothing wrong with it.
fn decodes(media: &[u8]) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), media).unwrap();
    let output = std::process::Command::new("ffmpeg")
        .args(["-v", "error", "-err_detect", "explode", "-i"])
        .arg(file.path())
        .args(["-f", "null", "-"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
}

fn read(bytes: &[u8]) -> Vec<Tag> {
    let mut reader = srt::Reader::default();
    bytes.chunks(1316).flat_map(|piece| reader.read(piece)).collect()
}

#[tokio::test]
async fn a_stream_with_lost_packets_is_shown_without_its_damaged_pictures() {
    let running = Running::with_cores(0.0).await;
    let bytes = transport_stream(12, H264);
    let whole = read(&bytes);
    // One packet of each seventh of a hundred is lost.
    let kept: Vec<u8> = bytes
        .chunks(188)
        .enumerate()
        .filter(|(number, _)| *number < 300 || number % 700 != 650)
        .flat_map(|(_, packet)| packet.to_vec())
        .collect();
    assert!(kept.len() < bytes.len());
    let tags = read(&kept);
    let frames = |tags: &[Tag]| support::shown(tags).len();
    assert!(frames(&tags) < frames(&whole) && frames(&tags) > frames(&whole) / 2);
    let sender = running.publish().await;
    sender.send_all(&tags).await;
    eventually("the end is on air", || async {
        let playlist = running.playlist("source").await?;
        let segments = playlist.matches("#EXTINF").count();
        (segments >= 4).then_some(()).ok_or(playlist)
    })
    .await;
    decodes(&running.media("source").await);
}

#[tokio::test]
async fn hevc_over_srt_is_shown_as_h264() {
    let running = Running::with_cores(2.0).await;
    let hevc = "libx265 -preset ultrafast -pix_fmt yuv420p10le \
                -x265-params log-level=none:keyint=50:bframes=2";
    let tags = read(&transport_stream(8, hevc));
    let sender = running.publish().await;
    sender.send_all(&tags).await;
    eventually("pictures and sound", || async {
        let master = running.master()?;
        let shown = running.playlist("source").await?.matches("#EXTINF").count() >= 2;
        let whole = master.contains("avc1.") && master.contains("mp4a.40.2");
        (whole && shown).then_some(()).ok_or(master)
    })
    .await;
    let status = running.studio.status();
    assert!(status.transcoded.join(" ").contains("HEVC"), "{status:?}");
    assert_eq!(status.refused, None);
    decodes(&running.media("source").await);
}

#[tokio::test]
async fn a_coding_that_is_not_read_over_srt_is_turned_away_with_a_sentence() {
    let running = Running::with_cores(2.0).await;
    let tags = read(&transport_stream(2, "mpeg2video"));
    let sender = running.publish().await;
    let ended = sender.send_until_ended(&tags).await;
    let Ended::ByUs(why) = ended else { panic!("{ended:?}") };
    assert!(why.contains("Set the encoder to H.264"), "{why}");
}
