//! `GET /newsroom/articles/{id}/sync`: a browser in a story that several people write.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use accounts::policy::{Action, check_on};
use accounts::session;
use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use base::{ArticleId, PersonId};
use bytes::Bytes;
use publish::article;
use publish::draft::Field;
use serde::Deserialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

use super::gate::{Staff, comes_from_here, cookie};
use super::hub::{Entered, Refusal, Room, Told};
use super::messages::{self, Message};
use super::trouble::Trouble;
use crate::App;

/// More than anybody types or pastes at once.
const FRAME_BYTES_MAX: usize = 4 * 1024 * 1024;
/// How soon a change of rights, or the end of a session, is felt by who is writing.
const LOOKED_EVERY: Duration = Duration::from_secs(3);
/// A browser that answers no ping for so long has gone.
const PING_EVERY: Duration = Duration::from_secs(25);

/// How long a browser may take to answer a goodbye.
const HANGS_UP_WITHIN: Duration = Duration::from_secs(2);

const SIGNED_OUT: u16 = 4401;
const REFUSED: u16 = 4403;
const GONE: u16 = 4404;
/// "Try again later", of IANA's list of close codes: a browser comes back by itself.
const NOT_NOW: u16 = 1013;

/// Numbers the connections of this node; 0 is the record itself.
static CONNECTIONS: AtomicU64 = AtomicU64::new(1);

#[derive(Deserialize)]
pub(super) struct Which {
    /// The shared document that the page shows.
    epoch: Uuid,
}

/// Opens the connection, to those who may read the story.
pub(super) async fn sync(
    State(app): State<App>,
    staff: Staff,
    headers: HeaderMap,
    Path(id): Path<ArticleId>,
    Query(Which { epoch }): Query<Which>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Trouble> {
    // A socket is opened by GET, and so by any site, unless it is looked at here.
    if !comes_from_here(&app, &headers) {
        return Err(Trouble::foreign());
    }
    let Entered { room, told } = app.hub().enter(staff.actor(), id).await?;
    let secret = cookie(&app, &headers).unwrap_or_default().to_owned();
    let upgrade = upgrade.max_message_size(FRAME_BYTES_MAX).max_frame_size(FRAME_BYTES_MAX);
    Ok(upgrade
        .on_upgrade(async move |socket| {
            let number = CONNECTIONS.fetch_add(1, Ordering::Relaxed);
            let here = Here { app, room, number, secret, epoch, person: staff.person() };
            here.run(socket, told).await;
        })
        .into_response())
}

/// One browser in one room.
struct Here {
    app: App,
    room: Arc<Room>,
    number: u64,
    /// Of the session, to see that it is still good.
    secret: String,
    epoch: Uuid,
    person: PersonId,
}

/// Why a connection ends.
struct End(u16, Option<String>);

impl From<Refusal> for End {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Change(sentence) => Self(REFUSED, Some(sentence)),
            Refusal::NotNow => Self(NOT_NOW, None),
        }
    }
}

impl Here {
    async fn run(self, mut socket: WebSocket, told: Receiver<Told>) {
        let ended = self.talk(&mut socket, told).await;
        if let Err(End(code, sentence)) = ended {
            if let Some(sentence) = sentence {
                let _ = socket.send(Frame::Binary(messages::refused(&sentence))).await;
            }
            let close = CloseFrame { code, reason: "".into() };
            let _ = socket.send(Frame::Close(Some(close))).await;
            // Hung up on while it still speaks, the browser would not hear why.
            let heard = async { while let Some(Ok(_)) = socket.recv().await {} };
            let _ = tokio::time::timeout(HANGS_UP_WITHIN, heard).await;
        }
        self.room.gone(self.number).await;
        let (app, room) = (self.app.clone(), Arc::clone(&self.room));
        drop(self);
        app.hub().leave(room).await;
    }

    async fn talk(&self, socket: &mut WebSocket, mut told: Receiver<Told>) -> Result<(), End> {
        if self.room.draft.epoch != self.epoch {
            return Err(End(GONE, None));
        }
        let mut may = self.rights().await?;
        let (mut looked, mut count) = (Instant::now(), 0);
        // Asks for what only this browser has, and says who else is here.
        let (_, vector) = self.synchronise(&[0]).await?;
        send(socket, messages::step1(&vector)).await?;
        for update in self.room.here().await {
            send(socket, messages::awareness(&update)).await?;
        }
        let mut ping = tokio::time::interval(PING_EVERY);
        let mut answered = true;
        loop {
            tokio::select! {
                frame = socket.recv() => {
                    answered = true;
                    let Some(Ok(frame)) = frame else { return Ok(()) };
                    let Frame::Binary(bytes) = frame else { continue };
                    if looked.elapsed() > LOOKED_EVERY {
                        may = self.rights().await?;
                        looked = Instant::now();
                    }
                    self.hear(socket, &bytes, &may, &mut count).await?;
                }
                told = told.recv() => match told {
                    Ok(told) if told.frame.is_empty() => return Err(End(GONE, None)),
                    Ok(told) if told.from == self.number => {}
                    Ok(told) => send(socket, told.frame).await?,
                    // Too slow to be told everything: it asks anew when it comes back.
                    Err(RecvError::Lagged(_)) | Err(RecvError::Closed) => return Ok(()),
                },
                _ = ping.tick() => {
                    if !std::mem::take(&mut answered) {
                        return Ok(());
                    }
                    self.rights().await?;
                    socket.send(Frame::Ping(Bytes::new())).await.map_err(|_| End(GONE, None))?;
                }
            }
        }
    }

    async fn hear(
        &self,
        socket: &mut WebSocket,
        bytes: &[u8],
        may: &BTreeSet<Field>,
        count: &mut u64,
    ) -> Result<(), End> {
        match messages::read(bytes) {
            Some(Message::Step1(vector)) => {
                let (missing, _) = self.synchronise(&vector).await?;
                send(socket, messages::step2(&missing)).await
            }
            Some(Message::Update(update)) => {
                // An update without a change, as answers a step 1 that lacks nothing.
                if update != [0, 0] {
                    self.app.hub().take(&self.room, self.person, may, update).await?;
                }
                *count += 1;
                send(socket, messages::saved(*count)).await
            }
            Some(Message::Awareness(update)) => {
                if self.is_own(&update) {
                    self.room.present(self.number, update.into()).await;
                }
                Ok(())
            }
            None => Err(End(REFUSED, Some("The browser sent what cannot be read.".to_owned()))),
        }
    }

    async fn synchronise(&self, vector: &[u8]) -> Result<(Vec<u8>, Vec<u8>), End> {
        Ok(self.app.hub().synchronise(&self.room, vector).await?)
    }

    /// Whether somebody speaks of itself only: nobody may sit in a story under another's name.
    fn is_own(&self, update: &[u8]) -> bool {
        let own = self.person.to_string();
        messages::states(update).is_some_and(|states| {
            states
                .iter()
                .all(|(_, _, state)| state.is_null() || state["user"]["id"] == own.as_str())
        })
    }

    /// What the person may change now.
    async fn rights(&self) -> Result<BTreeSet<Field>, End> {
        let store = self.app.store();
        let found = session::find(store, &self.secret, self.app.now()).await.map_err(not_now)?;
        let session = found.ok_or(End(SIGNED_OUT, None))?;
        let known = article::by_id(store, self.room.draft.article).await.map_err(not_now)?;
        let known = known.ok_or(End(GONE, None))?;
        let object = article::object(store, &known).await.map_err(not_now)?;
        if check_on(&session.actor, Action::ReadUnpublished, &object).is_err() {
            return Err(End(SIGNED_OUT, None));
        }
        Ok(Field::of(&session.actor, &object))
    }
}

fn not_now(error: impl std::error::Error) -> End {
    tracing::error!("Somebody who writes has to come again: {error}");
    End(NOT_NOW, None)
}

async fn send(socket: &mut WebSocket, frame: Bytes) -> Result<(), End> {
    socket.send(Frame::Binary(frame)).await.map_err(|_| End(GONE, None))
}
