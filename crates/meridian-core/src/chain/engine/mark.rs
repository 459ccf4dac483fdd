//! Fingerprints of 64 bits, the same in every version of the program, for what is compared and never looked up.
//!
//! What this does *not* do: it resists no attacker who looks for two texts of one fingerprint; a digest does.

use crate::chain::record::{Checkpoint, Digest};

/// A fingerprint that grows.
#[derive(Clone, Copy, Debug)]
pub struct Mark(u64);

impl Mark {
    pub const NEW: Mark = Mark(0x9e37_79b9_7f4a_7c15);

    #[inline]
    pub fn number(self, value: u64) -> Mark {
        self.pair(value, 0)
    }

    /// Two numbers, for the price of one.
    #[inline]
    pub fn pair(self, a: u64, b: u64) -> Mark {
        let wide = u128::from(self.0 ^ a) * u128::from(b ^ 0xe703_7ed1_a0b4_28db);
        Mark(((wide >> 64) as u64 ^ wide as u64).wrapping_add(0x8bb8_4b93_962e_acc9).rotate_left(23))
    }

    #[inline]
    pub fn bytes(self, bytes: &[u8]) -> Mark {
        let mark = Mark(self.0 ^ (bytes.len() as u64).rotate_left(48));
        match bytes.last_chunk::<16>() {
            Some(last) if bytes.len() > 16 => {
                // The last ones may be counted twice, always in the same way.
                let (chunks, _) = bytes.as_chunks::<16>();
                chunks.iter().chain([last]).fold(mark, |mark, chunk| mark.ends(chunk))
            }
            _ => mark.ends(bytes),
        }
    }

    #[inline]
    fn ends(self, bytes: &[u8]) -> Mark {
        let (head, tail) = ends(bytes);
        self.pair(head, tail)
    }

    #[inline]
    pub fn value(self) -> u64 {
        self.0
    }
}

/// The first eight bytes and the last eight as numbers: up to sixteen are told from any others of as many.
#[inline]
pub fn ends(bytes: &[u8]) -> (u64, u64) {
    match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(head), Some(tail)) => (u64::from_le_bytes(*head), u64::from_le_bytes(*tail)),
        _ => (few(bytes), 0),
    }
}

/// Less than eight bytes as one number.
#[inline]
fn few(bytes: &[u8]) -> u64 {
    let short = |bytes: &[u8; 4]| u64::from(u32::from_le_bytes(*bytes));
    match (bytes, bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (_, Some(first), Some(last)) => short(first) | short(last) << ((bytes.len() - 4) * 8),
        ([a, .., b], ..) => u64::from(*a) | u64::from(bytes[1]) << 8 | u64::from(*b) << 16,
        ([a], ..) => u64::from(*a),
        _ => 0,
    }
}

/// Of a business key.
#[inline]
pub fn key(text: &str) -> u64 {
    Mark::NEW.bytes(text.as_bytes()).value()
}

/// Of a business key 48 bits, so that it takes little room in a row of the ring.
#[inline]
pub fn id(key: u64) -> u64 {
    key >> 16
}

/// Of a digest, half of which is enough to tell two apart; never 0.
#[inline]
pub fn digest(digest: Digest) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = digest.0;
    u64::from_le_bytes([a, b, c, d, e, f, g, h]).max(1)
}

/// Of where a report says that it was: chain, hop and lane.
pub fn place(point: &Checkpoint<'_>) -> u64 {
    let lane = Mark::NEW.number(u64::from(point.lane.is_some())).bytes(point.lane.as_deref().unwrap_or("").as_bytes());
    lane.bytes(point.chain.as_bytes()).bytes(point.hop.as_bytes()).value()
}

/// Of all that a report says, but for who says it and its number, in 32 bits. The fingerprints of where it says that it
/// was, and of its business key, are known.
#[inline]
pub fn content(point: &Checkpoint<'_>, place: u64, key: u64) -> u32 {
    let outcome = point.outcome.map_or(0, |outcome| 1 + outcome as u64);
    let said = [point.seq.is_some(), point.digest.is_some(), point.amount.is_some(), point.currency.is_some()];
    let said = said.iter().fold(u64::from(point.possdup), |bits, said| bits << 1 | u64::from(*said));
    let said = said | outcome << 8 | u64::from(point.attempt.unwrap_or(1)) << 16;
    let mut mark = Mark(place).pair(key, point.seq.unwrap_or(0)).pair(point.at as u64, said);
    if let Some(digest) = &point.digest {
        mark = mark.bytes(&digest.0);
    }
    if let Some(amount) = point.amount {
        mark = mark.bytes(&amount.0.to_le_bytes());
    }
    if let Some(currency) = &point.currency {
        mark = mark.bytes(currency.as_bytes());
    }
    (mark.value() >> 32) as u32
}
