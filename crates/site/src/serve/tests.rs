//! HTTP/1.1 and HTTP/2, plain and over TLS, and a certificate that is renewed while it serves.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use axum::body::Body;
use axum::http::{Request, Version};
use base::{MeetingId, Random, TypedId as _};
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use media_io::rooms::{Config, Rooms};
use sfu::peer::turn::{Client, Said};
use sfu::peer::{Output, Peer};
use sfu::{Profile, SeatNumber};
use testkit::TestStore;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::{Certificate, Listening, serve, tls};
use crate::{App, testing};

/// Nothing here takes as long, unless it never comes.
const PATIENCE: Duration = Duration::from_secs(20);

/// A site that listens for as long as the sender lives.
async fn listening(store: &TestStore, certificate: Option<Certificate>) -> Running {
    listening_with(testing::app(store), certificate).await
}

async fn listening_with(app: App, certificate: Option<Certificate>) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let listening = Listening { certificate, ..Listening::default() };
    let router = crate::router(app.clone());
    let served = tokio::spawn(async move {
        serve(listener, app, router, listening, async move { drop(stopped.await) }).await
    });
    Running { address, stop, served }
}

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Running {
    async fn stop(self) {
        drop(self.stop);
        self.served.await.unwrap().unwrap();
    }
}

/// Writes a new certificate for `localhost` with its key.
fn certify(folder: &Path) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(folder.join("chain.pem"), made.cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
}

fn certificate(folder: &Path) -> Certificate {
    Certificate::read(&folder.join("chain.pem"), &folder.join("key.pem")).unwrap()
}

/// A client that trusts the certificate in this folder and no other.
async fn secured(
    folder: &Path,
    address: SocketAddr,
    protocol: &[u8],
) -> tokio_rustls::client::TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(folder.join("chain.pem")).unwrap()).unwrap();
    let mut config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
}

fn question() -> Request<Empty<bytes::Bytes>> {
    Request::get("http://localhost/health/live")
        .header("host", "localhost")
        .body(Empty::new())
        .unwrap()
}

async fn ask_http1<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
) -> (Version, String) {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    read(sender.send_request(question()).await.unwrap().map(Body::new)).await
}

async fn ask_http2<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
) -> (Version, String) {
    let (mut sender, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    read(sender.send_request(question()).await.unwrap().map(Body::new)).await
}

async fn read(response: http::Response<Body>) -> (Version, String) {
    let version = response.version();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (version, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn speaks_both_versions_plain() {
    let store = TestStore::sqlite().await;
    let running = listening(&store, None).await;
    let stream = TcpStream::connect(running.address).await.unwrap();
    assert_eq!(ask_http1(stream).await, (Version::HTTP_11, "live\n".to_owned()));
    let stream = TcpStream::connect(running.address).await.unwrap();
    assert_eq!(ask_http2(stream).await, (Version::HTTP_2, "live\n".to_owned()));
    running.stop().await;
}

#[tokio::test]
async fn speaks_both_versions_over_tls() {
    let store = TestStore::sqlite().await;
    certify(store.folder());
    let running = listening(&store, Some(certificate(store.folder()))).await;
    let stream = secured(store.folder(), running.address, b"http/1.1").await;
    assert_eq!(ask_http1(stream).await, (Version::HTTP_11, "live\n".to_owned()));
    let stream = secured(store.folder(), running.address, b"h2").await;
    assert_eq!(ask_http2(stream).await, (Version::HTTP_2, "live\n".to_owned()));
    running.stop().await;
}

type Secured = tokio_rustls::client::TlsStream<TcpStream>;

/// What a server says over TURN.
async fn hears(stream: &mut Secured, client: &mut Client) -> Said {
    let mut buffer = [0; 4_096];
    loop {
        if let Some(said) = client.next_said() {
            return said;
        }
        let length = stream.read(&mut buffer).await.unwrap();
        assert_ne!(length, 0, "the server has hung up");
        client.push(&buffer[..length]);
    }
}

async fn asks(
    stream: &mut Secured,
    client: &mut Client,
    make: impl FnOnce(&mut Client) -> Vec<u8>,
) -> Said {
    let request = make(client);
    stream.write_all(&request).await.unwrap();
    timeout(PATIENCE, hears(stream, client)).await.unwrap()
}

#[tokio::test]
async fn the_port_of_https_leads_to_the_rooms_too_and_nowhere_else() {
    let store = TestStore::sqlite().await;
    certify(store.folder());
    let rooms = Rooms::listen(&Config::new("127.0.0.1:0".parse().unwrap(), vec![])).unwrap();
    let told = rooms.advertised()[0];
    let app = testing::app_with_turn(&store, rooms.clone(), "turns:localhost");
    let running = listening_with(app, Some(certificate(store.folder()))).await;

    let shown = rooms.credentials("a seat");
    let mut client = Client::new(&shown.username, &shown.password);
    let mut stream = secured(store.folder(), running.address, b"stun.turn").await;
    let said = asks(&mut stream, &mut client, Client::allocate).await;
    assert_eq!(said, Said::Refused(401));
    let said = asks(&mut stream, &mut client, Client::allocate).await;
    let Said::Done(Some(relayed)) = said else { panic!("{said:?} is no address") };
    for elsewhere in [running.address, SocketAddr::from(([192, 0, 2, 1], told.port()))] {
        let said = asks(&mut stream, &mut client, |it| it.bind(0x4000, elsewhere)).await;
        assert_eq!(said, Said::Refused(403), "{elsewhere}");
    }
    let nobody = SocketAddr::from(([192, 0, 2, 1], told.port()));
    let said = asks(&mut stream, &mut client, |it| it.permit(nobody)).await;
    assert_eq!(said, Said::Refused(403));
    let said = asks(&mut stream, &mut client, |it| it.permit(told)).await;
    assert_eq!(said, Said::Done(None));

    // A browser that has no other way is answered by its room, and connected.
    let seats = [SeatNumber(0), SeatNumber(1)];
    let (mut peer, offer) = Peer::new(Instant::now(), seats[0], &seats, 1, relayed);
    let meeting = MeetingId::new(testkit::noon(), &mut Random::from_seed(1));
    let joined = rooms.join(meeting, Profile::Closed, seats[0], 1, &seats, offer).await;
    peer.accept(&joined.unwrap()).unwrap();
    let connects = async {
        let mut answered = false;
        loop {
            match peer.poll_output() {
                Output::Transmit(transmit) => {
                    let indication = client.send(transmit.destination, &transmit.contents);
                    stream.write_all(&indication).await.unwrap();
                }
                Output::Connected(true) => return answered,
                Output::Timeout(at) => {
                    let wait = at.saturating_duration_since(Instant::now());
                    match timeout(wait, hears(&mut stream, &mut client)).await {
                        Ok(Said::Data(from, bytes)) => {
                            assert_eq!(from, told);
                            answered |= bytes.starts_with(&[0x01, 0x01]);
                            peer.handle_datagram(Instant::now(), from, relayed, &bytes);
                        }
                        Ok(other) => panic!("{other:?} is no datagram"),
                        Err(_) => peer.handle_timeout(Instant::now()),
                    }
                }
                _ => {}
            }
        }
    };
    assert!(timeout(PATIENCE, connects).await.unwrap(), "no STUN request was answered");

    // The same port still speaks HTTP.
    let stream = secured(store.folder(), running.address, b"http/1.1").await;
    assert_eq!(ask_http1(stream).await, (Version::HTTP_11, "live\n".to_owned()));
    running.stop().await;
    rooms.shut_down().await;
}

#[tokio::test]
async fn who_says_nothing_after_the_handshake_does_not_keep_us_from_stopping() {
    let store = TestStore::sqlite().await;
    certify(store.folder());
    let running = listening(&store, Some(certificate(store.folder()))).await;
    let mut silent = secured(store.folder(), running.address, b"http/1.1").await;
    timeout(Duration::from_secs(5), running.stop()).await.unwrap();
    assert!(matches!(silent.read(&mut [0; 16]).await, Ok(0) | Err(_)));
}

#[tokio::test]
async fn a_renewed_certificate_is_used_once_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    certify(folder.path());
    let start = Instant::now();
    let acceptor = tls::Acceptor::new(certificate(folder.path()), start);
    let first = acceptor.config(start);
    let touch = |seconds: u64| {
        let later = SystemTime::UNIX_EPOCH + Duration::from_secs(4_000_000_000 + seconds);
        let file = std::fs::File::options().write(true).open(folder.path().join("chain.pem"));
        file.unwrap().set_modified(later).unwrap();
    };

    std::fs::write(folder.path().join("chain.pem"), "half of it").unwrap();
    touch(1);
    let broken = acceptor.config(start + tls::LOOK);
    assert!(Arc::ptr_eq(&first, &broken), "what cannot be read replaces nothing");

    certify(folder.path());
    touch(2);
    let soon = acceptor.config(start + tls::LOOK + Duration::from_secs(1));
    assert!(Arc::ptr_eq(&first, &soon), "the files are not looked at for every handshake");
    let renewed = acceptor.config(start + tls::LOOK * 2);
    assert!(!Arc::ptr_eq(&first, &renewed));
}

#[test]
fn what_is_no_certificate_is_told_by_its_file() {
    let folder = tempfile::tempdir().unwrap();
    certify(folder.path());
    let (chain, key) = (folder.path().join("chain.pem"), folder.path().join("key.pem"));
    let missing = folder.path().join("missing.pem");
    assert!(Certificate::read(&missing, &key).unwrap_err().to_string().contains("missing.pem"));
    assert!(Certificate::read(&key, &key).unwrap_err().to_string().contains("key.pem"));
    assert!(Certificate::read(&chain, &chain).unwrap_err().to_string().contains("chain.pem"));
}
