//! `GET /meet/{meeting}/socket`: one page in one meeting.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use base::{MeetingId, SeatId};
use bytes::Bytes;
use meet::{Seat, doors, seat};
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::{Instant, interval, timeout};

use super::acts::{Refused, Speaker};
use super::bytes::Bytes64;
use super::live::{Live, Told};
use super::said::{Answer, Hello, Said, Verb};
use super::{air, media, room};
use crate::App;
use crate::newsroom::comes_from_here;

/// An official photo with its frame.
const FRAME_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Whoever opens a socket says at once who they are.
const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// A proxy closes what is silent for long; a browser that answers no ping for so long has gone.
const PING_EVERY: Duration = Duration::from_secs(20);
/// More is no person, and no browser of ours.
const SAID_PER_SECOND: u32 = 50;
/// How long a browser may take to answer a goodbye.
const HANGS_UP_WITHIN: Duration = Duration::from_secs(2);

/// Nobody has this invitation, or not any more.
const NOT_INVITED: u16 = 4401;
/// The seat was taken up by another page.
const DISPLACED: u16 = 4409;
const REFUSED: u16 = 4403;
/// "Try again later", of IANA's list of close codes: a browser comes back by itself.
const NOT_NOW: u16 = 1013;

/// Numbers the connections of this node.
static CONNECTIONS: AtomicU64 = AtomicU64::new(1);

/// Opens the connection; who comes is asked on it.
pub(super) async fn open(
    State(app): State<App>,
    headers: HeaderMap,
    Path(meeting): Path<MeetingId>,
    upgrade: WebSocketUpgrade,
) -> Response {
    // A socket is opened by GET, and so by any site, unless it is looked at here.
    if !comes_from_here(&app, &headers) {
        let why = "This was sent by another site, or by a browser that hides which.\n";
        return (StatusCode::FORBIDDEN, why).into_response();
    }
    let upgrade = upgrade.max_message_size(FRAME_BYTES_MAX).max_frame_size(FRAME_BYTES_MAX);
    upgrade.on_upgrade(move |socket| serve(app, meeting, socket)).into_response()
}

async fn serve(app: App, meeting: MeetingId, mut socket: WebSocket) {
    let Err(End { code, text }) = attend(&app, meeting, &mut socket).await else { return };
    if let Some(text) = text {
        let _ = socket.send(Frame::Text(text.into())).await;
    }
    let close = CloseFrame { code, reason: "".into() };
    let _ = socket.send(Frame::Close(Some(close))).await;
    // Hung up on while it still speaks, the browser would not hear why.
    let heard = async { while let Some(Ok(_)) = socket.recv().await {} };
    let _ = timeout(HANGS_UP_WITHIN, heard).await;
}

/// Why a connection ends.
struct End {
    code: u16,
    text: Option<String>,
}

impl End {
    fn with(code: u16) -> Self {
        Self { code, text: None }
    }
}

impl From<meet::MeetError> for End {
    fn from(error: meet::MeetError) -> Self {
        tracing::error!("Somebody in a meeting has to come again: {error}");
        Self::with(NOT_NOW)
    }
}

async fn attend(app: &App, meeting: MeetingId, socket: &mut WebSocket) -> Result<(), End> {
    let Some((id, hello)) = hello(socket).await? else { return Ok(()) };
    let store = app.store();
    let known = seat::recognise(store, meeting, hello.seat, &hello.token.0).await?;
    let Some(me) = known else {
        let sentence = "Nobody has this invitation, or not any more. Ask for another.";
        let text =
            answer(id, Err(Refused { sentence: sentence.into(), code: Some("not_invited") }));
        return Err(End { code: NOT_INVITED, text: Some(text) });
    };
    if hello.instance.is_empty() || hello.instance.len() > 64 {
        let text = answer(id, Err(Refused::sentence("A page names itself in 1 to 64 characters.")));
        return Err(End { code: REFUSED, text: Some(text) });
    }
    say(socket, answer(id, Ok(json!({})))).await?;
    let connection = CONNECTIONS.fetch_add(1, Ordering::Relaxed);
    let live = app.meetings().enter(meeting, store);
    let told = live.listen();
    live.sit(me.id, connection, &hello.instance);
    let here = Here {
        app: app.clone(),
        meeting,
        live: Arc::clone(&live),
        seat: me.id,
        connection,
        instance: hello.instance,
        verifies: me.verifier,
    };
    let ended = here.talk(socket, told, hello.after).await;
    live.rise(me.id, connection);
    drop(here);
    app.meetings().leave(meeting, &live);
    ended
}

/// What comes first. None if nothing does.
async fn hello(socket: &mut WebSocket) -> Result<Option<(u64, Hello)>, End> {
    let first = timeout(HELLO_WITHIN, async {
        loop {
            match socket.recv().await {
                Some(Ok(Frame::Text(text))) => return Some(text),
                Some(Ok(Frame::Ping(_) | Frame::Pong(_))) => {}
                _ => return None,
            }
        }
    });
    let Ok(Some(text)) = first.await else { return Ok(None) };
    match serde_json::from_str(&text) {
        Ok(Said { id, verb: Verb::Hello(hello) }) => Ok(Some((id, hello))),
        _ => Err(End::with(REFUSED)),
    }
}

/// One page in one meeting.
struct Here {
    app: App,
    meeting: MeetingId,
    live: Arc<Live>,
    seat: SeatId,
    connection: u64,
    instance: String,
    /// Of the invitation that it came with.
    verifies: Option<Vec<u8>>,
}

impl Here {
    async fn talk(
        &self,
        socket: &mut WebSocket,
        mut told: Receiver<Told>,
        mut read: i64,
    ) -> Result<(), End> {
        let mut shown = String::new();
        self.look(socket, &mut shown, &mut read).await?;
        let mut ping = interval(PING_EVERY);
        let mut answered = true;
        let (mut second, mut count) = (Instant::now(), 0);
        loop {
            tokio::select! {
                frame = socket.recv() => {
                    answered = true;
                    let Some(Ok(frame)) = frame else { return Ok(()) };
                    let Frame::Text(text) = frame else { continue };
                    if second.elapsed() > Duration::from_secs(1) {
                        (second, count) = (Instant::now(), 0);
                    }
                    count += 1;
                    if count > SAID_PER_SECOND {
                        return Err(End::with(REFUSED));
                    }
                    if self.hear(socket, &text).await? {
                        return Ok(());
                    }
                }
                first = told.recv() => {
                    let news = all_that_waits(first, &mut told)?;
                    for told in &news {
                        self.pass_on(socket, told).await?;
                    }
                    // Of many changes that came at once one look sees all.
                    if news.iter().any(|it| matches!(it, Told::Changed)) {
                        self.look(socket, &mut shown, &mut read).await?;
                    }
                }
                _ = ping.tick() => {
                    if !std::mem::take(&mut answered) {
                        return Ok(());
                    }
                    let ping = Frame::Ping(Bytes::new());
                    socket.send(ping).await.map_err(|_| End::with(NOT_NOW))?;
                }
            }
        }
    }

    /// Does what the browser says, and answers. True once it leaves.
    async fn hear(&self, socket: &mut WebSocket, text: &str) -> Result<bool, End> {
        let said: Said = match serde_json::from_str(text) {
            Ok(said) => said,
            Err(error) => {
                let sentence = format!("This cannot be understood: {error}.");
                let re = number_of(text);
                say(socket, answer(re, Err(Refused::sentence(sentence)))).await?;
                return Ok(false);
            }
        };
        if matches!(said.verb, Verb::Leave {}) {
            media::leave(&self.app, self.meeting, &[self.seat]).await?;
            say(socket, answer(said.id, Ok(json!({})))).await?;
            return Ok(true);
        }
        let speaker = Speaker {
            app: &self.app,
            live: &self.live,
            meeting: self.meeting,
            seat: self.seat,
            instance: &self.instance,
        };
        let done = speaker.does(said.verb).await;
        say(socket, answer(said.id, done)).await?;
        Ok(false)
    }

    async fn pass_on(&self, socket: &mut WebSocket, told: &Told) -> Result<(), End> {
        match told {
            Told::Changed => Ok(()),
            Told::Message { from, to, text } => {
                let for_me = *from != self.seat && to.is_none_or(|to| to == self.seat);
                if for_me && self.me().await?.state() == seat::State::In {
                    say(socket, text.to_string()).await?;
                }
                Ok(())
            }
            Told::TakenUp { seat, connection } => {
                if *seat == self.seat && *connection > self.connection {
                    let text = json!({ "displaced": {} }).to_string();
                    return Err(End { code: DISPLACED, text: Some(text) });
                }
                Ok(())
            }
        }
    }

    /// Tells the browser what is different since it was told last: the room, and mail.
    async fn look(
        &self,
        socket: &mut WebSocket,
        shown: &mut String,
        read: &mut i64,
    ) -> Result<(), End> {
        let me = self.me().await?;
        let store = self.app.store();
        let here = self.live.here();
        let (has_channel, now) = (self.app.studio().is_some(), self.app.now());
        let Some(room) = room::seen_from(store, &me, &here, has_channel, now).await? else {
            return Err(End::with(NOT_INVITED));
        };
        let over = room.is_over();
        // Where it fails, everybody is told that the meeting is not on air.
        let _ = air::follow(&self.app, &self.live, self.meeting, room.is_on_air()).await;
        let (text, compared) = room.told();
        if compared != *shown {
            *shown = compared;
            say(socket, text).await?;
        }
        if over && let Some(rooms) = self.app.rooms() {
            rooms.close(self.meeting);
        }
        if me.state() != seat::State::In {
            return Ok(());
        }
        for mail in doors::mail_after(store, self.meeting, self.seat, *read).await? {
            *read = mail.number;
            let text = json!({ "mail": {
                "number": mail.number,
                "group": mail.group_number,
                "epoch": mail.epoch,
                "kind": mail.kind,
                "from": mail.from_seat,
                "for": mail.for_seat,
                "payload": Bytes64(mail.payload),
            }});
            say(socket, text.to_string()).await?;
        }
        Ok(())
    }

    /// The seat as it is now, while the invitation that was shown is still good.
    async fn me(&self) -> Result<Seat, End> {
        let me = seat::by_id(self.app.store(), self.seat).await?;
        match me.filter(|it| it.verifier == self.verifies) {
            Some(me) => Ok(me),
            None => {
                let text = json!({ "removed": {} }).to_string();
                Err(End { code: REFUSED, text: Some(text) })
            }
        }
    }
}

/// What waits to be told, the first included.
fn all_that_waits(
    first: Result<Told, RecvError>,
    told: &mut Receiver<Told>,
) -> Result<Vec<Told>, End> {
    // Too slow to be told everything: it asks anew when it comes back.
    let mut news = vec![first.map_err(|_| End::with(NOT_NOW))?];
    loop {
        match told.try_recv() {
            Ok(more) => news.push(more),
            Err(TryRecvError::Empty) => return Ok(news),
            Err(TryRecvError::Lagged(_) | TryRecvError::Closed) => return Err(End::with(NOT_NOW)),
        }
    }
}

/// The number under which something was said that cannot be understood otherwise.
fn number_of(text: &str) -> u64 {
    let said: Value = serde_json::from_str(text).unwrap_or_default();
    said["id"].as_u64().unwrap_or_default()
}

fn answer(re: u64, done: Result<Value, Refused>) -> String {
    let answer = match done {
        Ok(ok) => Answer { re, ok: Some(ok), error: None, code: None },
        Err(refused) => Answer { re, ok: None, error: Some(refused.sentence), code: refused.code },
    };
    serde_json::to_string(&answer).unwrap_or_default()
}

async fn say(socket: &mut WebSocket, text: String) -> Result<(), End> {
    socket.send(Frame::Text(text.into())).await.map_err(|_| End::with(NOT_NOW))
}
