//! A connection that can be taken from the protocol that speaks over it, for those who are told
//! something from time to time, for hours.
//!
//! HTTP keeps two buffers and its own state for each connection, some 20 KiB; thousands who listen
//! need a socket each, and hardly anything else. So once the head of such an answer is known, the
//! connection is taken from HTTP/1.1, and what is to be told is written to it as it comes. The
//! answer ends with the connection (RFC 9112 §6.3).

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::http::response::Parts;
use axum::http::{HeaderValue, header};
use bytes::{BufMut as _, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::pages::Telling;

/// Who takes no message for so long is let go of, and comes back when they can.
const TAKES_MAX: Duration = Duration::from_secs(30);

/// A connection as HTTP has it.
pub(super) struct Lent(Arc<Mutex<Option<TcpStream>>>);

/// Whoever can take it back.
pub(super) struct Owner(Arc<Mutex<Option<TcpStream>>>);

impl Lent {
    pub(super) fn new(stream: TcpStream) -> (Self, Owner) {
        let shared = Arc::new(Mutex::new(Some(stream)));
        (Self(Arc::clone(&shared)), Owner(shared))
    }

    /// Does something with the connection, while it is there.
    fn with<T>(
        &self,
        act: impl FnOnce(Pin<&mut TcpStream>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        match lock(&self.0).as_mut() {
            Some(stream) => act(Pin::new(stream)),
            None => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }
}

impl Owner {
    pub(super) fn take(&self) -> Option<TcpStream> {
        lock(&self.0).take()
    }
}

fn lock(shared: &Mutex<Option<TcpStream>>) -> MutexGuard<'_, Option<TcpStream>> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl AsyncRead for Lent {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.with(|stream| stream.poll_read(cx, buf))
    }
}

impl AsyncWrite for Lent {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.with(|stream| stream.poll_write(cx, buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.with(|stream| stream.poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|stream| stream.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|stream| stream.poll_shutdown(cx))
    }
}

/// An answer that is to be given over the connection itself.
pub(super) struct Taken {
    pub(super) head: Parts,
    pub(super) telling: Telling,
}

impl Taken {
    /// Tells until there is nothing more to tell, or nobody to tell it to.
    pub(super) async fn tell(self, mut stream: TcpStream) {
        let Some((first, mut listener)) = self.telling.take() else { return };
        if write(&mut stream, written(self.head)).await.is_err()
            || write(&mut stream, first).await.is_err()
        {
            return;
        }
        loop {
            let message = tokio::select! {
                message = listener.next() => message,
                () = gone(&stream) => return,
            };
            let Some(message) = message else { break };
            if write(&mut stream, message).await.is_err() {
                return;
            }
        }
        // Whoever is there is told that this is the end; whoever is not needs not be.
        let _ = stream.shutdown().await;
    }
}

async fn write(stream: &mut TcpStream, bytes: Bytes) -> io::Result<()> {
    timeout(TAKES_MAX, stream.write_all(&bytes)).await?
}

/// Done when the other side has closed the connection. Whatever else it sends is passed over.
async fn gone(stream: &TcpStream) {
    loop {
        if stream.readable().await.is_err() {
            return;
        }
        match stream.try_read(&mut [0; 256]) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}

/// The head of an answer, as HTTP/1.1 writes it (RFC 9112 §4).
fn written(mut head: Parts) -> Bytes {
    head.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    let mut text = BytesMut::with_capacity(1_024);
    text.put_slice(b"HTTP/1.1 ");
    text.put_slice(head.status.as_str().as_bytes());
    text.put_slice(b" ");
    text.put_slice(head.status.canonical_reason().unwrap_or_default().as_bytes());
    text.put_slice(b"\r\n");
    for (name, value) in &head.headers {
        text.put_slice(name.as_str().as_bytes());
        text.put_slice(b": ");
        text.put_slice(value.as_bytes());
        text.put_slice(b"\r\n");
    }
    text.put_slice(b"\r\n");
    text.freeze()
}
