//! Streams that ffmpeg publishes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use media_io::{
    Admitted, Ended, Ender, Gate, Ingest, Kind, Protocol, Publication, Refusal, Request, Tag, rtmp,
};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Lets in who knows the key; the second takes over from the first.
struct Door {
    admitted: mpsc::UnboundedSender<Publication>,
    on: Mutex<Option<Ender>>,
}

#[async_trait]
impl Gate for Door {
    async fn admit(&self, request: &Request) -> Result<Admitted, Refusal> {
        assert_eq!((request.protocol, request.application.as_str()), (Protocol::Rtmp, "live"));
        if request.key.reveal() != "the-key" {
            return Err(Refusal("This stream key is not known; make another.".into()));
        }
        let (admitted, publication) = Publication::new(8 << 20);
        if let Some(first) = self.on.lock().unwrap().replace(publication.ender()) {
            first.end("Another encoder has taken over.");
        }
        self.admitted.send(publication).unwrap();
        Ok(admitted)
    }
}

async fn listening() -> (SocketAddr, mpsc::UnboundedReceiver<Publication>) {
    let address = "127.0.0.1:0".parse().unwrap();
    let server = rtmp::Server::bind(address, rtmp::Limits::default()).await.unwrap();
    let address = server.address();
    let (sender, admitted) = mpsc::unbounded_channel();
    let gate = Arc::new(Door { admitted: sender, on: Mutex::new(None) });
    tokio::spawn(async move { server.run(gate, CancellationToken::new()).await });
    (address, admitted)
}

fn publisher(address: SocketAddr, key: &str, input: &str) -> Child {
    let arguments = format!(
        "-hide_banner -nostdin -loglevel error {input} -f lavfi -i sine=r=48000 -shortest \
         -c:v libx264 -preset ultrafast -g 25 -c:a aac -f flv rtmp://{address}/live/{key}"
    );
    Command::new("ffmpeg")
        .args(arguments.split_whitespace())
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("ffmpeg is installed; `make test` sees to it")
}

const THREE_SECONDS: &str = "-f lavfi -i testsrc2=s=320x180:r=25:d=3";
const AS_LONG_AS_IT_LIVES: &str = "-re -f lavfi -i testsrc2=s=320x180:r=25";

#[tokio::test]
async fn a_stream_from_ffmpeg_arrives_whole() {
    let (address, mut admitted) = listening().await;
    let publisher = publisher(address, "the-key", THREE_SECONDS);
    let mut publication = admitted.recv().await.unwrap();
    let mut tags = Vec::new();
    let ended = loop {
        match publication.next().await {
            Ok(tag) => tags.push(tag),
            Err(ended) => break ended,
        }
    };
    let output = publisher.wait_with_output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(ended, Ended::Finished);
    assert!(tags[0].kind == Kind::Script && tags[0].body.starts_with(b"\x02\0\x0aonMetaData"));
    let of = |wanted: &dyn Fn(&&Tag) -> bool| tags.iter().filter(wanted).count();
    assert_eq!(of(&|tag| tag.kind == Kind::Video && tag.is_header()), 1);
    assert_eq!(of(&|tag| tag.kind == Kind::Audio && tag.is_header()), 1);
    assert_eq!(of(&|tag| tag.is_key_frame()), 3);
    let shown = support::shown(&tags);
    let expected: Vec<u32> = (0..75).map(|frame| shown[0].0 + frame * 40).collect();
    assert_eq!(shown.iter().map(|(at, _)| *at).collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn ffmpeg_shows_its_user_why_it_was_refused() {
    let (address, mut admitted) = listening().await;
    let publisher = publisher(address, "another-key", THREE_SECONDS);
    let output = publisher.wait_with_output().await.unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("This stream key is not known; make another."), "{said}");
    assert!(admitted.try_recv().is_err());
}

#[tokio::test]
async fn a_killed_encoder_was_lost_and_the_next_is_taken() {
    let (address, mut admitted) = listening().await;
    let mut first = publisher(address, "the-key", AS_LONG_AS_IT_LIVES);
    let mut publication = admitted.recv().await.unwrap();
    publication.next().await.unwrap();
    first.kill().await.unwrap();
    let ended = loop {
        if let Err(ended) = publication.next().await {
            break ended;
        }
    };
    assert_eq!(ended, Ended::Lost);
    let _second = publisher(address, "the-key", AS_LONG_AS_IT_LIVES);
    admitted.recv().await.unwrap().next().await.unwrap();
}

#[tokio::test]
async fn an_encoder_that_is_taken_over_stops() {
    let (address, mut admitted) = listening().await;
    let first = publisher(address, "the-key", AS_LONG_AS_IT_LIVES);
    let mut publication = admitted.recv().await.unwrap();
    publication.next().await.unwrap();
    let _second = publisher(address, "the-key", AS_LONG_AS_IT_LIVES);
    let mut next = admitted.recv().await.unwrap();
    assert_eq!(
        publication.next().await,
        Err(Ended::ByUs("Another encoder has taken over.".into()))
    );
    next.next().await.unwrap();
    let output = first.wait_with_output().await.unwrap();
    assert!(!output.status.success());
}
