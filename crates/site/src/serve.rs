//! Listening: HTTP/1.1 and HTTP/2, plain or over TLS, until asked to stop. Over TLS the media of meetings
//! comes to the same port, by TURN, from networks that let nothing else through.

mod begun;
mod forwarded;
mod lent;
#[cfg(test)]
mod tests;
mod tls;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Version};
use bytes::Bytes;
use futures_util::future::Either as EitherFuture;
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use sfu::turn;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio_rustls::server::TlsStream;
use tower::ServiceExt as _;

pub use forwarded::{ClientAddress, TrustedProxies};
pub use tls::{Certificate, TlsError};

use crate::pages::Telling;
use crate::{App, channel, pages};
use begun::Begun;
use lent::{Lent, Taken};

/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a TLS handshake may take.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long requests under way may take once we were asked to stop.
const DRAIN: Duration = Duration::from_secs(30);

/// How to listen.
#[derive(Clone, Debug, Default)]
pub struct Listening {
    /// The certificate, when we speak TLS ourselves.
    pub certificate: Option<Certificate>,
    /// Whose word on the client's address is believed.
    pub trusted_proxies: TrustedProxies,
}

/// Serves until `stop` is done, and then lets requests under way come to their end.
pub async fn serve(
    listener: TcpListener,
    app: App,
    router: Router,
    listening: Listening,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let server = Arc::new(Server { app, router, trusted: listening.trusted_proxies });
    let acceptor = listening.certificate.map(|it| tls::Acceptor::new(it, Instant::now()));
    let graceful = GracefulShutdown::new();
    // Nobody is waited for who has said nothing yet.
    let (stopping, stops) = watch::channel(());
    tokio::pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, mostly: it passes when connections end.
                    tracing::warn!("A connection could not be accepted: {error}");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        // Small answers must not wait for more to send with them.
        let _ = stream.set_nodelay(true);
        let server = Arc::clone(&server);
        let acceptor = acceptor.clone();
        let watcher = graceful.watcher();
        let stops = stops.clone();
        tokio::spawn(async move {
            match acceptor {
                None => server.plain_connection(stream, peer, watcher).await,
                Some(acceptor) => {
                    let shaken = tokio::time::timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream));
                    match shaken.await {
                        Ok(Ok(stream)) => {
                            server.secure_connection(stream, peer, watcher, stops).await;
                        }
                        Ok(Err(error)) => {
                            tracing::debug!("{peer} broke off the handshake: {error}");
                        }
                        Err(_) => tracing::debug!("{peer} took too long over the handshake."),
                    }
                }
            }
        });
    }
    drop(listener);
    drop(stopping);
    // What would never come to an end by itself.
    server.app.live().end();
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("Requests were still under way after {DRAIN:?}; they were cut off.");
    }
    Ok(())
}

/// Opens the door.
pub async fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await
}

struct Server {
    app: App,
    router: Router,
    trusted: TrustedProxies,
}

/// Pages from the cache travel unboxed: they are most of what is served.
type Response = http::Response<Either<Full<Bytes>, Body>>;

/// Takes a connection from HTTP.
type Takes = mpsc::Sender<Taken>;

impl Server {
    /// One that can be taken from HTTP: see [`lent`].
    async fn plain_connection(
        self: Arc<Self>,
        stream: TcpStream,
        peer: SocketAddr,
        watcher: hyper_util::server::graceful::Watcher,
    ) {
        let (lent, owner) = Lent::new(stream);
        let (takes, mut taken) = mpsc::channel(1);
        let taken = tokio::select! {
            () = self.connection(lent, peer, watcher, Some(takes)) => None,
            taken = taken.recv() => taken,
        };
        // One that was upgraded goes on over the connection, and it is not taken from it.
        if let Some(taken) = taken
            && let Some(stream) = owner.take()
        {
            // A task of its own, for this one is as large as all that HTTP may need.
            tokio::spawn(taken.tell(stream));
        }
    }

    /// One that speaks TURN, if this node carries meetings, or else HTTP.
    async fn secure_connection(
        self: Arc<Self>,
        stream: TlsStream<TcpStream>,
        peer: SocketAddr,
        watcher: hyper_util::server::graceful::Watcher,
        mut stops: watch::Receiver<()>,
    ) {
        let looked = tokio::select! {
            looked = tokio::time::timeout(HEAD_TIMEOUT, Begun::look(stream)) => looked,
            _ = stops.changed() => return,
        };
        let Ok(Ok(Some((first, stream)))) = looked else { return };
        match self.app.rooms() {
            Some(rooms) if turn::Server::is_meant(first) => {
                // It ends with the rooms, and not before them.
                drop(watcher);
                rooms.relay(stream, peer).await;
            }
            _ => self.connection(stream, peer, watcher, None).await,
        }
    }

    async fn connection<S>(
        self: Arc<Self>,
        stream: S,
        peer: SocketAddr,
        watcher: hyper_util::server::graceful::Watcher,
        takes: Option<Takes>,
    ) where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let asked = Arc::new(AtomicBool::new(false));
        let service = {
            let asked = Arc::clone(&asked);
            service_fn(move |request| {
                asked.store(true, Ordering::Relaxed);
                self.answer(request, peer, takes.clone())
            })
        };
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
        builder.http2().timer(TokioTimer::new()).max_concurrent_streams(128);
        let connection =
            builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
        let mut connection = std::pin::pin!(watcher.watch(connection));
        // Who says nothing at all is not met by the timeout of a head that has begun.
        let ended = match tokio::time::timeout(HEAD_TIMEOUT, &mut connection).await {
            Ok(ended) => ended,
            Err(_) if asked.load(Ordering::Relaxed) => connection.await,
            Err(_) => return,
        };
        if let Err(error) = ended {
            tracing::debug!("The connection of {peer} ended: {error}");
        }
    }

    fn answer(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
        takes: Option<Takes>,
    ) -> impl Future<Output = Result<Response, Infallible>> + use<> {
        let at_hand = channel::fast(&self.app, &request);
        if let Some(response) = at_hand.or_else(|| pages::fast(&self.app, &request)) {
            let response = response.map(|bytes| Either::Left(Full::new(bytes)));
            return EitherFuture::Left(std::future::ready(Ok(response)));
        }
        let client = self.trusted.client(peer, request.headers());
        let router = self.router.clone();
        EitherFuture::Right(async move {
            let mut request = request.map(Body::new);
            let (method, path) = (request.method().clone(), request.uri().path().to_owned());
            let takes = takes.filter(|_| request.version() == Version::HTTP_11);
            request.extensions_mut().insert(client);
            let Ok(response) = router.oneshot(request).await;
            tracing::debug!(%client, status = response.status().as_u16(), "{method} {path}");
            if let Some(takes) = takes.filter(|_| method == Method::GET)
                && let Some(telling) = response.extensions().get::<Telling>().cloned()
            {
                let (head, _) = response.into_parts();
                let _ = takes.send(Taken { head, telling }).await;
                // The connection is taken, and this is dropped with what HTTP knew of it.
                return std::future::pending().await;
            }
            Ok(response.map(Either::Right))
        })
    }
}
