//! What a block remembers while it is written or read: both sides remember the same, so that it need not be said twice.

use std::collections::HashMap;

use crate::chain::amount::Amount;
use crate::chain::record::{Digest, Text};

/// Which names a stream belongs to; an absent name is 0, others are their index + 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StreamKey {
    pub chain: u32,
    pub lane: u32,
    pub hop: u32,
    pub reporter: u32,
}

/// The record before in one stream.
#[derive(Clone, Debug)]
pub struct Stream<'a> {
    pub key: StreamKey,
    pub seq: u64,
    pub n: u64,
    pub at: i64,
    pub epoch: Option<u64>,
    pub id: Text<'a>,
}

impl Stream<'_> {
    pub fn new(key: StreamKey, at: i64) -> Self {
        Stream { key, seq: 0, n: 0, at, epoch: None, id: Text::Borrowed("") }
    }
}

/// What does not change of a message from hop to hop.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rest<'a> {
    pub digest: Option<Digest>,
    pub amount: Option<Amount>,
    pub currency: Option<Text<'a>>,
}

/// The messages of a block by their lane and sequence; what has none is not remembered.
#[derive(Clone, Debug, Default)]
pub struct Messages<'a>(HashMap<(u32, u32, u64), (Text<'a>, Rest<'a>)>);

impl<'a> Messages<'a> {
    pub fn get(&self, key: StreamKey, seq: Option<u64>) -> Option<&(Text<'a>, Rest<'a>)> {
        self.0.get(&(key.chain, key.lane, seq?))
    }

    pub fn put(&mut self, key: StreamKey, seq: Option<u64>, id: &Text<'a>, rest: Rest<'a>) {
        let Some(seq) = seq else { return };
        self.0.insert((key.chain, key.lane, seq), (id.clone(), rest));
    }
}

/// The id with its last digits counted up by one: `A-0099` is followed by `A-0100`. None if it ends with no digit, or
/// with nines alone.
pub fn id_after(id: &str) -> Option<String> {
    let mut bytes = id.as_bytes().to_vec();
    for at in (0..bytes.len()).rev() {
        match bytes[at] {
            b'9' => bytes[at] = b'0',
            b'0'..=b'8' => {
                bytes[at] += 1;
                return String::from_utf8(bytes).ok();
            }
            _ => return None,
        }
    }
    None
}

/// The 16 bytes of a UUID in its usual form: lower case, with hyphens.
pub fn uuid_bytes(text: &str) -> Option<[u8; 16]> {
    let bytes = text.as_bytes();
    if bytes.len() != 36 {
        return None;
    }
    let (mut out, mut digits) = ([0_u8; 16], 0);
    for (at, byte) in bytes.iter().enumerate() {
        let value = match (at, byte) {
            (8 | 13 | 18 | 23, b'-') => continue,
            (8 | 13 | 18 | 23, _) => return None,
            (_, b'0'..=b'9') => byte - b'0',
            (_, b'a'..=b'f') => byte - b'a' + 10,
            _ => return None,
        };
        out[digits / 2] = out[digits / 2] << 4 | value;
        digits += 1;
    }
    Some(out)
}

pub fn uuid_text(bytes: &[u8; 16]) -> String {
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }));
        }
    }
    text
}
