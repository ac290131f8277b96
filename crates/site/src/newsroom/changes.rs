//! `GET /newsroom/changes`: tells the pages of the newsroom that something has happened.
//!
//! A page that hears of it loads itself anew; nothing is told but that there is something.

use std::time::Duration;

use accounts::session;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;

use super::gate::{Staff, comes_from_here, cookie};
use super::trouble::Trouble;
use crate::App;

/// A page is told no more often: a newsroom at work changes something all the time.
const BETWEEN: Duration = Duration::from_secs(1);
/// A browser that answers no ping for so long has gone.
const PING_EVERY: Duration = Duration::from_secs(25);

/// A WebSocket: it outlives no stop of the program, as a long answer would.
pub(super) async fn changes(
    State(app): State<App>,
    _: Staff,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Trouble> {
    if !comes_from_here(&app, &headers) {
        return Err(Trouble::foreign());
    }
    let secret = cookie(&app, &headers).unwrap_or_default().to_owned();
    let upgrade = upgrade.max_message_size(1_024).max_frame_size(1_024);
    Ok(upgrade
        .on_upgrade(async move |socket| {
            // A browser that has gone is told nothing more.
            let _ = tell(&app, &secret, socket).await;
        })
        .into_response())
}

async fn tell(app: &App, secret: &str, mut socket: WebSocket) -> Result<(), axum::Error> {
    let mut woken = app.store().woken();
    let mut told = store::events::head(app.store()).await.unwrap_or_default();
    let mut ping = tokio::time::interval(PING_EVERY);
    let mut answered = true;
    loop {
        tokio::select! {
            heard = socket.recv() => match heard {
                Some(Ok(_)) => answered = true,
                _ => return Ok(()),
            },
            changed = woken.changed() => {
                if changed.is_err() {
                    return Ok(());
                }
                let head = store::events::head(app.store()).await.unwrap_or(told);
                if head == told {
                    continue;
                }
                // Whoever is signed out hears nothing more.
                if !matches!(session::find(app.store(), secret, app.now()).await, Ok(Some(_))) {
                    return Ok(());
                }
                told = head;
                socket.send(Message::Text("changed".into())).await?;
                tokio::time::sleep(BETWEEN).await;
            }
            _ = ping.tick() => {
                if !std::mem::take(&mut answered) {
                    return Ok(());
                }
                socket.send(Message::Ping(Bytes::new())).await?;
            }
        }
    }
}
