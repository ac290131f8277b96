//! Files on their way in: whole or not at all, by whoever began them, and gone when they are left.

use base::limits::{PHOTO_BYTES_MAX, UPLOAD_PART_BYTES_MIN};
use base::{Actor, PersonId, PhotoId, Role};
use publish::photo::{self, BeginUpload, Upload};
use publish::{PublishError, Result};
use store::sql;
use testkit::{TestStore, noon, on_both_engines};
use uuid::Uuid;

use crate::desk::{add_photo, after, change, complete, editor, files, jpeg};

const PART: usize = UPLOAD_PART_BYTES_MIN;

fn somebody_else() -> Actor {
    Actor::Person { person: PersonId(Uuid::max()), role: Role::Editor, grants: Vec::new() }
}

/// A photo that takes several parts: what follows the picture is not looked at.
fn large(shade: u8) -> Vec<u8> {
    let mut bytes = jpeg(shade);
    bytes.resize(PART * 2 + 500, shade);
    bytes
}

async fn begin(store: &TestStore, name: &str, bytes: usize) -> Result<Upload> {
    let what = BeginUpload { name: name.into(), modified: 1, bytes: bytes as u64 };
    change(store, async |tx| photo::begin_upload(tx, &editor(), what, noon()).await).await
}

async fn send(store: &TestStore, id: PhotoId, start: usize, part: &[u8]) -> Result<Upload> {
    let part = part.to_vec().into();
    let start = start as i64;
    photo::append_part(store, &files(store), &editor(), id, start, part, after(1)).await
}

async fn send_all(store: &TestStore, name: &str, bytes: &[u8]) -> PhotoId {
    let upload = begin(store, name, bytes.len()).await.unwrap();
    for (index, part) in bytes.chunks(PART).enumerate() {
        send(store, upload.id, index * PART, part).await.unwrap();
    }
    upload.id
}

async fn finish(store: &TestStore, id: PhotoId) -> Result<PhotoId> {
    photo::finish_upload(store, &files(store), &editor(), id, after(2)).await
}

/// Everything that is kept of uploads and photos.
async fn kept(store: &TestStore) -> (usize, i64, i64) {
    let count = async |text: &'static str| sql(text).value::<i64>(&**store).await.unwrap();
    (
        files(store).keys().await.unwrap().len(),
        count("SELECT COUNT(*) AS value FROM uploads").await,
        count("SELECT COUNT(*) AS value FROM upload_parts").await,
    )
}

on_both_engines! {
    async fn an_upload_goes_on_where_it_stopped(store: &TestStore) {
        let bytes = large(1);
        let begun = begin(store, "a.jpg", bytes.len()).await.unwrap();
        send(store, begun.id, 0, &bytes[..PART]).await.unwrap();
        // Begun again, as after a crash of the browser: it is the same one.
        let again = begin(store, "a.jpg", bytes.len()).await.unwrap();
        assert_eq!((again.id, again.received), (begun.id, PART as i64));
        let another = begin(store, "b.jpg", bytes.len()).await.unwrap();
        assert_ne!(another.id, begun.id);
        for (start, told) in [
            (0, format!("The next part of this file begins at {PART}, not at 0.")),
            (PART * 2, format!("The next part of this file begins at {PART}, not at {}.", PART * 2)),
        ] {
            let refused = send(store, begun.id, start, &bytes[PART..PART * 2]).await.unwrap_err();
            assert_eq!(refused.to_string(), told);
        }
        let early = finish(store, begun.id).await.unwrap_err().to_string();
        assert_eq!(early, format!("Of this file {PART} of {} bytes are here. Send the rest.", bytes.len()));
        send(store, begun.id, PART, &bytes[PART..PART * 2]).await.unwrap();
        send(store, begun.id, PART * 2, &bytes[PART * 2..]).await.unwrap();
        let id = finish(store, begun.id).await.unwrap();
        assert_eq!(id, begun.id);
        let added = photo::by_ids(&**store, &[id]).await.unwrap().remove(&id).unwrap();
        assert_eq!(added.bytes, bytes.len() as i64);
        let original = files(store).get(&format!("photos/{id}/original.jpg")).await.unwrap();
        assert_eq!(original, bytes);
        // The original and its first rendition; of the other upload its row alone.
        assert_eq!(kept(store).await, (2, 1, 0));
        assert!(matches!(finish(store, id).await, Err(PublishError::NoSuchUpload)));
    }

    async fn more_or_other_parts_than_announced_are_refused(store: &TestStore) {
        for (bytes, told) in [
            (0, "The file is empty; upload a JPEG, PNG, WebP or AVIF."),
            (PHOTO_BYTES_MAX + 1, "The file has 61 MB; at most 60 MB are accepted."),
        ] {
            assert_eq!(begin(store, "x", bytes).await.unwrap_err().to_string(), told);
        }
        let upload = begin(store, "a.jpg", PART + 10).await.unwrap();
        let beyond = send(store, upload.id, 0, &vec![0; PART + 11]).await.unwrap_err();
        let told = format!("The file was said to have {} bytes, and more was sent. Begin anew.", PART + 10);
        assert_eq!(beyond.to_string(), told);
        let crumb = send(store, upload.id, 0, &[0; 10]).await.unwrap_err().to_string();
        assert!(crumb.starts_with("A part that is not the last has at least 65536"), "{crumb}");
        assert!(send(store, upload.id, 0, &[]).await.is_err());
        assert_eq!(kept(store).await, (0, 1, 0));
    }

    async fn what_is_no_photo_is_refused_and_forgotten(store: &TestStore) {
        // A picture of few bytes that would take gigabytes of memory.
        let bomb = {
            let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x75\x30\0\0\x75\x30\x08\x02\0\0\0".to_vec();
            png.resize(PART + 1, 0);
            png
        };
        let upload = send_all(store, "bomb.png", &bomb).await;
        let refused = finish(store, upload).await.unwrap_err();
        assert!(matches!(refused, PublishError::PhotoRejected(_)), "{refused}");
        let upload = send_all(store, "letter.doc", &vec![b'x'; PART * 2]).await;
        assert!(matches!(finish(store, upload).await, Err(PublishError::PhotoRejected(_))));
        assert_eq!(kept(store).await, (0, 0, 0));
        let whole = b"Dear editor".to_vec().into();
        let refused =
            photo::take_whole(store, &files(store), &editor(), "l.txt", whole, noon()).await;
        assert!(matches!(refused, Err(PublishError::PhotoRejected(_))));
        assert_eq!(kept(store).await, (0, 0, 0));
    }

    async fn an_upload_is_its_owners_alone(store: &TestStore) {
        let bytes = large(1);
        let id = begin(store, "a.jpg", bytes.len()).await.unwrap().id;
        let (files, other) = (files(store), somebody_else());
        let part = bytes[..PART].to_vec();
        let none = |error: PublishError| matches!(error, PublishError::NoSuchUpload);
        assert!(none(photo::upload(&**store, &other, id).await.unwrap_err()));
        let sent = photo::append_part(store, &files, &other, id, 0, part.into(), noon()).await;
        assert!(none(sent.unwrap_err()));
        assert!(none(photo::finish_upload(store, &files, &other, id, noon()).await.unwrap_err()));
        assert!(none(photo::cancel_upload(store, &files, &other, id).await.unwrap_err()));
        assert_eq!(kept(store).await, (0, 1, 0));
        let reader = Actor::Reader;
        let denied = photo::upload(&**store, &reader, id).await.unwrap_err();
        assert!(matches!(denied, PublishError::Denied(_)));
    }

    async fn what_is_cancelled_or_left_alone_leaves_nothing(store: &TestStore) {
        let bytes = large(1);
        let id = begin(store, "a.jpg", bytes.len()).await.unwrap().id;
        send(store, id, 0, &bytes[..PART]).await.unwrap();
        photo::cancel_upload(store, &files(store), &editor(), id).await.unwrap();
        assert_eq!(kept(store).await, (0, 0, 0));

        let id = begin(store, "a.jpg", bytes.len()).await.unwrap().id;
        send(store, id, 0, &bytes[..PART]).await.unwrap();
        // What a crash has left in the midst: of the photo to be, of a part that nobody noted.
        let files = files(store);
        files.put(&format!("photos/{id}/original.jpg"), "x".into()).await.unwrap();
        files.put(&format!("uploads/{id}.unnoted"), "x".into()).await.unwrap();
        let gone = store.new_id::<PhotoId>(noon());
        files.put(&format!("uploads/{gone}.left"), "x".into()).await.unwrap();
        let day = 24 * 60 * 60;
        assert_eq!(photo::sweep_uploads(store, &files, after(day)).await.unwrap(), 0);
        assert_eq!(kept(store).await, (3, 1, 1), "the orphan alone is swept within a day");
        assert_eq!(photo::sweep_uploads(store, &files, after(day + 2)).await.unwrap(), 1);
        assert_eq!(kept(store).await, (0, 0, 0));
    }

    async fn a_file_that_is_known_becomes_the_photo_that_it_is(store: &TestStore) {
        let known = add_photo(store, 1, complete()).await;
        let before = files(store).keys().await.unwrap().len();
        let bytes = jpeg(1);
        let upload = begin(store, "again.jpg", bytes.len()).await.unwrap();
        send(store, upload.id, 0, &bytes).await.unwrap();
        assert_eq!(finish(store, upload.id).await.unwrap(), known);
        assert_eq!(kept(store).await, (before, 0, 0));
    }

    async fn two_that_send_the_same_part_at_once_keep_it_once(store: &TestStore) {
        let bytes = large(3);
        let id = begin(store, "a.jpg", bytes.len()).await.unwrap().id;
        let (first, second) = tokio::join!(
            send(store, id, 0, &bytes[..PART]),
            send(store, id, 0, &bytes[..PART * 2]),
        );
        assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1);
        assert_eq!(kept(store).await, (1, 1, 1));
        let received = photo::upload(&**store, &editor(), id).await.unwrap().received as usize;
        send(store, id, received, &bytes[received..]).await.unwrap();
        assert_eq!(finish(store, id).await.unwrap(), id);
    }
}
