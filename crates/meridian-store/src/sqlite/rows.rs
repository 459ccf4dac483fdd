//! The statements on the tables.

use sqlx::{
    AssertSqlSafe, Connection as _, Row as _, Sqlite, SqliteConnection,
    query::Query,
    sqlite::{SqliteArguments, SqliteRow},
};

use super::connect::{Trouble, trouble};
use crate::{AppendError, Broken, Hash, Head, Lease, ReadError, Sealed};

/// What an append must agree with.
pub struct State {
    pub lease: Lease,
    pub head: Head,
}

pub async fn state(connection: &mut SqliteConnection) -> Result<State, sqlx::Error> {
    let sql = "SELECT (SELECT value FROM meta WHERE name = 'epoch'), (SELECT max(seq) FROM entry),
                      (SELECT hash FROM entry ORDER BY seq DESC LIMIT 1)";
    let row = sqlx::query(sql).fetch_one(connection).await?;
    let epoch: i64 = row.try_get(0)?;
    let head = match row.try_get::<Option<i64>, _>(1)? {
        None => Head::GENESIS,
        Some(seq) => Head { seq: seq as u64, hash: hash(row.try_get(2)?).unwrap_or(Hash([0; 32])) },
    };
    Ok(State { lease: Lease { epoch: epoch as u64 }, head })
}

pub async fn next_epoch(connection: &mut SqliteConnection) -> Result<u64, sqlx::Error> {
    let sql = "UPDATE meta SET value = value + 1 WHERE name = 'epoch' RETURNING value";
    let epoch: i64 = sqlx::query_scalar(sql).fetch_one(connection).await?;
    Ok(epoch as u64)
}

pub async fn append(
    connection: &mut SqliteConnection,
    lease: Lease,
    expected: Head,
    entries: &[Sealed],
) -> Result<(), AppendError> {
    // A statement is a transaction of its own; so a small group costs one way to the database's thread instead of five.
    if (1..=STATEMENT).contains(&entries.len())
        && insert_if(connection, lease, expected, entries).await.map_err(failed)?
    {
        return Ok(());
    }
    let mut group = connection.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    let found = state(&mut group).await.map_err(failed)?;
    let refusal = if found.lease != lease {
        Some(AppendError::StaleLease { lease, current: found.lease })
    } else if found.head != expected {
        Some(AppendError::HeadMoved { expected, found: found.head })
    } else {
        None
    };
    if let Some(refusal) = refusal {
        group.rollback().await.map_err(failed)?;
        return Err(refusal);
    }
    for part in entries.chunks(STATEMENT) {
        bound(&format!("INSERT INTO entry (seq, body, hash) VALUES {}", rows_of(part)), part)
            .execute(&mut *group)
            .await
            .map_err(failed)?;
    }
    group.commit().await.map_err(failed)
}

/// The most rows in one statement. Its text depends only on their number, so that a handful of prepared statements
/// serves every group.
const STATEMENT: usize = 64;

/// Inserts all of these; or none, where lease or head are others than expected, and answers no.
async fn insert_if(
    connection: &mut SqliteConnection,
    lease: Lease,
    expected: Head,
    entries: &[Sealed],
) -> Result<bool, sqlx::Error> {
    let sql = format!(
        "INSERT INTO entry (seq, body, hash) SELECT * FROM (VALUES {})
         WHERE (SELECT value FROM meta WHERE name = 'epoch') = ?
           AND coalesce((SELECT max(seq) FROM entry), 0) = ?
           AND coalesce((SELECT hash FROM entry ORDER BY seq DESC LIMIT 1), zeroblob(32)) = ?",
        rows_of(entries)
    );
    let guarded = bound(&sql, entries).bind(lease.epoch as i64).bind(expected.seq as i64).bind(&expected.hash.0[..]);
    Ok(guarded.execute(connection).await?.rows_affected() == entries.len() as u64)
}

fn rows_of(entries: &[Sealed]) -> String {
    vec!["(?, ?, ?)"; entries.len()].join(", ")
}

fn bound<'q>(sql: &str, entries: &'q [Sealed]) -> Query<'q, Sqlite, SqliteArguments> {
    entries.iter().fold(sqlx::query(AssertSqlSafe(sql.to_owned())), |query, Sealed { seq, body, hash }| {
        query.bind(*seq as i64).bind(&**body).bind(&hash.0[..])
    })
}

fn failed(error: sqlx::Error) -> AppendError {
    match trouble(&error) {
        Trouble::DiskFull => AppendError::DiskFull { source: error.into() },
        _ => AppendError::Engine { source: error.into() },
    }
}

/// How many entries come in one value.
const PACK: usize = 512;

pub async fn read(connection: &mut SqliteConnection, from: u64, limit: usize) -> Result<Vec<Sealed>, ReadError> {
    let Ok(mut first) = i64::try_from(from) else { return Ok(Vec::new()) };
    let mut entries = Vec::new();
    while entries.len() < limit {
        let count = PACK.min(limit - entries.len());
        let part = match packed(connection, first, count).await {
            Some(part) => part,
            None => match each(connection, first, count).await {
                // What was read before the fault is given first, so that an earlier fault in it is found first.
                Err(_) if !entries.is_empty() => break,
                part => part?,
            },
        };
        let (got, last) = (part.len(), part.last().map_or(0, |sealed| sealed.seq));
        entries.extend(part);
        match i64::try_from(last) {
            Ok(last) if got == count => first = last.saturating_add(1),
            _ => break,
        }
    }
    Ok(entries)
}

/// Many entries in one value, because a row costs four times as much as what is in it. Each is preceded by its number
/// and its lengths, so that its bytes may be any. Nothing if anything is odd: [`each`] then says what.
async fn packed(connection: &mut SqliteConnection, first: i64, count: usize) -> Option<Vec<Sealed>> {
    let sql = "SELECT CAST(group_concat(piece, '') AS BLOB) FROM
                 (SELECT seq || ' ' || length(body) || ' ' || length(hash) || ':' || body || hash AS piece
                  FROM entry WHERE seq >= ? ORDER BY seq LIMIT ?)";
    let row = sqlx::query(sql).bind(first).bind(count as i64).fetch_one(connection).await.ok()?;
    let mut rest: &[u8] = row.try_get::<Option<&[u8]>, _>(0).ok()?.unwrap_or_default();
    let mut entries = Vec::with_capacity(count);
    while !rest.is_empty() {
        let colon = rest.iter().take(80).position(|byte| *byte == b':')?;
        let mut lead = std::str::from_utf8(&rest[..colon]).ok()?.split(' ');
        let (seq, body, hashed) = (lead.next()?.parse().ok()?, lead.next()?.parse().ok()?, lead.next()?.parse().ok()?);
        let (body, after) = rest[colon + 1..].split_at_checked(body)?;
        let (hashed, after) = after.split_at_checked(hashed)?;
        entries.push(Sealed { seq, body: body.into(), hash: hash(hashed)? });
        rest = after;
    }
    entries.is_sorted_by(|a, b| a.seq < b.seq).then_some(entries)
}

async fn each(connection: &mut SqliteConnection, first: i64, count: usize) -> Result<Vec<Sealed>, ReadError> {
    let sql = "SELECT seq, body, hash FROM entry WHERE seq >= ? ORDER BY seq LIMIT ?";
    match sqlx::query(sql).bind(first).bind(count as i64).fetch_all(&mut *connection).await {
        Ok(rows) => whole_rows(&rows),
        Err(error) if trouble(&error) == Trouble::Corrupt => read_singly(connection, first, count, error).await,
        Err(error) => Err(ReadError::Engine { source: error.into() }),
    }
}

/// The rows before one that cannot be understood; the fault itself once it comes first.
fn whole_rows(rows: &[SqliteRow]) -> Result<Vec<Sealed>, ReadError> {
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        match sealed(row) {
            Ok(sealed) => entries.push(sealed),
            Err(error) if entries.is_empty() => return Err(error),
            Err(_) => break,
        }
    }
    Ok(entries)
}

/// A page is damaged somewhere in this range: what stands before it is given, and then the very entry is named.
async fn read_singly(
    connection: &mut SqliteConnection,
    first: i64,
    limit: usize,
    whole: sqlx::Error,
) -> Result<Vec<Sealed>, ReadError> {
    let mut sound = Vec::new();
    for seq in (first..).take(limit) {
        let row = sqlx::query("SELECT seq, body, hash FROM entry WHERE seq = ?")
            .bind(seq)
            .fetch_optional(&mut *connection)
            .await;
        match row {
            Ok(Some(row)) => sound.extend(whole_rows(&[row])?),
            Ok(None) => break,
            Err(error) if sound.is_empty() => {
                return Err(ReadError::Broken(Broken::Unreadable { seq: seq as u64, why: error.to_string() }));
            }
            Err(_) => return Ok(sound),
        }
    }
    if sound.is_empty() {
        Err(ReadError::Broken(Broken::Unreadable { seq: first as u64, why: whole.to_string() }))
    } else {
        Ok(sound)
    }
}

fn sealed(row: &SqliteRow) -> Result<Sealed, ReadError> {
    let seq = row.try_get::<i64, _>(0).map_err(|e| ReadError::Engine { source: e.into() })? as u64;
    let broken = |why: String| ReadError::Broken(Broken::Unreadable { seq, why });
    let body: &[u8] = row.try_get(1).map_err(|e| broken(e.to_string()))?;
    let bytes: &[u8] = row.try_get(2).map_err(|e| broken(e.to_string()))?;
    let hash = hash(bytes).ok_or_else(|| broken(format!("its hash has {} bytes and should have 32", bytes.len())))?;
    Ok(Sealed { seq, body: body.into(), hash })
}

fn hash(bytes: &[u8]) -> Option<Hash> {
    bytes.try_into().ok().map(Hash)
}
