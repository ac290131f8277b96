//! What a change forgets for good.

use store::sql;
use testkit::TestStore;

/// Whether the word stands in any file of the database's folder.
fn is_on_disk(store: &TestStore, word: &str) -> bool {
    let files = std::fs::read_dir(store.folder()).unwrap();
    files
        .map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .any(|bytes| bytes.windows(word.len()).any(|window| window == word.as_bytes()))
}

#[tokio::test]
async fn what_is_forgotten_for_good_is_on_the_disk_no_more() {
    let store = TestStore::sqlite().await;
    let insert = "INSERT INTO settings (name, value) VALUES (?, ?)";
    // On pages with others', and on pages of its own.
    for length in [1, 10, 100, 1_000] {
        let tx = store.begin().await.unwrap();
        for kept in ["before", "after"] {
            let name = format!("{kept} {length}");
            sql(insert).bind(name).bind("kept".repeat(length)).run(&tx).await.unwrap();
        }
        let (name, value) = (format!("between {length}"), "sealed letter".repeat(length));
        sql(insert).bind(name).bind(value).run(&tx).await.unwrap();
        tx.commit().await.unwrap();
        let tx = store.begin().await.unwrap();
        sql("UPDATE settings SET value = 'short' WHERE name = 'between 10'")
            .run(&tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
    assert!(is_on_disk(&store, "sealed letter"));
    let mut tx = store.begin().await.unwrap();
    sql("DELETE FROM settings WHERE name LIKE 'between %'").run(&tx).await.unwrap();
    tx.forget_for_good();
    tx.commit().await.unwrap();
    assert!(is_on_disk(&store, "kept"));
    assert!(!is_on_disk(&store, "sealed letter"));
    store.close().await;
}
