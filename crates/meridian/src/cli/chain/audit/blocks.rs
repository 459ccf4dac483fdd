//! Files of blocks, as `meridian chain log dump --blocks` writes them: each with its length before it, as in the log. One block
//! alone, as it is sent to a server, is read as well.
//!
//! | what comes | what is done |
//! | --- | --- |
//! | a block that is not sound | refused whole, by its number; the next one goes on |
//! | a file that ends in the middle of a block | that block is refused, and all before it counts |
//! | a length that no block has | the rest is refused: nobody knows where the next one begins |
//! | a tick of the house's clock | passed over, for the audit takes the time from the records |

use std::{
    collections::VecDeque,
    io::{self, BufRead, Read},
};

use meridian_core::chain::{Record, wire::block::Records};

use super::source::{Refuse, Refused, Take};

const MAGIC: &[u8] = b"MCKB";
/// The most that a server takes, and far more than any writes.
const BLOCK_BYTES_MAX: u64 = 64 << 20;

pub struct Blocks {
    name: String,
    reader: Box<dyn BufRead>,
    /// Whether each has its length before it.
    framed: bool,
    number: u64,
    ended: bool,
    /// What was read of the block and waits for its turn.
    ahead: VecDeque<Record<'static>>,
}

impl Blocks {
    /// Whether a file that begins so has blocks, and whether with their lengths.
    pub fn are_here(start: &[u8]) -> Option<bool> {
        if start.starts_with(MAGIC) {
            return Some(false);
        }
        start.get(4..).is_some_and(|rest| rest.starts_with(MAGIC)).then_some(true)
    }

    pub fn new(name: String, reader: Box<dyn BufRead>, framed: bool) -> Blocks {
        Blocks { name, reader, framed, number: 0, ended: false, ahead: VecDeque::new() }
    }

    /// Hands over all that is in it. Nothing is copied on the way.
    pub fn all(&mut self, taken: Take<'_>, refused: Refuse<'_>) -> Result<(), String> {
        let mut block = Vec::new();
        while self.block(&mut block, refused)? {
            let Some(mut records) = self.sound(&block, refused) else { continue };
            while let Some(Ok(record)) = records.lend() {
                if !matches!(record, Record::Tick { .. }) {
                    taken(&record);
                }
            }
        }
        Ok(())
    }

    pub fn next(&mut self, refused: Refuse<'_>) -> Result<bool, String> {
        self.ahead.pop_front();
        let mut block = Vec::new();
        while self.ahead.is_empty() && self.block(&mut block, refused)? {
            let Some(records) = self.sound(&block, refused) else { continue };
            let records = records.filter_map(Result::ok).filter(|record| !matches!(record, Record::Tick { .. }));
            self.ahead = records.map(Record::into_owned).collect();
        }
        Ok(!self.ahead.is_empty())
    }

    pub fn first(&self) -> Option<&Record<'static>> {
        self.ahead.front()
    }

    pub fn at(&self) -> i64 {
        self.first().map_or(i64::MAX, Record::at)
    }

    /// Reads the next block. False: there is none.
    fn block(&mut self, block: &mut Vec<u8>, refused: Refuse<'_>) -> Result<bool, String> {
        block.clear();
        if self.ended {
            return Ok(false);
        }
        self.number += 1;
        let wanted = match self.framed {
            true => self.length(refused)?,
            false => Some(BLOCK_BYTES_MAX),
        };
        let Some(wanted) = wanted else { return Ok(false) };
        let read = (&mut self.reader).take(wanted).read_to_end(block).map_err(|error| self.broken(&error))?;
        if !self.framed {
            self.ended = true;
        } else if (read as u64) < wanted {
            self.ended = true;
            refused(self.refused(format!("the file ends {} bytes before the block does", wanted - read as u64)));
            return Ok(false);
        }
        Ok(true)
    }

    /// Of the next block; none: there is none that could be read.
    fn length(&mut self, refused: Refuse<'_>) -> Result<Option<u64>, String> {
        let mut length = Vec::with_capacity(4);
        (&mut self.reader).take(4).read_to_end(&mut length).map_err(|error| self.broken(&error))?;
        let wanted = match <[u8; 4]>::try_from(length.as_slice()) {
            Ok(bytes) => u64::from(u32::from_le_bytes(bytes)),
            Err(_) => {
                self.ended = true;
                if !length.is_empty() {
                    refused(self.refused("the file ends in the middle of a block's length".to_owned()));
                }
                return Ok(None);
            }
        };
        if wanted > BLOCK_BYTES_MAX {
            self.ended = true;
            refused(self.refused(format!("no block has {wanted} bytes, so nobody knows where the next one begins")));
            return Ok(None);
        }
        Ok(Some(wanted))
    }

    /// The records of a block of which each can be read.
    fn sound<'a>(&self, block: &'a [u8], refused: Refuse<'_>) -> Option<Records<'a>> {
        let checked = Records::new(block).and_then(|mut records| {
            while let Some(record) = records.lend() {
                record?;
            }
            Records::new(block)
        });
        checked.map_err(|why| refused(self.refused(why.to_string()))).ok()
    }

    fn refused(&self, reason: String) -> Refused {
        let hint = "take it from where it was written once more";
        Refused { file: self.name.clone(), line: None, block: Some(self.number), field: None, reason, hint }
    }

    fn broken(&self, error: &io::Error) -> String {
        format!("{} can't be read beyond block {}: {error}; nothing was concluded", self.name, self.number)
    }
}
