//! Sealing, opening and verifying entries.

use serde::Deserialize;

use super::{Broken, Entry, Hash, Head};
use crate::fact::Fact;

/// An entry as it is stored: its canonical bytes and the hash over the chain up to and including it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    pub seq: u64,
    pub body: Box<[u8]>,
    pub hash: Hash,
}

impl Sealed {
    pub fn head(&self) -> Head {
        Head { seq: self.seq, hash: self.hash }
    }
}

fn chained(before: Hash, body: &[u8]) -> Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&before.0).update(body);
    Hash(hasher.finalize().into())
}

/// Writes the entry's canonical bytes, once, and chains them to the hash before.
pub fn seal(before: Hash, entry: &Entry) -> Sealed {
    // Writing to memory fails only for maps whose keys are no text, and no fact has one (`every_fact` proves it).
    let body = serde_json::to_vec(entry).expect("a fact is always writable as JSON").into_boxed_slice();
    Sealed { seq: entry.seq, hash: chained(before, &body), body }
}

/// Seals entries that follow each other, the first of them after `before`.
pub fn seal_all<'a>(before: Hash, entries: impl IntoIterator<Item = &'a Entry>) -> Vec<Sealed> {
    let mut last = before;
    let mut seal_next = |entry| {
        let sealed = seal(last, entry);
        last = sealed.hash;
        sealed
    };
    entries.into_iter().map(&mut seal_next).collect()
}

/// Reads the entry back. It says nothing about the chain: [`verify_next`] does.
pub fn open(sealed: &Sealed) -> Result<Entry, Broken> {
    let entry: Entry = serde_json::from_slice(&sealed.body)
        .map_err(|error| Broken::Unparsable { seq: sealed.seq, why: error.to_string() })?;
    if entry.seq == sealed.seq { Ok(entry) } else { Err(Broken::Misplaced { seq: sealed.seq, body: entry.seq }) }
}

/// Checks that the entry follows `before` and hashes as it says, without reading its fact.
pub fn link(before: Head, sealed: &Sealed) -> Result<Head, Broken> {
    let seq = before.seq + 1;
    if sealed.seq != seq {
        return Err(Broken::Missing { seq, found: sealed.seq });
    }
    let expected = chained(before.hash, &sealed.body);
    if expected == sealed.hash {
        return Ok(sealed.head());
    }
    #[derive(Deserialize)]
    struct Numbered {
        seq: u64,
    }
    match serde_json::from_slice::<Numbered>(&sealed.body) {
        Ok(Numbered { seq: body }) if body != seq => Err(Broken::Misplaced { seq, body }),
        _ => Err(Broken::Altered { seq, expected, found: sealed.hash }),
    }
}

/// Checks the whole entry: its place, its hash, that its fact can be read, and that what a fact says twice is the same.
/// The result is the head to go on from.
pub fn verify_next(before: Head, sealed: &Sealed) -> Result<Head, Broken> {
    let head = link(before, sealed)?;
    if let Fact::Alert(fact) = &*open(sealed)?.fact
        && let Some(fired) = fact.with_wrong_fingerprint()
    {
        let (found, expected) = (fired.fingerprint, fired.labels.fingerprint());
        let why = format!("it calls an alert {found} whose labels have the fingerprint {expected}");
        return Err(Broken::Unparsable { seq: sealed.seq, why });
    }
    Ok(head)
}
