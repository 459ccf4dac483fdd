//! Writing a block.

use std::collections::HashMap;

use super::memory::{Messages, Rest, Stream, StreamKey, id_after, uuid_bytes};
use super::varint::{put, put_delta, put_wide};
use super::*;
use crate::chain::record::{Checkpoint, Outcome, Record, Text};
use crate::chain::{amount::Amount, wire};

/// One block of these records. Refused: more than [`RECORDS_MAX`], or a record out of the bounds of [`wire::check`],
/// which no reader would take.
pub fn encode_block(records: &[Record<'_>]) -> Result<Vec<u8>, BlockError> {
    if records.len() > RECORDS_MAX {
        let reason = format!("{} records; at most {RECORDS_MAX}", records.len());
        return Err(BlockError { record: 0, reason });
    }
    let mut out = Vec::with_capacity(16 + records.len() * 16);
    out.extend_from_slice(MAGIC);
    out.push(VERSION);
    put(&mut out, records.len() as u64);
    let mut writer = Writer { out, ..Writer::default() };
    for (number, record) in (1..).zip(records) {
        wire::check(record).map_err(|fault| BlockError { record: number, reason: fault.to_string() })?;
        writer.record(record);
    }
    Ok(writer.out)
}

#[derive(Default)]
struct Writer<'a> {
    out: Vec<u8>,
    names: HashMap<&'a str, u32>,
    streams: Vec<Stream<'a>>,
    stream_of: HashMap<StreamKey, usize>,
    messages: Messages<'a>,
    tick: i64,
    heartbeat: i64,
    /// Where a new stream's instants start.
    at: i64,
}

impl<'a> Writer<'a> {
    fn record(&mut self, record: &'a Record<'_>) {
        match record {
            Record::Tick { now } => {
                self.out.push(0);
                put_delta(&mut self.out, self.tick, *now);
                self.tick = *now;
            }
            Record::Heartbeat(heartbeat) => {
                self.out.push(1);
                self.name(&heartbeat.reporter);
                put(&mut self.out, heartbeat.epoch);
                put(&mut self.out, heartbeat.through);
                put_delta(&mut self.out, self.heartbeat, heartbeat.at);
                self.heartbeat = heartbeat.at;
            }
            Record::Checkpoint(point) => {
                let stream = self.stream(point);
                self.point(stream, point);
            }
        }
    }

    fn index(&self, name: &str) -> Option<u32> {
        self.names.get(name).copied()
    }

    fn name(&mut self, name: &'a str) -> u32 {
        self.name_at(name, 0)
    }

    fn name_at(&mut self, name: &'a str, above: u32) -> u32 {
        if let Some(index) = self.index(name) {
            put(&mut self.out, u64::from(index + above));
            return index + 1;
        }
        let index = self.names.len() as u32;
        self.names.insert(name, index);
        put(&mut self.out, u64::from(index + above));
        put(&mut self.out, name.len() as u64);
        self.out.extend_from_slice(name.as_bytes());
        index + 1
    }

    fn name_or_none(&mut self, name: Option<&'a str>) -> u32 {
        match name {
            Some(name) => self.name_at(name, 1),
            None => {
                self.out.push(0);
                0
            }
        }
    }

    fn stream(&mut self, point: &'a Checkpoint<'_>) -> usize {
        let key_of = |name: Option<&str>| name.map_or(Some(0), |name| self.index(name).map(|index| index + 1));
        let known = (|| {
            Some(StreamKey {
                chain: key_of(Some(&point.chain))?,
                lane: key_of(point.lane.as_deref())?,
                hop: key_of(Some(&point.hop))?,
                reporter: key_of(point.reporter.as_deref())?,
            })
        })();
        if let Some(stream) = known.and_then(|key| self.stream_of.get(&key)) {
            put(&mut self.out, *stream as u64 + 3);
            return *stream;
        }
        self.out.push(2);
        let chain = self.name(&point.chain);
        let lane = self.name_or_none(point.lane.as_deref());
        let hop = self.name(&point.hop);
        let reporter = self.name_or_none(point.reporter.as_deref());
        let key = StreamKey { chain, lane, hop, reporter };
        self.streams.push(Stream::new(key, self.at));
        self.stream_of.insert(key, self.streams.len() - 1);
        self.streams.len() - 1
    }

    fn point(&mut self, stream: usize, point: &'a Checkpoint<'_>) {
        let before = self.streams[stream].clone();
        let rest = Rest {
            digest: point.digest,
            amount: point.amount,
            currency: point.currency.as_deref().map(Text::Borrowed),
        };
        let flags = self.flags(&before, point, &rest);
        put(&mut self.out, flags);
        if let Some(seq) = point.seq.filter(|_| flags & SEQ_NEXT == 0) {
            put_delta(&mut self.out, before.seq as i64, seq as i64);
        }
        if let Some(n) = point.n.filter(|_| flags & N_NEXT == 0) {
            put_delta(&mut self.out, before.n as i64, n as i64);
        }
        if flags & EPOCH != 0 {
            self.out.push(u8::from(point.epoch.is_some()));
            point.epoch.into_iter().for_each(|epoch| put(&mut self.out, epoch));
        }
        self.id(flags, &before.id, &point.id);
        put_delta(&mut self.out, before.at, point.at);
        if flags & REST_KNOWN == 0 {
            point.digest.into_iter().for_each(|digest| self.out.extend_from_slice(&digest.0));
            point.amount.into_iter().for_each(|amount| self.amount(amount));
            if let Some(currency) = &point.currency {
                self.name(currency);
            }
        }
        point.attempt.into_iter().for_each(|attempt| put(&mut self.out, u64::from(attempt)));

        self.at = point.at;
        let id = Text::Borrowed(point.id.as_ref());
        self.messages.put(before.key, point.seq, &id, rest);
        let (seq, n) = (point.seq.unwrap_or(before.seq), point.n.unwrap_or(before.n));
        self.streams[stream] = Stream { key: before.key, seq, n, at: point.at, epoch: point.epoch, id };
    }

    fn flags(&self, before: &Stream<'_>, point: &Checkpoint<'_>, rest: &Rest<'_>) -> u64 {
        let known = self.messages.get(before.key, point.seq);
        let mut flags = 0;
        let mut set = |flag: u64, when: bool| flags |= if when { flag } else { 0 };
        set(SEQ, point.seq.is_some());
        set(SEQ_NEXT, point.seq == Some(before.seq.wrapping_add(1)));
        set(N, point.n.is_some());
        set(N_NEXT, point.n == Some(before.n.wrapping_add(1)));
        if known.is_some_and(|(id, _)| *id == point.id) {
            set(ID_KNOWN, true);
        } else if id_after(&before.id).is_some_and(|next| next == point.id) {
            set(ID_NEXT, true);
        } else {
            set(ID_UUID, uuid_bytes(&point.id).is_some());
        }
        let rest_known = known.is_some_and(|(_, before)| before == rest);
        set(REST_KNOWN, rest_known);
        set(EPOCH, point.epoch != before.epoch);
        set(DIGEST, rest.digest.is_some() && !rest_known);
        set(AMOUNT, rest.amount.is_some() && !rest_known);
        set(CURRENCY, rest.currency.is_some() && !rest_known);
        set(ATTEMPT, point.attempt.is_some());
        set(POSSDUP, point.possdup);
        set(REJECTED, point.outcome == Some(Outcome::Rejected));
        set(CANCELLED, point.outcome == Some(Outcome::Cancelled));
        flags
    }

    fn id(&mut self, flags: u64, before: &str, id: &str) {
        match (flags & ID_UUID, uuid_bytes(id)) {
            (ID_UUID, Some(bytes)) => self.out.extend_from_slice(&bytes),
            (ID_KNOWN | ID_NEXT, _) => {}
            _ => {
                let same = before.bytes().zip(id.bytes()).take_while(|(a, b)| a == b).count();
                let shared = (0..=same).rev().find(|at| id.is_char_boundary(*at)).unwrap_or(0);
                put(&mut self.out, shared as u64);
                put(&mut self.out, (id.len() - shared) as u64);
                self.out.extend_from_slice(&id.as_bytes()[shared..]);
            }
        }
    }

    fn amount(&mut self, Amount(mut value): Amount) {
        let mut zeros = 0_u8;
        while value != 0 && value % 10 == 0 {
            (value, zeros) = (value / 10, zeros + 1);
        }
        self.out.push(zeros);
        put_wide(&mut self.out, ((value << 1) ^ (value >> 127)) as u128);
    }
}
