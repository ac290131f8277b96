//! The official photo's way out of a meeting, into the photo desk.

use base::{Actor, MeetingId, OfficialPhotoId};
use bytes::Bytes;
use meet::official_photo;
use publish::photo::{self, DescribePhoto};
use sha2::{Digest as _, Sha256};

use super::acts::Refused;
use crate::App;

/// Puts the picture into the photo desk, if it is the one that every party agreed to.
pub(super) async fn release(
    app: &App,
    seat: &Actor,
    meeting: MeetingId,
    id: OfficialPhotoId,
    jpeg: Vec<u8>,
    caption: &str,
    credit: &str,
) -> Result<(), Refused> {
    let (caption, credit) = (caption.trim(), credit.trim());
    if caption.is_empty() || credit.is_empty() {
        return Err(Refused::sentence("Say what the picture shows, and whose it is."));
    }
    let sha256 = accounts::secret::hex(&Sha256::digest(&jpeg));
    official_photo::may_leave(app.store(), seat, meeting, id, &sha256).await?;
    let now = app.now();
    // No person of the newsroom adds it: the parties do, and that they may was seen above.
    let desk = Actor::System;
    let prepared = photo::prepare(app.store(), &app.0.files, &desk, Bytes::from(jpeg), now).await?;
    let words = DescribePhoto {
        caption: Some(caption.to_owned()),
        credit: Some(credit.to_owned()),
        alt: Some(caption.to_owned()),
        ..DescribePhoto::default()
    };
    let kept = async {
        let mut tx = app.store().begin().await?;
        official_photo::may_leave(&tx, seat, meeting, id, &sha256).await?;
        let photo = photo::add(&mut tx, &desk, &prepared, words, now).await?;
        official_photo::release(&mut tx, seat, meeting, id, photo, now).await?;
        Ok::<_, Refused>(tx.commit().await?)
    };
    let kept = kept.await;
    if kept.is_err() {
        prepared.discard_unless_kept(app.store(), &app.0.files).await;
    }
    kept
}
