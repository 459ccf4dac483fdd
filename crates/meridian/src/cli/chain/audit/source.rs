//! The files of an audit: records one after the other, or merged by their instants.
//!
//! | what comes | what is done |
//! | --- | --- |
//! | one file | its records in their order |
//! | several | of the next records of all of them the one with the earliest instant: each file keeps its own order |
//! | `-` | the standard input |
//! | gzip | unpacked |
//! | a line that can't be read, or of more than 64 KiB | refused by its number, the next one goes on |
//! | blocks, one or many ([`super::blocks`]) | their records |
//! | a JSON array | refused, with what makes lines of it |
//! | an error of the disk | the audit ends: what follows is unknown |

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

use super::blocks::Blocks;
use flate2::bufread::MultiGzDecoder;
use meridian_core::chain::{
    Record,
    wire::{Fault, json},
};

const LINE_BYTES_MAX: usize = 64 * 1024;
const BUFFER_BYTES: usize = 256 * 1024;

/// A line or a block that was not taken.
#[derive(Debug, PartialEq, Eq, serde::Serialize)]
pub struct Refused {
    pub file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    pub reason: String,
    pub hint: &'static str,
}

/// Takes what was refused.
pub type Refuse<'a> = &'a mut dyn FnMut(Refused);
/// Takes a record.
pub type Take<'a> = &'a mut dyn FnMut(&Record<'_>);

pub enum Source {
    Lines(Lines),
    Blocks(Blocks),
}

pub struct Lines {
    name: String,
    reader: Box<dyn BufRead>,
    number: u64,
    line: Vec<u8>,
    /// Of the line that waits for its turn.
    at: i64,
}

impl Source {
    pub fn open(path: &Path) -> Result<Source, String> {
        let name = if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() };
        let opened = || -> io::Result<Box<dyn BufRead>> {
            if path == Path::new("-") {
                return unpacked(io::stdin());
            }
            if path.is_dir() {
                return Err(io::Error::other("it is a directory: name its files"));
            }
            unpacked(File::open(path)?)
        };
        let mut reader = opened().map_err(|error| format!("{name} can't be read: {error}"))?;
        let start = reader.fill_buf().map_err(|error| format!("{name} can't be read: {error}"))?;
        if let Some(framed) = Blocks::are_here(start) {
            return Ok(Source::Blocks(Blocks::new(name, reader, framed)));
        }
        if start.trim_ascii_start().first() == Some(&b'[') {
            return Err(format!(
                "{name} is a JSON array, and one object a line is expected: jq -c '.[]' makes them of it"
            ));
        }
        Ok(Source::Lines(Lines { name, reader, number: 0, line: Vec::new(), at: 0 }))
    }

    /// Hands over all that is in it.
    fn all(&mut self, taken: Take<'_>, refused: Refuse<'_>) -> Result<(), String> {
        let lines = match self {
            Source::Blocks(blocks) => return blocks.all(taken, refused),
            Source::Lines(lines) => lines,
        };
        while lines.advance()? {
            match lines.record() {
                Ok(record) => taken(&record),
                Err(why) => refused(why),
            }
        }
        Ok(())
    }

    /// Goes on to the next record that can be read. False: there is none.
    fn next(&mut self, refused: Refuse<'_>) -> Result<bool, String> {
        match self {
            Source::Lines(lines) => lines.next(refused),
            Source::Blocks(blocks) => blocks.next(refused),
        }
    }

    /// Of the record that waits for its turn.
    fn at(&self) -> i64 {
        match self {
            Source::Lines(lines) => lines.at,
            Source::Blocks(blocks) => blocks.at(),
        }
    }

    fn hand_over(&self, taken: Take<'_>) {
        match self {
            Source::Lines(lines) => lines.record().iter().for_each(taken),
            Source::Blocks(blocks) => blocks.first().into_iter().for_each(taken),
        }
    }
}

impl Lines {
    /// Reads the next line that is not empty. False: there is none. A line that is too long is passed over, and empty.
    fn advance(&mut self) -> Result<bool, String> {
        loop {
            self.line.clear();
            self.number += 1;
            let most = LINE_BYTES_MAX as u64 + 1;
            let read = (&mut self.reader).take(most).read_until(b'\n', &mut self.line);
            let read = read.map_err(|error| self.broken(&error))?;
            if read as u64 == most && self.line.last() != Some(&b'\n') {
                self.line.clear();
                self.reader.skip_until(b'\n').map_err(|error| self.broken(&error))?;
                return Ok(true);
            }
            if read == 0 {
                return Ok(false);
            }
            if !self.line.trim_ascii().is_empty() {
                return Ok(true);
            }
        }
    }

    fn broken(&self, error: &io::Error) -> String {
        format!("{} can't be read beyond line {}: {error}; nothing was concluded", self.name, self.number)
    }

    fn record(&self) -> Result<Record<'_>, Refused> {
        let refused = |fault: Fault| Refused {
            file: self.name.clone(),
            line: Some(self.number),
            block: None,
            field: fault.field.map(String::from),
            reason: fault.reason,
            hint: fault.hint,
        };
        if self.line.is_empty() {
            let reason = format!("the line has more than {LINE_BYTES_MAX} bytes");
            return Err(refused(Fault { field: None, reason, hint: "send shorter texts" }));
        }
        json::read_line(self.line.trim_ascii()).map_err(refused)
    }

    /// Goes on to the next line that can be read. False: there is none.
    fn next(&mut self, refused: Refuse<'_>) -> Result<bool, String> {
        while self.advance()? {
            match self.record() {
                Ok(record) => {
                    self.at = record.at();
                    return Ok(true);
                }
                Err(why) => refused(why),
            }
        }
        Ok(false)
    }
}

fn unpacked(file: impl Read + 'static) -> io::Result<Box<dyn BufRead>> {
    let mut reader = BufReader::with_capacity(BUFFER_BYTES, file);
    let packed = reader.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    Ok(if packed {
        Box::new(BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(reader)))
    } else {
        Box::new(reader)
    })
}

/// Hands over every record in its turn, and every line that is none.
pub fn each(mut sources: Vec<Source>, taken: Take<'_>, refused: Refuse<'_>) -> Result<(), String> {
    if let [source] = &mut sources[..] {
        return source.all(taken, refused);
    }
    let mut waiting = Vec::with_capacity(sources.len());
    for mut source in sources {
        if source.next(refused)? {
            waiting.push(source);
        }
    }
    // The first of those with the earliest instant, so that the order of the files decides between equals.
    while let Some(at) = (0..waiting.len()).min_by_key(|at| waiting[*at].at()) {
        let source = &mut waiting[at];
        source.hand_over(taken);
        if !source.next(refused)? {
            waiting.remove(at);
        }
    }
    Ok(())
}
