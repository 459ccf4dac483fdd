//! Fingerprints of 64 bits, the same in every version of the program, for what is compared and never looked up.
//!
//! What this does *not* do: it resists no attacker who looks for two texts of one fingerprint; a digest does.

use crate::chain::record::{Checkpoint, Digest};

/// A fingerprint that grows.
#[derive(Clone, Copy, Debug)]
pub struct Mark(u64);

impl Mark {
    pub const NEW: Mark = Mark(0x9e37_79b9_7f4a_7c15);

    pub fn number(self, value: u64) -> Mark {
        let wide = u128::from(self.0 ^ value) * 0xe703_7ed1_a0b4_28db;
        Mark(((wide >> 64) as u64 ^ wide as u64).wrapping_add(0x8bb8_4b93_962e_acc9).rotate_left(23))
    }

    pub fn bytes(self, bytes: &[u8]) -> Mark {
        let words = bytes.chunks(8).map(|chunk| {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            u64::from_le_bytes(word)
        });
        words.fold(self.number(bytes.len() as u64), Mark::number)
    }

    pub fn value(self) -> u64 {
        self.0
    }
}

pub fn id(text: &str) -> u64 {
    Mark::NEW.bytes(text.as_bytes()).value()
}

/// Of a digest, half of which is enough to tell two apart; never 0.
pub fn digest(digest: Digest) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = digest.0;
    u64::from_le_bytes([a, b, c, d, e, f, g, h]).max(1)
}

/// Of all that a report says, but for who says it and its number.
pub fn content(point: &Checkpoint<'_>) -> u64 {
    let text =
        |mark: Mark, text: Option<&str>| mark.number(u64::from(text.is_some())).bytes(text.unwrap_or("").as_bytes());
    let mut mark = Mark::NEW.bytes(point.chain.as_bytes()).bytes(point.hop.as_bytes()).bytes(point.id.as_bytes());
    mark = text(mark, point.lane.as_deref()).number(u64::from(point.seq.is_some())).number(point.seq.unwrap_or(0));
    mark = mark.number(point.at as u64).bytes(point.digest.as_ref().map_or(&[], |digest| &digest.0));
    if let Some(amount) = point.amount {
        mark = mark.bytes(&amount.0.to_le_bytes());
    }
    mark = text(mark, point.currency.as_deref()).number(u64::from(point.attempt.unwrap_or(1)));
    mark.number(u64::from(point.possdup)).number(point.outcome.map_or(0, |outcome| 1 + outcome as u64)).value()
}
