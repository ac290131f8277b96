//! `GET /discussions/{article}/live`: what is new, as server-sent events.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base::ArticleId;
use bytes::Bytes;
use futures_util::stream;
use projections::live_comments::Listener;
use serde::Deserialize;
use store::Position;

use super::Told;
use crate::App;
use crate::pages::shell::Shell;
use crate::pages::{failed, missing};

/// So many can listen to one node; others read without.
const LISTENERS_MAX: usize = 20_000;
/// Milliseconds after which a browser that was let go of comes back: from, and up to.
const COMES_BACK: (u32, u32) = (1_000, 5_000);

/// From where on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct From {
    after: Option<Position>,
}

/// What is told, and from where on, is described in [`projections::live_comments`]. The header
/// `Last-Event-ID`, which a browser sends when it comes back, goes before `?after=`.
pub(crate) async fn live(
    State(app): State<App>,
    Path(article): Path<ArticleId>,
    Query(from): Query<From>,
    headers: HeaderMap,
) -> Response {
    let open = async {
        let shell = Shell::load(&app).await?;
        match Told::load(&app, &shell, article).await? {
            Some(told) => told.open(&app).await,
            None => Ok(None),
        }
    };
    match open.await {
        Ok(Some((true, _))) => {}
        // A browser that is told this comes back no more (HTML Living Standard §9.2.3).
        Ok(Some((false, _))) => return StatusCode::NO_CONTENT.into_response(),
        Ok(None) => return missing::never_here(&app).await,
        Err(error) => return failed(&app, &error).await,
    }
    if app.live().listening() >= LISTENERS_MAX {
        let later = [(header::RETRY_AFTER, "60")];
        return (StatusCode::SERVICE_UNAVAILABLE, later, "Very many listen at this moment.\n")
            .into_response();
    }
    let last = headers.get("last-event-id").and_then(|it| it.to_str().ok()?.parse().ok());
    let listener = match app.live().listen(app.store(), article, last.or(from.after)).await {
        Ok(listener) => listener,
        Err(error) => return failed(&app, &error.into()).await,
    };
    let telling = Telling(Arc::new(Mutex::new(Some((first(), listener)))));
    let begin = (Some(telling.clone()), None);
    let messages = stream::unfold(begin, async |(telling, listener)| {
        let (message, listener) = match (telling, listener) {
            (Some(telling), _) => telling.take()?,
            (None, None) => return None,
            (None, Some(mut listener)) => (Listener::next(&mut listener).await?, listener),
        };
        Some((Ok::<_, Infallible>(message), (None, Some(listener))))
    });
    let mut response = Response::new(Body::from_stream(messages));
    response.extensions_mut().insert(telling);
    let told = response.headers_mut();
    told.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    told.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // A proxy that collects what it passes on would keep it from readers.
    told.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

/// What somebody is told who listens: by the body of the answer, or by whoever takes it before.
#[derive(Clone)]
pub(crate) struct Telling(Arc<Mutex<Option<(Bytes, Listener)>>>);

impl Telling {
    /// The first message, and where the others come from. Who comes second finds nothing.
    pub(crate) fn take(&self) -> Option<(Bytes, Listener)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// When to come back, spread: those whom a restart lets go of do not come back all at once.
fn first() -> Bytes {
    static LISTENED: AtomicU32 = AtomicU32::new(0);
    let (from, to) = COMES_BACK;
    // A step that has no divisor in common with the range meets each millisecond once.
    let spread = LISTENED.fetch_add(1_237, Ordering::Relaxed) % (to - from);
    Bytes::from(format!("retry: {}\n\n", from + spread))
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::BodyDataStream;
    use axum::http::Request;
    use base::Actor;
    use discuss::rule::{self, Mode, Rule, Scope};
    use futures_util::StreamExt as _;
    use testkit::{TestStore, noon, on_both_engines};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::oneshot;
    use tower::ServiceExt as _;

    use super::super::tests::{post, story};
    use super::*;
    use crate::routes::router;
    use crate::serve::{Listening, serve};

    /// A browser that listens, and what it was told last.
    struct Browser {
        told: BodyDataStream,
        last: Option<String>,
    }

    async fn ask(site: &Router, path: &str, last: Option<&str>) -> Response {
        let mut request = Request::builder().uri(path).header(header::HOST, "localhost");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let request = request.body(Body::empty()).unwrap();
        site.clone().oneshot(request).await.unwrap()
    }

    async fn listens(site: &Router, article: ArticleId, last: Option<&str>) -> Browser {
        let response = ask(site, &format!("/discussions/{article}/live"), last).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        let mut told = response.into_body().into_data_stream();
        let first = told.next().await.unwrap().unwrap();
        assert!(first.starts_with(b"retry: "), "{first:?}");
        Browser { told, last: last.map(ToOwned::to_owned) }
    }

    impl Browser {
        /// Reads until it is told of this comment.
        async fn hears(&mut self, comment: &str) {
            loop {
                let message = self.told.next().await.expect("nobody is let go of yet").unwrap();
                let message = String::from_utf8(message.to_vec()).unwrap();
                let id = message.lines().find_map(|line| line.strip_prefix("id: "));
                self.last = id.map(ToOwned::to_owned).or(self.last.take());
                if message.contains(comment) {
                    return;
                }
            }
        }
    }

    async fn set(app: &App, mode: Mode) {
        let mut tx = app.store().begin().await.unwrap();
        let rule = Rule { mode: Some(mode), ..Rule::default() };
        rule::set(&mut tx, &Actor::Operator, Scope::Site, &[], rule, noon()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Somebody new says something, and the comment's id.
    async fn says(app: &App, article: ArticleId, words: &str) -> String {
        let taken = post(app, article, &format!("name=Rosa&text={words}")).await;
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
        taken.to.split_once("#comment-").unwrap().1.to_owned()
    }

    on_both_engines! {
        async fn a_thousand_readers_miss_nothing_when_the_server_is_restarted(store: &TestStore) {
            let app = crate::testing::app(store);
            set(&app, Mode::After).await;
            let story = story(&app, "Shown", true).await;
            let site = router(app.clone());
            let mut readers = Vec::new();
            for _ in 0..1_000 {
                readers.push(listens(&site, story, None).await);
            }
            let before = says(&app, story, "Before").await;
            for reader in &mut readers {
                reader.hears(&before).await;
            }
            assert_eq!(app.live().listening(), 1_000);

            app.live().end();
            for reader in &mut readers {
                assert!(reader.told.next().await.is_none(), "all are let go of");
            }
            let meanwhile = says(&app, story, "Meanwhile").await;
            let app = crate::testing::app(store);
            let site = router(app.clone());
            let mut back = Vec::new();
            for reader in readers {
                back.push(listens(&site, story, reader.last.as_deref()).await);
            }
            for reader in &mut back {
                reader.hears(&meanwhile).await;
            }
            let after = says(&app, story, "After").await;
            for reader in &mut back {
                reader.hears(&after).await;
            }
        }

        async fn what_is_said_through_one_node_is_told_by_another(store: &TestStore) {
            let (here, there) = (crate::testing::app(store), crate::testing::app(store));
            set(&here, Mode::After).await;
            let story = story(&here, "Shown", true).await;
            let there = router(there);
            let mut reader = listens(&there, story, None).await;
            let said = says(&here, story, "Well").await;
            reader.hears(&said).await;
            let path = format!("/discussions/{story}?only={said},nonsense");
            let shown = ask(&there, &path, None).await;
            let shown = axum::body::to_bytes(shown.into_body(), usize::MAX).await.unwrap();
            let shown = String::from_utf8(shown.to_vec()).unwrap();
            assert!(shown.contains(&format!("id=\"comment-{said}\"")) && shown.contains("noindex"));
        }
    }

    /// Reads until this has been told.
    async fn told(stream: &mut TcpStream, so_far: &mut String, wanted: &str) {
        let mut bytes = [0; 4_096];
        while !so_far.contains(wanted) {
            let read = stream.read(&mut bytes).await.unwrap();
            assert!(read > 0, "the connection ended before {wanted:?}: {so_far}");
            so_far.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
        }
    }

    async fn listening(app: &App, wanted: usize) {
        while app.live().listening() != wanted {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_connection_is_taken_from_http_and_told_what_is_new_until_either_side_ends_it() {
        let store = TestStore::sqlite().await;
        let app = crate::testing::app(&store);
        set(&app, Mode::After).await;
        let story = story(&app, "Shown", true).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async move { drop(stopped.await) };
        let served =
            serve(listener, app.clone(), router(app.clone()), Listening::default(), stopped);
        let served = tokio::spawn(served);
        let listen = format!("GET /discussions/{story}/live HTTP/1.1\r\nhost: localhost\r\n\r\n");

        // Over a connection that has been asked for something else before.
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        told(&mut stream, &mut String::new(), "live\n").await;
        stream.write_all(listen.as_bytes()).await.unwrap();
        let mut heard = String::new();
        told(&mut stream, &mut heard, "retry: ").await;
        assert!(heard.starts_with("HTTP/1.1 200 OK\r\n"), "{heard}");
        for line in [
            "content-type: text/event-stream",
            "connection: close",
            "x-content-type-options: nosniff",
        ] {
            assert!(heard.contains(&format!("\r\n{line}\r\n")), "{line}: {heard}");
        }
        assert!(!heard.contains("transfer-encoding"), "{heard}");
        let said = says(&app, story, "Well").await;
        told(&mut stream, &mut heard, &said).await;

        // Who goes is let go of.
        let mut other = TcpStream::connect(address).await.unwrap();
        other.write_all(listen.as_bytes()).await.unwrap();
        told(&mut other, &mut String::new(), "retry: ").await;
        listening(&app, 2).await;
        drop(other);
        listening(&app, 1).await;

        drop(stop);
        assert_eq!(stream.read_to_end(&mut Vec::new()).await.unwrap(), 0);
        served.await.unwrap().unwrap();
        store.close().await;
    }

    #[tokio::test]
    async fn there_is_something_to_hear_only_where_something_can_be_said() {
        let store = TestStore::sqlite().await;
        let app = crate::testing::app(&store);
        let (shown, hidden) =
            (story(&app, "Shown", true).await, story(&app, "Hidden", false).await);
        let site = router(app.clone());
        let status = async |article: ArticleId| {
            ask(&site, &format!("/discussions/{article}/live"), None).await.status()
        };
        assert_eq!(status(hidden).await, StatusCode::NOT_FOUND);
        set(&app, Mode::ReadOnly).await;
        assert_eq!(status(shown).await, StatusCode::NO_CONTENT);
        set(&app, Mode::Closed).await;
        assert_eq!(status(shown).await, StatusCode::NOT_FOUND);
        store.close().await;
    }
}
