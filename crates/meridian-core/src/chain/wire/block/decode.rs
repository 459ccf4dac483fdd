//! Reading a block.

use std::borrow::Cow;

use super::memory::{Messages, Rest, Stream, StreamKey, id_after, uuid_text};
use super::varint::{Bytes, Read};
use super::*;
use crate::chain::record::{Checkpoint, Digest, Heartbeat, Outcome, Record, Text};
use crate::chain::{amount::Amount, wire};

/// The records of a block, one after the other. After an error there are no more.
pub struct Records<'a> {
    bytes: Bytes<'a>,
    count: usize,
    done: usize,
    broken: bool,
    names: Vec<&'a str>,
    streams: Vec<Stream<'a>>,
    messages: Messages<'a>,
    tick: i64,
    heartbeat: i64,
    at: i64,
}

/// All records of a block that is trusted, because its size is bounded and we wrote it.
pub fn decode_block(bytes: &[u8]) -> Result<Vec<Record<'_>>, BlockError> {
    Records::new(bytes)?.collect()
}

impl<'a> Records<'a> {
    pub fn new(bytes: &'a [u8]) -> Result<Records<'a>, BlockError> {
        let head = |reason: &str| BlockError { record: 0, reason: reason.into() };
        let Some(rest) = bytes.strip_prefix(MAGIC) else { return Err(head("it does not begin with MCKB")) };
        let Some((version, rest)) = rest.split_first() else { return Err(head("it ends before its version")) };
        if *version != VERSION {
            return Err(head(&format!("version {version} is not known")));
        }
        let mut bytes = Bytes(rest);
        let count = bytes.varint().map_err(|reason| head(&reason))?;
        // A record has three bytes at least, but for a tick with two.
        let count = usize::try_from(count).ok().filter(|count| *count <= RECORDS_MAX && count * 2 <= bytes.0.len());
        let count = count.ok_or_else(|| head("it promises more records than it can hold"))?;
        Ok(Records {
            bytes,
            count,
            done: 0,
            broken: false,
            names: Vec::new(),
            streams: Vec::new(),
            messages: Messages::default(),
            tick: 0,
            heartbeat: 0,
            at: 0,
        })
    }

    /// How many records the block has.
    pub fn count_all(&self) -> usize {
        self.count
    }

    fn record(&mut self) -> Read<Record<'a>> {
        let record = match self.bytes.varint()? {
            0 => {
                self.tick = self.bytes.delta(self.tick)?;
                Record::Tick { now: self.tick }
            }
            1 => {
                let reporter = self.name()?;
                let (epoch, through) = (self.bytes.varint()?, self.bytes.varint()?);
                self.heartbeat = self.bytes.delta(self.heartbeat)?;
                Record::Heartbeat(Heartbeat { reporter: Cow::Borrowed(reporter), epoch, through, at: self.heartbeat })
            }
            2 => {
                let chain = self.name_index()? + 1;
                let lane = self.name_or_none()?;
                let hop = self.name_index()? + 1;
                let reporter = self.name_or_none()?;
                self.streams.push(Stream::new(StreamKey { chain, lane, hop, reporter }, self.at));
                self.point(self.streams.len() - 1)?
            }
            stream => {
                let stream = usize::try_from(stream - 3).ok().filter(|at| *at < self.streams.len());
                self.point(stream.ok_or("it belongs to a stream that was not opened")?)?
            }
        };
        wire::check(&record).map_err(|fault| fault.to_string())?;
        Ok(record)
    }

    fn name_at(&mut self, index: u64) -> Read<u32> {
        let index = usize::try_from(index).ok().filter(|index| *index <= self.names.len());
        let index = index.ok_or("a name was not said before")?;
        if index == self.names.len() {
            let len = self.bytes.varint()?;
            let len =
                usize::try_from(len).ok().filter(|len| *len <= wire::NAME_BYTES_MAX).ok_or("a name is too long")?;
            let name = std::str::from_utf8(self.bytes.take(len)?).map_err(|_| "a name is no UTF-8")?;
            self.names.push(name);
        }
        Ok(index as u32)
    }

    fn name_index(&mut self) -> Read<u32> {
        let index = self.bytes.varint()?;
        self.name_at(index)
    }

    fn name(&mut self) -> Read<&'a str> {
        let index = self.name_index()?;
        Ok(self.names[index as usize])
    }

    fn name_or_none(&mut self) -> Read<u32> {
        match self.bytes.varint()? {
            0 => Ok(0),
            index => Ok(self.name_at(index - 1)? + 1),
        }
    }

    fn name_of(&self, key: u32) -> Option<Text<'a>> {
        let index = usize::try_from(key.checked_sub(1)?).ok()?;
        self.names.get(index).map(|name| Cow::Borrowed(*name))
    }

    fn point(&mut self, stream: usize) -> Read<Record<'a>> {
        let before = self.streams[stream].clone();
        let key = before.key;
        let flags = self.bytes.varint()?;
        if flags > ALL_FLAGS || flags & REJECTED != 0 && flags & CANCELLED != 0 {
            return Err("its flags have no meaning".into());
        }
        let seq = self.number(flags, SEQ, SEQ_NEXT, before.seq)?;
        let n = self.number(flags, N, N_NEXT, before.n)?;
        let epoch = if flags & EPOCH == 0 { before.epoch } else { self.epoch()? };
        let id = self.id(flags, &before, seq)?;
        let at = self.bytes.delta(before.at)?;
        let rest = self.rest(flags, key, seq)?;
        let attempt = match flags & ATTEMPT {
            0 => None,
            _ => Some(u32::try_from(self.bytes.varint()?).map_err(|_| "an attempt has more than 32 bits")?),
        };
        self.at = at;
        self.messages.put(key, seq, &id, rest.clone());
        let last = Stream { key, seq: seq.unwrap_or(before.seq), n: n.unwrap_or(before.n), at, epoch, id: id.clone() };
        self.streams[stream] = last;
        let outcome = match flags & (REJECTED | CANCELLED) {
            REJECTED => Some(Outcome::Rejected),
            CANCELLED => Some(Outcome::Cancelled),
            _ => None,
        };
        Ok(Record::Checkpoint(Checkpoint {
            chain: self.name_of(key.chain).unwrap_or_default(),
            lane: self.name_of(key.lane),
            seq,
            id,
            hop: self.name_of(key.hop).unwrap_or_default(),
            at,
            digest: rest.digest,
            amount: rest.amount,
            currency: rest.currency,
            attempt,
            possdup: flags & POSSDUP != 0,
            outcome,
            reporter: self.name_of(key.reporter),
            epoch,
            n,
        }))
    }

    fn number(&mut self, flags: u64, is: u64, is_next: u64, before: u64) -> Read<Option<u64>> {
        match (flags & is != 0, flags & is_next != 0) {
            (false, false) => Ok(None),
            (false, true) => Err("its flags have no meaning".into()),
            (true, true) => Ok(Some(before.wrapping_add(1))),
            (true, false) => Ok(Some(self.bytes.delta(before as i64)? as u64)),
        }
    }

    fn epoch(&mut self) -> Read<Option<u64>> {
        match self.bytes.byte()? {
            0 => Ok(None),
            1 => self.bytes.varint().map(Some),
            _ => Err("an epoch is neither there nor absent".into()),
        }
    }

    fn id(&mut self, flags: u64, before: &Stream<'a>, seq: Option<u64>) -> Read<Text<'a>> {
        match flags & ID_UUID {
            ID_UUID => {
                let bytes = self.bytes.take(16)?.try_into().map_err(|_| "a UUID is cut")?;
                Ok(Cow::Owned(uuid_text(bytes)))
            }
            ID_KNOWN => {
                let known = self.messages.get(before.key, seq);
                Ok(known.ok_or("its id was not said before")?.0.clone())
            }
            ID_NEXT => Ok(Cow::Owned(id_after(&before.id).ok_or("the id before does not end with a number")?)),
            _ => {
                let shared = self.bytes.varint()?;
                let len = self.bytes.varint()?;
                let len =
                    usize::try_from(len).ok().filter(|len| *len <= wire::ID_BYTES_MAX).ok_or("an id is too long")?;
                let text = std::str::from_utf8(self.bytes.take(len)?).map_err(|_| "an id is no UTF-8")?;
                let shared = usize::try_from(shared).ok().and_then(|shared| before.id.get(..shared));
                match shared.ok_or("an id shares more than there was")? {
                    "" => Ok(Cow::Borrowed(text)),
                    shared => Ok(Cow::Owned(format!("{shared}{text}"))),
                }
            }
        }
    }

    fn rest(&mut self, flags: u64, key: StreamKey, seq: Option<u64>) -> Read<Rest<'a>> {
        if flags & REST_KNOWN != 0 {
            if flags & (DIGEST | AMOUNT | CURRENCY) != 0 {
                return Err("its flags have no meaning".into());
            }
            return Ok(self.messages.get(key, seq).ok_or("its message was not there before")?.1.clone());
        }
        let mut rest = Rest::default();
        if flags & DIGEST != 0 {
            rest.digest = Some(Digest(self.bytes.take(16)?.try_into().map_err(|_| "a digest is cut")?));
        }
        if flags & AMOUNT != 0 {
            let zeros = u32::from(self.bytes.byte()?);
            let zigzag = self.bytes.wide()?;
            let value = (zigzag >> 1) as i128 ^ -((zigzag & 1) as i128);
            let unit = 10_i128.checked_pow(zeros);
            rest.amount = Some(Amount(unit.and_then(|unit| value.checked_mul(unit)).ok_or("an amount is too large")?));
        }
        if flags & CURRENCY != 0 {
            rest.currency = Some(Cow::Borrowed(self.name()?));
        }
        Ok(rest)
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, BlockError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.broken || (self.done == self.count && self.bytes.0.is_empty()) {
            return None;
        }
        self.done += 1;
        let record = match self.done > self.count {
            true => Err("something follows the last record".into()),
            false => self.record(),
        };
        Some(record.map_err(|reason| {
            self.broken = true;
            BlockError { record: self.done, reason }
        }))
    }
}
