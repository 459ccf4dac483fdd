//! What is asked of a whole journal. Each streams: memory does not grow with the journal.

use std::{
    collections::BTreeMap,
    fmt,
    io::{self, Write},
};

use meridian_core::{
    Instant,
    journal::{Broken, Head, verify_next},
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error as _, IgnoredAny, MapAccess, Visitor},
};

use crate::{Journal, ReadError};

const STRIDE: usize = 4096;

/// A journal that verifies from its first entry to its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    pub entries: u64,
    pub head: Head,
    /// Whether something outside the journal confirms that its end was not cut off.
    pub witnessed: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    pub entries: u64,
    pub first: Option<Instant>,
    pub last: Option<Instant>,
    /// What the journal takes where it is kept.
    pub bytes: u64,
    /// How many entries there are of each fact.
    pub facts: BTreeMap<String, u64>,
    /// How many entries there are of each day in UTC.
    pub days: BTreeMap<String, u64>,
}

/// Why the whole journal could not be walked.
#[derive(Debug)]
pub enum WholeError {
    Broken(Broken),
    Read(ReadError),
    /// What is exported could not be written.
    Write(io::Error),
}

impl fmt::Display for WholeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WholeError::Broken(broken) => broken.fmt(f),
            WholeError::Read(error) => error.fmt(f),
            WholeError::Write(error) => write!(f, "the export cannot be written: {error}"),
        }
    }
}

impl std::error::Error for WholeError {}

impl From<Broken> for WholeError {
    fn from(broken: Broken) -> WholeError {
        WholeError::Broken(broken)
    }
}

impl From<ReadError> for WholeError {
    fn from(error: ReadError) -> WholeError {
        match error {
            ReadError::Broken(broken) => WholeError::Broken(broken),
            error => WholeError::Read(error),
        }
    }
}

/// Checks every entry: its place, its hash, that it can be read; and that the journal agrees with its witnesses.
/// `progress` is told now and then how many entries are done.
pub async fn verify(journal: &dyn Journal, mut progress: impl FnMut(u64)) -> Result<Report, WholeError> {
    // First the witnesses, then the entries: what is appended meanwhile must not look like a loss.
    let witnesses = journal.witnesses().await;
    let mut head = Head::GENESIS;
    loop {
        let entries = journal.read(head.seq + 1, STRIDE).await?;
        if entries.is_empty() {
            break;
        }
        for sealed in &entries {
            head = verify_next(head, sealed)?;
            if let Some(&(witness, seen)) = witnesses.iter().find(|(_, seen)| seen.seq == head.seq && *seen != head) {
                let (expected, found) = (seen.hash, head.hash);
                return Err(Broken::Replaced { seq: head.seq, expected, found, witness }.into());
            }
        }
        progress(head.seq);
    }
    match witnesses.iter().find(|(_, seen)| seen.seq > head.seq) {
        Some(&(witness, expected)) => Err(Broken::EndsEarly { last: head, expected, witness }.into()),
        None => Ok(Report { entries: head.seq, head, witnessed: !witnesses.is_empty() }),
    }
}

/// Writes entries `from` to `to` (both included) as lines of JSON: each is the stored entry with its `hash` added.
/// The result is how many there were.
pub async fn export(
    journal: &dyn Journal,
    from: u64,
    to: Option<u64>,
    out: &mut (dyn Write + Send),
) -> Result<u64, WholeError> {
    let (mut next, to) = (from.max(1), to.unwrap_or(u64::MAX));
    let mut count = 0;
    while next <= to {
        let left = usize::try_from(to - next).unwrap_or(usize::MAX).saturating_add(1);
        let entries = journal.read(next, STRIDE.min(left)).await?;
        let Some(last) = entries.last() else { break };
        next = last.seq.saturating_add(1);
        for sealed in entries.iter().take_while(|sealed| sealed.seq <= to) {
            // The stored bytes themselves, not the entry written anew: the hash is over them.
            let object = sealed
                .body
                .strip_suffix(b"}")
                .ok_or_else(|| Broken::Unparsable { seq: sealed.seq, why: "it is no JSON object".to_owned() })?;
            let written = out.write_all(object).and_then(|()| writeln!(out, ",\"hash\":\"{}\"}}", sealed.hash));
            written.map_err(WholeError::Write)?;
            count += 1;
        }
    }
    out.flush().map_err(WholeError::Write)?;
    Ok(count)
}

pub async fn stats(journal: &dyn Journal) -> Result<Stats, WholeError> {
    let mut stats = Stats { bytes: journal.bytes().await?, ..Stats::default() };
    let mut next = 1;
    loop {
        let entries = journal.read(next, STRIDE).await?;
        let Some(last) = entries.last() else { return Ok(stats) };
        next = last.seq.saturating_add(1);
        for sealed in &entries {
            let entry: Counted = serde_json::from_slice(&sealed.body)
                .map_err(|error| Broken::Unparsable { seq: sealed.seq, why: error.to_string() })?;
            stats.entries += 1;
            stats.first = stats.first.or(Some(entry.at));
            stats.last = Some(entry.at);
            *stats.facts.entry(entry.fact.0).or_default() += 1;
            let day = entry.at.to_string().chars().take(10).collect();
            *stats.days.entry(day).or_default() += 1;
        }
    }
}

/// What is counted of an entry. The fact itself is not read, so facts of later releases are counted, too.
#[derive(Deserialize)]
struct Counted {
    at: Instant,
    fact: FactName,
}

struct FactName(String);

impl<'de> Deserialize<'de> for FactName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<FactName, D::Error> {
        struct FirstKey;
        impl<'de> Visitor<'de> for FirstKey {
            type Value = FactName;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with one key, the name of a fact")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FactName, A::Error> {
                let (name, IgnoredAny) = map.next_entry()?.ok_or_else(|| A::Error::custom("a fact has no name"))?;
                Ok(FactName(name))
            }
        }
        deserializer.deserialize_map(FirstKey)
    }
}
