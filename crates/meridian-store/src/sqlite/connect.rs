//! Opening the file: what it is, whether this release may use it, and its tables.

use std::{error::Error, fs, io, path::Path, time::Duration};

use sqlx::{
    Connection as _, Row as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteSynchronous},
};

use crate::OpenError;

/// Marks the file as ours: `MRDJ`.
const APPLICATION: i64 = 0x4d52_444a;
/// The newest `user_version` that this release knows.
const FORMAT: i64 = 1;

/// What each format adds to the one before.
const MIGRATIONS: [&str; FORMAT as usize] =
    ["CREATE TABLE entry (seq INTEGER PRIMARY KEY, body BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
     CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
     INSERT INTO meta (name, value) VALUES ('epoch', 0);"];

/// Makes the directory and an empty file that only its owner may read; SQLite's own files get the same mode.
pub fn make_file(path: &Path) -> Result<(), OpenError> {
    let directory = path.parent().filter(|d| !d.as_os_str().is_empty());
    let made = directory.map_or(Ok(()), fs::create_dir_all).and_then(|()| match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => crate::witness::private(path).map(drop),
        found => found.map(drop),
    });
    made.map_err(|error| from_io(path, error))
}

pub async fn to_write(path: &Path) -> Result<SqliteConnection, OpenError> {
    let mut connection = connect(path, false).await?;
    let found = format_of(path, &mut connection).await?;
    let fail = |error| from_sql(path, error);
    // Only now is the file known to be ours or empty; before, nothing in it may be changed.
    sqlx::raw_sql("PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = 67108864")
        .execute(&mut connection)
        .await
        .map_err(fail)?;
    if found < FORMAT {
        migrate(&mut connection).await.map_err(fail)?;
    }
    Ok(connection)
}

pub async fn to_read(path: &Path) -> Result<SqliteConnection, OpenError> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(OpenError::NotFound { path: path.to_owned() });
        }
        found => found.map_err(|error| from_io(path, error))?,
    };
    let mut connection = connect(path, true).await?;
    match format_of(path, &mut connection).await? {
        0 => Err(OpenError::NotAJournal { path: path.to_owned(), what: "it is empty".to_owned() }),
        _ => Ok(connection),
    }
}

async fn connect(path: &Path, read_only: bool) -> Result<SqliteConnection, OpenError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(read_only)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .row_buffer_size(1024);
    SqliteConnection::connect_with(&options).await.map_err(|error| from_sql(path, error))
}

/// 0 for a file that has nothing in it yet.
async fn format_of(path: &Path, connection: &mut SqliteConnection) -> Result<i64, OpenError> {
    let sql =
        "SELECT (SELECT application_id FROM pragma_application_id), (SELECT user_version FROM pragma_user_version),
                      (SELECT count(*) FROM sqlite_schema)";
    let row = sqlx::query(sql).fetch_one(connection).await.map_err(|error| from_sql(path, error))?;
    match (row.get::<i64, _>(0), row.get::<i64, _>(1), row.get::<i64, _>(2)) {
        (0, 0, 0) => Ok(0),
        (APPLICATION, found, _) if found > FORMAT => {
            Err(OpenError::Newer { path: path.to_owned(), found, known: FORMAT })
        }
        (APPLICATION, found, _) => Ok(found),
        _ => Err(OpenError::NotAJournal {
            path: path.to_owned(),
            what: "it is an SQLite database of another program".to_owned(),
        }),
    }
}

async fn migrate(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let mut change = connection.begin_with("BEGIN IMMEDIATE").await?;
    // Asked again inside: another process may have been first.
    let found: i64 = sqlx::query_scalar("SELECT user_version FROM pragma_user_version").fetch_one(&mut *change).await?;
    for sql in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        sqlx::raw_sql(*sql).execute(&mut *change).await?;
    }
    let stamp = format!("PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {FORMAT}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(stamp)).execute(&mut *change).await?;
    change.commit().await
}

fn from_io(path: &Path, error: io::Error) -> OpenError {
    let (path, kind) = (path.to_owned(), error.kind());
    let source = error.into();
    match kind {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => OpenError::Permission { path, source },
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => OpenError::DiskFull { path, source },
        _ => OpenError::Engine { path, source },
    }
}

fn from_sql(path: &Path, error: sqlx::Error) -> OpenError {
    let (path, trouble) = (path.to_owned(), trouble(&error));
    let source: Box<dyn Error + Send + Sync> = error.into();
    match trouble {
        Trouble::NotADatabase => OpenError::NotAJournal { path, what: "it is no SQLite database".to_owned() },
        Trouble::Permission => OpenError::Permission { path, source },
        Trouble::DiskFull => OpenError::DiskFull { path, source },
        Trouble::Corrupt => OpenError::Corrupt { path, source },
        Trouble::Other => OpenError::Engine { path, source },
    }
}

/// SQLite's result codes, as far as they call for different action.
#[derive(PartialEq, Eq)]
pub enum Trouble {
    NotADatabase,
    Permission,
    DiskFull,
    Corrupt,
    Other,
}

pub fn trouble(error: &sqlx::Error) -> Trouble {
    const NO_SPACE_FOR_SHARED_MEMORY: u32 = 4874;
    let code: Option<u32> = error.as_database_error().and_then(|e| e.code()).and_then(|code| code.parse().ok());
    match code.map(|code| (code, code & 0xff)) {
        Some((NO_SPACE_FOR_SHARED_MEMORY, _) | (_, 13)) => Trouble::DiskFull,
        Some((_, 26)) => Trouble::NotADatabase,
        Some((_, 11)) => Trouble::Corrupt,
        Some((_, 3 | 8 | 14 | 23)) => Trouble::Permission,
        _ => Trouble::Other,
    }
}
