//! The local folder and an S3 server give the same answers.

use store::{FileError, Files};

async fn check(files: Files) {
    files.put("photos/a/original", "first".into()).await.unwrap();
    files.put("photos/a/original", "second".into()).await.unwrap();
    assert_eq!(files.get("photos/a/original").await.unwrap(), "second");
    files.put("photos/b", "other".into()).await.unwrap();
    let mut keys = files.keys().await.unwrap();
    keys.sort();
    assert_eq!(keys, ["photos/a/original", "photos/b"]);
    files.delete("photos/b").await.unwrap();
    files.delete("photos/b").await.unwrap();
    assert!(matches!(files.get("photos/b").await, Err(FileError::Missing(_))));
    let outside = files.get("../outside").await;
    assert!(outside.is_err(), "a key never leaves the store");
}

#[tokio::test]
async fn in_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("outside"), "secret").unwrap();
    check(Files::in_folder(&folder.path().join("files")).unwrap()).await;
}

#[tokio::test]
async fn on_an_s3_server() {
    let server = testkit::S3::start();
    let variables =
        server.variables().into_iter().map(|(name, value)| (name.to_lowercase(), value));
    check(Files::at_with(&server.url().parse().unwrap(), variables).unwrap()).await;
}

#[tokio::test]
async fn an_s3_server_that_refuses_us_is_told_of() {
    let server = testkit::S3::start();
    let mut variables: std::collections::BTreeMap<_, _> =
        server.variables().into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect();
    variables.insert("aws_secret_access_key".into(), "another".into());
    let files = Files::at_with(&server.url().parse().unwrap(), variables).unwrap();
    let refused = files.put("a", "words".into()).await.unwrap_err();
    assert!(matches!(refused, FileError::Failed(_)), "{refused}");
}
