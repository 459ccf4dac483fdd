//! The journal's engines, held to the contract and to bad luck.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod conformance;
mod crash;
mod damage;
mod opening;
mod releases;
mod space;

use std::path::Path;

use meridian_store::{
    Head, Journal, OpenError, Report, Sealed, SqliteJournal, WholeError, conformance::entries, verify,
};
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};

/// Makes a journal of `count` entries and closes it.
async fn make(path: &Path, count: u64) -> Vec<Sealed> {
    let journal = SqliteJournal::open(path).await.unwrap();
    let lease = journal.acquire("a test").await.unwrap();
    let written = entries(Head::GENESIS, count);
    journal.append(lease, Head::GENESIS, &written).await.unwrap();
    journal.close().await;
    written
}

/// Goes behind the journal's back.
async fn sql(path: &Path, statements: &str) {
    let mut connection = SqliteConnection::connect(path.to_str().unwrap()).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statements)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

async fn verified(path: &Path) -> Result<Report, WholeError> {
    let journal = SqliteJournal::open_unverified(path).await.unwrap();
    let report = verify(&journal, |_| {}).await;
    journal.close().await;
    report
}

async fn opened(path: &Path) -> Result<Head, OpenError> {
    let journal = SqliteJournal::open(path).await?;
    let head = journal.head().await.unwrap();
    journal.close().await;
    Ok(head)
}
