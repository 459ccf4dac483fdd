use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use meridian_store::{Journal, MemoryJournal, SqliteJournal, conformance::conformance};

#[tokio::test]
async fn sqlite_conforms() {
    let directory = tempfile::tempdir().unwrap();
    conformance(|name| {
        let path = directory.path().join(name).join("journal.db");
        async move { Arc::new(SqliteJournal::open(path).await.unwrap()) as Arc<dyn Journal> }
    })
    .await;
}

#[tokio::test]
async fn memory_conforms() {
    let opened: Mutex<BTreeMap<&str, MemoryJournal>> = Mutex::default();
    conformance(|name| {
        let journal = opened.lock().unwrap().entry(name).or_default().reopen();
        async move { Arc::new(journal) as Arc<dyn Journal> }
    })
    .await;
}
