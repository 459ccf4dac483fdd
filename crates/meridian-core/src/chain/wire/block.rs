//! Blocks: many records in few bytes, version 1. One block is one body of the binary intake and one frame of the log.
//!
//! ```text
//! block      = "MCKB" version:u8=1 count:varint record*          nothing may follow
//! record     = 0 now:delta                                       a tick; against the tick before
//!            | 1 reporter:name epoch:varint through:varint at:delta   a heartbeat; against the heartbeat before
//!            | 2 chain:name lane:name? hop:name reporter:name? point  a checkpoint of a new stream
//!            | 3+stream:varint point                             a checkpoint of a stream that is known
//! point      = flags:varint [seq:delta] [n:delta] [epoch] id at:delta
//!              [digest:16] [amount] [currency:name] [attempt:varint]
//! name       = index:varint; the next unused index brings its text: len:varint bytes. `name?` is 0, or index + 1
//! id         = by the flags: shared:varint len:varint bytes (shared: bytes taken from the id before in the stream)
//!            | nothing: the id that the same lane and sequence had before in this block
//!            | nothing: the id before in the stream with its last digits counted up by one
//!            | 16 bytes: a UUID in its usual form
//! epoch      = 0 (none) | 1 epoch:varint
//! amount     = zeros:u8 value:zigzag; value * 10^zeros billionths
//! delta      = zigzag of the wrapping difference to the value before in the stream
//! varint     = LEB128, at most 10 bytes (an amount: 19), no needless zero at the end
//! flags      = 1 seq · 2 the seq after the one before · 4 n · 8 the n after the one before · 16, 32 form of the id
//!              · 64 digest, amount and currency as they were with this message before in this block · 128 epoch differs
//!              · 256 digest · 512 amount · 1024 currency · 2048 attempt · 4096 possdup · 8192 rejected · 16384 cancelled
//! ```
//!
//! A stream is a (chain, lane, hop, reporter). With a message at five hops in one block its later sightings take eight
//! bytes or so. A block that breaks any of this is refused whole, with the number of the record: no panic, and no more
//! memory than its records take. A short record may stand for a long text, so that a block is read record by record
//! ([`Records`]) where its sender is not trusted. What this does *not* do: it carries no checksum (the log's frames do).

mod decode;
mod encode;
mod memory;
mod recall;
mod varint;

pub use decode::{Records, decode_block};
pub use encode::encode_block;

use std::fmt;

const MAGIC: &[u8; 4] = b"MCKB";
const VERSION: u8 = 1;

/// How many records one block may have.
pub const RECORDS_MAX: usize = 65_536;

const SEQ: u64 = 1;
const SEQ_NEXT: u64 = 2;
const N: u64 = 4;
const N_NEXT: u64 = 8;
const ID_KNOWN: u64 = 16;
const ID_NEXT: u64 = 32;
const ID_UUID: u64 = 48;
const REST_KNOWN: u64 = 64;
const EPOCH: u64 = 128;
const DIGEST: u64 = 256;
const AMOUNT: u64 = 512;
const CURRENCY: u64 = 1024;
const ATTEMPT: u64 = 2048;
const POSSDUP: u64 = 4096;
const REJECTED: u64 = 8192;
const CANCELLED: u64 = 16384;
const ALL_FLAGS: u64 = 32767;

/// Why a block is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockError {
    /// The record at which it broke, counted from 1; 0: its head.
    pub record: usize,
    pub reason: String,
}

impl fmt::Display for BlockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BlockError { record, reason } = self;
        match record {
            0 => write!(f, "the head of the block: {reason}; send a block of version {VERSION}"),
            _ => write!(f, "record {record} of the block: {reason}; nothing of the block was taken, write it again"),
        }
    }
}

impl std::error::Error for BlockError {}
