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
        let wide = u128::from(self.0 ^ value) * 0xe703_7ed1_a0b4_28db;
        Mark(((wide >> 64) as u64 ^ wide as u64).wrapping_add(0x8bb8_4b93_962e_acc9).rotate_left(23))
    }

    #[inline]
    pub fn bytes(self, bytes: &[u8]) -> Mark {
        let (words, rest) = bytes.as_chunks::<8>();
        let words = words.iter().map(|word| u64::from_le_bytes(*word));
        let mark = words.fold(self.number(bytes.len() as u64), Mark::number);
        if rest.is_empty() { mark } else { mark.number(few(rest)) }
    }

    #[inline]
    pub fn value(self) -> u64 {
        self.0
    }
}

/// At most eight bytes as one number, the first one lowest.
#[inline]
pub fn few(bytes: &[u8]) -> u64 {
    match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (Some(first), Some(last)) => {
            let shift = (bytes.len() - 4) * 8;
            u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << shift
        }
        _ => bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

/// Of a business key: 48 bits, so that it takes little room in a row of the ring.
#[inline]
pub fn id(text: &str) -> u64 {
    Mark::NEW.bytes(text.as_bytes()).value() >> 16
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

/// Of all that a report says, but for who says it and its number, in 32 bits.
pub fn content(point: &Checkpoint<'_>, place: u64) -> u32 {
    let mut mark = Mark(place).bytes(point.id.as_bytes()).number(point.seq.unwrap_or(0)).number(point.at as u64);
    let outcome = point.outcome.map_or(0, |outcome| 1 + outcome as u64);
    let said = [point.seq.is_some(), point.digest.is_some(), point.amount.is_some(), point.currency.is_some()];
    let said = said.iter().fold(u64::from(point.possdup), |bits, said| bits << 1 | u64::from(*said));
    mark = mark.number(said | outcome << 8 | u64::from(point.attempt.unwrap_or(1)) << 16);
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
