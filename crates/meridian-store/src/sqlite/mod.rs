//! The journal in one SQLite file.
//!
//! Write-ahead log, `synchronous=FULL`: what was appended survives a power cut. One process writes (a lock of the
//! operating system, and an epoch that fences off earlier leases); any number read beside it. Beside `journal.db`
//! stand `journal.db.head` (what the last head was), `journal.db.lock` (who writes) and `journal.db.snapshots/`.

mod connect;
mod rows;

use std::path::{Path, PathBuf};

use meridian_core::journal::{Head, Sealed, link};
use sqlx::{Connection as _, SqliteConnection};
use tokio::{
    sync::{Mutex, watch},
    task::spawn_blocking,
};

use crate::{
    AppendError, Broken, Found, Future, Journal, Lease, LeaseError, OpenError, ReadError, Snapshot, SnapshotError,
    snapshot::SnapshotFiles,
    witness::{Hold, Witness},
};

/// See the [module](self).
pub struct SqliteJournal {
    path: PathBuf,
    read_only: bool,
    writer: Mutex<Writer>,
    reader: Mutex<Option<SqliteConnection>>,
    changed: watch::Sender<Head>,
}

/// A connection is dropped after any failure, so that the next use begins from what the file says.
struct Writer {
    connection: Option<SqliteConnection>,
    hold: Option<Hold>,
    witness: Witness,
}

/// A snapshot as a witness.
const SNAPSHOT: &str = "a snapshot";

/// How many entries are read at once while verifying.
pub(crate) const STRIDE: usize = 4096;

impl SqliteJournal {
    /// Opens the journal to write; file and directory are made where there are none. It verifies the chain since the
    /// newest snapshot, and that the journal still reaches what its witnesses saw.
    pub async fn open(path: impl AsRef<Path>) -> Result<SqliteJournal, OpenError> {
        let path = path.as_ref();
        connect::make_file(path)?;
        let connection = connect::to_write(path).await?;
        SqliteJournal::begin(path, Some(connection)).await
    }

    /// Opens an existing journal to read, also while another process writes it.
    pub async fn open_read_only(path: impl AsRef<Path>) -> Result<SqliteJournal, OpenError> {
        SqliteJournal::begin(path.as_ref(), None).await
    }

    /// Opens to read without verifying anything: for [`crate::verify`], which names what is wrong by itself.
    pub async fn open_unverified(path: impl AsRef<Path>) -> Result<SqliteJournal, OpenError> {
        let path = path.as_ref();
        let reader = connect::to_read(path).await?;
        Ok(SqliteJournal::assemble(path, None, reader))
    }

    async fn begin(path: &Path, writer: Option<SqliteConnection>) -> Result<SqliteJournal, OpenError> {
        let reader = connect::to_read(path).await?;
        let journal = SqliteJournal::assemble(path, writer, reader);
        let head = journal.check_tail().await.map_err(|error| match error {
            ReadError::Broken(broken) => OpenError::Broken { path: path.to_owned(), broken },
            ReadError::Engine { source } => OpenError::Corrupt { path: path.to_owned(), source },
        })?;
        journal.changed.send_replace(head);
        Ok(journal)
    }

    fn assemble(path: &Path, writer: Option<SqliteConnection>, reader: SqliteConnection) -> SqliteJournal {
        let read_only = writer.is_none();
        let writer = Writer { connection: writer, hold: None, witness: Witness::beside(path) };
        SqliteJournal {
            path: path.to_owned(),
            read_only,
            writer: Mutex::new(writer),
            reader: Mutex::new(Some(reader)),
            changed: watch::Sender::new(Head::GENESIS),
        }
    }

    async fn check_tail(&self) -> Result<Head, ReadError> {
        // The witnesses are read before the head, or an append in between would look like a loss.
        let witnesses = self.witnesses().await;
        let head = self.head().await?;
        let mut at = Head::GENESIS;
        for (witness, expected) in witnesses {
            self.check_anchor(head, expected, witness).await?;
            if witness == SNAPSHOT {
                at = expected;
            }
        }
        while at.seq < head.seq {
            let entries = self.read(at.seq + 1, STRIDE).await?;
            if entries.is_empty() {
                return Err(ReadError::Broken(Broken::Missing { seq: at.seq + 1, found: head.seq }));
            }
            for sealed in &entries {
                at = link(at, sealed).map_err(ReadError::Broken)?;
            }
        }
        Ok(at)
    }

    async fn check_anchor(&self, head: Head, expected: Head, witness: &'static str) -> Result<(), ReadError> {
        if head.seq < expected.seq {
            return Err(ReadError::Broken(Broken::EndsEarly { last: head, expected, witness }));
        }
        match self.read(expected.seq, 1).await?.first() {
            Some(found) if found.head() == expected => Ok(()),
            Some(found) if found.seq == expected.seq => {
                let (seq, expected, found) = (expected.seq, expected.hash, found.hash);
                Err(ReadError::Broken(Broken::Replaced { seq, expected, found, witness }))
            }
            found => {
                let found = found.map_or(head.seq, |f| f.seq);
                Err(ReadError::Broken(Broken::Missing { seq: expected.seq, found }))
            }
        }
    }

    async fn append_now(&self, lease: Lease, expected: Head, entries: &[Sealed]) -> Result<Head, AppendError> {
        let mut writer = self.writer.lock().await;
        if writer.hold.is_none() {
            return Err(AppendError::StaleLease { lease, current: Lease { epoch: 0 } });
        }
        let head = entries.iter().try_fold(expected, link).map_err(AppendError::Chain)?;
        // Taken out, so that a connection in an unknown state is never used again, not even when this future is dropped.
        let mut connection = match writer.connection.take() {
            Some(connection) => connection,
            None => connect::to_write(&self.path).await.map_err(|e| AppendError::Engine { source: e.into() })?,
        };
        rows::append(&mut connection, lease, expected, entries).await?;
        writer.connection = Some(connection);
        if !entries.is_empty() {
            writer.witness.remember(head);
            self.changed.send_replace(head);
        }
        Ok(head)
    }

    async fn acquire_now(&self, holder: &str) -> Result<Lease, LeaseError> {
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| LeaseError::Engine { source };
        if self.read_only {
            return Err(LeaseError::ReadOnly);
        }
        let mut writer = self.writer.lock().await;
        if writer.hold.is_none() {
            let hold = Hold::take(&self.path, holder).map_err(|held| match held {
                Ok(by) => LeaseError::Held { by },
                Err(error) => failed(error.into()),
            })?;
            writer.hold = Some(hold);
        }
        let mut connection = match writer.connection.take() {
            Some(connection) => connection,
            None => connect::to_write(&self.path).await.map_err(|e| failed(e.into()))?,
        };
        let epoch = rows::next_epoch(&mut connection).await.map_err(|e| failed(e.into()))?;
        writer.connection = Some(connection);
        Ok(Lease { epoch })
    }

    async fn reading(&self) -> Result<tokio::sync::MutexGuard<'_, Option<SqliteConnection>>, ReadError> {
        let mut reader = self.reader.lock().await;
        if reader.is_none() {
            *reader = Some(connect::to_read(&self.path).await.map_err(|e| ReadError::Engine { source: e.into() })?);
        }
        Ok(reader)
    }

    fn snapshots(&self) -> SnapshotFiles {
        SnapshotFiles::beside(&self.path)
    }

    /// Closes the file in good order. Dropping does the same a moment later.
    pub async fn close(self) {
        let Writer { connection, hold, .. } = self.writer.into_inner();
        for connection in [self.reader.into_inner(), connection].into_iter().flatten() {
            // The journal is durable already; a failure to tidy its log away is made up for by the next open.
            let _ = connection.close().await;
        }
        drop(hold);
    }
}

impl Journal for SqliteJournal {
    fn acquire<'a>(&'a self, holder: &'a str) -> Future<'a, Result<Lease, LeaseError>> {
        Box::pin(self.acquire_now(holder))
    }

    fn append<'a>(
        &'a self,
        lease: Lease,
        expected: Head,
        entries: &'a [Sealed],
    ) -> Future<'a, Result<Head, AppendError>> {
        Box::pin(self.append_now(lease, expected, entries))
    }

    fn read(&self, from: u64, limit: usize) -> Future<'_, Result<Vec<Sealed>, ReadError>> {
        Box::pin(async move {
            let mut reader = self.reading().await?;
            let connection = reader.as_mut().ok_or_else(|| ReadError::Engine { source: "no connection".into() })?;
            rows::read(connection, from, limit).await
        })
    }

    fn head(&self) -> Future<'_, Result<Head, ReadError>> {
        Box::pin(async move {
            let mut reader = self.reading().await?;
            let connection = reader.as_mut().ok_or_else(|| ReadError::Engine { source: "no connection".into() })?;
            let state = rows::state(connection).await.map_err(|e| ReadError::Engine { source: e.into() })?;
            Ok(state.head)
        })
    }

    fn changed(&self) -> watch::Receiver<Head> {
        self.changed.subscribe()
    }

    fn snapshot(&self, snapshot: Snapshot) -> Future<'_, Result<(), SnapshotError>> {
        let files = self.snapshots();
        Box::pin(
            async move { spawn_blocking(move || files.keep(&snapshot)).await.unwrap_or_else(|e| Err(interrupted(e))) },
        )
    }

    fn snapshot_until(&self, version: u32, seq: u64) -> Future<'_, Result<Found, SnapshotError>> {
        let files = self.snapshots();
        Box::pin(async move {
            spawn_blocking(move || files.latest(version, seq)).await.unwrap_or_else(|e| Err(interrupted(e)))
        })
    }

    fn bytes(&self) -> Future<'_, Result<u64, ReadError>> {
        let size = |path: &Path| std::fs::metadata(path).map(|file| file.len());
        let mut log = self.path.clone().into_os_string();
        log.push("-wal");
        let bytes = size(&self.path).map(|file| file + size(Path::new(&log)).unwrap_or(0));
        Box::pin(async move { bytes.map_err(|e| ReadError::Engine { source: e.into() }) })
    }

    fn witnesses(&self) -> Future<'_, Vec<(&'static str, Head)>> {
        let path = self.path.clone();
        Box::pin(async move { spawn_blocking(move || witnesses(&path)).await.unwrap_or_default() })
    }
}

/// The newest sound snapshot first, then the file that is written after each append.
fn witnesses(path: &Path) -> Vec<(&'static str, Head)> {
    let snapshot = SnapshotFiles::beside(path).newest_head().map(|head| (SNAPSHOT, head));
    let last = Witness::beside(path).read().map(|head| ("the witness file", head));
    snapshot.into_iter().chain(last).filter(|(_, seen)| seen.seq > 0).collect()
}

fn interrupted(error: tokio::task::JoinError) -> SnapshotError {
    SnapshotError { what: "the snapshot's work was interrupted".to_owned(), source: std::io::Error::other(error) }
}
