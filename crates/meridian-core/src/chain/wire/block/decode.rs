//! Reading a block.

use std::borrow::Cow;

use super::memory::{StreamKey, uuid_text};
use super::recall::{Id, Messages, Rest, Stream, Texts};
use super::varint::{Bytes, Read};
use super::*;
use crate::chain::record::{Checkpoint, Digest, Heartbeat, Outcome, Record, Text};
use crate::chain::{amount::Amount, wire};

/// The records of a block, one after the other. After an error there are no more.
///
/// As an iterator it gives records that own their ids. Who looks at one after the other asks for [`Records::lend`].
pub struct Records<'a> {
    bytes: Bytes<'a>,
    count: usize,
    done: usize,
    broken: bool,
    names: Vec<&'a str>,
    streams: Vec<Stream>,
    messages: Messages,
    ids: Texts,
    tick: i64,
    heartbeat: i64,
    at: i64,
}

/// A record in numbers.
enum Item {
    Tick(i64),
    Heartbeat { reporter: u32, epoch: u64, through: u64, at: i64 },
    Point(Point),
}

struct Point {
    stream: usize,
    seq: Option<u64>,
    n: Option<u64>,
    epoch: Option<u64>,
    id: Id,
    at: i64,
    rest: u32,
    attempt: Option<u32>,
    flags: u64,
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
            ids: Texts::default(),
            tick: 0,
            heartbeat: 0,
            at: 0,
        })
    }

    /// How many records the block has.
    pub fn count_all(&self) -> usize {
        self.count
    }

    /// The next record, which borrows its texts from here.
    pub fn lend(&mut self) -> Option<Result<Record<'_>, BlockError>> {
        match self.advance()? {
            Ok(item) => Some(Ok(self.record(&item, |id| Cow::Borrowed(self.ids.get(id))))),
            Err(error) => Some(Err(error)),
        }
    }

    fn advance(&mut self) -> Option<Result<Item, BlockError>> {
        if self.broken || (self.done == self.count && self.bytes.0.is_empty()) {
            return None;
        }
        self.done += 1;
        let item = match self.done > self.count {
            true => Err("something follows the last record".into()),
            false => self.item().and_then(|item| self.check(&item).map(|()| item)),
        };
        Some(item.map_err(|reason| {
            self.broken = true;
            BlockError { record: self.done, reason }
        }))
    }

    /// Whether it is within the bounds. The names of a stream are looked at once.
    fn check(&mut self, item: &Item) -> Read<()> {
        if let Item::Point(Point { stream, n, id, rest: 0, .. }) = item {
            let of = self.streams[*stream];
            let len = self.ids.get(*id).len();
            if of.is_checked && of.key.reporter != 0 && *n != Some(0) && (1..=wire::ID_BYTES_MAX).contains(&len) {
                return Ok(());
            }
        }
        let record = self.record(item, |id| Cow::Borrowed(self.ids.get(id)));
        wire::check(&record).map_err(|fault| fault.to_string())?;
        if let Item::Point(Point { stream, .. }) = item {
            self.streams[*stream].is_checked = true;
        }
        Ok(())
    }

    fn item(&mut self) -> Read<Item> {
        Ok(match self.bytes.varint()? {
            0 => {
                self.tick = self.bytes.delta(self.tick)?;
                Item::Tick(self.tick)
            }
            1 => {
                let reporter = self.name_index()?;
                let (epoch, through) = (self.bytes.varint()?, self.bytes.varint()?);
                self.heartbeat = self.bytes.delta(self.heartbeat)?;
                Item::Heartbeat { reporter, epoch, through, at: self.heartbeat }
            }
            2 => {
                let chain = self.name_index()? + 1;
                let lane = self.name_or_none()?;
                let hop = self.name_index()? + 1;
                let reporter = self.name_or_none()?;
                let key = StreamKey { chain, lane, hop, reporter };
                let lane = self.messages.lane(key);
                let (at, id) = (self.at, Id::default());
                self.streams.push(Stream { key, lane, is_checked: false, seq: 0, n: 0, at, epoch: None, id });
                Item::Point(self.point(self.streams.len() - 1)?)
            }
            stream => {
                let stream = usize::try_from(stream - 3).ok().filter(|at| *at < self.streams.len());
                Item::Point(self.point(stream.ok_or("it belongs to a stream that was not opened")?)?)
            }
        })
    }

    /// The record with its texts; how the id is told is asked for.
    fn record<'b>(&self, item: &Item, id: impl FnOnce(Id) -> Text<'b>) -> Record<'b>
    where
        'a: 'b,
    {
        let point = match item {
            Item::Tick(now) => return Record::Tick { now: *now },
            Item::Heartbeat { reporter, epoch, through, at } => {
                let reporter = self.name_of(reporter + 1).unwrap_or_default();
                return Record::Heartbeat(Heartbeat { reporter, epoch: *epoch, through: *through, at: *at });
            }
            Item::Point(point) => point,
        };
        let key = self.streams[point.stream].key;
        let rest = self.messages.rest(point.rest);
        Record::Checkpoint(Checkpoint {
            chain: self.name_of(key.chain).unwrap_or_default(),
            lane: self.name_of(key.lane),
            seq: point.seq,
            id: id(point.id),
            hop: self.name_of(key.hop).unwrap_or_default(),
            at: point.at,
            digest: rest.digest,
            amount: rest.amount,
            currency: self.name_of(rest.currency),
            attempt: point.attempt,
            possdup: point.flags & POSSDUP != 0,
            outcome: match point.flags & (REJECTED | CANCELLED) {
                REJECTED => Some(Outcome::Rejected),
                CANCELLED => Some(Outcome::Cancelled),
                _ => None,
            },
            reporter: self.name_of(key.reporter),
            epoch: point.epoch,
            n: point.n,
        })
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

    fn point(&mut self, stream: usize) -> Read<Point> {
        let before = self.streams[stream];
        let flags = self.bytes.varint()?;
        if flags > ALL_FLAGS || flags & REJECTED != 0 && flags & CANCELLED != 0 {
            return Err("its flags have no meaning".into());
        }
        let seq = self.number(flags, SEQ, SEQ_NEXT, before.seq)?;
        let n = self.number(flags, N, N_NEXT, before.n)?;
        let epoch = if flags & EPOCH == 0 { before.epoch } else { self.epoch()? };
        let known = match flags & (ID_KNOWN | ID_NEXT | REST_KNOWN) {
            0 | ID_NEXT => None,
            _ => self.messages.get(before.lane, seq),
        };
        let id = self.id(flags, before.id, known)?;
        let at = self.bytes.delta(before.at)?;
        let rest = self.rest(flags, known)?;
        let attempt = match flags & ATTEMPT {
            0 => None,
            _ => Some(u32::try_from(self.bytes.varint()?).map_err(|_| "an attempt has more than 32 bits")?),
        };
        self.at = at;
        if known != Some((id, rest)) {
            self.messages.put(before.lane, seq, id, rest);
        }
        let last = Stream { seq: seq.unwrap_or(before.seq), n: n.unwrap_or(before.n), at, epoch, id, ..before };
        self.streams[stream] = last;
        Ok(Point { stream, seq, n, epoch, id, at, rest, attempt, flags })
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

    fn id(&mut self, flags: u64, before: Id, known: Option<(Id, u32)>) -> Read<Id> {
        let too_much = "the ids of the block are too long";
        match flags & ID_UUID {
            ID_UUID => {
                let bytes = self.bytes.take(16)?.try_into().map_err(|_| "a UUID is cut")?;
                Ok(self.ids.add(&uuid_text(bytes)).ok_or(too_much)?)
            }
            ID_KNOWN => Ok(known.ok_or("its id was not said before")?.0),
            ID_NEXT => Ok(self.ids.after(before).ok_or("the id before does not end with a number")?),
            _ => {
                let shared = self.bytes.varint()?;
                let len = self.bytes.varint()?;
                let len =
                    usize::try_from(len).ok().filter(|len| *len <= wire::ID_BYTES_MAX).ok_or("an id is too long")?;
                let text = std::str::from_utf8(self.bytes.take(len)?).map_err(|_| "an id is no UTF-8")?;
                let shared = usize::try_from(shared).ok();
                let id = shared.and_then(|shared| self.ids.shared(before, shared, text));
                Ok(id.ok_or("an id shares more than there was")?)
            }
        }
    }

    fn rest(&mut self, flags: u64, known: Option<(Id, u32)>) -> Read<u32> {
        if flags & REST_KNOWN != 0 {
            if flags & (DIGEST | AMOUNT | CURRENCY) != 0 {
                return Err("its flags have no meaning".into());
            }
            return Ok(known.ok_or("its message was not there before")?.1);
        }
        if flags & (DIGEST | AMOUNT | CURRENCY) == 0 {
            return Ok(0);
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
            rest.currency = self.name_index()? + 1;
        }
        Ok(self.messages.add_rest(rest))
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, BlockError>;

    fn next(&mut self) -> Option<Self::Item> {
        let item = self.advance()?;
        Some(item.map(|item| self.record(&item, |id| Cow::Owned(self.ids.get(id).to_owned()))))
    }
}
